from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts import Code, Fault, Refused, RefusedFile
from orchestrator.contacts.refused_file import HEADER, inert

RUN_BY_SPREADSHEETS = "=+-@\uff1d\uff0b\uff0d\uff20"

ROW = Refused(
    line=7,
    column="order",
    code=Code.BAD_DIGITS,
    reason="something else than digits",
    value="10-05",
    raw='+79990000408;"Анна";10-05',
    also=(("due", Fault(code=Code.BAD_DATE, reason="there is no such date")),),
)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_refused_row_has_its_place_its_reasons_and_its_text(tmp_path: Path) -> None:
    with RefusedFile(tmp_path / "refused" / "a.csv") as file:
        file.write(ROW)
        file.write(ROW)
    header, *rows = read(file.path)
    assert tuple(header) == HEADER
    assert rows == 2 * [
        [
            "7",
            "order",
            "bad_digits",
            "something else than digits; also due: there is no such date",
            "10-05",
            '\'+79990000408;"Анна";10-05',
        ]
    ]


def test_excel_sees_that_it_is_utf8(tmp_path: Path) -> None:
    with RefusedFile(tmp_path / "a.csv") as file:
        file.write(ROW)
    assert file.path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_without_refused_rows_there_is_no_file(tmp_path: Path) -> None:
    with RefusedFile(tmp_path / "refused" / "a.csv") as file:
        pass
    assert not file.path.parent.exists()


def test_a_file_left_by_an_error_holds_what_was_written(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with RefusedFile(tmp_path / "a.csv") as file:
            file.write(ROW)
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert len(read(tmp_path / "a.csv")) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("+79990000408;=1+1;x", "'+79990000408;'=1+1;x"),
        ('a,"@SUM(1)"', 'a,\'"@SUM(1)"'),
        (" -1", "' -1"),
        ("a-b=c", "a-b=c"),
        ("Анна", "Анна"),
        ("", ""),
    ],
)
def test_formulas_are_made_inert(text: str, expected: str) -> None:
    assert inert(text) == expected


@given(st.text(RUN_BY_SPREADSHEETS + ' ;,|"a\u00a0', max_size=12), st.sampled_from(",;|"))
def test_no_cell_is_a_formula_whichever_delimiter_a_spreadsheet_takes(raw: str, delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([inert(raw)])
    for cell in next(csv.reader(io.StringIO(out.getvalue()), delimiter=delimiter)):
        assert not cell.strip().startswith(tuple(RUN_BY_SPREADSHEETS))
