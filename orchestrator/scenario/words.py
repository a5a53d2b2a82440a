"""Numbers, dates and money in spoken words, in Russian and English."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from num2words import num2words

LANGUAGES = ("ru", "en")

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")

_DIGITS = {
    "ru": ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_MONTHS = {
    "ru": (
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


MINUS = {"ru": "минус ", "en": "minus "}


class Noun(NamedTuple):
    """A counted noun. Russian: with one, two to four, five and more (genitive plural), and its gender."""

    one: str
    few: str
    many: str
    gender: str = "m"


# Two and a half is in Russian: two wholes, five tenths
_WHOLES = Noun("целая", "целых", "целых", "f")
_FRACTIONS = ("десят", "сот", "тысячн", "десятитысячн", "стотысячн", "миллионн")

# Currency -> language -> the unit and its hundredth
CURRENCIES: dict[str, dict[str, tuple[Noun, Noun]]] = {
    "RUB": {
        "ru": (Noun("рубль", "рубля", "рублей"), Noun("копейка", "копейки", "копеек", "f")),
        "en": (Noun("rouble", "roubles", "roubles"), Noun("kopeck", "kopecks", "kopecks")),
    },
    "USD": {
        "ru": (Noun("доллар", "доллара", "долларов"), Noun("цент", "цента", "центов")),
        "en": (Noun("dollar", "dollars", "dollars"), Noun("cent", "cents", "cents")),
    },
    "EUR": {
        "ru": (Noun("евро", "евро", "евро"), Noun("цент", "цента", "центов")),
        "en": (Noun("euro", "euros", "euros"), Noun("cent", "cents", "cents")),
    },
    "KZT": {
        "ru": (Noun("тенге", "тенге", "тенге"), Noun("тиын", "тиына", "тиынов")),
        "en": (Noun("tenge", "tenge", "tenge"), Noun("tiyn", "tiyn", "tiyn")),
    },
    "BYN": {
        "ru": (
            Noun("белорусский рубль", "белорусских рубля", "белорусских рублей"),
            Noun("копейка", "копейки", "копеек", "f"),
        ),
        "en": (
            Noun("Belarusian rouble", "Belarusian roubles", "Belarusian roubles"),
            Noun("kopeck", "kopecks", "kopecks"),
        ),
    },
}
DEFAULT_CURRENCY = {"ru": "RUB", "en": "USD"}


def say_digits(text: str, language: str) -> str:
    """Digits one by one, in groups with a pause (a comma) between: 14655224 -> 146, 552, 24, each in words.

    Up to four stay together, more go by threes, and no group has only one. Where anything else stands among the
    digits there are no groups, and it is left as it is.
    """
    kept = "".join(text.split())
    if not (kept.isascii() and kept.isdigit()):
        return " ".join(_DIGITS[language][int(char)] if char in "0123456789" else char for char in kept)
    words = [_DIGITS[language][int(char)] for char in kept]
    groups, start = [], 0
    for size in _groups(len(words)):
        groups.append(" ".join(words[start : start + size]))
        start += size
    return ", ".join(groups)


def _groups(count: int) -> list[int]:
    if count <= 4:
        return [count]
    threes, rest = divmod(count, 3)
    if rest == 1:
        return [3] * (threes - 1) + [2, 2]
    return [3] * threes + [2] * (rest == 2)


@lru_cache(maxsize=4096)
def say_number(text: str, language: str) -> str:
    """1042 -> `one thousand and forty-two`, 2.5 -> `two point five` / `две целых пять десятых`.

    What is no number, or has over 15 digits, is left as it is.
    """
    if not _NUMBER.match(text):
        return text
    minus = MINUS[language] if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return minus + _cardinal(int(whole), language, "m")
    if language != "ru":
        figures = " ".join(_DIGITS[language][int(figure)] for figure in fraction)
        return f"{minus}{_cardinal(int(whole), language, 'm')} point {figures}"
    wholes = _counted(int(whole), _WHOLES, language)
    stem = _FRACTIONS[len(fraction) - 1]
    return f"{minus}{wholes} {_counted(int(fraction), Noun(f'{stem}ая', f'{stem}ых', f'{stem}ых', 'f'), language)}"


@lru_cache(maxsize=4096)
def say_money(text: str, language: str, currency: str) -> str:
    """1042.50 RUB -> `одна тысяча сорок два рубля пятьдесят копеек`; hundredths only when there are any."""
    if not _NUMBER.match(text):
        return text
    amount = Decimal(text).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    unit, hundredth = CURRENCIES[currency][language]
    units, hundredths = divmod(int(abs(amount) * 100), 100)
    said = [_counted(units, unit, language)] if units or not hundredths else []
    if hundredths:
        said.append(_counted(hundredths, hundredth, language))
    minus = MINUS[language] if amount < 0 else ""
    return minus + {"ru": " ", "en": " and "}[language].join(said)


def _counted(count: int, noun: Noun, language: str) -> str:
    return f"{_cardinal(count, language, noun.gender)} {_form(count, noun, language)}"


def _form(count: int, noun: Noun, language: str) -> str:
    if language != "ru":
        return noun.one if count == 1 else noun.many
    if count % 10 == 1 and count % 100 != 11:
        return noun.one
    return noun.few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else noun.many


@lru_cache(maxsize=8192)
def _cardinal(count: int, language: str, gender: str) -> str:
    words = str(num2words(count, lang=language))
    if gender != "f":
        return words
    before, blank, last = words.rpartition(" ")  # num2words' own feminine says "одна миллион"
    return before + blank + {"один": "одна", "два": "две"}.get(last, last)


@lru_cache(maxsize=4096)
def say_date(text: str, language: str, *, is_full: bool = False) -> str:
    """2026-12-01 -> `первого декабря` / `December first`; with the year when `is_full`. Else left as it is."""
    found = _DATE.match(text)
    if not found:
        return text
    year, month, day = map(int, found.groups())
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return text
    name = _MONTHS[language][month - 1]
    if language == "ru":
        said = f"{num2words(day, lang='ru', to='ordinal', case='genitive')} {name}"
        return f"{said} {num2words(year, lang='ru', to='ordinal', case='genitive')} года" if is_full else said
    said = f"{name} {num2words(day, lang='en', to='ordinal')}"
    return f"{said}, {num2words(year, lang='en', to='year')}" if is_full else said
