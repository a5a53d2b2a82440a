"""Whose clock a contact lives by: the zone key under which calling hours are looked up.

    zone_key("+74951234567", rule, "")              "Europe/Moscow"
    zone_key("+541123456789", rule, "")             "America/Argentina/Buenos_Aires"
    zone_key("+79990000408", rule, "Asia/Omsk")     "Asia/Omsk"

A key is one IANA name, or several joined with `+`: hours must be open in all of them. The first of these decides:
the scenario's fixed zone; the contact's `timezone` column; the number's only zone (several with one and the same clock
are one); the zone the scenario names for numbers of several zones; all the number's zones.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import cache, lru_cache
from typing import Final

from orchestrator.contacts.numbers import locate
from orchestrator.contacts.row import Code, Fault
from orchestrator.domain.plan import ZoneRule, ZoneSource

ALIKE_FROM: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ALIKE_UNTIL: Final = dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
"""Zones whose clocks agree all through this time are one zone in a key. From 2038 on the database has rules only, and
no list lives that long; a government that parts two of them makes itself felt with the next load of a list."""

_ANY_REGION: Final = "US"  # a number in E.164 reads the same from everywhere
_DAY_S: Final = 86_400
_NOT_PLACES: Final = frozenset({"Factory", "localtime", "posixrules"})


def zone_key(number: str, rule: ZoneRule, column_value: str = "") -> str | None:
    """The zone key of a number in E.164; None when nobody knows its zone (+800 and other world-wide services)."""
    if rule.source is ZoneSource.FIXED:
        return rule.name
    if column_value:
        return column_value
    found = locate(number, _ANY_REGION)
    return key_of(() if isinstance(found, Fault) else found[1], rule)


@lru_cache(maxsize=8192)
def key_of(zones: tuple[str, ...], rule: ZoneRule) -> str | None:
    """The key for a number that may be in any of `zones`, without a `timezone` column."""
    if rule.source is ZoneSource.FIXED:
        return rule.name
    possible = distinct(frozenset(name for name in zones if name in places()))
    if len(possible) != 1 and rule.name is not None:
        return rule.name
    return "+".join(possible) or None


@cache
def distinct(zones: frozenset[str]) -> tuple[str, ...]:
    """Sorted, without those whose clock always agrees with one named before them."""
    clocks: dict[tuple[tuple[int, int], ...], str] = {}
    for name in sorted(zones):
        clocks.setdefault(_clock(name), name)
    return tuple(clocks.values())


@cache
def _clock(name: str) -> tuple[tuple[int, int], ...]:
    """(epoch second, offset in seconds) of each change of offset within the time above, beginning with its start.

    Looked at day by day; no zone changes its offset and back within one day.
    """
    zone = zoneinfo.ZoneInfo(name)
    at, end = int(ALIKE_FROM.timestamp()), int(ALIKE_UNTIL.timestamp())
    offset = _offset(zone, at)
    changes = [(at, offset)]
    for day in range(at, end, _DAY_S):
        after = _offset(zone, day + _DAY_S)
        if after != offset:
            changes.append((_change(zone, day, day + _DAY_S), after))
            offset = after
    return tuple(changes)


def _change(zone: zoneinfo.ZoneInfo, before: int, after: int) -> int:
    """The first epoch second with the offset of `after`."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: zoneinfo.ZoneInfo, at: int) -> int:
    offset = dt.datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None  # noqa: S101  # zoneinfo always knows
    return int(offset.total_seconds())


@cache
def places() -> dict[str, str]:
    """Names a contact's zone may have, and their lower-case spellings, to the name as IANA spells it."""
    names = sorted(zoneinfo.available_timezones() - _NOT_PLACES)
    return {name.casefold(): name for name in names} | {name: name for name in names}


def timezone(text: str) -> str | Fault:
    """A `timezone` column: an IANA name, in any case of letters."""
    name = places().get(text) or places().get(text.casefold())
    if name is None:
        return Fault(
            code=Code.BAD_TIMEZONE, reason="not an IANA time zone such as Europe/Moscow or Asia/Omsk"
        )
    return name
