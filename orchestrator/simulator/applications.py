"""Dialplan applications: what `<action>` and `session.execute` may run.

`${...}` in the data is expanded first, with api-expansion off. An application that is not here is an error in
the switch's log and nothing else, as in the switch.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from typing import Final, Protocol

from orchestrator.simulator.audio import BUFFER_BYTES, PRE_BUFFER_FRAMES, Recording, RecordingOptions
from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.channel import AppRun
from orchestrator.simulator.expansion import expand
from orchestrator.simulator.keypad import Keypad
from orchestrator.simulator.leg import NEVER_MS, Leg
from orchestrator.simulator.separate import separate, take_brackets


class ScriptRunner(Protocol):
    def run(self, leg: Leg, data: str) -> None: ...


class Applications:
    """Runs applications on a leg. `log(level, text)` is the switch's console."""

    def __init__(self, scripts: ScriptRunner, log: Callable[[str, str], None]) -> None:
        self._scripts, self._log = scripts, log

    def execute(self, leg: Leg, name: str, data: str) -> None:
        """Run one application to its end, or until the leg is down."""
        if not leg.is_up and name not in _AFTER_HANGUP:
            return
        data = expand(data, leg.channel.get)
        channel = leg.channel
        run = APPLICATIONS.get(name)
        if run is None and name not in ("python", "pyrun"):
            self._log("ERR", f"Invalid Application {name}\n")
            return
        channel.applications.append(AppRun(name=name, data=data, at_ms=leg.now_ms))
        channel.set("current_application_data", data)
        channel.set("current_application", name)
        about = {"Application": name, "Application-Data": data}
        about["Application-UUID"] = f"{channel.uuid}-{len(channel.applications)}"
        leg.announce("CHANNEL_EXECUTE", about)
        if run is None:
            self._scripts.run(leg, data)
        else:
            run(leg, data)
        about["Application-Response"] = channel.get("current_application_response") or "_none_"
        leg.announce("CHANNEL_EXECUTE_COMPLETE", about)


def _answer(leg: Leg, data: str) -> None:
    del leg, data  # an outbound leg is answered by its callee; `answer` waits for nothing here


def _sleep(leg: Leg, data: str) -> None:
    leg.live_for(_number(data))


def _hangup(leg: Leg, data: str) -> None:
    leg.hang_up(known_cause(data) or "NORMAL_CLEARING", by="switch")


def _set(leg: Leg, data: str) -> None:
    name, _, value = data.partition("=")
    leg.channel.set(name.strip(), value.strip())


def _unset(leg: Leg, data: str) -> None:
    leg.channel.set(data.strip(), None)


def _playback(leg: Leg, data: str) -> None:
    status = Keypad(leg).play(data, stops_at=_terminators(leg))
    leg.channel.set("current_application_response", status)


def _terminators(leg: Leg) -> str:
    chosen = leg.channel.get("playback_terminators")
    return (
        "*" if chosen is None else "" if chosen == "none" else "0123456789*#" if chosen == "any" else chosen
    )


def _play_and_get_digits(leg: Leg, data: str) -> None:
    words = separate(data, " ", 11) + [""] * 11
    least = _number(words[0])
    Keypad(leg).play_and_get_digits(
        least,
        max(least, _number(words[1])),
        tries=_number(words[2]),
        timeout_ms=max(1000, _number(words[3])),
        ends=words[4] or "#",
        prompt=words[5],
        invalid=words[6],
        variable=words[7],
        pattern=words[8],
        digit_timeout_ms=_number(words[9]),
    )


def _record_session(leg: Leg, data: str) -> None:
    words = [word for word in data.split(" ") if word]
    if not words or words[0] in leg.recordings or not leg.channel.answered_ms:
        return
    path, limit_s, own = words[0], 0, ""
    if len(words) > 1 and words[1].startswith("+"):
        limit_s = _number(words[1][1:])
        own = words[2] if len(words) > 2 else ""
    elif len(words) > 1:
        own = words[1]
    taken = take_brackets(urllib.parse.unquote(own), "{", "}") if own else None
    variables = taken[0] if taken else {}

    def option(name: str) -> str | None:
        return variables.get(name) or leg.channel.get(name)

    try:
        leg.recordings[path] = Recording(
            path,
            sounds=leg.callee.sounds,
            noise=leg.callee.noise,
            answered_ms=leg.channel.answered_ms,
            now_ms=leg.now_ms,
            options=RecordingOptions(
                limit_s=limit_s,
                buffer_bytes=_buffer_bytes(option("enable_file_write_buffering")),
                pre_buffer_frames=_number(option("RECORD_PRE_BUFFER_FRAMES") or str(PRE_BUFFER_FRAMES)),
            ),
        )
    except OSError:
        return  # "Error opening ...": the call goes on without a recording


def _buffer_bytes(chosen: str | None) -> int:
    if chosen is None:
        return BUFFER_BYTES
    return _number(chosen) or (BUFFER_BYTES if chosen.lower() in _TRUE else 0)


_TRUE: Final = ("yes", "on", "true", "t", "enabled", "active", "allow")


def _stop_record_session(leg: Leg, data: str) -> None:
    paths = list(leg.recordings) if data.strip() == "all" else [data.strip()]
    for path in paths:
        recording = leg.recordings.pop(path, None)
        if recording is not None:
            recording.stop(leg.now_ms)


def _number(text: str) -> int:
    """As C's atoi."""
    digits = ""
    for char in text.strip():
        if not char.isdigit():
            break
        digits += char
    return int(digits or "0")


def _park(leg: Leg, data: str) -> None:
    del data
    leg.live_until(NEVER_MS)


_AFTER_HANGUP: Final = ("set", "unset", "stop_record_session", "log", "info")

APPLICATIONS: Final[dict[str, Callable[[Leg, str], None]]] = {
    "answer": _answer,
    "pre_answer": _answer,
    "sleep": _sleep,
    "hangup": _hangup,
    "set": _set,
    "export": _set,
    "unset": _unset,
    "playback": _playback,
    "play_and_get_digits": _play_and_get_digits,
    "record_session": _record_session,
    "stop_record_session": _stop_record_session,
    "flush_dtmf": lambda leg, data: leg.digits.clear(),  # noqa: ARG005 - one shape for all
    "log": lambda leg, data: None,  # noqa: ARG005
    "info": lambda leg, data: None,  # noqa: ARG005
    "park": _park,
}
