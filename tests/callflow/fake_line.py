"""Applications of a FreeSWITCH channel in virtual time: bridge, record, tapes, questions (mod_dptools.c, 1.10.12).

As measured on a real switch, with what it punishes: a bridge that fails hangs the caller up unless `continue_on_fail`,
and so does a recording that cannot be opened.
"""

from __future__ import annotations

import base64
import json
import re
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fake_legs

if TYPE_CHECKING:
    from fake_session import FakeSession

FRAME_S = 0.02
LEG = re.compile(r"\[([^\]]*)\]([^,\[]+)")


@dataclass(frozen=True)
class Telephone:
    """Picks up after `rings_s` (None: never) and talks for `talks_s`, or refuses with `cause`. When it is to press a
    key first: `presses` it after `hears_s`. `sip`: what the network said, "sip:486".
    """

    rings_s: float | None = None
    talks_s: float = 5.0
    cause: str = ""
    sip: str = ""
    presses: str = ""
    hears_s: float = 1.0


def _settings(text: str) -> dict[str, str]:
    """`a=1,b=2`, where a comma in a value is written `\\,`."""
    pairs = re.split(r"(?<!\\),", text)
    return {name: value.replace("\\,", ",") for name, _, value in (pair.partition("=") for pair in pairs)}


def bridge(session: FakeSession, data: str) -> None:
    found = re.fullmatch(r"\{([^}]*)\}(.*)", data)
    assert found, data
    if "[" not in found[2]:
        _over_link(session, _settings(found[1]), found[2])
        return
    shared, legs = _settings(found[1]), LEG.findall(found[2])
    assert len(legs) == found[2].count("[")
    assert shared["ignore_early_media"] == "true"  # or a recorded announcement counts as an answer
    assert session.variables["hangup_after_bridge"] == "false"
    assert session.variables["continue_on_fail"] == "true"
    if session.is_answered:
        assert session.variables["transfer_ringback"]  # or the caller hears nothing
    session.variables.pop("last_bridge_proto_specific_hangup_cause", None)
    number, disposition = _ring(session, shared, legs)
    session.variables["originate_disposition"] = disposition
    if disposition != "SUCCESS":
        return
    index = [re.sub(r".*/", "", target) for _, target in legs].index(number)
    imported = session.variables["import"].split(",")
    assert imported == ["answered_time", "prozvon_leg"]
    telephone = session.telephones[number]
    session.is_answered = session.has_media = True
    picked_up_s = session.t - (telephone.hears_s if "group_confirm_key" in shared else 0.0)
    session.variables["answered_time"] = str(int((1_795_000_000 + picked_up_s) * 1_000_000))
    session.variables["prozvon_leg"] = _settings(legs[index][0])["prozvon_leg"]
    for tape in session.tapes.values():
        tape.append((session.t, "bridged"))
    session._advance(min(session.t + telephone.talks_s, session.hangs_up_at))
    session.queue.clear()  # keys pressed in a talk go to the other side


def _over_link(session: FakeSession, shared: dict[str, str], target: str) -> None:
    """To another switch: `session.links` says of a target how long they talk, or why not."""
    assert shared["ignore_early_media"] == "true"
    assert not session.behind
    found = session.links.get(target, "INVALID_GATEWAY")
    session.variables["originate_disposition"] = found if isinstance(found, str) else "SUCCESS"
    if not isinstance(found, str):
        session._advance(min(session.t + found, session.hangs_up_at))


def _ring(session: FakeSession, shared: dict[str, str], legs: list[tuple[str, str]]) -> tuple[str, str]:
    """(number that answered, originate_disposition)."""
    began_s, failed = session.t, []
    ends: list[tuple[float, str, str, str]] = []  # second, number, cause, what the network said
    for settings, target in legs:
        number = re.sub(r".*/", "", target)
        telephone = session.telephones.get(number, Telephone())
        patience_s = float(_settings(settings)["leg_timeout"])
        if "dead" in target:
            ends.append((began_s, number, "NORMAL_TEMPORARY_FAILURE", "sip:503"))
        elif telephone.cause:
            ends.append((began_s + (telephone.rings_s or 0), number, telephone.cause, telephone.sip))
        elif telephone.rings_s is None or telephone.rings_s > patience_s:
            ends.append((began_s + patience_s, number, "ALLOTTED_TIMEOUT", ""))
        else:
            ends.append(_picked_up(began_s + telephone.rings_s, number, telephone, shared))
    for at_s, number, cause, said in sorted(ends):
        while session.t < at_s:
            session._advance(min(at_s, session._next_event()))
            if not session.is_up:
                return "", "ORIGINATOR_CANCEL"
            if _is_cancelled(session):
                return "", "NO_ANSWER"
        if cause == "SUCCESS":
            return number, cause
        failed.append((cause, said))
    cause, said = failed[-1]
    if said:
        session.variables["last_bridge_proto_specific_hangup_cause"] = said
    return "", cause


