"""`dial.hours`: days and spans as an author writes them, and the weekly hours that they mean."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from itertools import pairwise
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.part import refuse_if_any, wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Map, Text
from orchestrator.scenario.values import items_of, shorten

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
ALWAYS = "always"
CLOSED = "closed"

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def parse_hours(raw: Any, info: ValidationInfo) -> WeeklyHours | None:
    """Weekly hours, None for `always`. Every mistake inside is noted; then the whole is not used."""
    if isinstance(raw, Text) and raw == ALWAYS:
        return None
    if not isinstance(raw, Map):
        raise wrong("S103", f"days and hours are expected here, this is {shape(raw)}", f"or write `{ALWAYS}`")
    findings = Findings()
    days: dict[int, tuple[Span, ...]] = {}
    closed: frozenset[dt.date] = frozenset()
    country: str | None = None
    dates: dict[dt.date, tuple[Span, ...]] = {}
    for key, value in raw.items():
        if key == "holidays":
            closed, country = _holidays(value, findings)
            continue
        if key == "dates":
            dates = _dates(value, findings)
            continue
        spans = _spans(value, findings)
        for day in _days_of(key, findings):
            if day in days:
                findings.add("S507", key, f"`{DAYS[day]}` has its hours already")
            days[day] = spans
    if not findings and not any(days.values()) and not any(dates.values()):
        findings.add("S508", raw, "these hours never open")
    for date in sorted(closed & set(dates)):
        findings.add("S507", raw.value("dates"), f"{date} is among `holidays` too")
    refuse_if_any(findings, info)
    week = tuple(days.get(day, ()) for day in range(7))
    return WeeklyHours(days=week, closed=closed, holidays=country, dates=tuple(sorted(dates.items())))


def _dates(value: Any, findings: Findings) -> dict[dt.date, tuple[Span, ...]]:
    """Dates with hours of their own: date -> spans, or `closed`."""
    if not isinstance(value, Map):
        findings.add("S509", value, f"dates and their hours are expected here, this is {shape(value)}")
        return {}
    dates: dict[dt.date, tuple[Span, ...]] = {}
    for key, item in value.items():
        spans = _spans(item, findings)
        if (date := parse_date(key)) is None:
            findings.add("S509", key, f"`{shorten(key)}` is not a date", "write 2026-12-31")
        else:
            dates[date] = spans
    return dates


def _days_of(key: Text, findings: Findings) -> list[int]:
    """`mon`, `mon-fri`, `fri-mon`, `mon,wed` or `daily` -> numbers of the days."""
    if key == "daily":
        return list(range(7))
    days: list[int] = []
    for piece in key.lower().split(","):
        first, _, last = (word.strip() for word in piece.partition("-"))
        unknown = [word for word in (first, last or first) if word not in DAYS]
        if unknown:
            hint = did_you_mean(unknown[0], (*DAYS, "daily", "holidays", "dates"))
            findings.add("S505", key, f"`{shorten(key)}` is not a day of the week", hint)
            continue
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days.extend((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return days


def _spans(value: Any, findings: Findings) -> tuple[Span, ...]:
    """One span, several in a list or with commas, or `closed`."""
    if isinstance(value, Text) and value == CLOSED:
        return ()
    if isinstance(value, Map) or not value:
        findings.add("S506", value, f"hours are expected here, this is {shape(value)}")
        return ()
    spans: list[Span] = []
    for item in items_of(value):
        if not isinstance(item, Text):
            findings.add("S506", item, f"hours are expected here, this is {shape(item)}")
            continue
        spans.extend(_span(Text.at(piece.strip(), item.mark), findings) for piece in item.split(","))
    known = sorted((span for span in spans if span.end), key=lambda span: span.start)
    for earlier, later in pairwise(known):
        if later.start < earlier.end:
            findings.add("S507", value, f"{_format_span(earlier)} and {_format_span(later)} overlap")
    return tuple(known)


_NO_SPAN = Span(start=0, end=0)


def _span(text: Text, findings: Findings) -> Span:
    found = _SPAN.match(text)
    if not found:
        findings.add("S506", text, f"`{shorten(text)}` is not a span of hours")
        return _NO_SPAN
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        findings.add("S506", text, f"`{text}` is no time of the day", "00:00 to 24:00")
        return _NO_SPAN
    if start == end:
        findings.add("S506", text, f"`{text}` has no length", "a whole day is 00:00-24:00")
        return _NO_SPAN
    return Span(start=start, end=end if end > start else end + DAY_MINUTES)


def _holidays(value: Any, findings: Findings) -> tuple[frozenset[dt.date], str | None]:
    """A country, dates, or both in a list."""
    closed: set[dt.date] = set()
    country: str | None = None
    if isinstance(value, Map) or not value:
        findings.add("S509", value, f"a country or dates are expected here, this is {shape(value)}")
        return frozenset(), None
    for item in items_of(value):
        if not isinstance(item, Text):
            findings.add("S509", item, f"a country or a date is expected here, this is {shape(item)}")
        elif (date := parse_date(item)) is not None:
            closed.add(date)
        elif item not in holiday_countries():
            findings.add("S509", item, f"`{shorten(item)}` is neither a country with holidays nor a date")
        elif country is not None:
            findings.add(
                "S509", item, f"holidays of {country} are given already", "name one country, add dates"
            )
        else:
            country = str(item)
    return frozenset(closed), country


def parse_date(text: str) -> dt.date | None:
    """An ISO date, None when it is none."""
    try:
        return dt.date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


@cache
def holiday_countries() -> frozenset[str]:
    """ISO codes of the countries whose holidays are known. Imported late: it takes a tenth of a second."""
    from holidays.registry import COUNTRIES

    return frozenset(names[1] for names in COUNTRIES.values())


def format_hours(hours: WeeklyHours | None) -> Any:
    """The hours as YAML data that reads back the same: equal days in a row are one range."""
    if hours is None:
        return ALWAYS
    written: dict[str, Any] = {}
    first = 0
    while first < 7:
        last = first
        while last < 6 and hours.days[last + 1] == hours.days[first]:
            last += 1
        key = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
        written["daily" if last - first == 6 else key] = _format_spans(hours.days[first])
        first = last + 1
    holidays = ([hours.holidays] if hours.holidays else []) + [
        date.isoformat() for date in sorted(hours.closed)
    ]
    if holidays:
        written["holidays"] = holidays[0] if len(holidays) == 1 else holidays
    if hours.dates:
        written["dates"] = {date.isoformat(): _format_spans(spans) for date, spans in hours.dates}
    return written


def _format_spans(spans: tuple[Span, ...]) -> Any:
    written = [_format_span(span) for span in spans]
    return written[0] if len(written) == 1 else written or CLOSED


def _format_span(span: Span) -> str:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    return f"{clock(span.start)}-{clock(span.end if span.end <= DAY_MINUTES else span.end - DAY_MINUTES)}"


_SPANS_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}
HOURS_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"const": ALWAYS},
        {
            "type": "object",
            "properties": {
                "holidays": {"type": ["string", "array"], "items": {"type": SCALAR_TYPES}},
                "dates": {
                    "type": "object",
                    "patternProperties": {r"^\d{4}-\d{2}-\d{2}$": _SPANS_SCHEMA},
                    "additionalProperties": False,
                },
            },
            "patternProperties": {
                "^(daily|[a-z]{3}(-[a-z]{3})?(\\s*,\\s*[a-z]{3}(-[a-z]{3})?)*)$": _SPANS_SCHEMA
            },
            "additionalProperties": False,
        },
    ]
}
Hours = Annotated[WeeklyHours | None, PlainValidator(parse_hours), WithJsonSchema(HOURS_SCHEMA)]
