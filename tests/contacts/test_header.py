from __future__ import annotations

import pytest

from orchestrator.contacts.header import MAX_IGNORED_NAMED, Layout, layout, named_delimiter, sniff
from orchestrator.contacts.problems import CODES, ListError
from orchestrator.contacts.wanted import Headers, wanted

from .lists import PARCEL

HEADERS = Headers(wanted(PARCEL))
NEEDED = ["phone", "name", "order", "due", "days_overdue"]


def laid_out(*cells: str) -> Layout:
    return layout(list(cells), HEADERS, "list.csv", 1)


def refused(*cells: str) -> list[str]:
    with pytest.raises(ListError) as caught:
        laid_out(*cells)
    return [str(problem) for problem in caught.value.problems]


def test_columns_are_found_wherever_they_stand() -> None:
    found = laid_out("due", "name", "days_overdue", "phone", "order")
    assert {column.name: index for column, index in found.places} == {
        "due": 0,
        "name": 1,
        "days_overdue": 2,
        "phone": 3,
        "order": 4,
    }
    assert found.width == 5
    assert found.remarks == ()


@pytest.mark.parametrize("spelling", ["Days overdue", " DAYS_OVERDUE ", "days-overdue", "\ufeffdays_overdue"])
def test_case_spaces_and_hyphens_of_a_header_do_not_matter(spelling: str) -> None:
    assert len(laid_out("phone", "name", "order", "due", spelling).places) == 5


def test_phones_language_and_timezone_are_always_known() -> None:
    found = laid_out(*NEEDED, "phone2", "phone3", "language", "timezone")
    assert found.remarks == ()
    assert [column.name for column, _ in found.places if not column.is_declared] == [
        "phone",
        "phone2",
        "phone3",
        "timezone",
    ]


def test_everything_wrong_with_a_header_is_said_at_once() -> None:
    assert refused("phone", "Name", "name", "oder", "language") == [
        "list.csv:1:1: C105 no column `order` (`oder` is there: rename it)",
        "list.csv:1:1: C105 no column `due` (the scenario declares it as required)",
        "list.csv:1:1: C105 no column `days_overdue` (the scenario declares it as required)",
        "list.csv:1:1: C106 column `name` stands 2 times (leave one of them)",
    ]


def test_a_list_without_numbers_to_call_is_refused() -> None:
    assert refused(*NEEDED[1:]) == ["list.csv:1:1: C105 no column `phone` (the numbers to call)"]


def test_a_list_without_a_header_says_which_one_it_needs() -> None:
    assert refused("+79990000408", "Анна", "1042", "2026-12-05", "3") == [
        "list.csv:1:1: C104 the first line holds data, not the names of columns "
        "(write one above the data: phone,name,order,due,days_overdue)"
    ]


def test_columns_that_nobody_reads_are_named() -> None:
    found = laid_out(*NEEDED, "comment", "langauge", "", " ")
    assert [str(remark) for remark in found.remarks] == [
        "list.csv:1:1: C201 column `comment` is ignored (the scenario declares no such column)",
        "list.csv:1:1: C201 column `langauge` is ignored (did you mean `language`?)",
    ]
    assert found.width == 9


def test_of_a_thousand_unknown_columns_the_first_are_named() -> None:
    found = laid_out(*NEEDED, *(f"x{number}" for number in range(1000)))
    assert len(found.remarks) == MAX_IGNORED_NAMED + 1
    assert found.remarks[-1].message == "980 more columns are ignored"


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("phone,name,order", ","),
        ("phone;name;order", ";"),
        ("phone\tname\torder", "\t"),
        ('"phone";"name"', ";"),
        ("phone;name;price, rub, with, commas", ";"),
        ("a,b,c,d;phone;name", ";"),
        ("phone", ","),
        ("unknown;columns;only", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_finds_the_columns(line: str, delimiter: str) -> None:
    assert sniff(line, HEADERS) == delimiter


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("sep=;", ";"),
        ("SEP=,", ","),
        ('"sep=|"', "|"),
        ("sep=\t", "\t"),
        ("sep=", None),
        ("sep=a", None),
        ("phone", None),
    ],
)
def test_a_delimiter_may_be_named_above_the_header(line: str, delimiter: str | None) -> None:
    assert named_delimiter(line) == delimiter


def test_codes_of_problems_are_of_two_kinds() -> None:
    assert all(code[:2] in ("C1", "C2") and len(code) == 4 for code in CODES)
