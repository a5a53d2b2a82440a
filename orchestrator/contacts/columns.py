"""The types a column may have: from a cell's text to clean canonical text, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from orchestrator.contacts import agreed
from orchestrator.contacts.amounts import money, number
from orchestrator.contacts.moments import date, time
from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.row import Code, Fault
from orchestrator.contacts.text import clean
from orchestrator.contacts.zones import timezone

MAX_TEXT: Final = 1000
"""Characters of a text column. A minute of speech is about 900; the payload of a call must stay a line of some KB."""

MAX_DIGITS: Final = 40
"""Digits of a digits column: longer than any order, account or parcel number, and than anyone listens to."""


MAX_EXTERNAL_ID: Final = 64
"""Characters of an external id."""

_EXTERNAL_ID: Final = re.compile(r"[^\W_][\w.:@/-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A good value that is not what stood in the file. `note` says what was done to it."""

    value: str
    note: str


Converter = Callable[[str], str | Fault | Changed]
"""Takes a cell that is stripped and not blank. A blank result counts as a blank cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reading of cells depends on. `languages`: the first is the default."""

    languages: tuple[str, ...]
    region: str


def text(cell: str) -> str | Fault | Changed:
    """Any text; control characters and bidi overrides become spaces."""
    if len(cell) > MAX_TEXT:
        return Fault(code=Code.TEXT_TOO_LONG, reason=f"longer than {MAX_TEXT} characters")
    if cell.isascii() and cell.isprintable():
        return cell
    value, is_replaced = clean(cell)
    return Changed(value=value, note="control characters became spaces") if is_replaced else value


def digits(cell: str) -> str | Fault:
    """Digits only, leading zeros kept: an order, a code, an account."""
    if not (cell.isascii() and cell.isdecimal()):
        return Fault(code=Code.BAD_DIGITS, reason="something else than digits")
    if len(cell) > MAX_DIGITS:
        return Fault(code=Code.BAD_DIGITS, reason=f"more than {MAX_DIGITS} digits")
    return cell


def external_id(cell: str) -> str | Fault:
    """What a contact is called outside: letters and digits of any script, and a few marks."""
    name = unicodedata.normalize("NFC", cell)
    if len(name) > MAX_EXTERNAL_ID:
        return Fault(code=Code.BAD_EXTERNAL_ID, reason=f"more than {MAX_EXTERNAL_ID} characters")
    if not _EXTERNAL_ID.fullmatch(name):
        return Fault(
            code=Code.BAD_EXTERNAL_ID, reason="something else than letters, digits and . _ : @ / - after them"
        )
    return name


def _language(reading: Reading) -> Converter:
    known = {name.casefold(): name for name in reading.languages}
    fault = Fault(
        code=Code.BAD_LANGUAGE, reason=f"not a language of this scenario ({', '.join(reading.languages)})"
    )

    def language(cell: str) -> str | Fault:
        tag = cell.casefold().replace("_", "-")
        return (
            known.get(tag) or known.get(tag.partition("-")[0]) or fault
        )  # `ru-RU` is `ru`, where that is known

    return language


def _phone(reading: Reading) -> Converter:
    return lambda cell: normalize(cell, reading.region)


_MAKERS: Final[dict[str, Callable[[Reading], Converter]]] = {
    "text": lambda _: text,
    "digits": lambda _: digits,
    "number": lambda _: number,
    "money": lambda _: money,
    "date": lambda _: date,
    "time": lambda _: time,
    "language": _language,
    "timezone": lambda _: timezone,
    "phone": _phone,
}

TYPES: Final = tuple(_MAKERS)


def converter(column_type: str, reading: Reading) -> Converter:
    """The converter of a column type, or of what is no type to declare: the external id, and what a consent is told by.
    ValueError: no such type.
    """
    if column_type == "external_id":
        return external_id
    if column_type in agreed.CONVERTERS:
        return agreed.CONVERTERS[column_type]
    if column_type not in _MAKERS:
        raise ValueError(f"unknown column type {column_type!r}; known: {', '.join(TYPES)}")
    return _MAKERS[column_type](reading)
