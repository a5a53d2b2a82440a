"""Listens to the beginning of a call on a session: who answered, and has a machine finished its greeting.

The switch records the callee to a private file in memory (`prozvon_tmp`), which loses its name as soon as it
is open, so nothing recorded outlives the call whatever crashes.
"""

from __future__ import annotations

import contextlib
import os

from .listener import Detector, GreetingEnd
from .names import ATTEMPT, FOLDER
from .sound import FRAME_MS, SAMPLES, Meter
from .switch import Session, log, now_s, variable
from .talk import Talk
from .wav import GrowingWav, NotWav

FOLDERS = ("/dev/shm",)  # noqa: S108  # memory, where there is some
LISTENING_POLICIES = ("leave_message", "hang_up", "treat_as_human")
PREFIX, SUFFIX = "prozvon-", ".wav"
LEFT_S = 120  # a recording under way is younger
NOTHING = (0,) * SAMPLES
SLEEP_MS = 100
LATE_MS = 300  # how late sound may come out of the switch's recorder
LISTEN_MAX_S = 45  # the switch stops recording then by itself
SLEEPS_MAX = LISTEN_MAX_S * 1000 // SLEEP_MS

# record_session's own variables (switch_ivr_async.c, 1.10.7 and later): the callee's side alone; written out at once,
# for by default 64 KB, four seconds, stay in a buffer; from the first frame, not after 25; and by the call's own
# thread, without one more that takes 10 ms to start.
RECORDING = (
    "{RECORD_READ_ONLY=true,enable_file_write_buffering=false,"
    "RECORD_PRE_BUFFER_FRAMES=1,RECORD_USE_THREAD=false}"
)


def listen(session: Session, program: dict[str, object]) -> str:
    """human, machine or unknown. On a machine that is to be left a message, waits until it listens.

    Returns soon when the caller hangs up, and unknown whenever it cannot hear.
    """
    policy = program.get("machine")
    if policy not in LISTENING_POLICIES:
        return "unknown"
    path = recording_path(session)
    if not path:
        log("err", "no valid prozvon_attempt or prozvon_tmp: not listening for machines")
        return "unknown"
    session.execute("record_session", f"{path} +{LISTEN_MAX_S} {RECORDING}")
    try:
        return _listen(session, path, waits_for_end=policy == "leave_message")
    except (OSError, NotWav) as error:
        log("err", f"cannot hear the callee: {type(error).__name__}")
        return "unknown"
    finally:
        if session.ready():
            session.execute("stop_record_session", path)
        _remove(path)


def recording_path(session: Session) -> str:
    """Where the switch may record this attempt; "" when its id or folder may not stand in a dialplan."""
    attempt = variable(session, "prozvon_attempt")
    folder = variable(session, "prozvon_tmp") or next(filter(os.path.isdir, FOLDERS), "/tmp")  # noqa: S108
    if not ATTEMPT.fullmatch(attempt) or not FOLDER.fullmatch(folder) or ".." in folder:
        return ""
    return f"{folder.rstrip('/')}/{PREFIX}{attempt}{SUFFIX}"


def _listen(session: Session, path: str, *, waits_for_end: bool) -> str:
    wav = GrowingWav(path)
    _remove(path)
    try:
        _remove_left(os.path.dirname(path), wav.changed_s())
        return _decide(session, wav, waits_for_end=waits_for_end)
    finally:
        wav.close()


def _decide(session: Session, wav: GrowingWav, *, waits_for_end: bool) -> str:
    meter, talk, detector, greeting_end = Meter(), Talk(), Detector(), GreetingEnd()
    verdict = ""
    heard = 0
    began_s = now_s(session)
    for _ in range(SLEEPS_MAX):
        frames = wav.frames()
        # A telephone that sends nothing while it hears nothing is silent, not stopped in time.
        due = int((now_s(session) - began_s) * 1000 - LATE_MS) // FRAME_MS
        frames += [NOTHING] * (due - heard - len(frames))
        heard += len(frames)
        for samples in frames:
            talk.hear(meter.measure(samples, talk.noise))
            has_ended = waits_for_end and greeting_end.judge(talk)
            verdict = verdict or detector.judge(talk)
            if verdict and (verdict != "machine" or has_ended or not waits_for_end):
                return verdict
        if not session.ready():
            break
        session.sleep(SLEEP_MS)
    return verdict or "unknown"


def _remove_left(folder: str, now_s: float) -> None:
    """What a switch that was killed between making a recording and our opening it has left."""
    with os.scandir(folder) as entries:
        for entry in entries:
            is_ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
            if is_ours and now_s - _changed_s(entry) > LEFT_S:
                _remove(entry.path)


def _changed_s(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:  # the call it was of has opened it meanwhile
        return float("inf")


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):  # gone already
        os.unlink(path)
