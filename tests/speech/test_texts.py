"""Every text that a call can come to speak is known before it."""

from __future__ import annotations

from typing import Any

import pytest

from callflow.pieces import KEYS, NUMBERS
from callflow.wording import prepared
from orchestrator.scenario.speech import spoken
from orchestrator.speech.texts import is_sound, needs_of, spoken_form
from tests.scenario.conftest import compiled

PARCEL = compiled("parcel.yaml")
FIELDS = {"name": "Анна", "order": "1042", "due": "2026-12-01", "days_overdue": "3"}


def program(
    parts: list[dict[str, Any]], *steps: dict[str, Any], columns: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "messages": {"hello": {"ru": parts}},
        "flow": {"start": list(steps)},
        "columns": dict.fromkeys(columns, "text"),
    }


def puts(name: str, **value: str) -> dict[str, Any]:
    return {"do": "set", "name": name, "value": value}


def test_fixed_parts_are_the_same_for_all_and_spoken_parts_a_contacts_own() -> None:
    needs = needs_of(PARCEL.program, "ru")
    assert "Здравствуйте, " in needs.fixed
    assert all(is_sound(text) for text in needs.fixed)
    assert needs.has_own
    own = needs.own(FIELDS, spoken(PARCEL, FIELDS, "ru"))
    assert own == ["Анна", "один ноль четыре два", "первого декабря"]


def test_each_language_has_texts_of_its_own() -> None:
    assert not needs_of(PARCEL.program, "ru").fixed & needs_of(PARCEL.program, "en").fixed


def test_a_text_is_made_once_though_said_twice_and_not_at_all_when_it_is_a_fixed_one() -> None:
    needs = needs_of(program([{"text": "Анна"}, {"said": 0}]), "ru")
    assert needs.own({}, {"hello": ["Анна", "Пётр", "Пётр", "", ". "]}) == ["Пётр"]


def test_a_program_without_contact_parts_needs_nothing_for_a_contact() -> None:
    needs = needs_of(program([{"text": "Привет"}, {"file": "a.wav"}, {"text": ". "}]), "ru")
    assert (needs.fixed, needs.has_own, needs.own({"name": "x"}, {})) == ({"Привет"}, False, [])


def test_digits_that_the_caller_types_are_made_before_one_by_one() -> None:
    needs = needs_of(program([{"var": "code", "filter": "digits"}]), "ru")
    assert needs.fixed == set(KEYS)
    assert not needs.has_own


def test_numbers_that_the_caller_types_are_made_before_in_pieces() -> None:
    assert needs_of(program([{"var": "code", "filter": None}]), "ru").fixed == set(NUMBERS)


@pytest.mark.parametrize(
    "used", [["money", "EUR"], ["date", "full"], ["time"], ["spelled"], ["count", "день", "дня", "дней"]]
)
def test_what_a_filter_makes_of_what_only_the_call_knows_is_made_before_in_pieces(used: list[str]) -> None:
    needs = needs_of(program([{"var": "card.sum", "filter": used}]), "ru")
    assert needs.fixed == prepared(tuple(used), "ru")


def test_digits_may_stand_in_a_list_too() -> None:
    assert needs_of(program([{"var": "code", "filter": ["digits"]}]), "ru").fixed == set(KEYS)


def test_of_places_and_waits_in_a_queue_only_likely_ones_are_made_before() -> None:
    parts = [
        {"var": "queue.position", "filter": ["number"]},
        {"var": "queue.wait", "filter": ["duration", "accusative"]},
        {"var": "queue.position", "filter": None},
    ]
    fixed = needs_of(program(parts), "ru").fixed
    assert {"двадцать один", "сто", "двадцать одну минуту", "один час", "два часа", "42"} <= fixed
    assert "тридцать секунд" not in fixed
    assert len(fixed) < 300


def test_what_the_flow_sets_in_a_case_is_made_before_and_in_words() -> None:
    switch = {"do": "switch", "left": {"ref": "x"}, "cases": [["a", [puts("sum", text="5")]]], "else": []}
    needs = needs_of(program([{"var": "sum", "filter": ["money"]}], switch), "ru")
    assert "пять рублей" in needs.fixed


def test_a_column_that_is_passed_on_to_a_filter_is_a_contacts_own_unless_its_pieces_are_there() -> None:
    made = program(
        [{"var": "due", "filter": ["money"]}, {"var": "due", "filter": ["spelled"]}],
        puts("due", ref="sum"),
        columns=("sum",),
    )
    needs = needs_of(made, "ru")
    assert needs.own({"sum": "21.50"}, {}) == []
    assert needs.own({"sum": "7000000"}, {}) == ["семь миллионов рублей"]
    assert needs.own({"sum": "§"}, {}) == ["§"] * 0
    assert needs.own({"sum": "Ω"}, {}) == ["Ω"]


def test_what_the_flow_sets_is_made_before_wherever_it_is_set() -> None:
    nested = {"do": "if", "then": [puts("city", text="Москва")], "else": [puts("city", text=" Тверь ")]}
    needs = needs_of(program([{"var": "city", "filter": None}], nested, puts("other", text="нет")), "ru")
    assert needs.fixed == {*NUMBERS, "Москва", "Тверь"}


def test_what_the_flow_passes_on_from_a_column_is_a_contacts_own() -> None:
    made = program(
        [{"var": "who", "filter": None}, {"var": "who", "filter": "digits"}, {"said": 0}],
        puts("who", ref="another"),
        puts("another", ref="name"),
        puts("another", ref="who"),  # round in a circle
        puts("another", ref="typed"),
        columns=("name",),
    )
    needs = needs_of(made, "ru")
    assert needs.passed_on == (("name", None), ("name", "digits"))
    assert needs.has_own
    assert needs.own({"name": " Анна "}, {"hello": ["Анна", "Борис"]}) == ["Анна", "Борис", "А н н а"]
    assert needs.own({"name": "я" * 300}, {})[0] == "я" * 256  # as the interpreter cuts it
    assert needs.own({}, {}) == []


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [("*", "ru", "звёздочка"), ("#", "en", "hash"), ("5", "ru", "5"), ("Анна", "en", "Анна")],
)
def test_a_key_is_called_by_its_name(text: str, language: str, said: str) -> None:
    assert spoken_form(text, language) == said
