"""Attempts of workers that are gone: found, and made ours."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from orchestrator.domain.lead import Attempt
from orchestrator.store import Store

log = structlog.get_logger()

FULL_LOOK = 8  # of so many looks one is at all live attempts, though no worker has gone since the last


class TakeOvers:
    """`adopted(dead worker, attempts)` is told what is ours now."""

    def __init__(self, store: Store, worker_id: str, adopted: Callable[[str, list[Attempt]], None]) -> None:
        self._store, self._id, self._adopted = store, worker_id, adopted
        self._living: frozenset[str] = frozenset()
        self._looks = 0

    def look(self) -> None:
        """See who has gone. Reading all live attempts costs too much to be done without a reason each time."""
        before, self._living = self._living, frozenset(self._store.workers())
        self._looks += 1
        if before - self._living or self._looks % FULL_LOOK == 1:
            self._take_over()

    def _take_over(self) -> None:
        owners = {attempt.worker_id for attempt in self._store.live()} - self._living
        for dead in owners - {self._id}:
            adopted = self._store.adopt(dead, self._id)
            if adopted:
                log.warning("calls_taken_over", from_worker=dead, calls=len(adopted))
                self._adopted(dead, adopted)
