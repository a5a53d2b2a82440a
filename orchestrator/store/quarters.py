"""History by quarters of an hour: sums and counts of each project, queue, campaign and agent, never averages."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis

from orchestrator.store.db import Db
from orchestrator.store.figures import Scope

QUARTER_MS = 900_000
QUARTERS_A_DAY = 96
DAYS_AT_ONCE = 10  # forgotten by one script
# What an ended attempt counts (finish_attempts.lua), and who took it
ATTEMPTS, BY_PEOPLE = "attempts", ("attempts_answered", "attempts_abandoned")

_FIGURE = re.compile(r"[A-Za-z0-9_]{1,64}\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Add `amount` to `figure` (a word: letters, digits, _) of `scope` `name`, in the quarter of `at` (epoch ms)."""

    at: int
    scope: Scope
    name: str
    figure: str
    amount: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterRow:
    """at: epoch ms at which the quarter of an hour begins (UTC). sums: figure -> sum.

    Beside what the floor counts, each ended attempt is counted with its ending, once, at its beginning, for its
    campaign and the campaign's project: `attempts`, `attempts_DISPOSITION`, `attempts_late` (answered, and nobody
    there within the limit), `attempts_ring_ms`, `attempts_talk_ms`.
    """

    at: int
    scope: Scope
    name: str
    sums: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRate:
    """Answer rate of one hour of the week: weekday 0 is Monday, both local. attempts: at least one."""

    weekday: int
    hour: int
    attempts: int
    answered: int

    @property
    def rate(self) -> float:
        return self.answered / self.attempts


class Quarters:
    """A door of the store. Times are epoch ms."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def read(self, scope: Scope, since: int, until: int, name: str | None = None) -> Iterator[QuarterRow]:
        """Quarters that begin from `since` on and before `until`, in order of time, then name; of one name, or all."""
        first, last = -(-since // QUARTER_MS), -(-until // QUARTER_MS) - 1
        days = self._db.read(
            lambda client: client.zrangebyscore(
                self._db.key("history_days"), first // QUARTERS_A_DAY, last // QUARTERS_A_DAY
            )
        )
        for day in days:
            found = self._db.read(partial(_whole, key=self._db.key(f"history:{day.decode()}:{scope.value}")))
            rows = [(*field.decode().split(" ", 1), text.decode()) for field, text in found.items()]
            for at, who, sums in sorted((int(quarter), who, sums) for quarter, who, sums in rows):
                if first <= at <= last and name in (None, who):
                    yield QuarterRow(at=at * QUARTER_MS, scope=scope, name=who, sums=_sums(sums))

    def answer_rates(
        self, scope: Scope, name: str, since: int, until: int, zone: str
    ) -> tuple[HourRate, ...]:
        """By weekday and hour of this IANA zone, those with attempts: answered by people (abandoned too) / attempts."""
        clock = zoneinfo.ZoneInfo(zone)
        made: Counter[tuple[int, int]] = Counter()
        taken: Counter[tuple[int, int]] = Counter()
        for row in self.read(scope, since, until, name):
            local = dt.datetime.fromtimestamp(row.at / 1000, clock)
            hour = (local.weekday(), local.hour)
            made[hour] += row.sums.get(ATTEMPTS, 0)
            taken[hour] += sum(row.sums.get(figure, 0) for figure in BY_PEOPLE)
        return tuple(
            HourRate(weekday=hour[0], hour=hour[1], attempts=attempts, answered=taken[hour])
            for hour, attempts in sorted(made.items())
            if attempts
        )

    def remember(self, name: str, text: str) -> None:
        """Keep what was learned (`Pacer.history()`) under a name: SCENARIO:QUEUE."""
        self._db.run("keep_learned", {"name": _named(name)}, text)

    def remembered(self, name: str) -> str | None:
        """What was kept last."""
        found = self._db.read(lambda client: client.hget(self._db.key("learned"), name))
        return None if found is None else found.decode()

    def forget(self, before: int) -> int:
        """Forget the days (UTC) that had ended before `before`; how many."""
        request = {
            "before": before // (QUARTERS_A_DAY * QUARTER_MS),
            "most": DAYS_AT_ONCE,
            "scopes": list(Scope),
        }
        days = 0
        while gone := self._db.run("forget_quarters", request):
            days += gone
        return days


def summed(counts: Iterable[Count]) -> list[tuple[str, str, int, dict[str, int]]]:
    """(scope, name, quarter since 1970, {figure: amount}), as the scripts take it. ValueError for what is no word."""
    slots: defaultdict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for count in counts:
        if not _FIGURE.match(count.figure):
            raise ValueError(f"not the name of a figure: {count.figure[:40]!r}")
        slot = (count.scope.value, _named(count.name), count.at // QUARTER_MS)
        slots[slot][count.figure] += count.amount
    return [(*slot, dict(sums)) for slot, sums in slots.items()]


def _named(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"not a name: {name[:40]!r}")
    return name


def _whole(client: redis.Redis, *, key: str) -> Any:
    return client.hgetall(key)


def _sums(text: str) -> dict[str, int]:
    words = text.split(" ")
    return {figure: int(amount) for figure, amount in zip(words[::2], words[1::2], strict=True)}
