"""Values in words and in writing. The orchestrator's own words, made another way, are what it is held against."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.currencies import CURRENCIES
from callflow.program import ProgramError
from callflow.russian import CASES, GENDERS
from callflow.wording import LANGUAGES, YEARS, in_words, in_writing, prepared
from orchestrator.scenario import words

LANGUAGE = st.sampled_from(LANGUAGES)
CASE = st.sampled_from(CASES)
GENDER = st.sampled_from(GENDERS)
WHOLE = st.one_of(
    st.integers(0, 2000),
    st.integers(0, 10**15 - 1),
    st.builds(lambda n, power: n * 10**power, st.integers(0, 999), st.integers(0, 12)),
)
NUMBER = st.one_of(
    WHOLE.map(str),
    WHOLE.map(lambda n: f"-{n}"),
    st.decimals(-(10**6), 10**6, places=2).map(lambda d: f"{d:f}"),
    st.decimals(-99, 99, places=6).map(lambda d: f"{d:f}"),
)
DAYS = ("день", "дня", "дней")
WEEKS = ("неделю", "недели", "недель")
PLACES = ("место", "места", "мест")
NIGHTS = ("ночь", "ночи", "ночей")
MINUTES = ("минута", "минуты", "минут")


def said(value: str, language: str, *used: str) -> str:
    return in_words(value, used, language)[0]


@given(NUMBER, CASE, GENDER)
def test_numbers_are_as_the_orchestrator_says_them(value: str, case: str, gender: str) -> None:
    assert said(value, "ru", "number", case, gender) == words.say_number(value, "ru", case, gender)
    assert said(value, "en", "number") == words.say_number(value, "en")


@given(st.one_of(st.integers(0, 3000), st.integers(0, 999_999)), CASE, GENDER)
def test_ordinals_are_as_the_orchestrator_says_them(number: int, case: str, gender: str) -> None:
    assert said(str(number), "ru", "ordinal", case, gender) == words.say_ordinal(
        str(number), "ru", case, gender
    )
    assert said(str(number), "en", "ordinal") == words.say_ordinal(str(number), "en")


@pytest.mark.parametrize("number", [n * 1000 for n in (*range(1, 125), 140, 190, 200, 290, 555, 900, 999)])
def test_thousandths_are_one_word_in_russian(number: int) -> None:
    for whole in (number, number * 1000, number + 10**6):
        assert said(str(whole), "ru", "ordinal") == words.say_ordinal(str(whole), "ru")


@given(NUMBER, CASE, st.sampled_from(sorted(CURRENCIES)))
def test_money_is_as_the_orchestrator_says_it(value: str, case: str, currency: str) -> None:
    assert said(value, "ru", "money", currency, case) == words.say_money(value, "ru", currency, case)
    assert said(value, "en", "money", currency) == words.say_money(value, "en", currency)


@given(NUMBER, st.sampled_from([DAYS, WEEKS, PLACES, NIGHTS, MINUTES]))
def test_counts_are_as_the_orchestrator_says_them(value: str, forms: tuple[str, str, str]) -> None:
    assert said(value, "ru", "count", *forms) == words.say_count(value, "ru", forms)
    assert said(value, "en", "count", "day", "days") == words.say_count(value, "en", ("day", "days"))


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32), CASE, st.booleans())
def test_dates_are_as_the_orchestrator_says_them(
    year: int, month: int, day: int, case: str, is_full: bool
) -> None:
    value, full = f"{year:04}-{month:02}-{day:02}", ("full",) if is_full else ()
    assert said(value, "ru", "date", case, *full) == words.say_date(value, "ru", case, is_full=is_full)
    assert said(value, "en", "date", *full) == words.say_date(value, "en", is_full=is_full)


@pytest.mark.parametrize("hour", range(25))
def test_times_are_as_the_orchestrator_says_them(hour: int) -> None:
    for minute in (*range(61), 99):
        value = f"{hour}:{minute:02}"
        assert said(value, "ru", "time", "dative") == words.say_time(value, "ru", "dative")
        assert said(value, "en", "time") == words.say_time(value, "en")


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [
        ("0", "ноль секунд", "zero seconds"),
        ("1", "одна секунда", "one second"),
        ("62", "одна минута две секунды", "one minute two seconds"),
        ("3600", "один час", "one hour"),
        ("9001", "два часа тридцать минут", "two hours thirty minutes"),
        ("86400", "один день", "one day"),
        ("0.9", "ноль секунд", "zero seconds"),
        ("150.5", "две минуты тридцать секунд", "two minutes thirty seconds"),
        ("soon", "soon", "soon"),
    ],
)
def test_durations(value: str, ru: str, en: str) -> None:
    assert (said(value, "ru", "duration"), said(value, "en", "duration")) == (ru, en)


def test_a_duration_has_a_case() -> None:
    assert said("60", "ru", "duration", "accusative") == "одну минуту"


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [
        ("A1-b", "эй, один, дефис, би", "A, one, dash, B"),
        ("й ъ", "и-краткое, твёрдый-знак", "й, ъ"),
        ("9/0@", "девять, дробь, ноль, собака", "nine, slash, zero, at"),
        ("§٣", "§, ٣", "§, ٣"),
        ("", "", ""),
    ],
)
def test_spelled_is_letter_by_letter(value: str, ru: str, en: str) -> None:
    assert (said(value, "ru", "spelled"), said(value, "en", "spelled")) == (ru, en)


@pytest.mark.parametrize("name", ["number", "ordinal", "money", "date", "time", "duration"])
@pytest.mark.parametrize(
    "value", ["", "ready", "1e9", "9" * 20, "２", "1\n", "--1", "2026-1-1", "25:00", "+"]
)
def test_what_is_no_value_of_the_kind_is_said_and_written_as_it_is(name: str, value: str) -> None:
    for language in LANGUAGES:
        assert in_words(value, (name,), language) == (value, ())
        assert in_writing(value, (name,), language) == value


def test_a_count_of_what_is_no_number_is_said_as_it_is() -> None:
    assert in_words("some", ("count", *DAYS), "ru") == ("some", ())


@pytest.mark.parametrize(
    ("used", "language"),
    [
        (("rhyme",), "ru"),
        (("number",), "fr"),
        (("number", "loud"), "ru"),
        (("count", "день"), "ru"),
        (("count", "day", "days", "dayz"), "en"),
        (("count", "день", " ", "дней"), "ru"),
    ],
)
def test_a_filter_that_is_not_known_is_an_error(used: tuple[str, ...], language: str) -> None:
    with pytest.raises(ProgramError):
        in_words("1", used, language)
    with pytest.raises(ProgramError):
        prepared(used, language)


FILTERS = [
    ("number",),
    ("number", "genitive", "feminine"),
    ("ordinal",),
    ("money",),
    ("money", "BYN"),
    ("money", "KZT"),
    ("date",),
    ("date", "full"),
    ("time",),
    ("duration",),
    ("spelled",),
]


def _values(name: str) -> st.SearchStrategy[str]:
    below = st.integers(0, 999_999)
    return {
        "date": st.builds(
            lambda y, m, d: f"{y}-{m:02}-{d:02}",
            st.sampled_from(YEARS),
            st.integers(1, 12),
            st.integers(1, 31),
        ),
        "time": st.builds(lambda h, m: f"{h}:{m:02}", st.integers(0, 23), st.integers(0, 59)),
        "duration": st.integers(0, 50 * 86400).map(str),
        "spelled": st.text("abzAZ0189-/.@_+", min_size=1),
        "ordinal": below.filter(lambda n: n < 1000 or n % 1000).map(str),
        "money": st.builds(lambda n, c: f"{n}.{c:02}", st.integers(-999_999, 999_999), st.integers(0, 99)),
    }.get(
        name,
        st.builds(lambda n, c: f"{n}{c}", st.integers(-999_999, 999_999), st.sampled_from(["", ".5", ".42"])),
    )


@given(st.data(), st.sampled_from(FILTERS), LANGUAGE)
def test_what_a_call_is_likely_to_say_is_said_in_pieces_that_are_all_prepared(
    data: st.DataObject, used: tuple[str, ...], language: str
) -> None:
    if language == "en":
        used = tuple(each for each in used if each not in (*CASES, *GENDERS))
    value = data.draw(_values(used[0]))
    text, pieces = in_words(value, used, language)
    assert pieces
    assert " ".join(pieces) == text.replace(",", "") if used[0] != "spelled" else ", ".join(pieces) == text
    assert set(pieces) <= prepared(used, language)


@given(st.integers(-999_999, 999_999), st.sampled_from(["", ".5"]))
def test_counts_are_said_in_pieces_that_are_all_prepared(number: int, rest: str) -> None:
    for used, language in (
        (("count", *DAYS), "ru"),
        (("count", *WEEKS), "ru"),
        (("count", "day", "days"), "en"),
    ):
        assert set(in_words(f"{number}{rest}", used, language)[1]) <= prepared(used, language)


def test_what_is_prepared_is_not_too_much() -> None:
    assert (
        max(
            len(prepared(used, language))
            for used in FILTERS
            for language in LANGUAGES
            if language == "ru" or used != FILTERS[1]
        )
        < 500
    )


@pytest.mark.parametrize(
    ("value", "used", "ru", "en"),
    [
        ("1042", None, "1042", "1042"),
        ("1042", ("digits",), "1042", "1042"),
        ("1042.5", ("number",), "1042.5", "1042.5"),
        ("1042.5", ("money",), "1042.50 RUB", "1042.50 USD"),
        ("-1.005", ("money", "EUR"), "-1.01 EUR", "-1.01 EUR"),
        ("2026-12-01", ("date", "full"), "01.12.2026", "2026-12-01"),
        ("14:30", ("time",), "14:30", "14:30"),
        ("9090", ("duration",), "2 ч 31 мин", "2 h 31 min"),
        ("0", ("duration",), "0 с", "0 s"),
        ("A1", ("spelled",), "A1", "A1"),
        ("3", ("ordinal",), "3", "3"),
    ],
)
def test_in_writing(value: str, used: tuple[str, ...] | None, ru: str, en: str) -> None:
    assert (in_writing(value, used, "ru"), in_writing(value, used, "en")) == (ru, en)


@pytest.mark.parametrize(
    ("value", "ru", "en"),
    [
        ("1", "1 день", "1 day"),
        ("-1", "-1 день", "-1 days"),
        ("2", "2 дня", "2 days"),
        ("5", "5 дней", "5 days"),
        ("11", "11 дней", "11 days"),
        ("21", "21 день", "21 days"),
        ("0", "0 дней", "0 days"),
        ("1.5", "1.5 дня", "1.5 days"),
        ("1.0", "1.0 день", "1.0 day"),
    ],
)
def test_a_count_in_writing_agrees_too(value: str, ru: str, en: str) -> None:
    assert in_writing(value, ("count", *DAYS), "ru") == ru
    assert in_writing(value, ("count", "day", "days"), "en") == en


@given(st.integers(0, 10**9), LANGUAGE)
def test_a_duration_in_writing_and_in_words_has_the_same_parts(seconds: int, language: str) -> None:
    if seconds < 10**9:
        parts = in_writing(str(seconds), ("duration",), language).split()
        assert Decimal(parts[0]) >= 0
        assert len(parts) % 2 == 0
