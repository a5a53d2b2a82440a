"""The period of a report, and the clock on the wall that its hours and days are of."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from orchestrator.domain.problem import KnownError
from orchestrator.store.quarters import QUARTER_MS

LONGEST_MS = 10 * 366 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """since, until: epoch ms, at quarters of an hour; of what began from `since` on and before `until`. now: of asking;
    what came later nobody knows.
    """

    since: int
    until: int
    now: int
    zone: zoneinfo.ZoneInfo

    def hour(self, at: int) -> tuple[int, int]:
        """Weekday (0 is Monday) and hour on its clock."""
        local = dt.datetime.fromtimestamp(at / 1_000, self.zone)
        return local.weekday(), local.hour

    def day(self, at: int) -> str:
        """The date (ISO) on its clock."""
        return dt.datetime.fromtimestamp(at / 1_000, self.zone).date().isoformat()


def period_of(since: int, until: int, now: int, zone: str) -> Period:
    """Moved outwards to quarters of an hour. KnownError: nothing is between them, or no such zone."""
    if not 0 <= since < until:
        raise KnownError("the period is empty: it ends before it begins")
    if until - since > LONGEST_MS:
        raise KnownError("a report covers ten years at most")
    return Period(
        since=since - since % QUARTER_MS,
        until=until + -until % QUARTER_MS,
        now=now,
        zone=zone_named(zone),
    )


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """KnownError: there is no such zone."""
    if name not in zoneinfo.available_timezones():
        raise KnownError(f"{name!r} is not a time zone, such as Europe/Moscow")
    return zoneinfo.ZoneInfo(name)
