"""Values in a step: a text as typed, or a reference; and how two of them compare."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from . import program as reading
from .state import State

HIDDEN = "***"  # stands for what is private where it would leave the call

# "0042" is a code, not forty-two: text stays text.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def value_of(call: State, value: object) -> str:
    """The text of {"text": ...} or {"ref": NAME}; an unknown name is ""."""
    spec = reading.mapping(value, "value")
    if "ref" in spec:
        return call.lookup(reading.name(spec, "ref"))
    return reading.text(spec.get("text"), "a value")


def compare(left: str, right: str) -> int:
    """-1, 0 or 1. Numbers and ISO dates by value, other text as text; both sides must be of the kind."""
    for kind in (_number, _date):
        first, second = kind(left), kind(right)
        if first is not None and second is not None:
            return (first > second) - (first < second)
    return (left > right) - (left < right)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> Decimal | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return Decimal(date.fromisoformat(text).toordinal())
    except ValueError:  # the thirtieth of February
        return None


def is_private(call: State, value: object) -> bool:
    """Whether a value refers to what is private."""
    spec = reading.mapping(value, "value")
    return "ref" in spec and call.is_private(reading.name(spec, "ref"))


def open_value(call: State, value: object) -> str:
    """As `value_of`, for what leaves the call: private ones are hidden."""
    return HIDDEN if is_private(call, value) else value_of(call, value)


def values_of(call: State, wanted: dict[str, object], *, is_hidden: bool = False) -> dict[str, str]:
    """The texts of a step's named values; is_hidden: private ones are."""
    read = open_value if is_hidden else value_of
    return {reading.name({"name": name}, "name"): read(call, value) for name, value in wanted.items()}


def open_values(call: State, *, fetched: bool = True) -> dict[str, str]:
    """All variables that are not private; fetched: those that services answered included."""
    return {name: value for name, value in call.values.items() if fetched or "." not in name}
