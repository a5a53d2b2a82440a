"""Contact fields in words, before the call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.speech import FIELD_MAX, spoken
from orchestrator.scenario.template import clean

from .conftest import compiled

Good = Callable[..., Compiled]
PARCEL = compiled("parcel.yaml")
FIELDS = {"name": "Анна", "order": "1042", "due": "2026-12-01", "days_overdue": "3"}


def test_each_variable_part_is_said_in_the_language_of_the_contact() -> None:
    assert spoken(PARCEL, FIELDS, "ru") == {"hello": ["Анна", "один ноль четыре два", "первого декабря"]}
    assert spoken(PARCEL, FIELDS, "en") == {"hello": ["Анна", "one zero four two", "December first"]}


def test_the_parts_of_the_program_count_what_is_said() -> None:
    parts = PARCEL.program["messages"]["hello"]["ru"]
    assert [part["said"] for part in parts if "said" in part] == [0, 1, 2]
    assert len(spoken(PARCEL, FIELDS, "ru")["hello"]) == 3


def test_what_is_stored_speaks_the_same() -> None:
    assert spoken(Compiled.loads(PARCEL.dumps()), FIELDS, "ru") == spoken(PARCEL, FIELDS, "ru")


def test_a_language_that_the_scenario_does_not_have_is_our_bug() -> None:
    with pytest.raises(KeyError):
        spoken(PARCEL, FIELDS, "de")


def test_filters_apply_one_after_another(good: Good) -> None:
    made = good(
        languages="languages: [ru, en]",
        contact="contact: {name: {type: text, optional: yes}, sum: money, age: number, due: date}",
        messages="""messages:
  hello:
    ru: '{{ name | default("гость") }} {{ sum | money }} {{ age | number }} {{ age | digits }} {{ due | date("full") }}'
    en: '{{ name | default("guest") }} {{ sum | money }} {{ sum | money("EUR") }} {{ due | date | default("soon") }}'
""",
    )
    fields = {"sum": "2.5", "age": "21", "due": "2026-12-01"}
    assert spoken(made, {**fields, "name": "  "}, "ru")["hello"] == [
        "гость",
        "два рубля пятьдесят копеек",
        "двадцать один",
        "два один",
        "первого декабря две тысячи двадцать шестого года",
    ]
    assert spoken(made, {"sum": "1", "name": "Ann"}, "en")["hello"] == [
        "Ann",
        "one dollar",
        "one euro",
        "soon",
    ]


def test_durations_and_spelling_are_as_the_interpreter_says_them(good: Good) -> None:
    made = good(
        languages="languages: [ru, en]",
        contact="contact: {code: text, wait: number}",
        messages="""messages:
  hello:
    ru: '{{ code | spelled }} {{ wait | duration }} {{ wait | duration("genitive") }}'
    en: '{{ code | spelled }} {{ wait | duration }}'
""",
    )
    fields = {"code": "Б1", "wait": "90"}
    said = ["бэ, один", "одна минута тридцать секунд", "одной минуты тридцати секунд"]
    assert spoken(made, fields, "ru")["hello"] == said
    assert spoken(made, fields, "en")["hello"] == ["Б, one", "one minute thirty seconds"]
    assert spoken(made, {"code": "", "wait": "-1.5"}, "en")["hello"] == ["", "-1.5"]


HOSTILE = [
    "{{ order }}",
    "{% for x in range(10**9) %}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "${system(reboot)}",
    "Анна'; --",
    "<X-PRE-PROCESS cmd='exec'/>",
    "a}b,c\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_plain_data(text: str) -> None:
    assert spoken(PARCEL, {**FIELDS, "name": text}, "ru")["hello"][0] == text


def test_what_cannot_be_heard_is_not_spoken() -> None:
    name = "\u202eАн\u200bна\x00\r\n\tи\u2028Пётр\x1b[31m\ue000 "
    assert spoken(PARCEL, {**FIELDS, "name": name}, "ru")["hello"][0] == "Анна и Пётр[31m"


def test_a_field_is_not_read_for_ever() -> None:
    assert len(spoken(PARCEL, {**FIELDS, "name": "а" * 10_000}, "ru")["hello"][0]) == FIELD_MAX


@given(st.text(), st.text(), st.text())
def test_any_field_can_be_spoken(name: str, order: str, due: str) -> None:
    for language in PARCEL.languages:
        for said in spoken(PARCEL, {"name": name, "order": order, "due": due}, language)["hello"]:
            assert said.isprintable()
            assert said == said.strip()


@given(st.text())
def test_clean_text_is_printable_with_single_blanks(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert "  " not in cleaned
    assert clean(cleaned) == cleaned
