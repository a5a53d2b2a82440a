"""A list of contacts, streamed: bytes in, rows out, in flat memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from orchestrator.contacts.columns import Reading
from orchestrator.contacts.contact_maker import ContactMaker
from orchestrator.contacts.csv_rows import CsvRow, csv_rows
from orchestrator.contacts.encoding import UTF8_BOM, Encoding, not_text
from orchestrator.contacts.header import Layout, layout, named_delimiter, sniff
from orchestrator.contacts.json_rows import JsonCells, json_rows
from orchestrator.contacts.lines import BadLine, Lines
from orchestrator.contacts.numbers import known_region
from orchestrator.contacts.problems import ListError, problem
from orchestrator.contacts.row import Accepted, Code, Fault, Refused
from orchestrator.contacts.text import shown
from orchestrator.contacts.wanted import Headers, wanted
from orchestrator.domain.plan import Column, ZoneRule
from orchestrator.domain.problem import KnownError, Problem

Remark = Callable[[Problem], None]
Format = Literal["auto", "csv", "jsonl"]


def read_contacts(
    chunks: Iterable[bytes],
    *,
    columns: tuple[Column, ...],
    languages: tuple[str, ...],
    region: str,
    zone_rule: ZoneRule,
    name: str,
    format: Format = "auto",  # noqa: A002  # the word for it in the contract with the command line
    remark: Remark = lambda _: None,
) -> Iterator[Accepted | Refused]:
    """Each row of a list, accepted or refused, in the order of the file; rows of blank cells only are passed over.

    `chunks` are the bytes of the list, cut anywhere. `name` is what problems call it. `languages`: the first is the
    default. `remark` is told what concerns the list as a whole (ignored columns at once; CP1251, no rows at its end).
    Raises, before it returns: ListError when the list cannot be read at all, KnownError when `region` is none.
    A number that stands in two rows is accepted in both: the store merges them.
    """
    if not known_region(region):
        raise KnownError(
            f"`{region}` is no region of telephone numbers: write a country code in capitals, such as RU"
        )
    lines = Lines(chunks)
    is_json = _is_json(lines.head, format, name)
    headers = Headers(wanted(columns))
    reading = Reading(languages=languages, region=region)
    if is_json:
        maker = ContactMaker(headers.columns, headers.columns, reading, zone_rule)
        rows = _json_contacts(lines, JsonCells(headers, name, remark), maker)
    else:
        table, found = _table(lines, headers, name)
        for each in found.remarks:
            remark(each)
        maker = ContactMaker(headers.columns, [column for column, _ in found.places], reading, zone_rule)
        rows = _csv_contacts(table, found, maker)
    return _with_last_remarks(rows, lines, name, remark)


def _is_json(head: bytes, form: Format, name: str) -> bool:
    """Whether the list is JSONL rather than CSV. Raises ListError when it is neither."""
    if found := not_text(head):
        what, hint = found
        raise ListError((problem(name, 0, "C102", f"the list is {what}", hint),))
    start = head.removeprefix(UTF8_BOM).lstrip()[:1]
    if not start:
        raise ListError((problem(name, 0, "C101", "the list is empty"),))
    if start == b"[" and form != "csv":
        hint = "write one object per line: jq -c '.[]' FILE"
        raise ListError((problem(name, 1, "C107", "the list is one JSON array", hint),))
    return form == "jsonl" or (form == "auto" and start == b"{")


def _table(lines: Lines, headers: Headers, name: str) -> tuple[Iterator[CsvRow], Layout]:
    """The rows below the header line, and what that says. Raises ListError."""
    rest = iter(lines)
    delimiter = None
    for number, line in enumerate(rest, 1):
        if isinstance(line, BadLine):
            raise ListError((problem(name, number, "C103", f"the header cannot be read: {line.fault}"),))
        if found := named_delimiter(line):
            delimiter = found
        elif line.strip():
            break
    else:
        raise ListError((problem(name, 0, "C101", "the list is empty"),))
    delimiter = delimiter or sniff(line, headers)
    rows = csv_rows(itertools.chain([line], rest), delimiter, first_line=number)
    _, cells, _ = next(rows)
    if isinstance(cells, Fault):
        raise ListError((problem(name, number, "C103", f"the header cannot be read: {cells}"),))
    return rows, layout(cells, headers, name, number)


def _csv_contacts(rows: Iterator[CsvRow], found: Layout, maker: ContactMaker) -> Iterator[Accepted | Refused]:
    indexes, width = [index for _, index in found.places], found.width
    for line, cells, raw in rows:
        if isinstance(cells, Fault):
            yield _refused(line, cells, raw)
            continue
        if len(cells) != width:
            fault = _count_fault(cells, width)
            if fault is not None and any(map(str.strip, cells)):
                yield _refused(line, fault, raw)
            if fault is not None:
                continue
        row = maker.make(line, [cells[index] for index in indexes], raw)
        if row is not None:
            yield row


def _count_fault(cells: list[str], width: int) -> Fault | None:
    """Blank cells beyond the last column are how some spreadsheets end a row: nothing is lost with them."""
    if len(cells) < width:
        return Fault(code=Code.TOO_FEW_COLUMNS, reason=f"{len(cells)} cells where the header has {width}")
    if any(map(str.strip, cells[width:])):
        return Fault(code=Code.TOO_MANY_COLUMNS, reason=f"more cells than the header's {width}")
    return None


def _json_contacts(lines: Lines, reader: JsonCells, maker: ContactMaker) -> Iterator[Accepted | Refused]:
    for line, found, raw in json_rows(lines):
        column, cells = ("", found) if isinstance(found, Fault) else reader.cells(line, found)
        if isinstance(cells, Fault):
            yield _refused(line, cells, raw, column)
            continue
        row = maker.make(line, cells, raw)
        if row is not None:
            yield row


def _refused(line: int, fault: Fault, raw: str, column: str = "") -> Refused:
    return Refused(line=line, column=column, code=fault.code, reason=fault.reason, raw=shown(raw))


def _with_last_remarks(
    rows: Iterator[Accepted | Refused], lines: Lines, name: str, remark: Remark
) -> Iterator[Accepted | Refused]:
    has_rows = False
    for row in rows:
        has_rows = True
        yield row
    if lines.encoding is Encoding.CP1251:
        remark(
            problem(
                name, 0, "C202", "read as CP1251 (Windows Cyrillic)", "if names look wrong, save it as UTF-8"
            )
        )
    if not has_rows:
        remark(problem(name, 0, "C203", "the list has no rows"))
