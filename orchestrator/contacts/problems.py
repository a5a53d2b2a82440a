"""What is wrong, or worth knowing, about a list as a whole. Rows have codes of their own (`row.Code`)."""

from __future__ import annotations

from typing import Final

from orchestrator.domain.problem import KnownError, Problem

CODES: Final = {
    "C101": "the list is empty",
    "C102": "the list is not text, or in an encoding that is not read",
    "C103": "the header line cannot be read",
    "C104": "the list has no header line",
    "C105": "a required column is missing",
    "C106": "a column stands twice in the header",
    "C107": "JSON, but not one object per line",
    "C201": "a column is ignored: the scenario does not use it",
    "C202": "the list is read as CP1251",
    "C203": "the list has a header and no rows",
}
"""C1xx: nothing was read. C2xx: remarks."""


class ListError(KnownError):
    """Nothing of the list can be read; `problems` has every reason at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def problem(file: str, line: int, code: str, message: str, hint: str = "") -> Problem:
    """A problem of a line, or with line 0 of the list as a whole. Columns are named, not counted."""
    assert code in CODES  # noqa: S101
    return Problem(file=file, line=line, col=1 if line else 0, code=code, message=message, hint=hint)
