"""Numbers, dates and money in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from orchestrator.scenario.words import say_date, say_digits, say_money, say_number


@pytest.mark.parametrize(
    ("text", "ru", "en"),
    [
        ("0", "ноль", "zero"),
        ("1042", "одна тысяча сорок два", "one thousand and forty-two"),
        ("007", "семь", "seven"),
        ("+5", "пять", "five"),
        ("-3", "минус три", "minus three"),
        ("1.0", "один", "one"),
        ("2.50", "две целых пять десятых", "two point five"),
        ("1.1", "одна целая одна десятая", "one point one"),
        ("-0.05", "минус ноль целых пять сотых", "minus zero point zero five"),
        ("21.021", "двадцать одна целая двадцать одна тысячная", "twenty-one point zero two one"),
        ("1000000.5", "один миллион целых пять десятых", "one million point five"),
        ("11.12", "одиннадцать целых двенадцать сотых", "eleven point one two"),
        ("0.000001", "ноль целых одна миллионная", "zero point zero zero zero zero zero one"),
        ("12x", "12x", "12x"),
        ("1234567890123456", "1234567890123456", "1234567890123456"),
        ("", "", ""),
    ],
)
def test_numbers(text: str, ru: str, en: str) -> None:
    assert (say_number(text, "ru"), say_number(text, "en")) == (ru, en)


@given(st.integers(0, 10**15 - 1))
def test_whole_numbers_are_said_as_num2words_does(number: int) -> None:
    assert say_number(str(number), "ru") == num2words(number, lang="ru")
    assert say_number(str(number), "en") == num2words(number, lang="en")


@pytest.mark.parametrize(
    ("text", "currency", "ru", "en"),
    [
        ("0", "RUB", "ноль рублей", "zero roubles"),
        ("1", "RUB", "один рубль", "one rouble"),
        ("2", "RUB", "два рубля", "two roubles"),
        ("5", "RUB", "пять рублей", "five roubles"),
        ("11", "RUB", "одиннадцать рублей", "eleven roubles"),
        ("21", "RUB", "двадцать один рубль", "twenty-one roubles"),
        ("112", "RUB", "сто двенадцать рублей", "one hundred and twelve roubles"),
        (
            "1042.50",
            "RUB",
            "одна тысяча сорок два рубля пятьдесят копеек",
            "one thousand and forty-two roubles and fifty kopecks",
        ),
        ("0.01", "RUB", "одна копейка", "one kopeck"),
        ("0.22", "RUB", "двадцать две копейки", "twenty-two kopecks"),
        ("-5.5", "RUB", "минус пять рублей пятьдесят копеек", "minus five roubles and fifty kopecks"),
        ("2.01", "USD", "два доллара один цент", "two dollars and one cent"),
        ("1.02", "USD", "один доллар два цента", "one dollar and two cents"),
        ("3", "EUR", "три евро", "three euros"),
        ("7.5", "KZT", "семь тенге пятьдесят тиынов", "seven tenge and fifty tiyn"),
        ("2", "BYN", "два белорусских рубля", "two Belarusian roubles"),
        ("0.005", "RUB", "одна копейка", "one kopeck"),
        ("dear", "RUB", "dear", "dear"),
    ],
)
def test_money(text: str, currency: str, ru: str, en: str) -> None:
    assert (say_money(text, "ru", currency), say_money(text, "en", currency)) == (ru, en)


@given(st.decimals(0, 10**9, places=2))
def test_no_kopeck_is_lost(amount: Decimal) -> None:
    said = say_money(f"{amount:.2f}", "en", "RUB")
    whole, hundredths = divmod(int(amount * 100), 100)
    assert (num2words(hundredths, lang="en") + " kopeck" in said) == bool(hundredths)
    assert (num2words(whole, lang="en") + " rouble" in said) == bool(whole or not hundredths)


@pytest.mark.parametrize(
    ("text", "ru", "en"),
    [
        ("2026-12-01", "первого декабря", "December first"),
        ("2026-03-03", "третьего марта", "March third"),
        ("2028-02-29", "двадцать девятого февраля", "February twenty-ninth"),
        ("2026-13-01", "2026-13-01", "2026-13-01"),
        ("2026-01-00", "2026-01-00", "2026-01-00"),
        ("tomorrow", "tomorrow", "tomorrow"),
    ],
)
def test_dates(text: str, ru: str, en: str) -> None:
    assert (say_date(text, "ru"), say_date(text, "en")) == (ru, en)


def test_full_dates_have_the_year() -> None:
    assert (
        say_date("2026-12-31", "ru", is_full=True)
        == "тридцать первого декабря две тысячи двадцать шестого года"
    )
    assert say_date("2026-12-31", "en", is_full=True) == "December thirty-first, twenty twenty-six"


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", ""),
        ("7", "7"),
        ("1042", "1 0 4 2"),
        ("12345", "1 2 3, 4 5"),
        ("123456", "1 2 3, 4 5 6"),
        ("1234567", "1 2 3, 4 5, 6 7"),
        ("12345678", "1 2 3, 4 5 6, 7 8"),
        ("1234567890", "1 2 3, 4 5 6, 7 8, 9 0"),
        ("12 34", "1 2 3 4"),
        ("-12.5", "- 1 2 . 5"),
        ("AB-12", "A B - 1 2"),
    ],
)
def test_digits_are_said_one_by_one_in_groups(text: str, groups: str) -> None:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    assert say_digits(text, "en") == "".join(names[int(char)] if char.isdigit() else char for char in groups)


@given(st.text("0123456789", max_size=40))
def test_no_digit_is_lost_and_no_group_has_one(text: str) -> None:
    groups = say_digits(text, "ru").split(", ")
    assert sum(len(group.split()) for group in groups) == len(text)
    assert all(len(group.split()) in (2, 3) for group in groups) or len(text) <= 4
