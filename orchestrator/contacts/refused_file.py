"""Refused rows as a file for the person who mends the list."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from orchestrator.contacts.row import Refused

HEADER: Final = ("line", "column", "code", "reason", "value", "raw")

# A spreadsheet runs a cell that begins with one of these as a formula (CWE-1236). A row quoted as one cell may be taken
# apart at its own delimiters, where the spreadsheet expects another one than ours: so not at the beginning only.
_FORMULA: Final = re.compile(r"""(^|[,;\t|])(?=[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20])""")


def inert(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1'", text)


class RefusedFile:
    """A CSV (UTF-8 with a byte order mark, for Excel), made with its folder when the first row is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    def __enter__(self) -> RefusedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, row: Refused) -> None:
        """OSError when the file cannot be made or written."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._file, quoting=csv.QUOTE_ALL)
            self._rows.writerow(HEADER)
        reasons = [row.reason, *(f"{column}: {fault}" for column, fault in row.also)]
        self._rows.writerow(
            [
                row.line,
                inert(row.column),
                row.code,
                inert("; also ".join(reasons)),
                inert(row.value),
                inert(row.raw),
            ]
        )
