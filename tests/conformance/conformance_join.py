"""A caller's script of this suite: it waits, joins whatever leg it is told, and goes on. Runs on the switch."""

from __future__ import annotations

import time

import freeswitch  # type: ignore[import-not-found]  # the switch has it


def handler(session, args):  # type: ignore[no-untyped-def]
    """`conformance_leg` names the leg, `end` is the end. `args`: `callback` keeps one set, `careless` looks at nothing,
    `record PATH` keeps the talks, `behind PATH` plays something behind the waiting.
    """
    words = args.split()
    session.execute("answer", "")
    session.setVariable("hangup_after_bridge", "false")
    if "record" in words:
        path = words[words.index("record") + 1]
        session.execute("record_session", path + " {RECORD_BRIDGE_REQ=true,RECORD_STEREO=true}")
    if "behind" in words:
        session.setVariable("send_silence_when_idle", "-1")
        session.execute("displace_session", words[words.index("behind") + 1] + " l")
    told = ""
    while session.ready():
        leg = session.getVariable("conformance_leg") or ""
        if leg == "end":
            break
        if not leg or leg == told:
            began = time.monotonic()
            session.sleep(20000)
            session.setVariable("slept_ms", str(round((time.monotonic() - began) * 1000)))
            continue
        told = leg
        join(session, leg, words)
    session.setVariable("was_ready", str(session.ready()))
    session.unsetInputCallback()
    session.destroy()


def join(session, leg, words):  # type: ignore[no-untyped-def]
    session.setVariable("last_bridge_to", "")
    other = freeswitch.Session(leg)
    is_fit = other.ready() and other.answered() and not other.bridged()
    session.setVariable("fit", str(is_fit))
    if is_fit or "careless" in words:
        if "callback" in words:
            session.setInputCallback(on_key, [])
        began = time.monotonic()
        freeswitch.bridge(session, other)
        session.setVariable("talked_ms", str(round((time.monotonic() - began) * 1000)))
        session.setVariable("other_state", other.getState())
        session.setVariable("is_here", str(session.ready()))
    other.destroy()
    session.setVariable("done", leg)


def on_key(session, what, key, keys):  # type: ignore[no-untyped-def]
    keys.append(key.digit)
    return "true"
