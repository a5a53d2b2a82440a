"""The columns by which a list says that a contact agreed to be called: when, by which road, and for what."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Final

from orchestrator.contacts.moments import date
from orchestrator.contacts.row import Agreed, Code, Fault
from orchestrator.domain.consent import ConsentHow

AT: Final = "consent_at"
HOW: Final = "consent_how"
FOR: Final = "consent_for"
COLUMNS: Final = (AT, HOW, FOR)

_FIRST_DAY: Final = "1980-01-01"  # a slip of the keyboard, or a spreadsheet's zero
NO_MOMENT: Final = f"left out, there is no {AT}"
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9.-]{8,10})(?:[T ](?P<time>(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?))"
    r" ?(?P<zone>Z|[+-][01][0-9]:?[0-5][0-9])?"
)
_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")


def moment(text: str) -> str | Fault:
    """`5.12.2026`, `2026-12-05 09:30`, `2026-12-05T09:30:00Z` -> ISO 8601; with no zone, it is the contact's own."""
    match = _MOMENT.fullmatch(text)
    day = date(text if match is None else match["day"])
    if isinstance(day, Fault):
        return Fault(code=Code.BAD_CONSENT, reason=f"{day.reason}, or with a time: 2026-12-31T09:30:00+03:00")
    if day < _FIRST_DAY:
        return Fault(code=Code.BAD_CONSENT, reason=f"nobody agreed before {_FIRST_DAY}")
    if match is None:
        return day
    zone = (match["zone"] or "").replace("Z", "+00:00")
    return dt.datetime.fromisoformat(f"{day}T{match['time']}{zone}").isoformat()


def how(text: str) -> str | Fault:
    """By which road, as `ConsentHow` spells it."""
    name = text.casefold()
    if name in {each.value for each in ConsentHow}:
        return name
    return Fault(code=Code.BAD_CONSENT, reason=f"none of {', '.join(each.value for each in ConsentHow)}")


def purpose(text: str) -> str | Fault:
    """For what: a word."""
    if _PURPOSE.match(text):
        return text
    return Fault(code=Code.BAD_CONSENT, reason="not a word of a-z, 0-9 and _ that begins with a letter")


CONVERTERS: Final[dict[str, Callable[[str], str | Fault]]] = {AT: moment, HOW: how, FOR: purpose}


def agreed_of(values: Mapping[str, str], zone: str) -> Agreed | None:
    """From clean values of the columns; None when they say no moment. zone: the contact's zone key, for a moment that
    names none; where that may be several, the earliest moment of them counts.
    """
    at = values.get(AT, "")
    if not at:
        return None
    local = dt.datetime.fromisoformat(at)
    zones = [zoneinfo.ZoneInfo(name) for name in zone.split("+")]
    moments = [local] if local.tzinfo else [local.replace(tzinfo=each) for each in zones]
    return Agreed(
        given_at=min(int(each.timestamp() * 1000) for each in moments),
        how=ConsentHow(values.get(HOW) or ConsentHow.IMPORT),
        purpose=values.get(FOR, ""),
    )
