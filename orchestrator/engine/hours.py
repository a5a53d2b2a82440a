"""Calling hours: whether a zone's clock is within them, until when, and when it is next.

Hours are read off the wall clock of the zone. Where clocks go back, a span that ends in the repeated hour is open in
both passes; where they go forward, minutes that are skipped are just not there. A span over midnight belongs to the day
it begins on, closed dates included. A joined zone key (`Asia/Omsk+Europe/Moscow`) is open when all its zones are.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from bisect import bisect_right
from functools import cache, lru_cache
from typing import Final

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.engine.holiday_dates import holiday_dates, known_country

__all__ = ["HORIZON_MS", "is_open", "known_country", "local_day", "next_open", "offsets", "open_until"]

MINUTES: Final = 1440  # of a day on the wall
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
HORIZON_MS: Final = 400 * DAY_MS
"""How far ahead is looked: any yearly pattern of days comes round within it, moving holidays included."""

_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY: Final = 3  # a Thursday


def is_open(hours: WeeklyHours | None, zone_key: str, at_ms: int) -> bool:
    """Whether `at_ms` (epoch ms) is within the hours in every zone of the key. No hours: always."""
    if hours is None:
        return True
    week = _Week.of(hours)
    return all(week.state(zone, at_ms)[0] for zone in _zones(zone_key))


def open_until(hours: WeeklyHours | None, zone_key: str, at_ms: int) -> int | None:
    """The first instant (epoch ms) after `at_ms` that is not within the hours; None when `at_ms` itself is not.

    Hours that do not end within HORIZON_MS give that horizon.
    """
    horizon = at_ms + HORIZON_MS
    if hours is None or _Week.of(hours).is_always_open:
        return horizon
    week, zones, at = _Week.of(hours), _zones(zone_key), at_ms
    while at < horizon:
        states = [week.state(zone, at) for zone in zones]
        if not all(is_open for is_open, _ in states):
            return None if at == at_ms else at
        at = min(until for _, until in states)
    return horizon


def next_open(hours: WeeklyHours | None, zone_key: str, at_ms: int) -> int | None:
    """The first instant (epoch ms) from `at_ms` on that is within the hours; None: not within HORIZON_MS."""
    if hours is None:
        return at_ms
    week, zones, at = _Week.of(hours), _zones(zone_key), at_ms
    while at < at_ms + HORIZON_MS:
        closed = [until for is_open, until in (week.state(zone, at) for zone in zones) if not is_open]
        if not closed:
            return at
        at = max(closed)  # until then at least one zone is closed
    return None


def local_day(zone_key: str, at_ms: int) -> tuple[dt.date, int]:
    """The date at `at_ms`, and the instant (epoch ms) at which it has ended.

    Of a joined key it is the date in the zone where it is earliest, and it has ended when it has in every zone.
    """
    zones = _zones(zone_key)
    day = min((at_ms + _offset(zone, at_ms)[0]) // DAY_MS for zone in zones)
    date = dt.date.fromordinal(_EPOCH + day)
    return date, max(_begins(zone, date + dt.timedelta(days=1)) for zone in zones)


def offsets(zone_key: str, from_ms: int, until_ms: int) -> tuple[tuple[int, int], ...]:
    """(since, ms by which the wall is ahead of UTC) of a zone, from `from_ms` up to `until_ms` (epoch ms)."""
    zone = zoneinfo.ZoneInfo(zone_key)
    found: list[tuple[int, int]] = []
    at = from_ms
    while at < until_ms:
        offset, until = _offset(zone, at)
        if not found or found[-1][1] != offset:
            found.append((at, offset))
        at = until
    return tuple(found)


@cache
def _zones(zone_key: str) -> tuple[zoneinfo.ZoneInfo, ...]:
    """zoneinfo.ZoneInfoNotFoundError: no such zone."""
    try:
        return (zoneinfo.ZoneInfo(zone_key),)  # first as a whole: `Etc/GMT+3` has a plus of its own
    except zoneinfo.ZoneInfoNotFoundError:
        names = zone_key.split("+")
        if len(names) == 1:
            raise
        return tuple(map(zoneinfo.ZoneInfo, names))


def _begins(zone: zoneinfo.ZoneInfo, day: dt.date) -> int:
    """The first instant of a date. fold=0 gives it too where midnight is skipped, so that the day begins with the
    change of the clock, and where midnight comes twice.
    """
    return round(dt.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _offset(zone: zoneinfo.ZoneInfo, at_ms: int) -> tuple[int, int]:
    """Milliseconds by which the wall is ahead of UTC, and an instant later than `at_ms` up to which they surely are."""
    block = at_ms // HORIZON_MS
    starts, offsets = _offsets(zone, block)
    index = bisect_right(starts, at_ms) - 1
    return offsets[index], starts[index + 1] if index + 1 < len(starts) else (block + 1) * HORIZON_MS


@lru_cache(maxsize=4096)
def _offsets(zone: zoneinfo.ZoneInfo, block: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The offsets of the `block`-th HORIZON_MS of the epoch, and since when each of them.

    zoneinfo does not tell when clocks change, so they are looked at day by day; none changes twice within one.
    """
    start = block * HORIZON_MS
    starts, offsets = [start], [_look(zone, start)]
    for day in range(start, start + HORIZON_MS, DAY_MS):
        after = _look(zone, day + DAY_MS)
        if after != offsets[-1]:
            starts.append(_clock_change(zone, day, day + DAY_MS))
            offsets.append(after)
    return tuple(starts), tuple(offsets)


