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


def read_recording(
    switch: Switch, api: Api | None, name: str, most_bytes: int, begin: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """The recording's bytes, from `begin` up to before `end`. api: runs a command on the switch; None while it is not
    connected.

    NoRecording: it is not there, or empty, or larger than `most_bytes`. Undelivered: nobody can tell now.
    """
    here = _place(switch, name)
    if here is not None:
        yield from _from_folder(here, most_bytes, begin, end)
    elif api is None:
        raise Undelivered("the switch is not connected")
    else:
        yield from _from_switch(api, name, most_bytes, begin, end)


def size_of(switch: Switch, api: Api | None, name: str, most_bytes: int) -> int:
    """Its bytes. Raises as `read_recording`."""
    here = _place(switch, name)
    if here is not None:
        try:
            size = here.stat().st_size
        except OSError as error:
            raise Undelivered(f"the recording cannot be read: {error.strerror}") from None
    elif api is None:
        raise Undelivered("the switch is not connected")
    else:
        size, _ = _piece(api, name, 0)
    _check(size, most_bytes)
    return size


def is_here(switch: Switch, name: str) -> bool:
    """Whether the file is in a folder of this machine: nobody need be asked for it."""
    return _place(switch, name) is not None


def forget_recordings(api: Api, days: int) -> int:
    """Have a switch remove recordings older than so many days; how many it removed. EslError, or ValueError with what
    it said instead.
    """
    said = api(f"{FORGET} {days}")
    found = re.match(r"\+OK (\d+)", said)
    if not found:
        raise ValueError(" ".join(said.split())[:100] or "nothing")
    return int(found[1])


def _place(switch: Switch, name: str) -> Path | None:
    """A file that we can read; anything else is for the switch to say. NoRecording: that is no name of one."""
    if not is_name(name):
        raise NoRecording(f"{name[:80]!r} is not the name of a recording")
    if switch.ssh:
        return None
    path = switch.root / FOLDER / name
    try:
        with path.open("rb"):
            return path
    except OSError:
        return None


def _from_folder(path: Path, most_bytes: int, begin: int, end: int | None) -> Iterator[bytes]:
    try:
        size = path.stat().st_size
        _check(size, most_bytes)
        left = (size if end is None else min(end, size)) - begin
        with path.open("rb") as file:
            file.seek(begin)
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                yield block
    except OSError as error:
        raise Undelivered(f"the recording cannot be read: {error.strerror}") from None


def _from_switch(api: Api, name: str, most_bytes: int, begin: int, end: int | None) -> Iterator[bytes]:
    at, until = begin, begin + 1
    while at < until:
        size, data = _piece(api, name, at)
        _check(size, most_bytes)
        until = size if end is None else min(end, size)
        if not data and at < until:
            raise Undelivered("the switch says less of the recording than there is")
        yield data[: max(0, until - at)]
        at += len(data)


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
