"""What the floor counted in a period, by name: sums, waits, and the same by hour of the week and by day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.engine.kpi.waits import Waits
from orchestrator.runtime.report.period import Period
from orchestrator.store import Store
from orchestrator.store.figures import Scope

# What is shown by hours and days
SHOWN: Final = tuple(
    figure.value
    for figure in (
        Figure.OFFERED,
        Figure.ANSWERED,
        Figure.ANSWERED_IN_TIME,
        Figure.ABANDONED,
        Figure.HANDLED,
        Figure.CONNECTED,
        Figure.DIALED_ABANDONED,
    )
)
_OF_ATTEMPTS: Final = f"{Sum.ATTEMPTS.value}_"  # the log of the attempts has them too, and more exactly


@dataclass(slots=True)
class Counted:
    """Of one queue, campaign, agent or project, or of several added up."""

    sums: Sums = field(default_factory=Counter)
    waits: Waits = field(default_factory=Waits)
    hours: dict[tuple[int, int], Sums] = field(default_factory=dict)
    days: dict[str, Sums] = field(default_factory=dict)

    def add(self, other: Counted) -> None:
        self.sums.update(other.sums)
        self.waits.add(other.waits)
        for hour, sums in other.hours.items():
            self.hours.setdefault(hour, Counter()).update(sums)
        for day, sums in other.days.items():
            self.days.setdefault(day, Counter()).update(sums)


def counted(store: Store, scope: Scope, period: Period, name: str | None = None) -> dict[str, Counted]:
    """By name; of one, or of all that anything was counted for. KnownError: the store is away."""
    found: dict[str, Counted] = {}
    for row in store.quarters.read(scope, period.since, period.until, name):
        mine = found.setdefault(row.name, Counted())
        sums = mine.waits.take(row.sums)
        rest = Counter({name: amount for name, amount in sums.items() if not _is_of_attempts(name)})
        mine.sums.update(rest)
        shown = Counter({name: rest[name] for name in SHOWN if rest[name]})
        if shown:
            mine.hours.setdefault(period.hour(row.at), Counter()).update(shown)
            mine.days.setdefault(period.day(row.at), Counter()).update(shown)
    return found


def with_attempts(store: Store, period: Period) -> set[str]:
    """Campaigns with attempts in the period, as the history has it."""
    rows = store.quarters.read(Scope.CAMPAIGN, period.since, period.until)
    return {row.name for row in rows if row.sums.get(Sum.ATTEMPTS.value)}


def _is_of_attempts(name: str) -> bool:
    return name == Sum.ATTEMPTS.value or name.startswith(_OF_ATTEMPTS)
