"""Columns of type `date` and `time`."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Final

from orchestrator.contacts.row import Code, Fault

YEARS: Final = range(1900, 2200)  # outside it is a slip of the keyboard, such as 0206 or 20266

# With or without the midnight that databases and data frames add to a date.
_ISO: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?"
)
_DOTTED: Final = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")


@lru_cache(maxsize=4096)
def date(text: str) -> str | Fault:
    """`2026-12-05` or `5.12.2026` -> `2026-12-05`."""
    match = _ISO.fullmatch(text) or _DOTTED.fullmatch(text)
    if match is None:
        return Fault(code=Code.BAD_DATE, reason="not a date: write 2026-12-31 or 31.12.2026")
    try:
        day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return Fault(code=Code.BAD_DATE, reason="there is no such date")
    if day.year not in YEARS:
        return Fault(code=Code.BAD_DATE, reason=f"the year is not within {YEARS.start}..{YEARS.stop - 1}")
    return day.isoformat()


@lru_cache(maxsize=4096)
def time(text: str) -> str | Fault:
    """`9:05` -> `09:05`; seconds stay when they are not zero."""
    match = _TIME.fullmatch(text)
    if match is None:
        return Fault(code=Code.BAD_TIME, reason="not a time of day: write 09:30")
    hour, minute, second = match.groups(default="00")
    return f"{int(hour):02}:{minute}" + ("" if second == "00" else f":{second}")
