"""A recording, or a part of it, brought here from whichever switch has it: for those who ask the API."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.recordings import Api, NoRecording, connected, is_here, read_recording, size_of
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch

ASK_S = 20.0  # for each piece
IN_MEMORY = 1 << 20

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes from `begin` up to before `end`. is_whole: nobody has asked for less."""

    begin: int
    end: int
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """file: the part's bytes, from its beginning; whoever gets it closes it. size: of the whole recording."""

    switch: str
    size: int
    part: Part
    file: IO[bytes]


class NoSuchPart(Exception):  # noqa: N818  # not an error of ours
    """Nothing of what was asked for is in the recording, which has `size` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the recording has {size} bytes")
        self.size = size


def part_of(wanted: str | None, size: int) -> Part:
    """What a header `Range` (RFC 9110, 14.2) asks for: one range of bytes. Any other header asks for the whole.
    NoSuchPart.
    """
    found = _RANGE.match((wanted or "").replace(" ", ""))
    if found is None or found[0] == "bytes=-" or (found[1] and found[2] and int(found[1]) > int(found[2])):
        return Part(begin=0, end=size, is_whole=True)
    first, last = found[1], found[2]
    begin = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if begin >= size:
        raise NoSuchPart(size)
    return Part(begin=begin, end=end, is_whole=False)


def fetch(settings: Settings, name: str, part: Callable[[int], Part], switch: str | None = None) -> Sound:
    """From this switch, or the first one that has it. part: which part of so many bytes.

    NoRecording: no switch has it. Undelivered: a switch that may have it cannot be asked now. KeyError: no such switch.
    What `part` raises goes through.
    """
    asked = settings.switches if switch is None else {switch: settings.switches[switch]}
    most = round(settings.recordings.fetch_mb * 1e6)
    missing: list[str] = []
    away: list[str] = []
    for each, found in sorted(asked.items(), key=lambda item: not is_here(item[1], name)):
        try:
            return _from(each, found, name, most, part)
        except NoRecording as error:
            missing.append(error.why)
        except Undelivered as error:
            away.append(f"{each}: {error.why}")
    if away:
        raise Undelivered("; ".join(away))
    raise NoRecording(missing[0])


def _from(name: str, switch: Switch, recording: str, most: int, part: Callable[[int], Part]) -> Sound:
    with _asking(switch, recording) as api:
        size = size_of(switch, api, recording, most)
        wanted = part(size)
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by whoever reads it
        try:
            for block in read_recording(switch, api, recording, most, wanted.begin, wanted.end):
                file.write(block)
            if file.tell() != wanted.end - wanted.begin:
                raise Undelivered("it has changed while it was read")
            file.seek(0)
        except BaseException:
            file.close()
            raise
    return Sound(switch=name, size=size, part=wanted, file=file)


@contextmanager
def _asking(switch: Switch, recording: str) -> Iterator[Api | None]:
    """None: it need not be asked."""
    if is_here(switch, recording):
        yield None
        return
    try:
        with connected(switch, ASK_S) as api:
            yield api
    except (EslError, KnownError) as error:
        raise Undelivered(str(error)) from None
