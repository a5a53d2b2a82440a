"""Recordings of calls, which switches keep: read piece by piece from a folder here, or through the switch itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.esl.connection import Connection
from orchestrator.esl.protocol import EslError
from orchestrator.esl.timeouts import Timeouts
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.settings_parts.switch_settings import Switch

ASK = "python prozvon_switch recording"  # scripts/switch/prozvon_switch.py
FORGET = "python prozvon_switch forget recordings"
FOLDER = "recordings"  # below the switch's root

ASK_S = 300.0  # for each answer: removing a hundred thousand files takes a while

_TIMEOUTS = Timeouts(connect_s=3.0, greeting_s=3.0, auth_s=3.0)
_NAME = re.compile(r"\d{4}/\d{2}/\d{2}/[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}\.wav\Z")
_SAID = re.compile(r"\+OK (\d{1,15})\s*\n")
_BLOCK = 1 << 18
_HEADER_BYTES = 44  # of a WAV file: with no more than that nothing was recorded

Api = Callable[[str], str]


class NoRecording(Exception):  # noqa: N818  # not an error of ours
    """There is none, and there will be none: `why`, for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_name(name: str) -> bool:
    """Whether it is the name of a recording: YYYY/MM/DD/CALL.WHAT.wav, below the switch's folder of recordings."""
    return _NAME.match(name) is not None


@contextmanager
def connected(switch: Switch, ask_s: float = ASK_S) -> Iterator[Api]:
    """A connection of its own: what takes long holds up the connection it is asked on. EslError, KnownError."""
    connection = Connection(switch.host, switch.port, switch.password(), timeouts=_TIMEOUTS)
    try:
        connection.connect()
        yield lambda command: connection.api(command, ask_s)
    finally:
        connection.close()


def read_recording(switch: Switch, api: Api | None, name: str, most_bytes: int) -> Iterator[bytes]:
    """The recording's bytes. api: runs a command on the switch; None while it is not connected.

    NoRecording: it is not there, or empty, or larger than `most_bytes`. Undelivered: nobody can tell now.
    """
    if not is_name(name):
        raise NoRecording(f"{name[:80]!r} is not the name of a recording")
    here = None if switch.ssh else _here(switch.root / FOLDER / name)
    if here is not None:
        yield from _from_folder(here, most_bytes)
    elif api is None:
        raise Undelivered("the switch is not connected")
    else:
        yield from _from_switch(api, name, most_bytes)


def forget_recordings(api: Api, days: int) -> int:
    """Have a switch remove recordings older than so many days; how many it removed. EslError, or ValueError with what
    it said instead.
    """
    said = api(f"{FORGET} {days}")
    found = re.match(r"\+OK (\d+)", said)
    if not found:
        raise ValueError(" ".join(said.split())[:100] or "nothing")
    return int(found[1])


def _here(path: Path) -> Path | None:
    """A file that we can read; anything else is for the switch to say."""
    try:
        with path.open("rb"):
            return path
    except OSError:
        return None


def _from_folder(path: Path, most_bytes: int) -> Iterator[bytes]:
    try:
        _check(path.stat().st_size, most_bytes)
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise Undelivered(f"the recording cannot be read: {error.strerror}") from None


def _from_switch(api: Api, name: str, most_bytes: int) -> Iterator[bytes]:
    at, size = 0, 1
    while at < size:
        size, data = _piece(api, name, at)
        _check(size, most_bytes)
        if not data:
            raise Undelivered("the switch says less of the recording than there is")
        at += len(data)
        yield data


def _piece(api: Api, name: str, at: int) -> tuple[int, bytes]:
    try:
        said = api(f"{ASK} {name} {at}")
    except EslError as error:
        raise Undelivered(f"the switch was asked in vain: {error}") from None
    if said.startswith("-ERR missing"):
        raise NoRecording("it is not on the switch: was its disk full?")
    found = _SAID.match(said)
    if not found:
        raise Undelivered(f"the switch says {' '.join(said.split())[:80]!r}: is `prozvon deploy` due?")
    try:
        data = base64.b64decode("".join(said[found.end() :].split()), validate=True)
    except (binascii.Error, ValueError):
        raise Undelivered("the switch's answer is not base64") from None
    if int(found[1]) == 0:
        raise NoRecording("it is empty: was the switch's disk full?")
    return int(found[1]), data


def _check(size: int, most_bytes: int) -> None:
    if size <= _HEADER_BYTES:
        raise NoRecording("it is empty: was the switch's disk full?")
    if size > most_bytes:
        raise NoRecording(f"it has {size / 1e6:.1f} MB, and {most_bytes / 1e6:g} MB are allowed")