def _clock_change(zone: zoneinfo.ZoneInfo, before: int, after: int) -> int:
    """The first whole second with the offset of `after`."""
    old = _look(zone, before)
    while after - before > 1000:
        middle = (before + after) // 2000 * 1000
        if _look(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _look(zone: zoneinfo.ZoneInfo, at_ms: int) -> int:
    offset = dt.datetime.fromtimestamp(at_ms // 1000, zone).utcoffset()
    assert offset is not None  # noqa: S101  # zoneinfo always knows
    return offset // dt.timedelta(milliseconds=1)


class _Week:
    """Weekly hours made ready for asking."""

    __slots__ = ("_closed", "_country", "_dates", "_days", "_week", "is_always_open")

    def __init__(self, hours: WeeklyHours) -> None:
        self._closed = hours.closed
        self._dates = dict(hours.dates)
        self._week = hours.days
        self._country = hours.holidays
        # By weekday, then by whether spans begin on the day before (+2) and on the day itself (+1): the minutes at
        # which the state of the day changes. Closed before the first, open from it, closed from the second, and so on.
        self._days = tuple(
            tuple(
                _changes(hours.days[day - 1] if i & 2 else (), hours.days[day] if i & 1 else ())
                for i in range(4)
            )
            for day in range(7)
        )
        all_day = all(kinds[3] == (0, MINUTES) for kinds in self._days)
        self.is_always_open = all_day and not (self._closed or self._dates) and self._country is None

    @staticmethod
    @lru_cache(maxsize=256)
    def of(hours: WeeklyHours) -> _Week:
        return _Week(hours)

    def _has_spans(self, date: dt.date) -> bool:
        """Whether the spans of its weekday begin on a date."""
        return date not in self._closed and (
            self._country is None or date not in holiday_dates(self._country, date.year)
        )

    def _changes_on(self, day: int) -> tuple[int, ...]:
        """The minutes of a day (counted from the epoch) at which it opens, closes, opens ..."""
        weekday = (day + _EPOCH_WEEKDAY) % 7
        if not (self._closed or self._dates or self._country is not None):
            return self._days[weekday][3]
        dates = (dt.date.fromordinal(_EPOCH + day - 1), dt.date.fromordinal(_EPOCH + day))
        if not self._dates.keys().isdisjoint(dates):
            return _changes(*(self._spans_of(date) for date in dates))
        return self._days[weekday][2 * self._has_spans(dates[0]) + self._has_spans(dates[1])]

    def _spans_of(self, date: dt.date) -> tuple[Span, ...]:
        """The spans that begin on a date."""
        if date in self._dates:
            return self._dates[date]
        return self._week[date.weekday()] if self._has_spans(date) else ()

    def state(self, zone: zoneinfo.ZoneInfo, at_ms: int) -> tuple[bool, int]:
        """Whether the zone is open, and an instant later than `at_ms` (epoch ms) up to which that surely holds."""
        offset, until = _offset(zone, at_ms)
        day, ms = divmod(at_ms + offset, DAY_MS)
        changes = self._changes_on(day)
        passed = bisect_right(changes, ms // MINUTE_MS)
        next_change = changes[passed] if passed < len(changes) else MINUTES
        return passed % 2 == 1, min(until, at_ms + next_change * MINUTE_MS - ms)


def _changes(before: tuple[Span, ...], today: tuple[Span, ...]) -> tuple[int, ...]:
    """Minutes of a day at which it opens, closes, opens ..., by the spans that begin on the day before and on it;
    joined where they touch.
    """
    spans = [(span.start, min(span.end, MINUTES)) for span in today]
    spans += [(0, span.end - MINUTES) for span in before if span.end > MINUTES]
    joined: list[int] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1]:
            joined[-1] = max(joined[-1], end)
        else:
            joined += [start, end]
    return tuple(joined)
