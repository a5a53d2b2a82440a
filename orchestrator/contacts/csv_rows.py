"""Lines to rows of cells, as RFC 4180 has it, with any one delimiter.

Not the csv module: there, one quote that is never closed takes in all that follows, whatever is amiss with quotes is
mended by guessing, and the line that a row began on is lost. And most lines have no quote at all: those are only split.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from orchestrator.contacts.lines import BadLine
from orchestrator.contacts.row import Code, Fault

QUOTE: Final = '"'

MAX_ROW_LINES: Final = 100
"""Physical lines of a row. A quoted note may have a few; a hundred are a quote that was never closed."""

MAX_ROW_CHARS: Final = 1 << 16

_OPEN: Final = Fault(
    code=Code.OPEN_QUOTE, reason=f"a quote is opened and not closed within {MAX_ROW_LINES} lines of this row"
)
_QUOTES: Final = Fault(code=Code.BAD_QUOTES, reason='a quote inside a quoted cell is not doubled ("")')


CsvRow = tuple[int, list[str] | Fault, str]
"""The physical line a row begins on, its cells or what is wrong with it, and its text."""


def csv_rows(lines: Iterable[str | BadLine], delimiter: str, *, first_line: int = 1) -> Iterator[CsvRow]:
    """The rows of `lines`, the first of which is the file's line `first_line`. Blank lines are rows of one blank cell.

    A row whose quotes are broken costs its first line only: reading goes on with the next physical line.
    """
    return _Rows(lines, delimiter, first_line).read()


class _Rows:
    def __init__(self, lines: Iterable[str | BadLine], delimiter: str, first_line: int) -> None:
        self._lines = iter(lines)
        self._again: deque[str | BadLine] = (
            deque()
        )  # lines taken for the rest of a broken row, to be read once more
        self._delimiter = delimiter
        self._line = first_line - 1

    def read(self) -> Iterator[CsvRow]:
        delimiter = self._delimiter
        while (line := self._next()) is not None:
            begins = self._line
            if isinstance(line, BadLine):
                yield begins, line.fault, line.raw
            elif QUOTE in line:
                yield begins, *self._quoted(line)
            else:
                yield begins, line.split(delimiter), line

    def _next(self) -> str | BadLine | None:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is not None:
            self._line += 1
        return line

    def _quoted(self, first: str) -> tuple[list[str] | Fault, str]:
        """The cells of the row that begins with `first`, and its text; may take more lines."""
        taken: list[str | BadLine] = []
        text, at, cells = first, 0, list[str]()
        while True:
            if not text.startswith(QUOTE, at):
                end = text.find(self._delimiter, at)
                cells.append(text[at:] if end < 0 else text[at:end])
            else:
                at += 1
                end = _closing(text, at)
                while end < 0:
                    if not self._take(taken, len(text)):
                        return self._broken(_OPEN, first, taken)
                    text, seen = f"{text}\n{taken[-1]}", len(text)
                    end = _closing(text, seen)
                cells.append(text[at:end].replace('""', QUOTE))
                end += 1
                while text.startswith(" ", end):
                    end += 1
                if end == len(text):
                    end = -1
                elif not text.startswith(self._delimiter, end):
                    return self._broken(_QUOTES, first, taken)
            if end < 0:
                return cells, text
            at = end + 1

    def _take(self, taken: list[str | BadLine], chars: int) -> bool:
        """One more line of the row into `taken`; False when there is none, or it would be none of this row."""
        if len(taken) + 1 >= MAX_ROW_LINES or chars > MAX_ROW_CHARS:
            return False
        line = self._next()
        if line is not None:
            taken.append(line)
        return isinstance(line, str)

    def _broken(self, fault: Fault, first: str, taken: list[str | BadLine]) -> tuple[Fault, str]:
        self._again.extendleft(reversed(taken))
        self._line -= len(taken)
        return fault, first


def _closing(text: str, start: int) -> int:
    """Where the quoted cell ends whose inside is read from `start`; -1 when not in this text."""
    end = text.find(QUOTE, start)
    while end >= 0 and text.startswith(QUOTE, end + 1):
        end = text.find(QUOTE, end + 2)
    return end
