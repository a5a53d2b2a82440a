"""Calling hours against a clock that looks at every minute."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.engine.hours import is_open, local_day, next_open, open_until

MINUTE = 60_000
DAY = 1440 * MINUTE
ZONES = (
    "UTC",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "Asia/Kathmandu",  # a quarter of an hour off
    "Asia/Beirut",  # skips midnight
    "America/Havana",  # has midnight twice
    "Africa/Casablanca",  # changes four times a year or so
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
# Days around changes of the clock in those zones, and others.
DAYS = tuple(
    dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    for text in (
        "2026-03-08",
        "2026-03-29",
        "2026-04-04",
        "2026-10-03",
        "2026-10-25",
        "2026-11-01",
        "2026-02-15",
    )
)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to three spans of a day, sorted and apart; the last may go over midnight. Round minutes meet more often."""
    edges = draw(st.lists(st.integers(0, 48).map(lambda n: n * 30), min_size=0, max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    found = [
        Span(start=min(a, 1439), end=b)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if b > min(a, 1439)
    ]
    may_be_late = draw(st.booleans())
    if found and may_be_late:
        start = found[-1].start
        found[-1] = Span(start=start, end=draw(st.integers(start + 1, start + 1440)))
    return tuple(found)


@st.composite
def weeks(draw: st.DrawFn) -> WeeklyHours:
    day = draw(st.sampled_from(DAYS)).date()
    around = st.integers(-3, 3).map(lambda n: day + dt.timedelta(days=n))
    return WeeklyHours(
        days=tuple(draw(spans()) for _ in range(7)),
        closed=frozenset(draw(st.lists(around, max_size=3))),
        holidays=draw(st.sampled_from([None, None, "RU", "US"])),
        dates=tuple((date, draw(spans())) for date in draw(st.lists(around, max_size=2, unique=True))),
    )


keys = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(
    lambda zones: "+".join(sorted(zones))
)
moments = st.builds(
    lambda day, minutes, ms: int(day.timestamp()) * 1000 + minutes * MINUTE + ms,
    st.sampled_from(DAYS),
    st.integers(-2 * 1440, 2 * 1440),
    st.sampled_from([0, 0, 1, 30_500, 59_999]),
)
RUSSIAN = {dt.date(2026, 2, 23), dt.date(2026, 3, 8), dt.date(2026, 3, 9), dt.date(2026, 11, 4)}
AMERICAN = {dt.date(2026, 2, 16)}


def is_within(hours: WeeklyHours, zone_key: str, at_ms: int) -> bool:
    """By the definition, from scratch."""

    def begun(day: dt.date) -> tuple[Span, ...]:
        holidays = {"RU": RUSSIAN, "US": AMERICAN, None: set[dt.date]()}[hours.holidays]
        usual = () if day in hours.closed or day in holidays else hours.days[day.weekday()]
        return dict(hours.dates).get(day, usual)

    for name in zone_key.split("+"):
        wall = dt.datetime.fromtimestamp(at_ms // 1000, zoneinfo.ZoneInfo(name))
        minute, today = wall.hour * 60 + wall.minute, wall.date()
        before = today - dt.timedelta(days=1)
        if not (
            any(span.start <= minute < span.end for span in begun(today))
            or any(minute + 1440 < span.end for span in begun(before))
        ):
            return False
    return True


def scan(hours: WeeklyHours, zone_key: str, at_ms: int, *, wanted: bool, minutes: int) -> int | None:
    """The first instant from `at_ms` on whose state is wanted: it, or the beginning of a minute."""
    if is_within(hours, zone_key, at_ms) is wanted:
        return at_ms
    first = at_ms // MINUTE * MINUTE + MINUTE
    found = (
        at
        for at in range(first, first + minutes * MINUTE, MINUTE)
        if is_within(hours, zone_key, at) is wanted
    )
    return next(found, None)


@settings(max_examples=150, deadline=None)
@given(weeks(), keys, moments)
def test_open_is_what_the_definition_says(hours: WeeklyHours, key: str, at: int) -> None:
    assert is_open(hours, key, at) is is_within(hours, key, at)


@settings(max_examples=60, deadline=None)
@given(weeks(), keys, moments)
def test_open_until_is_the_first_closed_minute(hours: WeeklyHours, key: str, at: int) -> None:
    until = open_until(hours, key, at)
    if not is_within(hours, key, at):
        assert until is None
        return
    assert until is not None
    expected = scan(hours, key, at, wanted=False, minutes=2 * 1440)
    assert until == expected if expected is not None else until > at + 2 * DAY


@settings(max_examples=60, deadline=None)
@given(weeks(), keys, moments)
def test_next_open_is_the_first_open_minute(hours: WeeklyHours, key: str, at: int) -> None:
    found = next_open(hours, key, at)
    expected = scan(hours, key, at, wanted=True, minutes=2 * 1440)
    if expected is not None:
        assert found == expected
    elif found is not None:
        assert found > at + 2 * DAY
        assert is_within(hours, key, found)
        assert not is_within(hours, key, found - MINUTE)


@settings(max_examples=60, deadline=None)
@given(keys, moments)
def test_a_day_ends_when_the_last_zone_has_left_it(key: str, at: int) -> None:
    zones = [zoneinfo.ZoneInfo(name) for name in key.split("+")]

    def earliest(at_ms: int) -> dt.date:
        return min(dt.datetime.fromtimestamp(at_ms // 1000, zone).date() for zone in zones)

    day, ends = local_day(key, at)
    assert day == earliest(at)
    assert at < ends <= at + 25 * 60 * MINUTE
    assert earliest(ends) == day + dt.timedelta(days=1)
    assert all(earliest(moment) == day for moment in range(at, ends, 15 * MINUTE))
    assert earliest(ends - 1) == day
