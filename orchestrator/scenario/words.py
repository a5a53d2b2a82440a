"""Numbers, dates, times and money in spoken words, in Russian and English.

What is no number (date, time) of the kind wanted is left as it is: the list of contacts was checked before.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from num2words import num2words

from callflow.russian import told_by
from orchestrator.scenario import russian
from orchestrator.scenario.currencies import CURRENCIES, DEFAULT_CURRENCY, Counted
from orchestrator.scenario.russian import CASES, GENDERS, Noun, listed, noun

__all__ = ["CASES", "CURRENCIES", "DEFAULT_CURRENCY", "GENDERS", "LANGUAGES"]

LANGUAGES = ("ru", "en")
FORMS = {"ru": 3, "en": 2}  # of a counted noun that an author writes

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?\Z")

_DIGITS = {
    "ru": listed("ноль один два три четыре пять шесть семь восемь девять"),
    "en": listed("zero one two three four five six seven eight nine"),
}
_PLUS = {"ru": "плюс", "en": "plus"}
_MINUS = {"ru": "минус ", "en": "minus "}
_MONTHS = {
    "ru": listed("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    "en": listed("January February March April May June July August September October November December"),
}
_HOUR = noun("час", "- а у - ом е", "ы ов ам ы ами ах")
_MINUTE = noun("минут", "а ы е у ой е", "ы - ам ы ами ах", "feminine")
# Two and a half is in Russian: two wholes, five tenths
_PART_ENDS = (listed("ая ой ой ую ой ой"), listed("ые ых ым ые ыми ых"))
_PARTS = ("цел", "десят", "сот", "тысячн", "десятитысячн", "стотысячн", "миллионн")


def say_digits(text: str, language: str) -> str:
    """Digits one by one, in groups with a pause (a comma) between: 14655224 -> 146, 552, 24, each in words.

    Up to four stay together, more go by threes, and no group has only one. A plus before a telephone number is said.
    Where anything else stands among the digits there are no groups, and it is left as it is.
    """
    kept = "".join(text.split())
    plus, bare = kept.startswith("+"), kept.removeprefix("+")
    if not (bare.isascii() and bare.isdigit()):
        return " ".join(_DIGITS[language][int(char)] if char in "0123456789" else char for char in kept)
    words = [_DIGITS[language][int(char)] for char in bare]
    groups, start = [], 0
    for size in _groups(len(words)):
        groups.append(" ".join(words[start : start + size]))
        start += size
    return (_PLUS[language] + " " if plus else "") + ", ".join(groups)


def _groups(count: int) -> list[int]:
    if count <= 4:
        return [count]
    threes, rest = divmod(count, 3)
    if rest == 1:
        return [3] * (threes - 1) + [2, 2]
    return [3] * threes + [2] * (rest == 2)


@lru_cache(maxsize=4096)
def say_number(text: str, language: str, case: str = "nominative", gender: str = "masculine") -> str:
    """1042 -> `one thousand and forty-two`, 2.5 -> `two point five` / `две целых пять десятых`.

    More than 15 digits are left as they are. Case and gender are for Russian.
    """
    if not _NUMBER.match(text):
        return text
    minus, whole, fraction = _read(text, language)
    if language == "ru":
        if not fraction:
            return minus + russian.cardinal(whole, case, gender)
        wholes = russian.counted(whole, _part(0), case)
        return f"{minus}{wholes} {russian.counted(int(fraction), _part(len(fraction)), case)}"
    if not fraction:
        return minus + _english(whole)
    figures = " ".join(_DIGITS[language][int(figure)] for figure in fraction)
    return f"{minus}{_english(whole)} point {figures}"


def _read(text: str, language: str) -> tuple[str, int, str]:
    """(what is said for the sign, whole part, decimals without zeros at the end) of a number."""
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    is_negative = text.startswith("-") and (int(whole) or fraction)
    return _MINUS[language] if is_negative else "", int(whole), fraction


@lru_cache(maxsize=16)
def _part(place: int) -> Noun:
    """A whole, a tenth, a hundredth...: adjectives in Russian, in the genitive plural from two on."""
    singular, plural = ([_PARTS[place] + end for end in ends] for ends in _PART_ENDS)
    return Noun(singular, plural, "feminine", plural[1])


@lru_cache(maxsize=4096)
def say_count(text: str, language: str, forms: tuple[str, ...]) -> str:
    """So many of something: 21 with (`день`, `дня`, `дней`) -> `двадцать один день`; English has two forms.

    The gender is told from the forms: `неделя`, `минута` and `ночь, ночи` are feminine (`неделю` is their accusative),
    `место` is neuter.
    """
    if not _NUMBER.match(text):
        return text
    minus, whole, fraction = _read(text, language)
    if language != "ru":
        return f"{say_number(text, language)} {forms[0] if whole == 1 and not fraction and not minus else forms[1]}"
    if fraction:
        return f"{say_number(text, language)} {forms[1]}"
    gender, case = told_by(forms)
    one, few, many = forms
    thing = Noun([one] * 6, [many] * 6, gender, few)
    return f"{minus}{russian.cardinal(whole, case, gender)} {thing.after(whole, 'nominative')}"


@lru_cache(maxsize=4096)
def say_ordinal(text: str, language: str, case: str = "nominative", gender: str = "masculine") -> str:
    """3 -> `third` / `третий`. Only of whole numbers from 0 on."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return text
    if language == "ru":
        return russian.ordinal(int(text), case, gender)
    return str(num2words(int(text), lang=language, to="ordinal"))


