"""Rows that come as objects are cleaned as those of a list; contacts are changed in part."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from orchestrator.contacts.object_rows import MAX_IGNORED, ObjectReader
from orchestrator.contacts.row import Accepted, Refused
from orchestrator.domain.lead import Contact
from orchestrator.domain.plan import Column, ZoneRule
from orchestrator.domain.problem import KnownError

from .lists import MOSCOW, OF_CONTACT, List

COLUMNS = (
    Column(name="name", type="text"),
    Column(name="amount", type="money", required=False),
    Column(name="language", type="language", required=False),
)
PHONE = "+79990000408"


def reader(columns: tuple[Column, ...] = COLUMNS, rule: ZoneRule = MOSCOW) -> ObjectReader:
    return ObjectReader(columns=columns, languages=("ru", "en"), region="RU", zone_rule=rule)


def accepted(found: Accepted | Refused) -> Accepted:
    assert isinstance(found, Accepted), found
    return found


def refused(found: Accepted | Refused) -> tuple[str, str]:
    assert isinstance(found, Refused)
    return found.column, found.code.value


def contact(**columns: object) -> Contact:
    return accepted(reader().read(1, {"phone": PHONE, "name": "Анна", **columns})).contact


def test_an_object_is_read_as_the_same_line_of_json() -> None:
    line = '{"phone": "8 (999) 000-04-08", "Name": " Анна ", "amount": 1500.5, "external_id": "17", "language": null}'
    (listed,) = List(line, columns=COLUMNS).accepted
    found = reader().read(
        1,
        {
            "phone": "8 (999) 000-04-08",
            "Name": " Анна ",
            "amount": 1500.5,
            "external_id": "17",
            "language": None,
        },
    )
    assert accepted(found).contact == listed.contact
    assert listed.contact.external_id == "17"


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5"), (1e6, "1000000"), (0.1, "0.10"), (Decimal("2.50"), "2.50"), (-3, "-3")]
)
def test_figures_become_texts(value: object, text: str) -> None:
    assert contact(amount=value).fields["amount"] == text


@pytest.mark.parametrize("value", [True, [], {}, float("nan"), float("inf"), 1e300, 10**100, b"x"])
def test_what_is_neither_text_nor_figure_is_refused(value: object) -> None:
    found = reader().read(7, {"phone": PHONE, "name": "Анна", "amount": value})
    assert refused(found) == ("amount", "bad_value")
    assert isinstance(found, Refused)
    assert found.line == 7
    assert PHONE in found.raw


def test_one_column_under_two_spellings_is_refused() -> None:
    assert refused(reader().read(1, {"phone": PHONE, "name": "A", "Name": "B"})) == ("name", "bad_json")


def test_a_row_of_nothing_is_refused_and_not_passed_over() -> None:
    assert refused(reader().read(1, {})) == ("", "blank")
    assert refused(reader().read(1, {"phone": PHONE})) == ("name", "blank")


def test_unknown_columns_are_noted_a_few_of_them() -> None:
    found = accepted(reader().read(1, {"phone": PHONE, "name": "A", "nmae": "B"}))
    assert found.notes == ("nmae: left out, the scenario has no such column",)
    many = {f"x{index}": index for index in range(99)}
    assert len(accepted(reader().read(1, {"phone": PHONE, "name": "A", **many})).notes) == MAX_IGNORED


def test_unknown_columns_are_told_apart_from_misspelt_ones() -> None:
    assert reader().unknown({"Name": "", "nmae": "", "phone": ""}) == ["nmae"]
    assert reader().meant("nmae") == "name"
    assert reader().meant("colour") is None


def test_an_unknown_region_is_a_clear_error() -> None:
    with pytest.raises(KnownError, match="no region"):
        ObjectReader(columns=(), languages=("ru",), region="XX", zone_rule=MOSCOW)


def test_a_change_replaces_what_is_given_and_nothing_else() -> None:
    before = contact(amount="10", language="en", external_id="17", phone2="+79990000409")
    after = accepted(reader().amend(before, {"amount": 20})).contact
    assert after.fields == before.fields | {"amount": "20"}
    assert (after.numbers, after.language, after.external_id) == (before.numbers, "en", "17")


def test_a_column_is_emptied_by_a_blank() -> None:
    before = contact(amount="10", phone2="+79990000409")
    after = accepted(reader().amend(before, {"amount": "", "phone2": None})).contact
    assert (after.fields["amount"], after.numbers) == ("", (PHONE,))
    assert refused(reader().amend(before, {"name": ""})) == ("name", "blank")
    assert refused(reader().amend(before, {"phone": ""})) == ("phone", "blank")


def test_a_change_that_empties_everything_is_refused() -> None:
    nameless = reader(columns=())
    before = accepted(nameless.read(1, {"phone": PHONE})).contact
    bare = Contact(numbers=before.numbers, zones=before.zones, language="")
    assert refused(nameless.amend(bare, {"phone": ""})) == ("phone", "blank")


@pytest.mark.parametrize("name", ["phone", "phone2"])
def test_a_number_that_cannot_be_called_is_refused_whichever_it_is(name: str) -> None:
    found = reader().amend(contact(), {name: "12345"})
    assert refused(found) == (name, "phone_too_short")


def test_a_change_of_two_spellings_or_of_an_object_is_refused() -> None:
    assert refused(reader().amend(contact(), {"name": []})) == ("name", "bad_value")


@pytest.mark.parametrize("column", ["phone", "phone2"])
def test_a_new_number_lives_by_the_clock_that_the_contact_came_with(column: str) -> None:
    mine = reader(rule=OF_CONTACT)
    before = accepted(mine.read(1, {"phone": PHONE, "name": "A", "timezone": "Asia/Omsk"})).contact
    after = accepted(mine.amend(before, {column: "+74951234567"})).contact
    assert set(after.zones) == {"Asia/Omsk"}
    moved = accepted(mine.amend(after, {"timezone": "Asia/Tomsk"})).contact
    assert set(moved.zones) == {"Asia/Tomsk"}


def test_without_a_time_zone_of_the_contact_each_number_tells_its_own() -> None:
    mine = reader(rule=OF_CONTACT)
    before = accepted(mine.read(1, {"phone": "+73812123456", "phone2": "+74951234567", "name": "A"})).contact
    after = accepted(mine.amend(before, {"phone2": "+74232123456"})).contact
    assert after.zones == ("Asia/Omsk", "Asia/Vladivostok")


def test_a_zone_that_may_be_one_of_several_is_not_taken_for_the_contacts_own() -> None:
    mine = reader(rule=OF_CONTACT)
    before = accepted(mine.read(1, {"phone": PHONE, "name": "A"})).contact
    old = replace(before, zones=("Asia/Omsk+Europe/Moscow",))  # of another year's plan
    after = accepted(mine.amend(old, {"phone2": "+74951234567"})).contact
    assert after.zones == ("Asia/Omsk+Europe/Moscow", "Europe/Moscow")
