"""Russian numerals: cases, genders, the noun that is counted. Held against num2words, and read back by a listener."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from orchestrator.scenario.currencies import CURRENCIES
from orchestrator.scenario.russian import CASES, GENDERS, cardinal, counted, noun, ordinal

NUMBERS = st.integers(0, 10**15 - 1) | st.integers(0, 10**6) | st.integers(0, 150)

DAY = noun("д", "ень ня ню ень нём не", "ни ней ням ни нями нях")
WEEK = noun("недел", "я и е ю ей е", "и ь ям и ями ях", "feminine")
WINDOW = noun("", "окно окна окну окно окном окне", "окна окон окнам окна окнами окнах", "neuter")


@given(NUMBERS, st.sampled_from([case for case in CASES if case != "accusative"]))
def test_cardinals_are_those_of_num2words(number: int, case: str) -> None:
    assert cardinal(number, case) == num2words(number, lang="ru", case=case)


@given(st.integers(1, 9999), st.sampled_from(CASES), st.sampled_from(GENDERS))
def test_ordinals_are_those_of_num2words(number: int, case: str, gender: str) -> None:
    wanted = num2words(number, lang="ru", to="ordinal", case=case, gender=gender[0], animate=False)
    assert ordinal(number, case, gender) == wanted


def _values() -> dict[str, int]:
    """Word of any case and gender -> its value."""
    found = {}
    for number in [*range(1, 20), *range(20, 100, 10), *range(100, 1000, 100)]:
        for case in CASES:
            for gender in GENDERS:
                found[cardinal(number, case, gender)] = number
    return found


VALUES = _values()
SCALES = {"тысяч": 10**3, "миллион": 10**6, "миллиард": 10**9, "триллион": 10**12}


def read_back(said: str) -> int:
    """What a listener understands."""
    total = part = 0
    for word in said.split():
        scale = next((value for stem, value in SCALES.items() if re.fullmatch(stem + "[а-я]{0,3}", word)), 0)
        if scale:
            total, part = total + part * scale, 0
        else:
            part += VALUES[word]
    return total + part


@given(NUMBERS.filter(bool), st.sampled_from(CASES), st.sampled_from(GENDERS))
def test_a_listener_understands_the_number_that_was_meant(number: int, case: str, gender: str) -> None:
    assert read_back(cardinal(number, case, gender)) == number


@pytest.mark.parametrize(
    ("count", "day", "week", "window"),
    [
        (0, "ноль дней", "ноль недель", "ноль окон"),
        (1, "один день", "одна неделя", "одно окно"),
        (2, "два дня", "две недели", "два окна"),
        (3, "три дня", "три недели", "три окна"),
        (4, "четыре дня", "четыре недели", "четыре окна"),
        (5, "пять дней", "пять недель", "пять окон"),
        (10, "десять дней", "десять недель", "десять окон"),
        (11, "одиннадцать дней", "одиннадцать недель", "одиннадцать окон"),
        (12, "двенадцать дней", "двенадцать недель", "двенадцать окон"),
        (14, "четырнадцать дней", "четырнадцать недель", "четырнадцать окон"),
        (21, "двадцать один день", "двадцать одна неделя", "двадцать одно окно"),
        (22, "двадцать два дня", "двадцать две недели", "двадцать два окна"),
        (25, "двадцать пять дней", "двадцать пять недель", "двадцать пять окон"),
        (101, "сто один день", "сто одна неделя", "сто одно окно"),
        (111, "сто одиннадцать дней", "сто одиннадцать недель", "сто одиннадцать окон"),
        (112, "сто двенадцать дней", "сто двенадцать недель", "сто двенадцать окон"),
        (121, "сто двадцать один день", "сто двадцать одна неделя", "сто двадцать одно окно"),
        (1000, "одна тысяча дней", "одна тысяча недель", "одна тысяча окон"),
        (1001, "одна тысяча один день", "одна тысяча одна неделя", "одна тысяча одно окно"),
        (2002, "две тысячи два дня", "две тысячи две недели", "две тысячи два окна"),
        (1_000_000, "один миллион дней", "один миллион недель", "один миллион окон"),
    ],
)
def test_a_noun_agrees_with_its_count(count: int, day: str, week: str, window: str) -> None:
    assert [counted(count, thing) for thing in (DAY, WEEK, WINDOW)] == [day, week, window]


@pytest.mark.parametrize(
    ("count", "case", "said"),
    [
        (1, "genitive", "одного дня"),
        (2, "genitive", "двух дней"),
        (5, "genitive", "пяти дней"),
        (40, "genitive", "сорока дней"),
        (90, "dative", "девяноста дням"),
        (1, "dative", "одному дню"),
        (3, "dative", "трём дням"),
        (200, "dative", "двумстам дням"),
        (1, "accusative", "один день"),
        (2, "accusative", "два дня"),
        (5, "accusative", "пять дней"),
        (4, "instrumental", "четырьмя днями"),
        (21, "instrumental", "двадцатью одним днём"),
        (50, "instrumental", "пятьюдесятью днями"),
        (300, "instrumental", "тремястами днями"),
        (800, "instrumental", "восемьюстами днями"),
        (1000, "instrumental", "одной тысячей дней"),
        (2000, "dative", "двум тысячам дней"),
        (2001, "dative", "двум тысячам одному дню"),
        (0, "dative", "нолю дней"),
        (1, "prepositional", "одном дне"),
        (7, "prepositional", "семи днях"),
        (8, "instrumental", "восемью днями"),
    ],
)
def test_a_count_in_another_case(count: int, case: str, said: str) -> None:
    assert counted(count, DAY, case) == said


def test_the_accusative_of_a_feminine_noun_is_its_own() -> None:
    assert counted(1, WEEK, "accusative") == "одну неделю"
    assert counted(21, WEEK, "accusative") == "двадцать одну неделю"
    assert counted(1000, DAY, "accusative") == "одну тысячу дней"
    assert counted(21_000, DAY, "accusative") == "двадцать одну тысячу дней"


@pytest.mark.parametrize("name", CURRENCIES)
def test_every_currency_has_all_its_forms(name: str) -> None:
    for thing in CURRENCIES[name].ru:
        assert len(thing.singular) == len(thing.plural) == len(CASES)
        assert thing.gender in GENDERS
        assert all(form.strip() == form and form for form in (*thing.singular, *thing.plural))
        for case in CASES:
            for count in (0, 1, 2, 5, 11, 21, 1000):
                assert counted(count, thing, case).count("  ") == 0


@pytest.mark.parametrize(
    ("number", "masculine", "feminine", "genitive"),
    [
        (0, "нулевой", "нулевая", "нулевого"),
        (1, "первый", "первая", "первого"),
        (2, "второй", "вторая", "второго"),
        (3, "третий", "третья", "третьего"),
        (6, "шестой", "шестая", "шестого"),
        (13, "тринадцатый", "тринадцатая", "тринадцатого"),
        (23, "двадцать третий", "двадцать третья", "двадцать третьего"),
        (40, "сороковой", "сороковая", "сорокового"),
        (100, "сотый", "сотая", "сотого"),
        (1000, "тысячный", "тысячная", "тысячного"),
        (2000, "двухтысячный", "двухтысячная", "двухтысячного"),
        (10_001, "десять тысяч первый", "десять тысяч первая", "десять тысяч первого"),
        (21_000, "двадцатиоднотысячный", "двадцатиоднотысячная", "двадцатиоднотысячного"),
        (
            1_000_019,
            "один миллион девятнадцатый",
            "один миллион девятнадцатая",
            "один миллион девятнадцатого",
        ),
        (2026, "две тысячи двадцать шестой", "две тысячи двадцать шестая", "две тысячи двадцать шестого"),
    ],
)
def test_ordinals(number: int, masculine: str, feminine: str, genitive: str) -> None:
    said = ordinal(number), ordinal(number, gender="feminine"), ordinal(number, "genitive")
    assert said == (masculine, feminine, genitive)
