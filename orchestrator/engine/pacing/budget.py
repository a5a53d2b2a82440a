"""The cap on abandoned calls, held whatever the look ahead gets wrong.

Two accounts in calls, each paid `cap` by whoever answers and charged 1 by whoever is abandoned: the day's (24 hours),
and one that saves no more than a few calls, so that an hour is never much worse than the cap. Debt is never forgiven.
The risk that a call may have follows the poorer of the two: a few calls are kept for bad moments, below that the limit
shrinks fast, and deep in debt every call needs a free agent. So the day ends under the cap, however wrong the model.
"""

from __future__ import annotations

import math
from collections import deque

MINUTE = 60_000
DAY_MIN = 24 * 60
HOUR_MIN = 60
_TARGET = 0.99  # of the cap
# Calls kept for bad moments: some, and more for a large team, which loses several at a time. They are saved up slowly
_KEPT_CALLS, _KEPT_EACH, _KEPT_LEAST, _SAVED = 3.5, 0.1, 0.5, 0.3
_SAVES = 2.0  # so many times what is kept, and no more
# The limit: where it begins, its bounds, how fast it follows the accounts at once (as an exponent), and over time
_FIRST, _LEAST, _MOST = math.log(0.045), math.log(0.003), math.log(0.5)
_SHRINKS, _GROWS, _GAIN = 0.6, 0.3, 0.05
_POOR, _POOR_SHRINKS = -0.8, 4.0  # where that much of what is kept is gone, it shrinks so much faster
_DEEP = 3.0
# An hour may be so much worse than the day, and so many calls
_HOUR_TIMES = 1.4


class Window:
    """Answered and abandoned calls of the last minutes. A clock that jumps back adds to the newest minute."""

    def __init__(self, minutes: int) -> None:
        self._minutes = minutes
        self._parts: deque[list[int]] = deque()  # [minute, answered, abandoned], oldest first
        self.answered = self.abandoned = 0

    def add(self, at: int, *, was_abandoned: bool) -> None:
        """A person answered, and was abandoned or not."""
        minute = at // MINUTE
        if not self._parts or minute > self._parts[-1][0]:
            self._parts.append([minute, 0, 0])
        self._parts[-1][1] += 1
        self._parts[-1][2] += was_abandoned
        self.answered += 1
        self.abandoned += was_abandoned
        self.forget(at)

    def forget(self, now: int) -> None:
        """Drops what is too old."""
        oldest = now // MINUTE - self._minutes
        while self._parts and self._parts[0][0] <= oldest:
            _, answered, abandoned = self._parts.popleft()
            self.answered -= answered
            self.abandoned -= abandoned

    def fraction(self) -> float | None:
        """Abandoned of answered; None when nobody answered."""
        return self.abandoned / self.answered if self.answered else None

    def dump(self) -> list[list[int]]:
        """Its minutes: [epoch minute, answered, abandoned]."""
        return [list(part) for part in self._parts]

    def load(self, kept: list[list[int]]) -> None:
        """Takes over what `dump` gave. Raises TypeError or ValueError for what it never gave."""
        parts = [[int(minute), int(answered), int(abandoned)] for minute, answered, abandoned in kept]
        if any(not 0 <= part[2] <= part[1] for part in parts) or parts != sorted(parts):
            raise ValueError("not minutes of answered and abandoned calls")
        self._parts = deque(parts)
        self.answered = sum(part[1] for part in parts)
        self.abandoned = sum(part[2] for part in parts)


class Budget:
    """What may still be lost under a cap (a fraction of the calls answered by a person)."""

    def __init__(self, cap: float) -> None:
        self.cap = cap
        self.day = Window(DAY_MIN)
        self.hour = Window(HOUR_MIN)
        self._saved = 0.0
        self._log_limit = _FIRST
        self._agents = 0

    def add(self, at: int, *, was_abandoned: bool) -> None:
        """A person answered, and was abandoned or not."""
        self.day.add(at, was_abandoned=was_abandoned)
        self.hour.add(at, was_abandoned=was_abandoned)
        self._saved = min(self._saved + _TARGET * self.cap - was_abandoned, _SAVES * self._kept())
        wealth = min(max(self._wealth(), -1.0), 1.0)
        self._log_limit = min(max(self._log_limit + _GAIN * self.cap * wealth, _LEAST), _MOST)

    def forget(self, now: int) -> None:
        """Time has passed."""
        self.day.forget(now)
        self.hour.forget(now)

    @property
    def credit(self) -> float:
        """Calls that may be lost before the day is over its cap; negative when it is."""
        return self.cap * self.day.answered - self.day.abandoned

    def _kept(self) -> float:
        return min(
            _KEPT_CALLS + _KEPT_EACH * self._agents, max(_KEPT_LEAST, _SAVED * self.cap * self.day.answered)
        )

    def _wealth(self) -> float:
        """0 when as much is there as is to be kept, -1 when nothing is."""
        return min(self.credit, self._saved) / self._kept() - 1.0

    def limit(self, agents: int) -> float:
        """The risk up to which a call may be placed now, by so many agents; 0: only with a free agent."""
        self._agents = agents
        wealth = self._wealth()
        if (
            wealth < -_DEEP
            or self.hour.abandoned > _HOUR_TIMES * self.cap * self.hour.answered + self._kept()
        ):
            return 0.0
        now = (_SHRINKS if wealth < 0 else _GROWS) * min(wealth, 1.0) + _POOR_SHRINKS * min(
            wealth - _POOR, 0.0
        )
        return math.exp(self._log_limit + now)

    def dump(self) -> dict[str, object]:
        """All of it, for JSON."""
        numbers = [self._saved, self._log_limit, float(self._agents)]
        return {"numbers": numbers, "day": self.day.dump(), "hour": self.hour.dump()}

    def load(self, kept: dict[str, object]) -> None:
        """Takes over what `dump` gave. Raises KeyError, TypeError or ValueError for what it never gave."""
        numbers, day, hour = kept["numbers"], kept["day"], kept["hour"]
        if not isinstance(numbers, list) or not isinstance(day, list) or not isinstance(hour, list):
            raise TypeError("not a budget")
        saved, log_limit, agents = (float(each) for each in numbers)
        if not math.isfinite(saved) or not _LEAST <= log_limit <= _MOST or not 0 <= agents < 1e6:
            raise ValueError("not a budget")
        self.day.load(day)
        self.hour.load(hour)
        self._saved, self._log_limit, self._agents = saved, log_limit, int(agents)
