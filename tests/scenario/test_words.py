"""Numbers, dates and money in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from orchestrator.scenario.russian import CASES
from orchestrator.scenario.words import (
    say_count,
    say_date,
    say_digits,
    say_money,
    say_number,
    say_ordinal,
    say_time,
)


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
        ("-0", "ноль", "zero"),
        ("-0.00", "ноль", "zero"),
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


@pytest.mark.parametrize(
    ("text", "case", "gender", "said"),
    [
        ("1", "nominative", "feminine", "одна"),
        ("2", "nominative", "neuter", "два"),
        ("22", "accusative", "feminine", "двадцать две"),
        ("1000", "accusative", "masculine", "одну тысячу"),
        ("5", "genitive", "masculine", "пяти"),
        ("1042", "instrumental", "masculine", "одной тысячей сорока двумя"),
        ("-3", "dative", "masculine", "минус трём"),
        ("2.5", "genitive", "masculine", "двух целых пяти десятых"),
        ("1.1", "instrumental", "masculine", "одной целой одной десятой"),
        ("x", "genitive", "masculine", "x"),
    ],
)
def test_numbers_in_other_cases_and_genders(text: str, case: str, gender: str, said: str) -> None:
    assert say_number(text, "ru", case, gender) == said
    assert say_number(text, "en", case, gender) == say_number(text, "en")


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
        ("1001", "RUB", "одна тысяча один рубль", "one thousand and one roubles"),
        ("1000000", "RUB", "один миллион рублей", "one million roubles"),
        (
            "21000.02",
            "RUB",
            "двадцать одна тысяча рублей две копейки",
            "twenty-one thousand roubles and two kopecks",
        ),
        ("1", "UAH", "одна гривна", "one hryvnia"),
        ("22", "UAH", "двадцать две гривны", "twenty-two hryvnias"),
        ("5", "UAH", "пять гривен", "five hryvnias"),
        ("1.01", "GBP", "один фунт один пенс", "one pound and one penny"),
        ("2.02", "GBP", "два фунта два пенса", "two pounds and two pence"),
        ("3", "CNY", "три юаня", "three yuan"),
        ("21", "BYN", "двадцать один белорусский рубль", "twenty-one Belarusian roubles"),
        ("5", "BYN", "пять белорусских рублей", "five Belarusian roubles"),
    ],
)
def test_money(text: str, currency: str, ru: str, en: str) -> None:
    assert (say_money(text, "ru", currency), say_money(text, "en", currency)) == (ru, en)


@pytest.mark.parametrize(
    ("text", "currency", "case", "said"),
    [
        ("1", "RUB", "accusative", "один рубль"),
        ("1000", "RUB", "accusative", "одну тысячу рублей"),
        ("0.01", "RUB", "accusative", "одну копейку"),
        ("2.22", "RUB", "genitive", "двух рублей двадцати двух копеек"),
        ("500", "RUB", "instrumental", "пятьюстами рублями"),
        ("1042", "RUB", "prepositional", "одной тысяче сорока двух рублях"),
        ("3", "EUR", "dative", "трём евро"),
        ("2", "BYN", "dative", "двум белорусским рублям"),
        ("1", "UAH", "accusative", "одну гривну"),
    ],
)
def test_money_in_other_cases(text: str, currency: str, case: str, said: str) -> None:
    assert say_money(text, "ru", currency, case) == said


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


@pytest.mark.parametrize("day", range(1, 32))
def test_every_day_of_the_month_is_an_ordinal_in_the_genitive(day: int) -> None:
    wanted = num2words(day, lang="ru", to="ordinal", case="genitive")
    assert say_date(f"2026-01-{day:02}", "ru") == f"{wanted} января"


@pytest.mark.parametrize(
    ("text", "case", "said"),
    [
        ("2026-12-01", "nominative", "первое декабря"),
        ("2026-03-03", "dative", "третьему марта"),
        ("2026-03-23", "nominative", "двадцать третье марта"),
        ("2026-03-08", "accusative", "восьмое марта"),
        ("2026-03-08", "instrumental", "восьмым марта"),
        ("2026-03-08", "prepositional", "восьмом марта"),
    ],
)
def test_dates_in_other_cases(text: str, case: str, said: str) -> None:
    assert say_date(text, "ru", case) == said
    assert say_date(text, "ru", case, is_full=True) == f"{said} две тысячи двадцать шестого года"


@pytest.mark.parametrize(
    ("year", "ru", "en"),
    [
        (1900, "тысяча девятисотого", "nineteen hundred"),
        (1905, "тысяча девятьсот пятого", "nineteen oh-five"),
        (1999, "тысяча девятьсот девяносто девятого", "nineteen ninety-nine"),
        (2000, "двухтысячного", "two thousand"),
        (2001, "две тысячи первого", "two thousand and one"),
        (2010, "две тысячи десятого", "twenty ten"),
        (2100, "две тысячи сотого", "twenty-one hundred"),
    ],
)
def test_years(year: int, ru: str, en: str) -> None:
    assert say_date(f"{year}-05-02", "ru", is_full=True) == f"второго мая {ru} года"
    assert say_date(f"{year}-05-02", "en", is_full=True) == f"May second, {en}"


@pytest.mark.parametrize(
    ("text", "ru", "en"),
    [
        ("14:30", "четырнадцать часов тридцать минут", "two thirty p m"),
        ("09:00", "девять часов", "nine a m"),
        ("9:05", "девять часов пять минут", "nine oh five a m"),
        ("01:01", "один час одна минута", "one oh one a m"),
        ("21:21", "двадцать один час двадцать одна минута", "nine twenty-one p m"),
        ("22:22", "двадцать два часа двадцать две минуты", "ten twenty-two p m"),
        ("11:11", "одиннадцать часов одиннадцать минут", "eleven eleven a m"),
        ("03:04", "три часа четыре минуты", "three oh four a m"),
        ("12:00", "двенадцать часов", "noon"),
        ("12:30", "двенадцать часов тридцать минут", "twelve thirty p m"),
        ("00:00", "ноль часов", "midnight"),
        ("00:15", "ноль часов пятнадцать минут", "twelve fifteen a m"),
        ("18:00:00", "восемнадцать часов", "six p m"),
        ("24:00", "24:00", "24:00"),
        ("12:60", "12:60", "12:60"),
        ("noon", "noon", "noon"),
        ("", "", ""),
    ],
)
def test_times(text: str, ru: str, en: str) -> None:
    assert (say_time(text, "ru"), say_time(text, "en")) == (ru, en)


@pytest.mark.parametrize(
    ("text", "case", "said"),
    [
        ("09:00", "genitive", "девяти часов"),
        ("21:01", "genitive", "двадцати одного часа одной минуты"),
        ("14:30", "dative", "четырнадцати часам тридцати минутам"),
        ("01:01", "accusative", "один час одну минуту"),
        ("18:45", "instrumental", "восемнадцатью часами сорока пятью минутами"),
    ],
)
def test_times_in_other_cases(text: str, case: str, said: str) -> None:
    assert say_time(text, "ru", case) == said


@pytest.mark.parametrize(
    ("text", "forms", "said"),
    [
        ("1", ("день", "дня", "дней"), "один день"),
        ("3", ("день", "дня", "дней"), "три дня"),
        ("11", ("день", "дня", "дней"), "одиннадцать дней"),
        ("21", ("день", "дня", "дней"), "двадцать один день"),
        ("0", ("день", "дня", "дней"), "ноль дней"),
        ("-2", ("день", "дня", "дней"), "минус два дня"),
        ("2.5", ("день", "дня", "дней"), "две целых пять десятых дня"),
        ("1", ("неделя", "недели", "недель"), "одна неделя"),
        ("22", ("неделя", "недели", "недель"), "двадцать две недели"),
        ("1", ("неделю", "недели", "недель"), "одну неделю"),
        ("1000", ("минуту", "минуты", "минут"), "одну тысячу минут"),
        ("2", ("ночь", "ночи", "ночей"), "две ночи"),
        ("2", ("рубль", "рубля", "рублей"), "два рубля"),
        ("1", ("место", "места", "мест"), "одно место"),
        ("1", ("новое письмо", "новых письма", "новых писем"), "одно новое письмо"),
        ("x", ("день", "дня", "дней"), "x"),
    ],
)
def test_so_many_of_something_in_russian(text: str, forms: tuple[str, ...], said: str) -> None:
    assert say_count(text, "ru", forms) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "zero days"),
        ("1", "one day"),
        ("2", "two days"),
        ("21", "twenty-one days"),
        ("1.0", "one day"),
        ("1.5", "one point five days"),
        ("-1", "minus one days"),
        ("x", "x"),
    ],
)
def test_so_many_of_something_in_english(text: str, said: str) -> None:
    assert say_count(text, "en", ("day", "days")) == said


@pytest.mark.parametrize(
    ("text", "case", "gender", "ru", "en"),
    [
        ("1", "nominative", "masculine", "первый", "first"),
        ("3", "nominative", "feminine", "третья", "third"),
        ("3", "accusative", "feminine", "третью", "third"),
        ("21", "genitive", "neuter", "двадцать первого", "twenty-first"),
        ("007", "nominative", "masculine", "седьмой", "seventh"),
        ("-1", "nominative", "masculine", "-1", "-1"),
        ("2.5", "nominative", "masculine", "2.5", "2.5"),
        ("", "nominative", "masculine", "", ""),
    ],
)
def test_ordinals(text: str, case: str, gender: str, ru: str, en: str) -> None:
    assert (say_ordinal(text, "ru", case, gender), say_ordinal(text, "en")) == (ru, en)


@given(st.text(max_size=20), st.sampled_from(CASES))
def test_whatever_is_no_number_date_or_time_is_left_as_it_is_or_put_into_words(text: str, case: str) -> None:
    for language in ("ru", "en"):
        for said in (
            say_number(text, language, case),
            say_ordinal(text, language, case),
            say_date(text, language, case),
            say_time(text, language, case),
            say_money(text, language, "RUB", case),
        ):
            assert said == text or not any(char in "0123456789" for char in said)


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
        ("+", "+"),
        ("1+2", "1 + 2"),
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


def test_the_plus_of_a_telephone_number_is_said() -> None:
    assert say_digits("+79990000001", "ru").startswith("плюс семь девять девять, девять ноль ноль, ")
    assert say_digits("+1 202", "en") == "plus one two zero two"