@lru_cache(maxsize=4096)
def say_money(text: str, language: str, currency: str, case: str = "nominative") -> str:
    """1042.50 RUB -> `одна тысяча сорок два рубля пятьдесят копеек`; hundredths only when there are any."""
    if not _NUMBER.match(text):
        return text
    amount = Decimal(text).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    units, hundredths = divmod(int(abs(amount) * 100), 100)
    counts = [units] * bool(units or not hundredths), [hundredths] * bool(hundredths)
    minus = _MINUS[language] if amount < 0 else ""
    found = CURRENCIES[currency]
    if language == "ru":
        said = [
            russian.counted(count, thing, case)
            for some, thing in zip(counts, found.ru, strict=True)
            for count in some
        ]
        return minus + " ".join(said)
    return minus + " and ".join(
        _english_counted(count, thing) for some, thing in zip(counts, found.en, strict=True) for count in some
    )


@lru_cache(maxsize=4096)
def say_date(text: str, language: str, case: str = "genitive", *, is_full: bool = False) -> str:
    """2026-12-01 -> `первого декабря` / `December first`; with the year when `is_full`."""
    found = _DATE.match(text)
    if not found:
        return text
    year, month, day = map(int, found.groups())
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return text
    name = _MONTHS[language][month - 1]
    if language == "ru":
        said = f"{russian.ordinal(day, case, 'neuter')} {name}"
        return f"{said} {russian.ordinal(year, 'genitive')} года" if is_full else said
    said = f"{name} {num2words(day, lang='en', to='ordinal')}"
    return f"{said}, {num2words(year, lang='en', to='year')}" if is_full else said


@lru_cache(maxsize=4096)
def say_time(text: str, language: str, case: str = "nominative") -> str:
    """14:30 -> `четырнадцать часов тридцать минут` / `two thirty p m`; no minutes when there are none."""
    found = _TIME.match(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (24, 0)
    if hour > 23 or minute > 59:
        return text
    if language == "ru":
        said = russian.counted(hour, _HOUR, case)
        return f"{said} {russian.counted(minute, _MINUTE, case)}" if minute else said
    if not minute and hour in (0, 12):
        return "noon" if hour else "midnight"
    minutes = "" if not minute else f" oh {_english(minute)}" if minute < 10 else f" {_english(minute)}"
    return f"{_english(hour % 12 or 12)}{minutes} {'p' if hour >= 12 else 'a'} m"


@lru_cache(maxsize=8192)
def _english(number: int) -> str:
    return str(num2words(number, lang="en"))


def _english_counted(count: int, thing: Counted) -> str:
    return f"{_english(count)} {thing.one if count == 1 else thing.many}"
