"""History by quarters of an hour: sums and counts of each project, queue, campaign and agent, never averages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.store.db import Db
from orchestrator.store.figures import Scope

QUARTER_MS = 900_000


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
    """Answer rate of one hour of the week: weekday 0 is Monday, both local. rate: None without attempts."""

    weekday: int
    hour: int
    attempts: int
    answered: int

    @property
    def rate(self) -> float | None:
        return self.answered / self.attempts if self.attempts else None


class Quarters:
    """A door of the store. Times are epoch ms."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def read(self, scope: Scope, since: int, until: int, name: str | None = None) -> Iterator[QuarterRow]:
        """Quarters that begin from `since` on and before `until`, in order of time, then name; of one name, or all."""
        raise NotImplementedError

    def answer_rates(
        self, scope: Scope, name: str, since: int, until: int, zone: str
    ) -> tuple[HourRate, ...]:
        """By weekday and hour of this IANA zone, those with attempts: answered by people (abandoned too) / attempts."""
        raise NotImplementedError

    def remember(self, name: str, text: str) -> None:
        """Keep what was learned (`Pacer.history()`) under a name: SCENARIO:QUEUE."""
        raise NotImplementedError

    def remembered(self, name: str) -> str | None:
        """What was kept last."""
        raise NotImplementedError

    def forget(self, before: int) -> int:
        """Forget the days (UTC) that had ended before `before`; how many."""
        raise NotImplementedError
