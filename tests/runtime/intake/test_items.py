"""What a service answers, as rows."""

from __future__ import annotations

import pytest

from orchestrator.runtime.intake.items import greatest, is_one_of, items_at, row_of, text_at

ITEM: dict[str, object] = {
    "id": "7",
    "status": "new",
    "is_paid": False,
    "note": None,
    "customer": {"phones": ["+79990000001"], "name": "Анна"},
}


@pytest.mark.parametrize(
    ("answer", "place", "found"),
    [
        ([1], None, [1]),
        ({"data": {"orders": [1, 2]}}, "data.orders", [1, 2]),
        ({"pages": [{"orders": []}]}, "pages.0.orders", []),
        ({"data": {}}, "data.orders", []),  # nothing stands there: no items
        ({"data": "none"}, "data", None),
        ({"data": {"1": {}}}, "data", None),
        ({}, None, None),
    ],
)
def test_items_stand_in_a_list(answer: object, place: str | None, found: object) -> None:
    assert items_at(answer, place) == found


def test_columns_come_from_places_and_what_is_not_there_is_left_out() -> None:
    columns = {"phone": "customer.phones.0", "name": "customer.name", "order": "number", "note": "note"}
    assert row_of(ITEM, columns, {"language": "ru"}) == {
        "phone": "+79990000001",
        "name": "Анна",
        "note": None,
        "language": "ru",
    }


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"status": ("new", "paid")}, True),
        ({"status": ("paid",)}, False),
        ({"is_paid": ("no",)}, True),
        ({"status": ("new",), "is_paid": ("yes",)}, False),
        ({"nowhere": ("new",)}, False),
        ({"customer": ("new",)}, False),
    ],
)
def test_an_item_is_meant_when_all_its_places_have_one_of_the_values(
    wanted: dict[str, tuple[str, ...]], fits: bool
) -> None:
    assert is_one_of(ITEM, wanted) is fits


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], ""),
        (["", ""], ""),
        (["9", "10", ""], "10"),
        (["2026-11-30T09:00:00Z", "2026-11-30T10:00:00Z", "2026-11-02T00:00:00Z"], "2026-11-30T10:00:00Z"),
        (["10", "9a"], "9a"),
        (["²", "1"], "²"),  # a digit to Python, and no whole number
    ],
)
def test_the_greatest_is_by_value_or_by_letter(texts: list[str], found: str) -> None:
    assert greatest(texts) == found


def test_a_long_text_is_whole() -> None:
    assert text_at({"next": "x" * 1000}, "next") == "x" * 1000
    assert text_at({"next": True}, "next") == "yes"
    assert text_at({"next": {}}, "next") == ""
    assert text_at({}, "next") == ""


def test_a_service_may_say_numbers_of_any_length_and_halves_of_characters() -> None:
    longest = "9" * 5000
    assert greatest(["8" * 5000, longest, "007"]) == longest
    assert text_at({"id": "\ud800x"}, "id") == "?x"
