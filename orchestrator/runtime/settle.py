"""Applies what the rules decide about ended attempts: in small batches, each attempt once, until the store has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gevent
import structlog
from gevent.event import Event

from orchestrator.domain.lead import Attempt, Campaign, Decision, Ending
from orchestrator.domain.problem import KnownError
from orchestrator.engine.rules import decide
from orchestrator.runtime.budgets import next_day_at
from orchestrator.runtime.bundles import Bundles
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store

log = structlog.get_logger()

BATCH = 50
WINDOW_S = 0.005  # real time an ending may wait for others, to share one round trip
RETRY_S = 1.0  # real time between tries while the store is away


class Settler:
    """`done(attempts)` is called after the store has them: their lines and leads are free again."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bundles: Bundles,
        campaign_of: Callable[[str], Campaign | None],
        done: Callable[[Iterable[Attempt]], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._bundles = bundles
        self._campaign_of = campaign_of
        self._done = done
        self._waiting: list[tuple[Attempt, Ending]] = []
        self._wake = Event()

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    def settle(self, attempt: Attempt, ending: Ending) -> None:
        """Take an ended attempt; it is stored soon after by `run`."""
        self._waiting.append((attempt, ending))
        self._wake.set()

    def run(self) -> None:
        """The greenlet that stores endings, for ever."""
        while True:
            self._wake.wait()
            gevent.sleep(WINDOW_S)
            self._wake.clear()
            self.flush()

    def flush(self) -> None:
        """Store all that waits. While the store is away nothing is lost: it is tried again, and after a crash
        the attempts are still live in the store and are settled from the switch's own record.
        """
        while self._waiting:
            try:
                self.flush_once()
            except KnownError as error:
                log.error("store_unreachable", error=str(error), endings_waiting=len(self._waiting))
                gevent.sleep(RETRY_S)

    def flush_once(self) -> None:
        """Store one batch. KnownError, and nothing forgotten, when the store is away."""
        batch = self._waiting[:BATCH]
        now = self._clock.now_ms()
        items = [(a, e, d) for a, e in batch if (d := self._decide(a, e, now)) is not None]
        self._store.finish_many(items, now)
        del self._waiting[: len(batch)]
        self._done(attempt for attempt, _ in batch)

    def _decide(self, attempt: Attempt, ending: Ending, now: int) -> Decision | None:
        campaign = self._campaign_of(attempt.campaign_id)
        if campaign is None:
            log.error("campaign_missing", campaign_id=attempt.campaign_id, attempt_id=attempt.attempt_id)
            return None
        plan = self._bundles.of(campaign).plan
        return decide(
            plan, attempt, ending, next_day_at=lambda zone, at: next_day_at(plan, zone, max(at, now))
        )
