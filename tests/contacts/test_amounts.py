from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.amounts import money, number
from orchestrator.contacts.row import Code, Fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "5"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("+5", "5"),
        ("007", "7"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("-0.5", "-0.5"),
        ("1500.50", "1500.5"),
        ("1500,5", "1500.5"),
        ("0,125", "0.125"),
        ("1.500", "1.5"),
        ("1 500", "1500"),
        ("1\u00a0500\u202f000,25", "1500000.25"),
        ("1'500.5", "1500.5"),
        ("1,500.50", "1500.5"),
        ("1,500,000", "1500000"),
        ("1.500,50", "1500.5"),
        ("1.500.000", "1500000"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_a_number_has_one_canonical_text(text: str, expected: str) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "many",
        "1e5",
        "inf",
        "nan",
        "5%",
        "5 руб",
        "$5",
        ".5",
        "5.",
        "1,2,3",
        "1 50",
        "12 34",
        "--5",
        "٥",
        "0x10",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert number(text) == Fault(code=Code.BAD_NUMBER, reason="not a number")


def test_a_comma_before_three_digits_is_not_guessed_at() -> None:
    for convert in (number, money):
        found = convert("1,500")
        assert isinstance(found, Fault)
        assert "may mean thousands or decimals" in found.reason


def test_digits_beyond_what_a_double_holds_are_refused() -> None:
    assert number("1234567890123456") == Fault(code=Code.BAD_NUMBER, reason="more than 15 digits")
    assert number("12345678901234.56") == Fault(code=Code.BAD_NUMBER, reason="more than 15 digits")
    assert number("0.000000000000000") == "0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1500", "1500"), ("1500.5", "1500.50"), ("1 500,50", "1500.50"), ("10.000", "10"), ("-3.10", "-3.10")],
)
def test_money_has_two_decimals_or_none(text: str, expected: str) -> None:
    assert money(text) == expected


def test_money_with_more_decimals_is_refused() -> None:
    assert money("1.234") == Fault(code=Code.BAD_MONEY, reason="more than 2 decimals in an amount of money")


@pytest.mark.parametrize("text", ["$10", "10 ₽", "10 руб.", "ten"])
def test_money_names_no_currency(text: str) -> None:
    found = money(text)
    assert isinstance(found, Fault)
    assert found.code is Code.BAD_MONEY
    assert "without a currency" in found.reason


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_keeps_its_value(value: Decimal) -> None:
    found = number(f"{value:f}")
    assert isinstance(found, str)
    assert Decimal(found) == value
    assert number(found) == found


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_fault(text: str) -> None:
    for convert in (number, money):
        found = convert(text)
        assert isinstance(found, Fault) or convert(found) == found
