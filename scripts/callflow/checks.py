"""What `check` of an ask demands of the digits that were typed. Pure, and quick whatever is typed or written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from . import program as reading
from .patterns import matches

# "69" to "99" are of the last century: 68 and what is before it may be a due date.
PIVOT = 69


def checked(check: object, digits: str) -> str | None:
    """What `digits` stand for (a date as ISO, a number without zeros before it, else themselves); None when they fail.

    Raises `ProgramError`.
    """
    if check is None:
        return digits
    spec = reading.mapping(check, "check")
    if "pattern" in spec:
        return digits if matches(reading.text(spec["pattern"], "a pattern"), digits) else None
    if "low" in spec:
        is_within = _bound(spec, "low") <= Decimal(digits) <= _bound(spec, "high")
        return (digits.lstrip("0") or "0") if is_within else None  # or 00131 would not be more than 120
    if "luhn" in spec:
        return digits if has_luhn(digits) else None
    if "date" in spec:
        return _date(digits, spec["date"])
    raise reading.ProgramError("unknown check")


def _bound(spec: dict[str, object], key: str) -> Decimal:
    value = spec.get(key)
    is_whole = isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())
    if not is_whole or len(str(value)) > reading.DIGITS_MAX:
        raise reading.ProgramError("no bound in " + key)
    return Decimal(str(value))


def has_luhn(digits: str) -> bool:
    """The check digit of bank cards: ISO/IEC 7812-1, annex B."""
    odd, even = digits[-1::-2], digits[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return len(digits) > 1 and (sum(map(int, odd)) + doubled) % 10 == 0


def _date(digits: str, form: object) -> str | None:
    if form not in ("ddmmyyyy", "ddmmyy"):
        raise reading.ProgramError("unknown form of a date")
    if len(digits) != len(str(form)):
        return None
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if form == "ddmmyy":
        year += 1900 if year >= PIVOT else 2000
    try:
        return date(year, month, day).isoformat()
    except ValueError:  # the thirtieth of February, the year 0
        return None
