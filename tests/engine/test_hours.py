"""Calling hours, by example. tests/engine/test_hours_by_brute_force.py holds them against every minute."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.engine.hours import (
    HORIZON_MS,
    is_open,
    known_country,
    local_day,
    next_open,
    offsets,
    open_until,
)

MOSCOW, OMSK, BERLIN = "Europe/Moscow", "Asia/Omsk", "Europe/Berlin"


def at(zone: str, text: str, *, fold: int = 0) -> int:
    """Epoch ms of a local time."""
    wall = dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold)
    return round(wall.timestamp() * 1000)


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def weekly(*spans: str, days: range = range(7), closed: str = "", holidays: str | None = None) -> WeeklyHours:
    """`09:00-20:00` on each of `days` (0 is Monday); `22:00-26:00` ends at two on the next day."""
    of_a_day = tuple(Span(start=minutes(a), end=minutes(b)) for a, b in (span.split("-") for span in spans))
    return WeeklyHours(
        days=tuple(of_a_day if day in days else () for day in range(7)),
        closed=frozenset(map(dt.date.fromisoformat, closed.split())),
        holidays=holidays,
    )


OFFICE = weekly("09:00-20:00")
WORKDAYS = weekly("09:00-13:00", "14:00-20:00", days=range(5))
NIGHT = weekly("22:00-26:00", days=range(4, 5))  # Friday night
NEVER = weekly()
ALWAYS = weekly("00:00-24:00")


# 2026-11-23 is a Monday.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23 08:59:59.999", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 12:59:59.999", True),
        ("2026-11-23 13:00", False),
        ("2026-11-23 14:00", True),
        ("2026-11-23 20:00", False),
        ("2026-11-28 12:00", False),  # Saturday
    ],
)
def test_open_from_the_first_minute_to_just_before_the_last(text: str, expected: bool) -> None:
    assert is_open(WORKDAYS, MOSCOW, at(MOSCOW, text)) is expected


def test_hours_are_read_on_the_clock_of_the_zone() -> None:
    moment = at(OMSK, "2026-11-23 09:30")
    assert is_open(OFFICE, OMSK, moment)
    assert not is_open(OFFICE, MOSCOW, moment), "06:30 in Moscow"


def test_without_hours_it_is_always_open() -> None:
    moment = at(MOSCOW, "2026-11-23 03:00")
    assert is_open(None, MOSCOW, moment)
    assert open_until(None, MOSCOW, moment) == moment + HORIZON_MS
    assert next_open(None, MOSCOW, moment) == moment


def test_open_until_the_end_of_the_span() -> None:
    assert open_until(WORKDAYS, MOSCOW, at(MOSCOW, "2026-11-23 09:00")) == at(MOSCOW, "2026-11-23 13:00")
    assert open_until(WORKDAYS, MOSCOW, at(MOSCOW, "2026-11-23 19:59:59.999")) == at(
        MOSCOW, "2026-11-23 20:00"
    )


def test_while_closed_there_is_no_until() -> None:
    assert open_until(WORKDAYS, MOSCOW, at(MOSCOW, "2026-11-23 13:00")) is None
    assert open_until(NEVER, MOSCOW, at(MOSCOW, "2026-11-23 13:00")) is None


def test_hours_that_never_end_are_open_to_the_horizon() -> None:
    moment = at(MOSCOW, "2026-11-23 13:00")
    assert open_until(ALWAYS, MOSCOW, moment) == moment + HORIZON_MS
    with_a_holiday_far_off = weekly("00:00-24:00", closed="2035-01-01")
    assert open_until(with_a_holiday_far_off, MOSCOW, moment) == moment + HORIZON_MS


def test_next_open_is_now_while_open_and_else_the_next_beginning() -> None:
    moment = at(MOSCOW, "2026-11-23 12:00")
    assert next_open(WORKDAYS, MOSCOW, moment) == moment
    assert next_open(WORKDAYS, MOSCOW, at(MOSCOW, "2026-11-23 13:30")) == at(MOSCOW, "2026-11-23 14:00")
    assert next_open(WORKDAYS, MOSCOW, at(MOSCOW, "2026-11-27 20:00")) == at(MOSCOW, "2026-11-30 09:00")


def test_hours_that_never_begin_have_no_next() -> None:
    assert next_open(NEVER, MOSCOW, at(MOSCOW, "2026-11-23 13:00")) is None


def test_a_span_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    assert is_open(NIGHT, MOSCOW, at(MOSCOW, "2026-11-27 23:00"))
    assert is_open(NIGHT, MOSCOW, at(MOSCOW, "2026-11-28 01:59"))
    assert not is_open(NIGHT, MOSCOW, at(MOSCOW, "2026-11-28 02:00"))
    assert not is_open(NIGHT, MOSCOW, at(MOSCOW, "2026-11-27 01:00")), "Thursday's night"
    assert open_until(NIGHT, MOSCOW, at(MOSCOW, "2026-11-27 22:00")) == at(MOSCOW, "2026-11-28 02:00")


def test_spans_that_touch_at_midnight_are_one() -> None:
    hours = weekly("00:00-02:00", "22:00-24:00")
    assert open_until(hours, MOSCOW, at(MOSCOW, "2026-11-27 22:00")) == at(MOSCOW, "2026-11-28 02:00")
    overlapping = weekly("01:00-03:00", "22:00-26:00")
    assert open_until(overlapping, MOSCOW, at(MOSCOW, "2026-11-27 22:00")) == at(MOSCOW, "2026-11-28 03:00")


def test_on_a_closed_date_no_span_begins_but_the_evening_before_ends() -> None:
    hours = weekly("09:00-12:00", "22:00-26:00", closed="2026-11-27")
    assert is_open(hours, MOSCOW, at(MOSCOW, "2026-11-27 01:59"))
    assert not is_open(hours, MOSCOW, at(MOSCOW, "2026-11-27 10:00"))
    assert not is_open(hours, MOSCOW, at(MOSCOW, "2026-11-27 23:00"))
    assert not is_open(hours, MOSCOW, at(MOSCOW, "2026-11-28 01:00")), "begun on the closed date"
    assert next_open(hours, MOSCOW, at(MOSCOW, "2026-11-27 02:00")) == at(MOSCOW, "2026-11-28 09:00")


def test_public_holidays_of_a_country_are_closed() -> None:
    hours = weekly("09:00-20:00", holidays="RU")
    assert not is_open(hours, MOSCOW, at(MOSCOW, "2026-06-12 12:00")), "Russia Day"
    assert next_open(hours, MOSCOW, at(MOSCOW, "2026-12-30 20:00")) == at(MOSCOW, "2027-01-09 09:00")


def test_holidays_of_a_part_of_a_country() -> None:
    epiphany = at(BERLIN, "2027-01-06 12:00")
    assert not is_open(weekly("09:00-20:00", holidays="DE-BY"), BERLIN, epiphany)
    assert is_open(weekly("09:00-20:00", holidays="DE"), BERLIN, epiphany)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("RU", True),
        ("DE", True),
        ("DE-BY", True),
        ("DE-XX", False),
        ("XX", False),
        ("ru", False),
        ("", False),
    ],
)
def test_known_countries(code: str, expected: bool) -> None:
    assert known_country(code) is expected


def test_holidays_of_an_unknown_country_are_an_error() -> None:
    with pytest.raises(ValueError, match="no holidays are known of 'XX'"):
        is_open(weekly("09:00-20:00", holidays="XX"), MOSCOW, 0)


# Clocks that change. Berlin: 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00.


def test_minutes_that_the_clock_skips_are_not_there() -> None:
    hours = weekly("02:15-02:45", "03:30-04:00")
    moment = at(BERLIN, "2026-03-29 01:59")
    assert next_open(hours, BERLIN, moment) == at(BERLIN, "2026-03-29 03:30")
    assert open_until(weekly("01:00-02:30"), BERLIN, moment) == at(BERLIN, "2026-03-29 03:00")


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    hours = weekly("02:15-02:45")
    first, second = (at(BERLIN, "2026-10-25 02:15", fold=fold) for fold in (0, 1))
    assert second - first == 3_600_000
    assert open_until(hours, BERLIN, first) == first + 30 * 60_000
    assert next_open(hours, BERLIN, first + 30 * 60_000) == second
    assert open_until(weekly("02:15-03:00"), BERLIN, first) == first + 45 * 60_000
    assert open_until(weekly("02:00-03:00"), BERLIN, first) == at(BERLIN, "2026-10-25 03:00")


# Several zones at once.


def test_a_joined_key_is_open_when_all_its_zones_are() -> None:
    key = f"{OMSK}+{MOSCOW}"  # three hours apart
    assert next_open(OFFICE, key, at(MOSCOW, "2026-11-23 03:00")) == at(MOSCOW, "2026-11-23 09:00")
    assert not is_open(OFFICE, key, at(OMSK, "2026-11-23 10:00")), "07:00 in Moscow"
    assert is_open(OFFICE, key, at(MOSCOW, "2026-11-23 09:00"))
    assert open_until(OFFICE, key, at(MOSCOW, "2026-11-23 09:00")) == at(OMSK, "2026-11-23 20:00")


def test_zones_that_are_never_open_together_have_no_next() -> None:
    assert next_open(weekly("09:00-10:00"), f"{OMSK}+{MOSCOW}", at(MOSCOW, "2026-11-23 03:00")) is None


def test_a_zone_with_a_plus_in_its_name_is_one_zone() -> None:
    assert is_open(OFFICE, "Etc/GMT+3", at("Etc/GMT+3", "2026-11-23 09:00"))


@pytest.mark.parametrize("key", ["Asia/Nowhere", f"{MOSCOW}+Asia/Nowhere"])
def test_an_unknown_zone_is_an_error(key: str) -> None:
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        is_open(OFFICE, key, 0)


# Days.


def test_a_day_ends_at_the_midnight_of_its_zone() -> None:
    moment = at(OMSK, "2026-11-23 01:00")
    assert local_day(OMSK, moment) == (dt.date(2026, 11, 23), at(OMSK, "2026-11-24"))
    assert local_day(MOSCOW, moment) == (dt.date(2026, 11, 22), at(MOSCOW, "2026-11-23"))


def test_the_day_of_several_zones_ends_with_the_last_of_them() -> None:
    key = f"{OMSK}+{MOSCOW}"
    assert local_day(key, at(OMSK, "2026-11-23 01:00")) == (dt.date(2026, 11, 22), at(MOSCOW, "2026-11-23"))
    assert local_day(key, at(MOSCOW, "2026-11-23 00:00")) == (dt.date(2026, 11, 23), at(MOSCOW, "2026-11-24"))


def test_a_day_may_begin_at_one() -> None:
    """Beirut skips from midnight to one, 2026-03-29."""
    beirut = "Asia/Beirut"
    day, ends = local_day(beirut, at(beirut, "2026-03-28 12:00"))
    assert (day, ends) == (dt.date(2026, 3, 28), at(beirut, "2026-03-29 01:00"))


def test_midnight_may_come_twice() -> None:
    """Havana goes back from one to midnight, 2026-11-01: the day has begun the first time."""
    havana = "America/Havana"
    _, ends = local_day(havana, at(havana, "2026-10-31 12:00"))
    assert ends == at(havana, "2026-11-01 00:00", fold=0)
    assert at(havana, "2026-11-01 00:00", fold=1) == ends + 3_600_000


DATED = WeeklyHours(
    days=WORKDAYS.days,
    holidays="RU",
    dates=(
        (dt.date(2026, 11, 4), (Span(start=600, end=720),)),  # a holiday
        (dt.date(2026, 11, 24), ()),
        (dt.date(2026, 11, 28), (Span(start=1320, end=1560),)),  # Saturday, over midnight
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-04 10:30", True),
        ("2026-11-04 12:30", False),
        ("2026-11-24 10:30", False),
        ("2026-11-25 10:30", True),
        ("2026-11-28 10:30", False),
        ("2026-11-28 23:00", True),
        ("2026-11-29 01:59", True),
        ("2026-11-29 02:00", False),
    ],
)
def test_a_date_has_hours_of_its_own_before_weekday_and_holiday(text: str, expected: bool) -> None:
    assert is_open(DATED, MOSCOW, at(MOSCOW, text)) is expected


def test_the_next_opening_may_be_a_date_of_its_own() -> None:
    assert next_open(DATED, MOSCOW, at(MOSCOW, "2026-11-28 10:30")) == at(MOSCOW, "2026-11-28 22:00")
    only = WeeklyHours(days=NEVER.days, dates=DATED.dates)
    assert next_open(only, MOSCOW, at(MOSCOW, "2026-11-05 00:00")) == at(MOSCOW, "2026-11-28 22:00")


def test_always_open_but_on_one_date_is_not_always_open() -> None:
    hours = WeeklyHours(days=ALWAYS.days, dates=((dt.date(2026, 11, 24), ()),))
    now = at(MOSCOW, "2026-11-23 12:00")
    assert open_until(hours, MOSCOW, now) == at(MOSCOW, "2026-11-24 00:00")


def test_offsets_of_a_zone_are_told_since_when_each_of_them() -> None:
    first, last = at("UTC", "2026-01-01"), at("UTC", "2027-01-01")
    assert offsets(MOSCOW, first, last) == ((first, 3 * 3_600_000),)
    hour = 3_600_000
    assert offsets(BERLIN, first, last) == (
        (first, hour),
        (at("UTC", "2026-03-29 01:00"), 2 * hour),
        (at("UTC", "2026-10-25 01:00"), hour),
    )
    assert len(offsets(BERLIN, first, at("UTC", "2030-01-01"))) == 9
