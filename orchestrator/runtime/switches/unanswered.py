"""Originates that a switch has not answered for yet: one that leaves them waiting is given no more for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

BEHIND_S = 2.0  # a switch that is well answers in some milliseconds


class Unanswered:
    """Job ids of written originates, the oldest first."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since: dict[str, float] = {}

    def written(self, job_ids: Iterable[str]) -> None:
        now = self._monotonic()
        for job_id in job_ids:
            self._since[job_id] = now

    def answered(self, job_id: str) -> float:
        """How many seconds the switch took for it; 0 for one that nobody waited for."""
        now = self._monotonic()
        return now - self._since.pop(job_id, now)

    @property
    def is_behind(self) -> bool:
        """Whether one has waited for so long that more of them would only wait too, and then all come at once."""
        oldest = next(iter(self._since.values()), None)
        return oldest is not None and self._monotonic() - oldest > BEHIND_S
