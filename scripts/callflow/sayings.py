"""What each filter of a message makes of a value: a text in words, and the pieces it may be played in. Pure.

A function takes the value, the filter's arguments and the language, and gives None for what is no value of its kind.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from . import english, russian
from .currencies import CURRENCIES, DEFAULT_CURRENCY
from .english import Counted
from .russian import CASES, GENDERS, Noun, listed, noun

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_ORDINAL = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")

_MINUS = {"ru": "минус", "en": "minus"}
_MONTHS = {
    "ru": listed("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    "en": listed("January February March April May June July August September October November December"),
}
_HOUR = noun("час", "- а у - ом е", "ы ов ам ы ами ах")
_MINUTE = noun("минут", "а ы е у ой е", "ы - ам ы ами ах", "feminine")
# (seconds, what it is called in Russian and in English)
UNITS = (
    (86400, noun("д", "ень ня ню ень нём не", "ни ней ням ни нями нях"), Counted("day", "days")),
    (3600, _HOUR, Counted("hour", "hours")),
    (60, _MINUTE, Counted("minute", "minutes")),
    (1, noun("секунд", "а ы е у ой е", "ы - ам ы ами ах", "feminine"), Counted("second", "seconds")),
)
# Two and a half is in Russian: two wholes, five tenths. Adjectives, in the genitive plural from two on.
_ONE_PART, _MORE_PARTS = listed("ая ой ой ую ой ой"), listed("ые ых ым ые ыми ых")
_PARTS = tuple(
    Noun(
        tuple(stem + end for end in _ONE_PART),
        tuple(stem + end for end in _MORE_PARTS),
        "feminine",
        stem + "ых",
    )
    for stem in ("цел", "десят", "сот", "тысячн", "десятитысячн", "стотысячн", "миллионн")
)
_LETTERS = dict(
    zip(  # noqa: B905  # 3.9
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        listed(
            "а бэ вэ гэ дэ е ё жэ зэ и и-краткое ка эль эм эн о пэ эр эс тэ у эф ха цэ че ша ща твёрдый-знак ы "
            "мягкий-знак э ю я"
        ),
    )
)
_LATIN = dict(
    zip(  # noqa: B905  # 3.9
        "abcdefghijklmnopqrstuvwxyz",
        listed("эй би си ди и эф джи эйч ай джей кей эл эм эн оу пи кью ар эс ти ю ви дабл-ю экс уай зед"),
    )
)
_SIGNS = {
    "ru": dict(zip("-/.@_+", listed("дефис дробь точка собака подчёркивание плюс"))),  # noqa: B905  # 3.9
    "en": dict(zip("-/.@_+", listed("dash slash dot at underscore plus"))),  # noqa: B905  # 3.9
}
SPELLED = {
    "ru": {**_SIGNS["ru"], **_LETTERS, **_LATIN},
    "en": {**_SIGNS["en"], **{letter: letter.upper() for letter in _LATIN}},
}


class Said(NamedTuple):
    text: str
    pieces: list[str]


def number(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """1042 -> `одна тысяча сорок два`, 2.5 -> `две целых пять десятых` / `two point five`."""
    if not NUMBER.fullmatch(value):
        return None
    is_negative, whole, rest = _whole_and_rest(value)
    case, gender = _chosen(arguments, CASES, "nominative"), _chosen(arguments, GENDERS, "masculine")
    if language == "en":
        said = english.cardinal(whole)
        decimals = ["point", *(english.cardinal(int(digit)).text for digit in rest)] if rest else []
        made = Said(" ".join([said.text, *decimals]), [*said.pieces, *decimals])
    elif rest:
        parts = russian.cardinal(int(rest), case, thing=_PARTS[len(rest)])
        made = _in_turn([*russian.cardinal(whole, case, thing=_PARTS[0]), *parts])
    else:
        made = _in_turn(russian.cardinal(whole, case, gender))
    return _signed(made, language, is_negative=is_negative)


def count(value: str, forms: tuple[str, ...], language: str) -> Said | None:
    """21 with (день, дня, дней) -> `двадцать один день`; English has two forms. The gender is told from them."""
    if not NUMBER.fullmatch(value):
        return None
    is_negative, whole, rest = _whole_and_rest(value)
    if rest:
        made = number(value, (), language) or Said(value, [])
        return Said(f"{made.text} {forms[1]}", [*made.pieces, forms[1]])
    if language == "en":
        form = forms[1 if is_negative or whole != 1 else 0]
        return _signed(Said(*english.cardinal(whole, Counted(form, form))), language, is_negative=is_negative)
    gender, case = russian.told_by(forms)
    thing = Noun((forms[0],) * 6, (forms[2],) * 6, gender, forms[1])
    return _signed(_in_turn(russian.cardinal(whole, case, thing=thing)), language, is_negative=is_negative)


def counted_form(value: str, forms: tuple[str, ...], language: str) -> str:
    """The form that goes with a number written in digits."""
    is_negative, whole, rest = _whole_and_rest(value)
    if language == "en":
        return forms[1 if is_negative or whole != 1 or rest else 0]
    last, is_teen = whole % 10, 11 <= whole % 100 <= 14
    if rest:
        return forms[1]
    return forms[2] if is_teen or last == 0 or last > 4 else forms[0 if last == 1 else 1]


def ordinal(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """3 -> `третий` / `third`."""
    if not _ORDINAL.fullmatch(value):
        return None
    if language == "en":
        return Said(*english.ordinal(int(value)))
    case, gender = _chosen(arguments, CASES, "nominative"), _chosen(arguments, GENDERS, "masculine")
    return _in_turn(russian.ordinal(int(value), case, gender))


def money(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """1042.50 -> `одна тысяча сорок два рубля пятьдесят копеек`; hundredths only when there are any."""
    if not NUMBER.fullmatch(value):
        return None
    amount = Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    units, hundredths = divmod(int(abs(amount) * 100), 100)
    currency = CURRENCIES[_chosen(arguments, tuple(CURRENCIES), DEFAULT_CURRENCY[language])]
    if language == "en":
        both = [english.cardinal(units, currency.en[0])] if units or not hundredths else []
        both += [english.cardinal(hundredths, currency.en[1])] if hundredths else []
        pieces = [*both[0].pieces, *(piece for said in both[1:] for piece in ["and", *said.pieces])]
        made = Said(" and ".join(said.text for said in both), pieces)
    else:
        case = _chosen(arguments, CASES, "nominative")
        said = russian.cardinal(units, case, thing=currency.ru[0]) if units or not hundredths else []
        said += russian.cardinal(hundredths, case, thing=currency.ru[1]) if hundredths else []
        made = _in_turn(said)
    return _signed(made, language, is_negative=amount < 0)


def date(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """2026-12-01 -> `первого декабря` / `December first`; with the year when it is `full`."""
    found = _DATE.fullmatch(value)
    year, month, day = map(int, found.groups()) if found else (0, 0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    name, is_full = _MONTHS[language][month - 1], "full" in arguments
    if language == "en":
        said = [name, *english.ordinal(day).pieces]
        years = english.year(year) if is_full else []
        return Said(" ".join(said) + (", " if years else "") + " ".join(years), [*said, *years])
    said = [*russian.ordinal(day, _chosen(arguments, CASES, "genitive"), "neuter"), name]
    return _in_turn(said + (russian.ordinal(year, "genitive", behind="года") if is_full else []))


def time(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """14:30 -> `четырнадцать часов тридцать минут` / `two thirty p m`; no minutes when there are none."""
    found = _TIME.fullmatch(value)
    hour, minute = (int(found[1]), int(found[2])) if found else (24, 0)
    if hour > 23 or minute > 59:
        return None
    if language == "ru":
        case = _chosen(arguments, CASES, "nominative")
        minutes = russian.cardinal(minute, case, thing=_MINUTE) if minute else []
        return _in_turn([*russian.cardinal(hour, case, thing=_HOUR), *minutes])
    if not minute and hour in (0, 12):
        return _in_turn(["noon" if hour else "midnight"])
    said = english.cardinal(minute).text
    minutes = [] if not minute else ["oh " + said] if minute < 10 else [said]
    return _in_turn([english.cardinal(hour % 12 or 12).text, *minutes, "p m" if hour >= 12 else "a m"])


def duration(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """9000 seconds -> `два часа тридцать минут`; what is 0 is left out, and seconds are from an hour on."""
    if not _SECONDS.fullmatch(value):
        return None
    case = _chosen(arguments, CASES, "nominative")
    said: list[str] = []
    for amount, at in parts_of_duration(value):
        _, thing, name = UNITS[at]
        said += (
            russian.cardinal(amount, case, thing=thing)
            if language == "ru"
            else english.cardinal(amount, name).pieces
        )
    return _in_turn(said)


def parts_of_duration(value: str) -> list[tuple[int, int]]:
    """(how many, of which of UNITS), without those of which there are none."""
    left = int(Decimal(value))
    parts = []
    for at, (unit_s, _, _) in enumerate(UNITS):
        amount, left = divmod(left, unit_s)
        if amount and (unit_s > 1 or int(Decimal(value)) < 3600):
            parts.append((amount, at))
    return parts or [(0, len(UNITS) - 1)]


def spelled(value: str, arguments: tuple[str, ...], language: str) -> Said | None:
    """A1-б -> `эй, один, дефис, бэ`: letters, digits and signs by name, others as they are."""
    del arguments
    names = SPELLED[language]
    said = [_digit(char, language) or names.get(char.lower(), char) for char in value if not char.isspace()]
    return Said(", ".join(said), said) if said else None


def _digit(char: str, language: str) -> str:
    if char not in "0123456789":
        return ""
    return russian.cardinal(int(char))[0] if language == "ru" else english.cardinal(int(char)).text


def _chosen(arguments: tuple[str, ...], among: tuple[str, ...], otherwise: str) -> str:
    return next((argument for argument in arguments if argument in among), otherwise)


def _whole_and_rest(value: str) -> tuple[bool, int, str]:
    """(is it negative, whole part, decimals without zeros at the end)."""
    whole, _, rest = value.lstrip("+-").partition(".")
    rest = rest.rstrip("0")
    return value.startswith("-") and bool(int(whole) or rest), int(whole), rest


def _in_turn(pieces: list[str]) -> Said:
    return Said(" ".join(pieces), pieces)


def _signed(said: Said, language: str, *, is_negative: bool) -> Said:
    if not is_negative:
        return said
    return Said(f"{_MINUS[language]} {said.text}", [_MINUS[language], *said.pieces])


SAYINGS = {
    "number": number,
    "count": count,
    "ordinal": ordinal,
    "money": money,
    "date": date,
    "time": time,
    "duration": duration,
    "spelled": spelled,
}
