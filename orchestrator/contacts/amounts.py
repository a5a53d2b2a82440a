"""Columns of type `number` and `money`: many ways to write an amount, one canonical text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from orchestrator.contacts.row import Code, Fault

MAX_DIGITS: Final = 15
"""Digits that a double still holds exactly: what sorts and compares amounts later may be one."""

MONEY_DECIMALS: Final = 2

_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f'’"), " ") | {ord("\u2212"): "-"}
_FORMS: Final = (
    re.compile(r"([+-]?)([0-9]+)(?:[.,]([0-9]+))?"),  # 1500  1500.5  1500,5
    re.compile(r"([+-]?)([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?"),  # 1 500,50
    re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)"),  # 1,500.50
    re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3}){2,})()"),  # 1,500,000
    re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)"),  # 1.500,50
    re.compile(r"([+-]?)([0-9]{1,3}(?:\.[0-9]{3}){2,})()"),  # 1.500.000
)
_AMBIGUOUS: Final = re.compile(
    r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"
)  # a thousand and something, or one and something
_NOT_DIGITS: Final = re.compile("[^0-9]")


@lru_cache(maxsize=4096)
def number(text: str) -> str | Fault:
    """`1 500,50` -> `1500.5`: sign only if negative, a point, no needless zeros."""
    parts = _parts(text, Code.BAD_NUMBER, "not a number")
    if isinstance(parts, Fault):
        return parts
    sign, whole, decimals = parts
    return _joined(sign, whole, decimals)


@lru_cache(maxsize=4096)
def money(text: str) -> str | Fault:
    """`1 500,5` -> `1500.50`; whole amounts have no decimals. No currency: the scenario's messages name it."""
    parts = _parts(
        text, Code.BAD_MONEY, "not an amount: write digits only, such as 1500.50, without a currency"
    )
    if isinstance(parts, Fault):
        return parts
    sign, whole, decimals = parts
    if len(decimals) > MONEY_DECIMALS:
        return Fault(code=Code.BAD_MONEY, reason=f"more than {MONEY_DECIMALS} decimals in an amount of money")
    return _joined(sign, whole, decimals.ljust(MONEY_DECIMALS, "0") if decimals else "")


def _parts(text: str, code: Code, reason: str) -> tuple[str, str, str] | Fault:
    """Sign ("" or "-"), whole part without leading zeros, decimals without trailing ones."""
    text = text.translate(_SPACES)
    if _AMBIGUOUS.fullmatch(text):
        return Fault(
            code=code, reason="the comma may mean thousands or decimals: write it without, or with a point"
        )
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return Fault(code=code, reason=reason)
    sign, whole, decimals = found.groups(default="")
    whole = _NOT_DIGITS.sub("", whole).lstrip("0") or "0"
    decimals = decimals.rstrip("0")
    if len(whole) + len(decimals) > MAX_DIGITS:
        return Fault(code=code, reason=f"more than {MAX_DIGITS} digits")
    is_zero = whole == "0" and not decimals
    return "-" if sign == "-" and not is_zero else "", whole, decimals


def _joined(sign: str, whole: str, decimals: str) -> str:
    return f"{sign}{whole}.{decimals}" if decimals else sign + whole
