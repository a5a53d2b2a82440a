"""Waits by whole seconds, as the history has them (`answered_after_17`): service levels of any N come from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.engine.floor.orders import LONGEST_S, Figure

MOST_N: int = LONGEST_S  # a longer wait is known to be that long, and no more
_ANSWERED, _ABANDONED = f"{Figure.ANSWERED_AFTER.value}_", f"{Figure.ABANDONED_AFTER.value}_"


@dataclass(slots=True)
class Waits:
    """Whole seconds begun -> how many were answered, or gave up, then."""

    answered: Counter[int] = field(default_factory=Counter)
    abandoned: Counter[int] = field(default_factory=Counter)

    def take(self, sums: Mapping[str, int]) -> Counter[str]:
        """Add a quarter's waits; what else its sums are."""
        rest: Counter[str] = Counter()
        for name, amount in sums.items():
            if name.startswith(_ANSWERED):
                self.answered[int(name.removeprefix(_ANSWERED))] += amount
            elif name.startswith(_ABANDONED):
                self.abandoned[int(name.removeprefix(_ABANDONED))] += amount
            else:
                rest[name] += amount
        return rest

    def add(self, other: Waits) -> None:
        self.answered.update(other.answered)
        self.abandoned.update(other.abandoned)

    def answered_within(self, seconds: int) -> int:
        """In less than so many seconds: 1 .. MOST_N."""
        return sum(amount for second, amount in self.answered.items() if second < seconds)

    def abandoned_within(self, seconds: int) -> int:
        return sum(amount for second, amount in self.abandoned.items() if second < seconds)
