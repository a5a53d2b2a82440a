"""Telephone numbers as people write them, to E.164: only numbers that exist in a numbering plan, never a guess."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    is_valid_number,
    national_significant_number,
    parse,
)

from orchestrator.contacts.dialing import split
from orchestrator.contacts.numbering import calling_code
from orchestrator.contacts.row import Code, Fault

MAX_WRITTEN: Final = 60
"""Characters of a number with all its spaces and brackets; E.164 has 15 digits at most."""

# What people put between digits, and the marks that a number copied from an address book or a chat carries along.
_BETWEEN: Final = (
    " \t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f()-./\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
)
_MARKS: Final = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_BARE: Final = dict.fromkeys(map(ord, _BETWEEN + _MARKS)) | {0xFF0B: "+"}

_ROUNDED: Final = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+?[0-9]+")  # 7,9999E+10
_FLOAT: Final = re.compile(r"\+?[0-9]{10,}\.0")  # 79990000001.0
_REASONS: Final = {
    ValidationResult.TOO_SHORT: Fault(
        code=Code.PHONE_TOO_SHORT, reason="too few digits for a telephone number"
    ),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Fault(
        code=Code.PHONE_TOO_SHORT, reason="the area code is missing"
    ),
    ValidationResult.TOO_LONG: Fault(
        code=Code.PHONE_TOO_LONG, reason="too many digits for a telephone number"
    ),
    ValidationResult.INVALID_LENGTH: Fault(
        code=Code.PHONE_INVALID, reason="its country has no numbers with that many digits"
    ),
    ValidationResult.IS_POSSIBLE: Fault(
        code=Code.PHONE_INVALID, reason="no such number in its country's plan"
    ),
}
_NO_COUNTRY: Final = Fault(code=Code.PHONE_INVALID, reason="no country has this calling code")
_SPREADSHEET: Final = "a spreadsheet has made a figure of it: format the column as text and export again"


def known_region(region: str) -> bool:
    """Whether numbers can be read as dialed in `region` (ISO 3166 code in capitals)."""
    return region in SUPPORTED_REGIONS


def normalize(text: str, region: str) -> str | Fault:
    """`8 (999) 000-04-08` in `RU` -> `+79990000408`, or what is wrong with it. ValueError: unknown region."""
    found = locate(text, region)
    return found if isinstance(found, Fault) else found[0]


def locate(text: str, region: str) -> tuple[str, tuple[str, ...]] | Fault:
    """The number in E.164 and the IANA zones it may be in (() when nobody knows)."""
    if not known_region(region):
        raise ValueError(f"unknown region {region!r}")
    bare = text.translate(_BARE) if len(text) <= MAX_WRITTEN else ""
    if bare.isascii() and bare.removeprefix("+").isdecimal():
        found = split(bare, region)
        if found is not None:
            plan, national = found
            owner = plan.find(national)
            if owner is not None:
                return f"+{plan.digits}{national}", plan.zones_of(national, *owner)
    return ask_library(text, region)


def ask_library(text: str, region: str) -> tuple[str, tuple[str, ...]] | Fault:
    """As `locate`, by phonenumbers alone. 10 to 20 times slower, and the judge of what `locate` may say."""
    bare = _digits(text)
    if isinstance(bare, Fault):
        return bare
    try:
        number = parse(bare, region)
    except NumberParseException as error:
        return _not_parsed(error)
    if not is_valid_number(number):
        return _REASONS.get(is_possible_number_with_reason(number), _NO_COUNTRY)
    return format_number(number, PhoneNumberFormat.E164), _zones(number)


def _zones(number: PhoneNumber) -> tuple[str, ...]:
    plan, national = calling_code(str(number.country_code)), national_significant_number(number)
    owner = plan.find(national) if plan is not None else None
    return plan.zones_of(national, *owner) if plan is not None and owner is not None else ()


def _not_parsed(error: NumberParseException) -> Fault:
    match error.error_type:
        case NumberParseException.INVALID_COUNTRY_CODE:
            return _NO_COUNTRY
        case NumberParseException.TOO_LONG:
            return _REASONS[ValidationResult.TOO_LONG]
        case _:
            return _REASONS[ValidationResult.TOO_SHORT]


def _digits(text: str) -> str | Fault:
    """ASCII digits, perhaps after one plus; anything that `parse` would be clever about is refused."""
    text = text.removeprefix("'")  # a spreadsheet's mark for "this is text"
    if len(text) > MAX_WRITTEN:
        return _REASONS[ValidationResult.TOO_LONG]
    if _ROUNDED.fullmatch(text) or _FLOAT.fullmatch(text):
        return Fault(code=Code.PHONE_CHARACTERS, reason=_SPREADSHEET)
    bare = "".join(map(_ascii_digit, text.translate(_BARE)))
    if bare.removeprefix("+").isdecimal():
        return bare
    if any(map(str.isalpha, bare)):
        return Fault(code=Code.PHONE_LETTERS, reason="letters in a telephone number")
    if not any(map(str.isdecimal, bare)):
        return Fault(code=Code.PHONE_CHARACTERS, reason="no digits")
    return Fault(code=Code.PHONE_CHARACTERS, reason="more than one number and its punctuation")


def _ascii_digit(character: str) -> str:
    """Digits of other scripts and full-width ones are digits."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
