"""A user's mistake is a value: where it is, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake in a file. `line` and `col` count from 1; 0 means "the file as a whole".

    `code` is stable (`S101`; all of them in docs/problems.md), `hint` says what to do.
    """

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.col}" if self.line else self.file
        tail = f" ({self.hint})" if self.hint else ""
        return f"{where}: {self.code} {self.message}{tail}"


class KnownError(Exception):
    """What the user can put right: one clear line, exit code 1. Raised at the edge, never for control flow."""
