"""The cap on abandoned calls, held whatever the look ahead gets wrong.

    limit = exp(z);   after each call that a person answered:  z <- min(z_max, z + GAIN * (target - abandoned))

The sum of (target - abandoned) stays bounded, so abandonment comes to the target even with a wrong model: debt is never
forgiven, credit is capped. Beside it stands the account of 24 hours, in calls: what the cap allows less what was lost.
It goes down to nothing and then every call needs a free agent, so the day ends under the cap however it went.
"""

from __future__ import annotations

import math
from collections import deque

MINUTE = 60_000
DAY_MIN = 24 * 60
HOUR_MIN = 60
_TARGET = 0.985  # of the cap: a little stays for the day's end
_GAIN = 0.08
_Z_MOST = math.log(0.5)
_Z_FIRST = math.log(0.02)
# The account in calls that is kept for bad moments: a few, and more for a large team, which loses several at a time.
# Below it the limit shrinks, by so many times where the account is empty
_KEPT_CALLS, _KEPT_EACH = 2.0, 0.1
_SHRINKS = 2.0
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
        self._z = _Z_FIRST

    def add(self, at: int, *, was_abandoned: bool) -> None:
        """A person answered, and was abandoned or not."""
        self.day.add(at, was_abandoned=was_abandoned)
        self.hour.add(at, was_abandoned=was_abandoned)
        self._z = min(_Z_MOST, self._z + _GAIN * (_TARGET * self.cap - was_abandoned))

    def forget(self, now: int) -> None:
        """Time has passed."""
        self.day.forget(now)
        self.hour.forget(now)

    @property
    def credit(self) -> float:
        """Calls that may be lost before the day is over its cap; negative when it is."""
        return self.cap * self.day.answered - self.day.abandoned

    def limit(self, agents: int) -> float:
        """The risk up to which a call may be placed now, by so many agents; 0: only with a free agent."""
        kept = _KEPT_CALLS + _KEPT_EACH * agents
        credit = self.credit
        hour = _HOUR_TIMES * self.cap * self.hour.answered + kept
        if credit < -2 * kept or self.hour.abandoned > hour:
            return 0.0
        return math.exp(self._z - _SHRINKS * max(0.0, 1.0 - credit / kept))

    def dump(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {"z": self._z, "day": self.day.dump(), "hour": self.hour.dump()}

    def load(self, kept: dict[str, object]) -> None:
        """Takes over what `dump` gave. Raises KeyError, TypeError or ValueError for what it never gave."""
        z, day, hour = kept["z"], kept["day"], kept["hour"]
        if (
            not isinstance(z, float)
            or not math.isfinite(z)
            or not isinstance(day, list)
            or not isinstance(hour, list)
        ):
            raise TypeError("not a budget")
        self.day.load(day)
        self.hour.load(hour)
        self._z = min(z, _Z_MOST)
