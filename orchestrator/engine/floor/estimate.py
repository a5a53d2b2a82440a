"""How long a caller will wait: from how fast this line has moved so far (docs/queues.md, "The estimate").

While somebody waits, every agent at work takes somebody from the line at some rate, and everybody in it gives
up at some rate. Both are measured as events over exposure, so that what is still under way does not bias them:
takes per agent and ms, leaves per caller and ms. Whoever is at place k waits for k steps; with i in front and n
at work a step takes 1 / (n * take + i * leave). Rates forget: after `ENOUGH` events old ones count half.
"""

from __future__ import annotations

from math import exp

TAKES, LEAVES = 400.0, 200.0  # so many are remembered at most, and at least half of it
PRIOR_TAKES = 2.0  # what is thought before anything was seen weighs as much as so many takes
PRIOR_HANDLING_MS = 180_000.0
FADE_S = 900.0


class Movement:
    """How a line moves. Told of every change with `since_last` first; all times in ms."""

    __slots__ = ("agents_ms", "at", "callers_ms", "leaves", "takes")

    def __init__(self, at: int, learned: tuple[float, ...] = ()) -> None:
        self.at = at
        self.takes, self.agents_ms, self.leaves, self.callers_ms = (
            learned if len(learned) == 4 else (0.0, 0.0, 0.0, 0.0)
        )

    @property
    def learned(self) -> tuple[float, ...]:
        return (self.takes, self.agents_ms, self.leaves, self.callers_ms)

    def passed(self, now: int, working: int, waiting: int) -> None:
        """From the last call of this until `now` so many were at work, and so many waited."""
        if waiting and now > self.at:
            self.agents_ms += (now - self.at) * working
            self.callers_ms += (now - self.at) * waiting
        self.at = now

    def taken(self) -> None:
        self.takes += 1
        if self.takes > TAKES:
            self.takes /= 2
            self.agents_ms /= 2

    def returned(self) -> None:
        """Whoever was taken waits again."""
        self.takes = max(0.0, self.takes - 1)

    def left(self) -> None:
        self.leaves += 1
        if self.leaves > LEAVES:
            self.leaves /= 2
            self.callers_ms /= 2

    def wait_ms(self, place: int, working: int) -> float | None:
        """What whoever is at `place` (from 1) waits on average from now on; None when nobody is at work."""
        if not working:
            return None
        take = (self.takes + PRIOR_TAKES) / (self.agents_ms + PRIOR_TAKES * PRIOR_HANDLING_MS) * working
        # one minute of waiting without anybody leaving is thought before anything was seen
        leave = self.leaves / (self.callers_ms + 60_000.0)
        return sum(1 / (take + ahead * leave) for ahead in range(place))


class Inflow:
    """How many callers come from outside, lately (an exponential mean over a quarter of an hour)."""

    __slots__ = ("at", "count")

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0.0

    def came(self, now: int) -> None:
        self._fade(now)
        self.count += 1

    def per_s(self, now: int) -> float:
        self._fade(now)
        return self.count / FADE_S

    def _fade(self, now: int) -> None:
        self.count *= exp((self.at - now) / 1_000 / FADE_S)
        self.at = now
