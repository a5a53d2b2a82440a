from __future__ import annotations

import pytest

from orchestrator.contacts.columns import (
    MAX_DIGITS,
    MAX_EXTERNAL_ID,
    MAX_TEXT,
    TYPES,
    Changed,
    Reading,
    converter,
)
from orchestrator.contacts.row import Code, Fault
from orchestrator.domain.plan import Column

READING = Reading(languages=("ru", "en", "pt-BR"), region="RU")


def convert(column_type: str, cell: str) -> str | Fault | Changed:
    return converter(column_type, READING)(cell)


@pytest.mark.parametrize(
    ("column_type", "cell", "expected"),
    [
        ("text", "O'Neil", "O'Neil"),
        ("text", "Пётр", "Пётр"),
        ("digits", "0042", "0042"),
        ("number", "5,50", "5.5"),
        ("money", "5,5", "5.50"),
        ("date", "5.12.2026", "2026-12-05"),
        ("time", "9:00", "09:00"),
        ("language", "EN", "en"),
        ("language", "ru_RU", "ru"),
        ("language", "pt-br", "pt-BR"),
        ("timezone", "europe/moscow", "Europe/Moscow"),
        ("phone", "8 (999) 000-04-08", "+79990000408"),
        ("external_id", "Заказ:17/b_2.x-@", "Заказ:17/b_2.x-@"),
        ("external_id", "и\u0306", "й"),
    ],
)
def test_each_type_has_one_canonical_text(column_type: str, cell: str, expected: str) -> None:
    assert convert(column_type, cell) == expected


@pytest.mark.parametrize(
    ("column_type", "cell", "code"),
    [
        ("text", "x" * (MAX_TEXT + 1), Code.TEXT_TOO_LONG),
        ("digits", "10-05", Code.BAD_DIGITS),
        ("digits", "١٢", Code.BAD_DIGITS),
        ("digits", "1" * (MAX_DIGITS + 1), Code.BAD_DIGITS),
        ("number", "many", Code.BAD_NUMBER),
        ("money", "much", Code.BAD_MONEY),
        ("date", "2026-13-45", Code.BAD_DATE),
        ("time", "25:00", Code.BAD_TIME),
        ("language", "de", Code.BAD_LANGUAGE),
        ("timezone", "MSK", Code.BAD_TIMEZONE),
        ("phone", "12345", Code.PHONE_TOO_SHORT),
        ("external_id", "a b", Code.BAD_EXTERNAL_ID),
        ("external_id", "-17", Code.BAD_EXTERNAL_ID),
        ("external_id", "x" * (MAX_EXTERNAL_ID + 1), Code.BAD_EXTERNAL_ID),
    ],
)
def test_each_type_says_what_it_refuses(column_type: str, cell: str, code: Code) -> None:
    found = convert(column_type, cell)
    assert isinstance(found, Fault)
    assert found.code is code
    assert cell not in str(found), "reasons are counted: they never quote the value"


def test_a_language_of_another_country_is_another_language() -> None:
    assert isinstance(convert("language", "pt"), Fault)
    assert isinstance(convert("language", "pt-PT"), Fault)


def test_text_and_digits_up_to_their_limits_are_kept() -> None:
    assert convert("text", "x" * MAX_TEXT) == "x" * MAX_TEXT
    assert convert("digits", "1" * MAX_DIGITS) == "1" * MAX_DIGITS


def test_text_that_was_changed_has_a_note() -> None:
    assert convert("text", "a\tb") == Changed(value="a b", note="control characters became spaces")


def test_every_type_of_the_domain_has_a_converter() -> None:
    documented = "text, digits, number, money, date, time, language, timezone or phone"
    assert documented in (Column.__doc__ or "")
    assert sorted(TYPES) == sorted(documented.replace(" or ", ", ").split(", "))


def test_an_unknown_type_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown column type 'colour'"):
        converter("colour", READING)
