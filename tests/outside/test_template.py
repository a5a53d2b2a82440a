"""Templates of settings: values are escaped for where they stand, and are never templates themselves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.outside.target import path_fault
from orchestrator.outside.template import NotFilled, Place, Template

HOSTILE = 'a"\\\n}{{ status }}{% if x %}<b>&\u2028</b>'
AT = "2026-11-30T09:00:00.000Z"


def filled(text: str, place: Place = Place.JSON, **known: object) -> str:
    return Template(text, place).filled(known)


@given(st.text())
def test_a_text_between_quotes_is_always_a_valid_text_of_json(said: str) -> None:
    assert json.loads(filled('{"name": "{{ contact.name }}"}', contact={"name": said})) == {"name": said}


@pytest.mark.parametrize(
    "text",
    [
        '{"n": "{{ n }}"}',
        '{% set a %}{{ n }}{% endset %}{"n": "{{ a }}"}',
        '{% macro m(v) %}{{ v }}{% endmacro %}{"n": "{{ m(n) }}"}',
        '{"n": "{{ "" ~ n }}"}',
        '{"n": {{ n | json }}}',
        '{"n": {{ {"x": n}.x | json }}}',
        '{% for each in [n] %}{"n": "{{ each }}"}{% if not loop.last %},{% endif %}{% endfor %}',
        '{"n": "{{ [n] | join(",") }}"}',
        '{"n": "{{ none_such | default(n) }}"}',
    ],
)
def test_it_stays_what_it_is_whatever_way_it_takes(text: str) -> None:
    assert json.loads(filled(text, n=HOSTILE)) == {"n": HOSTILE}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"n": "{{ nothing }}", "m": {{ nothing | json }}}', {"n": "", "m": None}),
        ('{"n": {{ yes }}, "m": "{{ yes }}", "k": {{ seven }}}', {"n": True, "m": "true", "k": 7}),
        ('{"n": {{ all | json }}}', {"n": {"a": [1, None]}}),
        ("[{{ at | epoch }}]", [1_796_029_200]),
        ('["{{ at | date }}"]', ["2026-11-30 09:00:00"]),
        ('["{{ at | date("%d.%m %H:%M", "Europe/Moscow") }}"]', ["30.11 12:00"]),
        ('["{{ number | digits }}"]', ["79990000001"]),
        ('["{{ {"new": "wait"}[status] | default("other") }}"]', ["wait"]),
        ('{% if status == "new" %}{"a": 1}{% else %}null{% endif %}', {"a": 1}),
        ('{"n": "{{ odd.items }} {{ odd.values }}"}', {"n": "1 2"}),
    ],
)
def test_what_there_is_has_its_form_in_json(text: str, said: object) -> None:
    known = {"nothing": None, "yes": True, "seven": 7, "all": {"a": [1, None]}, "at": AT, "status": "new"}
    odd = {"items": "1", "values": "2"}
    assert json.loads(filled(text, **known, number="+79990000001", odd=odd)) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"n": "{{ contact.nmae }}"}', "there is no 'nmae' here"),
        ('{"n": "{{ nmae }}"}', "'nmae' is undefined"),
        ('{"n": {{ nmae | json }}}', "'nmae' is undefined"),
        ('{"n": {{ nothing }}}', "it is no JSON: Expecting value"),
        ('{"n": {{ name }}}', "it is no JSON: Expecting value"),
        ('{"n": "{{ contact }}"}', "a list or mapping stands where a text is needed"),
        ('{"n": NaN}', "NaN is no number"),
        ('{"n": "{{ name | date }}"}', "is no time"),
        ('{"n": "{{ at | date("%Y", "Mars") }}"}', "is no time zone"),
        ('{"n": "{{ name.__class__ }}"}', "there is no '__class__' here"),
        ('{"n": "{{ "{0.__class__}".format(name) }}"}', "there is no 'format' here"),
        ('{"n": "{{ range(9) }}"}', "'range' is undefined"),
        ('{"n": "{{ name | int + none }}"}', "unsupported operand"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_filled_in_says_why(text: str, why: str) -> None:
    with pytest.raises(NotFilled, match=why.replace("+", r"\+")) as error:
        filled(text, contact={"name": "Anna"}, name="Anna", nothing=None, at=AT)
    assert error.value.why == str(error.value)


@pytest.mark.parametrize(
    "text", ["{{ n", "{% if %}", "{{ n | attr('x') }}", "{{ n | urlize }}", "{% include 'x' %}{{"]
)
def test_what_is_no_template_is_told_at_once(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Template(text, Place.PLAIN)


@given(st.text())
def test_a_part_of_a_path_stays_one_part(said: str) -> None:
    try:
        path = filled("orders/{{ n }}/edit", Place.PATH, n=said)
    except NotFilled:
        return
    begin, part, end = path.split("/")
    assert (begin, end) == ("orders", "edit")
    assert part
    assert len(part) > 128 or path_fault(path, is_escaped=True) is None


@pytest.mark.parametrize("said", ["", ".", "..", "a/../b", "..\\x", "/", "x/.", None])
def test_no_value_leads_to_another_path(said: object) -> None:
    with pytest.raises(NotFilled, match="part of"):
        filled("orders/{{ n }}/edit", Place.PATH, n=said)


def test_names_of_a_crm_are_escaped_in_a_path() -> None:
    assert filled("o/{{ n }}", Place.PATH, n="A:b@c/Ж 1%") == "o/A%3Ab%40c%2F%D0%96%201%25"


@pytest.mark.parametrize("said", ["a\r\nSet-Cookie: x", "Анна", "a\x00"])
def test_a_header_is_one_line_of_plain_characters(said: str) -> None:
    assert filled("order {{ n }}", Place.HEADER, n="A-1") == "order A-1"
    with pytest.raises(NotFilled, match="cannot stand in a header"):
        filled("{{ n }}", Place.HEADER, n=said)


def test_elsewhere_it_stands_as_it_is() -> None:
    assert filled("{{ n }} & {{ m }}", Place.PLAIN, n=HOSTILE, m=False) == f"{HOSTILE} & false"


@pytest.mark.parametrize(
    "text",
    [
        "\"{{ 'x' * 1000000000 }}\"",
        '"{{ n * 1000000000 }}"',
        "{{ 9 ** (9 ** 9) }}",
        "\"{{ '%01000000000d' % 1 }}\"",
        '"{% for a in n %}{% for b in n %}{% for c in n %}{{ n }}{% endfor %}{% endfor %}{% endfor %}"',
    ],
)
def test_no_template_takes_a_workers_time_and_memory(text: str) -> None:
    with pytest.raises(NotFilled):
        filled(text, n="x" * 500)


def test_numbers_are_reckoned_with() -> None:
    assert json.loads(filled("[{{ n * 60 }}, {{ n % 2 }}, {{ n + 0.5 }}]", n=3)) == [180, 1, 3.5]
