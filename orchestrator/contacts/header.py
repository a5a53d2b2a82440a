"""The header line of a CSV: which delimiter it has, and which cell of a row is which column."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from orchestrator.contacts.problems import ListError, problem
from orchestrator.contacts.text import shown
from orchestrator.contacts.wanted import PHONES, Headers, Wanted, did_you_mean, folded
from orchestrator.domain.problem import Problem

DELIMITERS: Final = (",", ";", "\t")

MAX_IGNORED_NAMED: Final = 20
"""Columns that a remark names; an export of a thousand columns says so in one more."""

_NAMED_DELIMITER: Final = re.compile(r'"?sep=([^\w"])"?', re.IGNORECASE)
_LIKE_A_NUMBER: Final = re.compile(r"\+?[0-9 ()-]{5,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`places`: the wanted columns that are there, with the index of their cell; `width`: cells of a row."""

    places: tuple[tuple[Wanted, int], ...]
    width: int
    remarks: tuple[Problem, ...] = ()


def named_delimiter(line: str) -> str | None:
    """The delimiter of a line such as `sep=;`, which spreadsheets write and read above the header."""
    match = _NAMED_DELIMITER.fullmatch(line)
    return match[1] if match else None


def sniff(line: str, headers: Headers) -> str:
    """The delimiter that makes most of the header line: known columns first, then cells."""

    def worth(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
        return sum(headers.find(cell) is not None for cell in cells), len(cells)

    return max(DELIMITERS, key=worth)


def layout(cells: list[str], headers: Headers, file: str, line: int) -> Layout:
    """Where each wanted column stands. Raises ListError with everything that is wrong with the header."""
    found = [headers.find(cell) for cell in cells]
    names = Counter(column.name for column in found if column is not None)
    missing = [column for column in headers.columns if column.is_required and column.name not in names]
    if not names and any(_LIKE_A_NUMBER.fullmatch(cell.strip()) for cell in cells):
        hint = f"write one above the data: {','.join(c.name for c in headers.columns if c.is_required)}"
        raise ListError(
            (problem(file, line, "C104", "the first line holds data, not the names of columns", hint),)
        )
    unknown = [cell for cell, column in zip(cells, found, strict=True) if column is None and cell.strip()]
    problems = [
        *(problem(file, line, "C105", f"no column `{c.name}`", _missing_hint(c, unknown)) for c in missing),
        *(
            problem(file, line, "C106", f"column `{name}` stands {times} times", "leave one of them")
            for name, times in names.items()
            if times > 1
        ),
    ]
    if problems:
        raise ListError(tuple(problems))
    return Layout(
        places=tuple((column, index) for index, column in enumerate(found) if column is not None),
        width=len(cells),
        remarks=ignored(unknown, headers, file, line),
    )


def _missing_hint(column: Wanted, unknown: list[str]) -> str:
    meant = did_you_mean(column.name, [folded(header) for header in unknown])
    if meant:
        return f"`{meant}` is there: rename it"
    return "the numbers to call" if column.name == PHONES[0] else "the scenario declares it as required"


def ignored(unknown: list[str], headers: Headers, file: str, line: int) -> tuple[Problem, ...]:
    """A remark for each column that nobody reads."""
    remarks = [
        problem(
            file, line, "C201", f"column `{shown(header.strip())}` is ignored", _ignored_hint(header, headers)
        )
        for header in unknown[:MAX_IGNORED_NAMED]
    ]
    if len(unknown) > MAX_IGNORED_NAMED:
        rest = len(unknown) - MAX_IGNORED_NAMED
        remarks.append(problem(file, line, "C201", f"{rest} more columns are ignored"))
    return tuple(remarks)


def _ignored_hint(header: str, headers: Headers) -> str:
    meant = did_you_mean(folded(header), [column.name for column in headers.columns])
    return f"did you mean `{meant}`?" if meant else "the scenario declares no such column"
