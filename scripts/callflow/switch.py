"""The few things the driver uses of a FreeSWITCH session, and the rules for using them.

mod_python3 holds one lock for all scripts of the switch. These calls give it up while they wait: streamFile, speak,
getDigits, sleep, execute, hangup, and bridge of two sessions. All others here return at once. Arguments are always str
or int.
"""

from __future__ import annotations

import time
from typing import Any, Protocol


class Session(Protocol):
    """`freeswitch.Session` as far as it is used (src/switch_cpp.cpp), and what a simulated one must have.

    streamFile and speak return 1 when played to the end, else 0: a missing sound, no voice, cut by a key, or
    hung up. getVariable may return None. After hang-up `ready()` is False and all calls return at once.
    """

    def ready(self) -> bool: ...
    def getVariable(self, name: str) -> str | None: ...  # noqa: N802
    def setVariable(self, name: str, value: str) -> None: ...  # noqa: N802
    def streamFile(self, path: str) -> int: ...  # noqa: N802
    def set_tts_params(self, engine: str, voice: str) -> None: ...
    def speak(self, text: str) -> int: ...
    def sleep(self, ms: int) -> int: ...
    def getDigits(self, most: int, ends: str, timeout_ms: int, interdigit_ms: int) -> str: ...  # noqa: N802
    def flushDigits(self) -> Any: ...  # noqa: N802
    def setInputCallback(self, function: Any, argument: Any) -> None: ...  # noqa: N802
    def unsetInputCallback(self) -> None: ...  # noqa: N802
    def execute(self, application: str, data: str) -> None: ...
    def answered(self) -> bool: ...
    def bridged(self) -> bool: ...
    def setEventData(self, event: Any) -> None: ...  # noqa: N802
    def hangup(self, cause: str) -> None: ...
    def destroy(self) -> None: ...


def now_s(session: Session) -> float:
    """Seconds on a clock that never goes back; a simulated session brings its own in `monotonic()`."""
    monotonic = getattr(session, "monotonic", time.monotonic)
    return float(monotonic())


def instant_s(session: Session, *names: str) -> float:
    """The first of these variables that holds an instant, by the switch's own clock, in seconds since the epoch; the
    machine's time where none does. `created_time` and `answered_time` are such, in microseconds.
    """
    for name in names:
        text = variable(session, name)
        if text.isascii() and text.isdigit() and 10**14 < int(text[:20]) < 10**17:
            return int(text) / 1e6
    return time.time()


def variable(session: Session, name: str) -> str:
    return session.getVariable(name) or ""


def fire(session: Session, subclass: str, header: str, value: str) -> None:
    """An event of this call, with a header of its own. Not by the application `event`: what an application is given
    stands in the switch's log and in the CDR, and this may hold what a caller entered in private.
    """
    from freeswitch import Event  # type: ignore[attr-defined]  # as in `log`

    event = Event("CUSTOM", subclass)
    session.setEventData(event)
    event.addHeader(header, value)
    event.fire()


def leg_of(uuid: str) -> Session:
    """Another channel of this switch; one that is not `ready()` where there is none. `uuid` must be a UUID and nothing
    else: the switch would dial a text with a slash in it. Whoever asks for it destroys it, or the channel never ends.
    """
    from freeswitch import Session as Channel  # type: ignore[attr-defined]  # as in `log`

    found: Session = Channel(uuid)
    return found


def talk(session: Session, other: Session) -> None:
    """Let two channels hear each other until one of them is gone. A callback would be called for the other's keys too,
    and end the talk.
    """
    from freeswitch import bridge  # type: ignore[attr-defined]  # as in `log`

    session.unsetInputCallback()
    bridge(session, other)


def log(level: str, text: str) -> None:
    """One line in the switch's log. Outside a switch there is none."""
    try:
        from freeswitch import consoleLog  # type: ignore[attr-defined]  # also the name of a folder of ours
    except ImportError:
        return
    consoleLog(level, "prozvon: " + " ".join(text[:2000].split())[:1900] + "\n")