def _picked_up(
    at_s: float, number: str, telephone: Telephone, shared: dict[str, str]
) -> tuple[float, str, str, str]:
    key, sound = shared.get("group_confirm_key"), shared.get("group_confirm_file", "")
    if key is None:
        return at_s, number, "SUCCESS", ""
    files = re.sub(r"^(playback )?(file_string://)?", "", sound).split("!")
    if not all("://" in file or Path(file).is_file() for file in files):
        return at_s, number, "DESTINATION_OUT_OF_ORDER", ""
    if key == "exec" or telephone.presses == key:
        return at_s + telephone.hears_s, number, "SUCCESS", ""
    return at_s + float(shared["group_confirm_timeout"]), number, "ALLOTTED_TIMEOUT", ""


def _is_cancelled(session: FakeSession) -> bool:
    """Keys are read while it rings, and lost, where there is sound on the line."""
    key = session.variables.get("origination_cancel_key")
    if not key or not session.has_media:
        return False
    pressed, session.queue = session.queue, []
    return key in pressed


def record(session: FakeSession, data: str) -> None:
    path, limit, thresh, hits = data.split(" ")
    ends, left = session.variables["playback_terminators"], int(hits)
    ends = "0123456789*#" if ends == "any" else ends
    session.has_media = True
    session.variables["silence_hits_exhausted"] = "false"
    session.variables.pop("playback_terminator_used", None)
    if not Path(path).parent.is_dir() or session.disk_is_full_after_s <= 0:
        session.hangup("DESTINATION_OUT_OF_ORDER")
        return
    began_s, quiet_s, unsent_s = session.t, 0.0, 0.0
    while session.is_up and session.t - began_s < min(int(limit) + 0.9, session.disk_is_full_after_s):
        if session.queue and session.queue[0] in ends:
            session.variables["playback_terminator_used"] = session.queue.pop(0)
            break
        session.queue[:] = session.queue[1:]
        is_loud = abs(_level(session)) >= int(thresh)
        quiet_s = 0.0 if is_loud else quiet_s + FRAME_S
        unsent_s += FRAME_S if not is_loud and not session.sends_media else 0.0
        if int(thresh) and quiet_s > left - 1e-6:
            session.variables["silence_hits_exhausted"] = "true"
            break
        session._advance(min(session.t + FRAME_S, session.hangs_up_at))
    seconds = max(0.0, session.t - began_s - unsent_s - 0.06)
    session.variables["record_ms"] = str(round(seconds * 1000))
    _write(path, seconds)


def _level(session: FakeSession) -> int:
    at = session.t * 1000
    for ms, level in session.sound:
        if at < ms:
            return level
        at -= ms
    return 0


def record_session(session: FakeSession, data: str) -> None:
    path = data.split(" ")[0]
    assert path not in session.tapes
    session.tapes[path] = [(session.t, "waits" if "RECORD_BRIDGE_REQ=true" in data else "on")]


def mask(session: FakeSession, path: str) -> None:
    session.tapes[path].append((session.t, "masked"))


def unmask(session: FakeSession, path: str) -> None:
    session.tapes[path].append((session.t, "unmasked"))


def stop_tape(session: FakeSession, path: str) -> None:
    tape = session.tapes.get(path)
    if not tape or tape[-1][1] == "off":
        return
    if tape[0][1] == "on" or any(what == "bridged" for _, what in tape):
        _write(path, 1.0)
    tape.append((session.t, "off"))


class FakeEvent:
    """`freeswitch.Event`, of a session once `setEventData` was called."""

    def __init__(self, kind: str, subclass: str) -> None:
        assert (kind, subclass) == ("CUSTOM", "prozvon::ask")
        self.session: FakeSession | None = None
        self.headers: dict[str, str] = {}

    def addHeader(self, name: str, value: str) -> bool:  # noqa: N802
        self.headers[name] = value
        return True

    def fire(self) -> bool:
        assert self.session is not None  # or nobody knows whose it is
        ask(self.session, self.headers["Prozvon-Ask"])
        return True


def ask(session: FakeSession, text: str) -> None:
    question: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    session.asked.append(question)
    answer = session.desk(question)
    if answer is not None:
        session.later.append((session.t + answer[0], f"prozvon_answer_{question['n']}", answer[1]))


def answer(session: FakeSession, data: str) -> None:
    assert data == ""
    session.is_answered = session.has_media = True


def ring_ready(session: FakeSession, data: str) -> None:
    assert data == ""
    if session.has_media:
        session.faults.append("ringing that nobody hears")


def _write(path: str, seconds: float) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * int(seconds * 8000)))


APPLICATIONS: dict[str, Callable[[FakeSession, str], None]] = {
    "bridge": bridge,
    "record": record,
    "record_session": record_session,
    "record_session_mask": mask,
    "record_session_unmask": unmask,
    "answer": answer,
    "ring_ready": ring_ready,
    "displace_session": fake_legs.displace,
    "stop_displace_session": fake_legs.stop_displace,
}
