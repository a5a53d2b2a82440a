from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.csv_rows import MAX_ROW_CHARS, MAX_ROW_LINES, csv_rows
from orchestrator.contacts.lines import BadLine
from orchestrator.contacts.row import Code, Fault


def rows(text: str, delimiter: str = ";") -> list[tuple[int, list[str] | Code]]:
    found = csv_rows(text.split("\n"), delimiter)
    return [(line, cells.code if isinstance(cells, Fault) else cells) for line, cells, _ in found]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a;b;c", ["a", "b", "c"]),
        ("", [""]),
        (";", ["", ""]),
        ('"a";b', ["a", "b"]),
        ('"a;b";c', ["a;b", "c"]),
        ('"Дарья ""Даша""";x', ['Дарья "Даша"', "x"]),
        ('"";""', ["", ""]),
        ('""""', ['"']),
        ('a;"b"  ;c', ["a", "b", "c"]),
        ('a;"b" ', ["a", "b"]),
        ('5" pipe;"6"" pipe"', ['5" pipe', '6" pipe']),
        ('"a";', ["a", ""]),
        ("x\\;y", ["x\\", "y"]),
        ("'a;b'", ["'a", "b'"]),
    ],
)
def test_cells_are_as_rfc_4180_has_them(line: str, cells: list[str]) -> None:
    assert rows(line) == [(1, cells)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@given(cells=st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_a_writer_of_csv_quotes_is_read_back(delimiter: str, cells: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(cells)
    found = [row for _, row in rows(out.getvalue().removesuffix("\n"), delimiter)]
    assert found == cells


def test_a_row_is_on_the_line_it_begins_on() -> None:
    assert rows('a;1\n"b\n\nb";2\nc;3') == [(1, ["a", "1"]), (2, ["b\n\nb", "2"]), (5, ["c", "3"])]


def test_the_text_of_a_row_is_all_its_lines() -> None:
    [(_, _, raw)] = csv_rows(['"a', 'b";1'], ";")
    assert raw == '"a\nb";1'


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    assert rows('a;1\n"b;2\nc;3\nd;4') == [
        (1, ["a", "1"]),
        (2, Code.OPEN_QUOTE),
        (3, ["c", "3"]),
        (4, ["d", "4"]),
    ]
    assert rows('a;1\nb;"') == [(1, ["a", "1"]), (2, Code.OPEN_QUOTE)]


def test_a_quote_that_is_never_closed_takes_no_more_than_its_limit() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        yield '"b;2'
        while True:
            taken += 1
            yield "c;3"

    found = csv_rows(endless(), ";")  # type: ignore[arg-type]  # a generator of str
    assert next(found)[:1] == (1,)
    assert taken == MAX_ROW_LINES - 1
    assert [next(found)[:2] for _ in range(3 * MAX_ROW_LINES)] == [
        (line, ["c", "3"]) for line in range(2, 3 * MAX_ROW_LINES + 2)
    ]


def test_a_row_may_be_as_long_as_its_limits() -> None:
    longest = '"' + "\n" * (MAX_ROW_LINES - 1) + '";1'
    assert rows(longest) == [(1, ["\n" * (MAX_ROW_LINES - 1), "1"])]
    assert rows(longest.replace("\n", "\n\n"))[0] == (1, Code.OPEN_QUOTE)
    wide = '"' + "x" * MAX_ROW_CHARS
    assert rows(f'{wide}\nb";1')[:1] == [(1, Code.OPEN_QUOTE)]


def test_a_quote_that_is_not_doubled_costs_one_line() -> None:
    assert rows('"ООО "Ромашка"";1\nb;2') == [(1, Code.BAD_QUOTES), (2, ["b", "2"])]
    assert rows('"a\nb"c;1\nd;2') == [(1, Code.BAD_QUOTES), (2, ['b"c', "1"]), (3, ["d", "2"])]


def test_broken_rows_do_not_shift_line_numbers() -> None:
    text = "\n".join(['"x'] + ["a;b"] * 3 + ['"y"z', "c;d", '"e', 'f";g', "h;i"])
    assert rows(text) == [
        (1, Code.BAD_QUOTES),
        (2, ["a", "b"]),
        (3, ["a", "b"]),
        (4, ["a", "b"]),
        (5, Code.BAD_QUOTES),
        (6, ["c", "d"]),
        (7, ["e\nf", "g"]),
        (9, ["h", "i"]),
    ]


def test_a_line_that_cannot_be_read_is_a_row_and_ends_a_quoted_one() -> None:
    bad = BadLine(Fault(code=Code.BAD_ENCODING, reason="not UTF-8"), "\\xff")
    found = list(csv_rows(["a;1", bad, '"b', bad, 'c";2'], ";"))
    assert [(line, cells.code if isinstance(cells, Fault) else cells, raw) for line, cells, raw in found] == [
        (1, ["a", "1"], "a;1"),
        (2, Code.BAD_ENCODING, "\\xff"),
        (3, Code.OPEN_QUOTE, '"b'),
        (4, Code.BAD_ENCODING, "\\xff"),
        (5, ['c"', "2"], 'c";2'),
    ]


@given(st.text('a;"\n ', max_size=60))
def test_any_text_becomes_rows_and_every_line_is_in_one(text: str) -> None:
    seen: list[str] = []
    for line, cells, raw in csv_rows(text.split("\n"), ";"):
        assert line == len(seen) + 1
        assert cells
        seen += raw.split("\n")
    assert seen == text.split("\n")
