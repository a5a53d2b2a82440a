"""The order of calling (`dial.first`) as bytes that Redis sorts by: no score, no rounding, any number of keys.

A lead's static sort bytes come from its contact; `fewest_attempts` is one byte that Lua puts in where the last byte
says (255: nowhere); the lead id always comes last, so leads that are equal otherwise go in the order of loading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from orchestrator.domain.plan import OrderBy, OrderKey

NO_ATTEMPTS = 255
TEXT_CHARS = 40  # texts that are equal so far go in the order of loading
MAX_STATIC = 250  # bytes in all: the place of the attempts byte must fit in one
_DECIMAL = re.compile(r"(-?)0*([0-9]{0,60})(?:\.([0-9]{0,30}))?\Z", re.ASCII)
_FLIP = bytes(255 - byte for byte in range(256))
_NEGATIVE, _POSITIVE, _TEXT, _MISSING = 0x3F, 0x40, 0x7E, b"\xff"


def sort_bytes(first: tuple[OrderKey, ...], fields: Mapping[str, str]) -> bytes:
    """SORT of a new lead: its static bytes, and where the attempts byte goes in."""
    static = b""
    attempts_at = NO_ATTEMPTS
    for key in first:
        if key.by in (OrderBy.OLDEST, OrderBy.NEWEST):
            break  # no two leads are equally old
        if key.by is OrderBy.FIELD:
            static += _segment(fields.get(key.column or "", ""), descending=key.descending)
        elif attempts_at == NO_ATTEMPTS:
            attempts_at = min(len(static), MAX_STATIC)
    return static[:MAX_STATIC] + bytes([attempts_at])


def is_newest_first(first: tuple[OrderKey, ...]) -> bool:
    """Whether the id that ends the order counts downwards."""
    ages = [key.by for key in first if key.by in (OrderBy.OLDEST, OrderBy.NEWEST)]
    return ages[:1] == [OrderBy.NEWEST]


@lru_cache(maxsize=8192)
def _segment(value: str, *, descending: bool) -> bytes:
    """Sorts decimals by value and before texts, texts by letter (ё as е, large as small), "" last in any case."""
    if value == "":
        return _MISSING
    match = _DECIMAL.match(value)
    data = _decimal(*match.groups(default="")) if match and value not in ("-", ".", "-.") else _text(value)
    return data.translate(_FLIP) if descending else data


def _decimal(sign: str, whole: str, fraction: str) -> bytes:
    fraction = fraction.rstrip("0")
    data = bytes([_POSITIVE + len(whole)]) + (whole + fraction).encode() + b"\0"
    if sign and (whole or fraction):
        return bytes([_NEGATIVE]) + data.translate(_FLIP)
    return data


def _text(value: str) -> bytes:
    letters = value.casefold().replace("ё", "е").replace("\0", " ")[:TEXT_CHARS]
    return bytes([_TEXT]) + letters.encode("utf-8", "replace") + b"\0"
