from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.header import MAX_IGNORED_NAMED
from orchestrator.domain.plan import Column

from .lists import NAME, List

ORDER = (
    *NAME,
    Column(name="order", type="digits", required=False),
    Column(name="sum", type="money", required=False),
)


def test_each_line_is_a_contact() -> None:
    found = List('{"phone": "+79990000408", "name": "Анна"}\n\n{"name": "Иван", "phone": "89990000409"}\n')
    assert [(row.line, row.contact.numbers, row.contact.fields) for row in found.accepted] == [
        (1, ("+79990000408",), {"name": "Анна"}),
        (3, ("+79990000409",), {"name": "Иван"}),
    ]


def test_objects_of_blank_values_are_nobody() -> None:
    assert List('{"phone": null, "name": " "}\n{"x": 1}\n{}\n').rows == []


def test_figures_stay_as_they_were_typed() -> None:
    found = List(
        '{"phone": 79990000408, "name": 1e400, "order": 12345678901234567890123, "sum": 0.10}', columns=ORDER
    )
    [row] = found.accepted
    assert row.contact.fields == {"name": "1e400", "order": "12345678901234567890123", "sum": "0.10"}


def test_what_is_null_or_missing_is_blank() -> None:
    found = List('{"phone": "+79990000408", "name": "Анна", "order": null}', columns=ORDER)
    assert found.accepted[0].contact.fields == {"name": "Анна", "order": "", "sum": ""}
    assert List('{"phone": "+79990000408"}').faults == [(1, "name", "blank")]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("{", "", "bad_json"),
        ('{"phone": "+79990000408", "name": NaN}', "", "bad_json"),
        ('{"phone": "+79990000408", "name": "a\x01b"}', "", "bad_json"),
        ('{"phone": "+79990000408"} {}', "", "bad_json"),
        ('["+79990000408", "Anna"]', "", "bad_json"),
        ('"+79990000408"', "", "bad_json"),
        ("[" * 30_000, "", "bad_json"),
        ('{"phone": "+79990000408", "name": "a", "name": "b"}', "name", "bad_json"),
        ('{"phone": "+79990000408", "name": "a", "Name": "b"}', "name", "bad_json"),
        ('{"phone": "+79990000408", "name": {"first": "Anna"}}', "name", "bad_value"),
        ('{"phone": ["+79990000408"], "name": "Anna"}', "phone", "bad_value"),
        ('{"phone": "+79990000408", "name": true}', "name", "bad_value"),
    ],
)
def test_what_is_no_contact_is_refused(line: str, column: str, code: str) -> None:
    good = '{"phone": "+79990000408", "name": "Anna"}'
    found = List("\n".join([good, line, good]))
    assert found.faults == [(2, column, code)]
    assert found.names == ["Anna", "Anna"]


def test_escapes_smuggle_nothing_in() -> None:
    found = List('{"phone": "+79990000408", "name": "a\\u0000b\\ud800c\\u202ed"}')
    assert found.names == ["a b c d"]
    assert found.accepted[0].notes == ("name: control characters became spaces",)


def test_keys_that_nobody_reads_are_named_once_each() -> None:
    line = '{"phone": "+79990000408", "name": "Anna", "nmae": "x", "city": [1], "x": {}}\n'
    found = List(3 * line)
    assert len(found.accepted) == 3
    assert found.said == [
        "list.csv:1:1: C201 column `nmae` is ignored (did you mean `name`?)",
        "list.csv:1:1: C201 column `city` is ignored (the scenario declares no such column)",
        "list.csv:1:1: C201 column `x` is ignored (the scenario declares no such column)",
    ]


def test_ever_new_keys_do_not_fill_memory_or_terminal() -> None:
    lines = (f'{{"phone": "+79990000408", "name": "a", "k{number}": 1}}\n' for number in range(200))
    found = List("".join(lines))
    assert len(found.accepted) == 200
    assert len(found.remarks) == MAX_IGNORED_NAMED + 1
    assert found.remarks[-1].message == "any further unknown columns are ignored too"


def test_json_that_is_not_one_object_per_line_is_explained() -> None:
    with pytest.raises(Exception, match=r"C107 the list is one JSON array \(write one object per line: jq"):
        List('[{"phone": "+79990000408"}]')


def test_lines_in_another_encoding_are_refused() -> None:
    good = '{"phone": "+79990000408", "name": "Анна"}\n'
    assert List(2 * good.encode() + good.encode("cp1251")).faults == [(3, "", "bad_encoding")]


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_names_come_through(name: str) -> None:
    line = json.dumps({"phone": "+79990000408", "name": "x" + name + "x"})
    [kept] = List(line).names
    assert kept[0] == kept[-1] == "x"
