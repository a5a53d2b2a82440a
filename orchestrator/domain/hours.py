"""Calling hours as data. The rules over them are in `engine.hours`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of one weekday in minutes from its midnight. `end` over 1440 goes on into the next day."""

    start: int  # 0..1439
    end: int  # start < end <= start + 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """`days[0]` is Monday; each day has its spans, sorted, not overlapping. `closed` are dates (holidays) on
    which no span begins; a span begun the evening before still runs to its end. `dates` have spans of their own, ()
    when closed, which go before weekday and holiday. Dates are local to the zone.
    """

    days: tuple[tuple[Span, ...], ...]
    closed: frozenset[dt.date] = frozenset()
    dates: tuple[tuple[dt.date, tuple[Span, ...]], ...] = ()  # sorted
    holidays: str | None = None  # country code the closed dates come from; filled in by the caller per year
