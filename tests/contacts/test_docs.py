"""docs/contacts.md names every code, column and type there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.contacts import Code
from orchestrator.contacts.columns import MAX_DIGITS, MAX_TEXT, TYPES
from orchestrator.contacts.csv_rows import MAX_ROW_CHARS, MAX_ROW_LINES
from orchestrator.contacts.lines import MAX_LINE
from orchestrator.contacts.numbering import BORROWED, MOVED
from orchestrator.contacts.problems import CODES
from orchestrator.contacts.refused_file import HEADER
from orchestrator.contacts.text import SHOWN_CHARS
from orchestrator.contacts.wanted import wanted
from orchestrator.contacts.zones import ALIKE_FROM, ALIKE_UNTIL

PAGE = (Path(__file__).parent.parent.parent / "docs" / "contacts.md").read_text(encoding="utf-8")


def first_cells(after: str) -> list[str]:
    """What stands in backquotes in the first cell of each row of the table under a heading."""
    section = PAGE.split(f"\n## {after}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*`) \|", section, re.M)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_reason_to_refuse_a_row_is_documented() -> None:
    assert first_cells("Refused rows") == [code.value for code in Code]


def test_every_problem_of_a_list_is_documented() -> None:
    assert first_cells("Files") == list(CODES)


def test_every_type_and_every_implied_column_is_documented() -> None:
    assert first_cells("Columns") == [*(column.name for column in wanted(())), *TYPES]


def test_limits_are_documented() -> None:
    assert f"{MAX_LINE:,} bytes a line" in PAGE
    assert f"{MAX_ROW_LINES} lines and {MAX_ROW_CHARS:,} characters a row" in PAGE
    assert f"up to {MAX_TEXT} characters" in PAGE
    assert f"up to {MAX_DIGITS} digits" in PAGE
    assert f"cut after {SHOWN_CHARS} characters" in PAGE
    assert f"from {ALIKE_FROM.year} through {ALIKE_UNTIL.year - 1}" in PAGE


def test_columns_of_the_refused_file_are_documented() -> None:
    assert all(f"`{name}`" in PAGE for name in HEADER)


def test_all_places_with_a_mended_zone_are_documented() -> None:
    names = PAGE.split("borrows a neighbour's zone\n(")[1].split(")")[0]
    assert len(re.split(r",\s", names)) == len(BORROWED) + len(MOVED)
