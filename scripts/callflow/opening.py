"""Whether a scenario is open at an instant, by the hours in its program. Pure.

A program brings the offsets of its zone from UTC along: a switch may have no zones, or old ones.
"""

from __future__ import annotations

from datetime import date

from . import program as reading

DAY_S = 86400
DAY_MIN = 1440
EPOCH = date(1970, 1, 1).toordinal()


def is_open(program: dict[str, object], at_s: float) -> bool:
    """Whether the hours of `program` are open `at_s` seconds after the epoch; without any, always.

    Raises `ProgramError`.
    """
    if program.get("hours") is None:
        return True
    hours = reading.mapping(program["hours"], "hours")
    local_s = int(at_s) + _offset_s(hours, at_s)
    ordinal, second = divmod(local_s, DAY_S)
    minute = second // 60
    # what began yesterday may go on over midnight
    return _covers(hours, ordinal, minute) or _covers(hours, ordinal - 1, minute + DAY_MIN)


def _offset_s(hours: dict[str, object], at_s: float) -> int:
    """Seconds that the zone is ahead of UTC; before the first instant that is known, as at it."""
    offset_s = 0
    for index, entry in enumerate(reading.sequence(hours.get("offsets"), "offsets")):
        since, ahead = _pair(entry)
        if since > at_s and index:
            break
        offset_s = ahead
    return offset_s


def _covers(hours: dict[str, object], ordinal: int, minute: int) -> bool:
    """Whether a span of that day (days since the epoch) has this minute, counted from the day's own midnight."""
    return any(start <= minute < end for start, end in map(_pair, _spans(hours, ordinal)))


def _spans(hours: dict[str, object], ordinal: int) -> list[object]:
    """Dated exceptions come first, then closed dates, then the weekday."""
    day = date.fromordinal(EPOCH + ordinal)
    dates = reading.mapping(hours.get("dates", {}), "dates")
    if day.isoformat() in dates:
        return reading.sequence(dates[day.isoformat()], "spans of a date")
    if day.isoformat() in reading.sequence(hours.get("closed"), "closed dates"):
        return []
    days = reading.sequence(hours.get("days"), "days")
    if len(days) != 7:
        raise reading.ProgramError("no seven days")
    return reading.sequence(days[day.weekday()], "spans of a day")


def _pair(value: object) -> tuple[int, int]:
    both = reading.sequence(value, "span")
    if len(both) != 2 or not all(isinstance(each, int) for each in both):
        raise reading.ProgramError("no span")
    first, second = both
    return int(str(first)), int(str(second))
