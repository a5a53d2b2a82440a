"""Applies what the rules decide about ended attempts: in small batches, each attempt once, until the store has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import gevent
import structlog
from gevent.event import Event

from orchestrator.domain.lead import Attempt, Campaign, Decision, Ending
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import KnownError
from orchestrator.domain.trunk import RestRule
from orchestrator.engine.breaker import word_of
from orchestrator.engine.rules import decide
from orchestrator.runtime.budgets import next_day_at
from orchestrator.runtime.bundles import Bundles
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store

log = structlog.get_logger()

BATCH = 50
WINDOW_S = 0.02  # real time an ending may wait for others, to share one round trip, as do the claims after it
FAST_WINDOW_S = 0.005  # the same, where a business second is much shorter
RETRY_S = 1.0  # real time between tries while the store is away


class Settler:
    """`done(attempts)` is called after the store has them: their lines and leads are free again. `rest_of` says when
    the gateway of an attempt rests.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bundles: Bundles,
        campaign_of: Callable[[str], Campaign | None],
        done: Callable[[Iterable[Attempt]], None],
        rest_of: Callable[[Attempt], RestRule],
    ) -> None:
        self._store = store
        self._clock = clock
        self._bundles = bundles
        self._campaign_of = campaign_of
        self._done = done
        self._rest_of = rest_of
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
            gevent.sleep(WINDOW_S if self._clock.speed <= 1 else FAST_WINDOW_S)
            self._wake.clear()
            self.flush()

    def flush(self) -> None:
        """Store all that waits. While the store is away nothing is lost: it is tried again, and after a crash
        the attempts are still live in the store and are settled from the switch's own record.
        """
        in_vain = 0  # endings looked at since one was stored
        while self._waiting:
            try:
                in_vain = 0 if self.flush_once() else in_vain + BATCH
            except KnownError as error:
                log.error("store_unreachable", error=str(error), endings_waiting=len(self._waiting))
                in_vain = len(self._waiting)
            if in_vain >= len(self._waiting) > 0:
                gevent.sleep(RETRY_S)
                in_vain = 0

    def flush_once(self) -> int:
        """Store one batch, and say how many endings of it; those that cannot be decided yet go to the end of the
        line, so that one campaign never holds up the others. KnownError, and nothing forgotten, when the store is
        away.
        """
        batch = self._waiting[:BATCH]
        now = self._clock.now_ms()
        decided: list[tuple[Attempt, Ending, Decision | None]] = []
        stuck: list[tuple[Attempt, Ending]] = []
        faults: dict[str, str] = {}
        for attempt, ending in batch:
            try:
                decided.append((attempt, ending, self._decide(attempt, ending, now)))
            except KnownError as error:
                stuck.append((attempt, ending))
                faults[attempt.campaign_id] = str(error)
        self._store.finish_many(
            [(a, e, d) for a, e, d in decided if d is not None],
            now,
            decide=lambda attempt, ending, outcome: self._decide_surely(attempt, ending, now, outcome),
        )
        self._waiting[: len(batch)] = []
        self._waiting += stuck
        for campaign_id, fault in faults.items():
            log.error("endings_held_up", campaign_id=campaign_id, error=fault)
        self._done([attempt for attempt, _, _ in decided])
        return len(decided)

    def _decide_surely(self, attempt: Attempt, ending: Ending, now: int, outcome: Outcome) -> Decision:
        """Once more, for one that was decided before an agent's word on it was known."""
        decision = self._decide(attempt, ending, now, outcome)
        if decision is None:
            raise KnownError(f"no campaign {attempt.campaign_id!r}")
        return decision

    def _decide(
        self, attempt: Attempt, ending: Ending, now: int, outcome: Outcome | None = None
    ) -> Decision | None:
        campaign = self._campaign_of(attempt.campaign_id)
        if campaign is None:
            log.error("campaign_missing", campaign_id=attempt.campaign_id, attempt_id=attempt.attempt_id)
            return None
        plan = self._bundles.of(campaign).plan
        decision = decide(
            plan,
            attempt,
            ending,
            next_day_at=lambda zone, at: next_day_at(plan, zone, max(at, now)),
            outcome=outcome,
        )
        return replace(decision, trunk=word_of(ending, self._rest_of(attempt)))
