"""Cuts the stream into messages: header lines, a blank line, as many bytes of body as Content-Length says."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.esl.protocol.errors import PeerError
from orchestrator.esl.protocol.headers import find_blank, parse_head
from orchestrator.esl.protocol.limits import Limits

# The header block of a JSON event, exactly as the switch prints it (mod_event_socket.c: read_packet). Nearly
# all traffic is this, so it is recognised without taking lines apart.
_JSON_START = b"Content-Length: "
_JSON_END = b"\nContent-Type: text/event-json"
_JSON_DIGITS = slice(len(_JSON_START), -len(_JSON_END))
_JSON_HEADERS = {"Content-Type": "text/event-json"}

_MAX_DIGITS = 18  # of a Content-Length: more is nonsense, and int() is slow on a long text
_LINE_ENDS = b"\r\n"


@dataclass(slots=True)
class Frame:
    """One message as it stood on the wire: its header block's lines, and its body's bytes."""

    content_type: str
    headers: dict[str, str]
    body: bytearray


class FrameReader:
    """Bytes in through `feed`, frames out of `read` until it gives None. However a stream is split."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._start = 0  # of the message being read, or of its body once its headers are known
        self._search = 0  # no blank line begins before here
        self._headers: dict[str, str] | None = None  # of the message whose body is being waited for
        self._content_type = ""
        self._length = 0  # of that body

    def feed(self, data: bytes) -> None:
        if self._start:
            del self._buffer[: self._start]
            self._search -= self._start
            self._start = 0
        self._buffer += data

    @property
    def is_between(self) -> bool:
        """Whether the stream stands between two messages, where it may end without a loss."""
        return self._headers is None and not self._buffer[self._start :].strip(_LINE_ENDS)

    def read(self) -> Frame | None:
        """The next whole message, or None until more was fed. Raises `PeerError`: the stream is lost then."""
        headers = self._headers
        if headers is None:
            self._read_head()
            headers = self._headers
            if headers is None:
                return None
        start = self._start
        end = start + self._length
        if len(self._buffer) < end:
            return None
        self._start = self._search = end
        self._headers = None
        return Frame(self._content_type, headers, self._buffer[start:end])

    def _read_head(self) -> None:
        """Take the header block that begins at `_start`, if it is all there."""
        buffer = self._buffer
        while self._start < len(buffer) and buffer[self._start] in _LINE_ENDS:
            # Blank lines between messages mean nothing. A reply text that ends in a line break leaves one.
            self._start += 1
        start = self._start
        end, after = find_blank(buffer, max(start, self._search))
        if end < 0:
            # Two bytes of slack: the blank line's first bytes may be at the buffer's end already.
            if len(buffer) - start > self._limits.header_block + 2:
                raise PeerError(f"a header block longer than {self._limits.header_block} bytes")
            self._search = max(start, len(buffer) - 2)
            return
        if end - start > self._limits.header_block:
            raise PeerError(f"a header block longer than {self._limits.header_block} bytes")
        self._accept(bytes(buffer[start:end]))
        self._start = after

    def _accept(self, head: bytes) -> None:
        if head.startswith(_JSON_START) and head.endswith(_JSON_END):
            self._headers = _JSON_HEADERS
            self._content_type = "text/event-json"
            self._length = self._content_length(head[_JSON_DIGITS])
            return
        headers = parse_head(head, line_limit=self._limits.line)
        try:
            self._content_type = headers["Content-Type"]
        except KeyError:
            raise PeerError("a message without Content-Type") from None
        self._length = self._content_length(headers.get("Content-Length", "0").encode())
        self._headers = headers

    def _content_length(self, digits: bytes) -> int:
        if not digits.isdigit() or len(digits) > _MAX_DIGITS:
            raise PeerError(f"Content-Length is not a number: {digits[:40]!r}")
        length = int(digits)
        is_event = self._content_type.startswith("text/event-")
        limit = self._limits.event if is_event else self._limits.content_length
        if length > limit:
            raise PeerError(f"a body of {length} bytes, over the limit of {limit}")
        return length
