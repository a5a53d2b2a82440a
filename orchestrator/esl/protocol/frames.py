"""Cuts the stream into messages: header lines, a blank line, as many bytes of body as Content-Length says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.esl.protocol.errors import PeerError
from orchestrator.esl.protocol.headers import find_blank, parse_head
from orchestrator.esl.protocol.limits import Limits

_MAX_DIGITS = 18  # of a Content-Length: more is nonsense, and int() is slow on a long text
_LINE_ENDS = b"\r\n"

# The header block of a JSON event, exactly as the switch prints it (mod_event_socket.c: read_packet). Nearly
# all traffic is this, so it is recognised without taking lines apart.
_JSON_EVENT = re.compile(rb"Content-Length: (\d{1,18})\nContent-Type: text/event-json\n\n")


@dataclass(slots=True)
class Frame:
    """One message as it stood on the wire: its header block's lines, and its body's bytes."""

    content_type: str
    headers: dict[str, str]
    body: bytes


class FrameReader:
    """Bytes in through `feed`, frames out of `read` until it gives None. However a stream is split.

    `json_events` is a short cut for what comes most; whoever takes it does so before each `read`.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""
        self._start = 0  # of the message being read, or of its body once its headers are known
        self._later: list[
            bytes
        ] = []  # what came after the buffer, while `_missing` bytes of a body were awaited
        self._missing = 0
        self._search = 0  # no blank line begins before here
        self._headers: dict[str, str] | None = None  # of the message whose body is being waited for
        self._content_type = ""
        self._length = 0  # of that body

    def feed(self, data: bytes) -> None:
        if self._missing > 0:
            # A long body comes in many reads: they are put together once, when it is all there.
            self._missing -= len(data)
            self._later.append(data)
            if self._missing > 0:
                return
            data = b"".join(self._later)
            self._later.clear()
            self._missing = 0
        rest = self._buffer[self._start :]
        self._buffer = rest + data if rest else data
        self._search = max(0, self._search - self._start)
        self._start = 0

    @property
    def is_between(self) -> bool:
        """Whether the stream stands between two messages, where it may end without a loss."""
        return self._headers is None and not self._later and not self._buffer[self._start :].strip(_LINE_ENDS)

    def json_events(self) -> Iterator[bytes]:
        """The bodies of the whole JSON events that come next. Raises `PeerError`.

        To be read to its end: only then is the reader past them.
        """
        if self._headers is not None or self._missing:
            return
        buffer, start, limit = self._buffer, self._start, self._limits.event
        size = len(buffer)
        while (found := _JSON_EVENT.match(buffer, start)) is not None:
            length = int(found[1])
            if length > limit:
                raise _too_long(length, limit)
            begin = found.end()
            end = begin + length
            if end > size:
                self._missing = end - size
                break
            start = end
            yield buffer[begin:end]
        self._start = start

    def read(self) -> Frame | None:
        """The next whole message, or None until more was fed. Raises `PeerError`: the stream is lost then."""
        if self._missing:
            return None
        headers = self._headers
        if headers is None:
            headers = self._headers = self._read_head()
            if headers is None:
                return None
        start = self._start
        end = start + self._length
        if end > len(self._buffer):
            self._missing = end - len(self._buffer)
            return None
        self._start = end
        self._headers = None
        return Frame(self._content_type, headers, self._buffer[start:end])

    def _read_head(self) -> dict[str, str] | None:
        """The header block that begins at `_start`, if it is all there; `_start` is behind it then."""
        buffer = self._buffer
        while self._start < len(buffer) and buffer[self._start] in _LINE_ENDS:
            # Blank lines between messages mean nothing. A reply text that ends in a line break leaves one.
            self._start += 1
        start = self._start
        end, after = find_blank(buffer, max(start, self._search))
        limit = self._limits.header_block
        # Two bytes of slack: the blank line's first bytes may be at the buffer's end already.
        if end - start > limit or (end < 0 and len(buffer) - start > limit + 2):
            raise PeerError(f"a header block longer than {limit} bytes")
        if end < 0:
            self._search = max(start, len(buffer) - 2)
            return None
        headers = parse_head(buffer[start:end], line_limit=self._limits.line)
        self._accept(headers)
        self._start = after
        return headers

    def _accept(self, headers: dict[str, str]) -> None:
        try:
            self._content_type = headers["Content-Type"]
        except KeyError:
            raise PeerError("a message without Content-Type") from None
        digits = headers.get("Content-Length", "0")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > _MAX_DIGITS:
            raise PeerError(f"Content-Length is not a number: {digits[:40]!r}")
        self._length = int(digits)
        is_event = self._content_type.startswith("text/event-")
        limit = self._limits.event if is_event else self._limits.content_length
        if self._length > limit:
            raise _too_long(self._length, limit)


def _too_long(length: int, limit: int) -> PeerError:
    return PeerError(f"a body of {length} bytes, over the limit of {limit}")
