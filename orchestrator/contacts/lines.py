"""Bytes in pieces of any size to lines of text, in flat memory: whatever the file, at most two PIECEs are held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from orchestrator.contacts.encoding import UTF8_BOM, Encoding, decide, decode
from orchestrator.contacts.row import Code, Fault

PIECE: Final = 1 << 16
"""Bytes worked on at once; also what the encoding and the kind of line ends are judged by."""

MAX_LINE: Final = 1 << 16
"""Bytes of a line. A contact is some hundred bytes; a longer line is a file of another kind, or a lost line end."""

KEPT: Final = 400
"""Bytes of a line that is too long, or in a wrong encoding, kept to show it."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A physical line that cannot be read. `raw` is its beginning, bytes that are not ASCII as escapes."""

    fault: Fault
    raw: str


_TOO_LONG: Final = Fault(code=Code.ROW_TOO_LONG, reason=f"a line of more than {MAX_LINE} bytes")


class Lines:
    """Iterates over the physical lines, one item each, without line ends. Reads nothing before the first.

    Lines end with LF or CR LF, mixed at will; with CR where the first PIECE has no LF at all.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._pieces = _pieces(chunks)
        self.head = next(self._pieces, b"")
        """The first PIECE of the file (all of a shorter one), as it stands there."""
        self.encoding: Encoding | None = Encoding.UTF_8 if self.head.startswith(UTF8_BOM) else None
        """None as long as everything was ASCII."""

    def __iter__(self) -> Iterator[str | BadLine]:
        has_cr_only = b"\r" in self.head and b"\n" not in self.head
        tail, is_skipping = b"", False
        for piece in self._all_pieces():
            data = piece.replace(b"\r", b"\n") if has_cr_only else piece
            if is_skipping:  # the rest of a line that is too long
                _, end, data = data.partition(b"\n")
                is_skipping = not end
            data = tail + data
            cut = data.rfind(b"\n") + 1
            yield from self._lines(data[:cut])
            tail = data[cut:]
            if len(tail) > MAX_LINE:
                yield _bad(_TOO_LONG, tail)
                tail, is_skipping = b"", True
        yield from self._lines(tail)

    def _all_pieces(self) -> Iterator[bytes]:
        yield self.head.removeprefix(UTF8_BOM)
        yield from self._pieces

    def _lines(self, block: bytes) -> Iterator[str | BadLine]:
        """The lines of a block that ends with a line end, or is the last of the file."""
        if not block:
            return iter(())
        if self.encoding is None:
            self.encoding = decide(block)
        try:
            # A block as a whole, unless a line of it needs a closer look: 15 times faster.
            if self.encoding is Encoding.CP1251 and not block.isascii():
                return self._one_by_one(block)
            text = block.decode("utf-8")
        except UnicodeDecodeError:
            return self._one_by_one(block)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        lines = text.removesuffix("\n").split("\n")
        if max(map(len, lines)) > MAX_LINE // 4:  # only then can a line be too long in bytes
            return self._one_by_one(block)
        return map(_without_cr, lines) if "\r" in text else iter(lines)

    def _one_by_one(self, block: bytes) -> Iterator[str | BadLine]:
        for line in block.removesuffix(b"\n").split(b"\n"):
            if len(line) > MAX_LINE:
                yield _bad(_TOO_LONG, line)
                continue
            text = decode(line, self.encoding or Encoding.UTF_8)
            yield _bad(text, line) if isinstance(text, Fault) else _without_cr(text)


def _without_cr(line: str) -> str:
    return line.rstrip("\r")


def _bad(fault: Fault, line: bytes) -> BadLine:
    return BadLine(fault, line[:KEPT].decode("ascii", "backslashreplace"))


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of PIECE: one huge chunk is cut, many small ones are joined."""
    waiting = bytearray()
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            room = PIECE - len(waiting)
            waiting += view[:room]
            view = view[room:]
            if len(waiting) == PIECE:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)
