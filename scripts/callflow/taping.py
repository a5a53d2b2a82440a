"""Recordings: of the caller, of both sides, and what of them is silent."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from .course import Course
from .moves import Gone, Input, Played, Record, Recorded, Tape
from .music import BEEP
from .names import RECORDING
from .switch import Session, log, now_s, variable

FOLDER = "recordings"  # of the switch's root
FREE_MIN = 2_000_000  # bytes that must be free: two minutes of a caller
PROBE = bytes(16_384)
QUIET = 200  # mean amplitude of 16-bit samples below which a frame of sound is silence
SPEECH_MIN_S = 0.1
TAPE_MAX_S = 4 * 3600
RECORD_MAX_S = 3600
PRIVATE = {
    # Keys are in no log (switch_cpp.cpp, getDigits), and not in the CDR (switch_channel.c, set_timestamps).
    "sensitive_dtmf": "true",
    "digits_dialed_filter": ".+",
}


def place_of(root: str, name: str) -> str:
    """Where a recording is to be written, its folder made and room found; "" when that cannot be.

    The switch hangs the caller up when it cannot open the file (`record`, mod_dptools.c): hence the probe.
    """
    if not RECORDING.fullmatch(name):
        log("err", "no name for a recording: " + name[:200])
        return ""
    path = os.path.join(root, FOLDER, name)
    try:
        os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
        space = os.statvfs(os.path.dirname(path))
        if space.f_bavail * space.f_frsize < FREE_MIN:
            raise OSError("the disk is full")
        with open(path, "wb") as file:
            file.write(PROBE)
    except OSError as error:
        log("err", f"cannot record: {type(error).__name__}: {error}")
        path = ""
    finally:
        remove(os.path.join(root, FOLDER, name))
    return path


def record(session: Session, action: Record, course: Course) -> Input:
    """Record the caller. What they said before they hung up is kept."""
    if action.flush:
        session.flushDigits()
    if not session.ready():
        return Gone()
    path = place_of(course.root, action.name)
    if not path:
        return Recorded(0.0, "failed")
    if action.beep:
        session.streamFile(BEEP)
    for name in ("record_ms", "playback_terminator_used", "silence_hits_exhausted"):
        session.setVariable(name, "")
    session.setVariable("playback_terminators", action.end or "any")
    silence_s = round(action.silence_s)
    began_s = now_s(session)
    if session.ready():
        limit_s = max(1, min(RECORD_MAX_S, int(action.max_s)))
        session.execute("record", f"{path} {limit_s} {QUIET if silence_s else 0} {silence_s}")
    return _recorded(session, path, silence_s, now_s(session) - began_s)


def _recorded(session: Session, path: str, silence_s: int, took_s: float) -> Recorded:
    """What came of it: silence at its end is no recording."""
    text = variable(session, "record_ms")
    seconds = min(int(text[:9]) / 1000, took_s + 1) if text.isascii() and text.isdigit() else 0.0
    key = variable(session, "playback_terminator_used")[:1]
    if not session.ready():
        end = "gone"
    elif key:
        end = key
    elif variable(session, "silence_hits_exhausted") == "true":
        end = "silence"
        unwritten_s = max(0.0, took_s - seconds)  # of a telephone that sends nothing while nobody speaks
        seconds = round(seconds - max(0.0, silence_s - unwritten_s), 1)
        seconds = seconds if seconds > SPEECH_MIN_S else 0.0
    else:
        end = "limit"
    session.setVariable("playback_terminators", "")
    if seconds <= 0:
        remove(path)
    return Recorded(seconds, end)


def tape(session: Session, action: Tape, course: Course) -> Input:
    """Record both sides from now on; the switch ends it with the call. The call goes on though it fails."""
    if not session.ready():
        return Gone()
    path = place_of(course.root, action.name)
    if path:
        stereo = "true" if action.stereo else "false"
        session.execute("record_session", f"{path} +{TAPE_MAX_S} {{RECORD_STEREO={stereo}}}")
        course.tapes.append(path)
    else:
        course.unwritten.append(action.name)
    return Played()


def in_private(session: Session, course: Course, carry_out: Callable[[], Input]) -> Input:
    """Carry out something that no recording and no log may have."""
    for name, value in PRIVATE.items():
        session.setVariable(name, value)
    if session.ready():
        for path in course.tapes:
            session.execute("record_session_mask", path)
    try:
        return carry_out()
    finally:
        if session.ready():
            for path in course.tapes:
                session.execute("record_session_unmask", path)
        session.setVariable("sensitive_dtmf", "")


def remove(path: str) -> None:
    with contextlib.suppress(OSError):  # gone already, or never made
        os.unlink(path)
