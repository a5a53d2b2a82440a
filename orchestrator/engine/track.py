"""Follows the attempts on the line: events in, endings out, each attempt once.

Events come late, doubled, out of order, for attempts long settled, or not at all. What is not tracked is not
listened to; what stays silent too long is asked about (`Check`: the runtime looks at the switch and lets
`engine.reconcile` judge). All times are epoch ms of the clock that `now` comes from.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from orchestrator.domain.call_event import CallEvent, CallEventKind, CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.ending import answered_by, ending_of

# Job failures after which no CHANNEL_HANGUP_COMPLETE comes, for no channel ever was (measured on 1.10.12).
# DESTINATION_OUT_OF_ORDER is not here: a throttle makes no channel, but the same cause from the network does
_NO_CHANNEL = frozenset({
    "CHAN_NOT_IMPLEMENTED",
    "GATEWAY_DOWN",
    "INVALID_GATEWAY",
    "INVALID_PROFILE",
    "INVALID_URL",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The attempt ended so. Said once per attempt; it is tracked no more."""

    attempt: Attempt
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Nothing was heard of the attempt for too long: ask the switch. Said again until it is settled."""

    attempt: Attempt


Action = Settle | Check


@dataclass(slots=True, kw_only=True)
class _Live:
    attempt: Attempt
    due_at: int
    answered_at: int | None = None
    job: CallFacts | None = None  # what the failed job said, while the final event may still come


class Tracker:
    """The live attempts of one worker.

    overrides(attempt): what its gateway's settings say of causes. grace_ms: how long after a failed job the
    final event, which knows more, may come. slack_ms: how long beyond ring time a silence is no wonder.
    longest_call_ms: after so long a conversation the switch is asked. again_ms: between two `Check`s.
    """

    def __init__(
        self,
        *,
        overrides: Callable[[Attempt], Mapping[str, Disposition]],
        grace_ms: int = 2_000,
        slack_ms: int = 30_000,
        longest_call_ms: int = 3_600_000,
        again_ms: int = 60_000,
    ) -> None:
        self._overrides = overrides
        self._grace_ms = grace_ms
        self._slack_ms = slack_ms
        self._longest_call_ms = longest_call_ms
        self._again_ms = again_ms
        self._live: dict[str, _Live] = {}
        self._timers: list[tuple[int, str]] = []  # heap; an entry that is not its attempt's `due_at` is stale

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, attempt_id: str) -> bool:
        return attempt_id in self._live

    def live(self) -> tuple[Attempt, ...]:
        return tuple(live.attempt for live in self._live.values())

    def add(self, attempt: Attempt, ring_s: int, now: int) -> None:
        """Track an attempt, before its originate is written: events may come at once. Twice is once."""
        if attempt.attempt_id not in self._live:
            self._live[attempt.attempt_id] = live = _Live(attempt=attempt, due_at=now)
            self._wake(live, now + ring_s * 1_000 + self._slack_ms)

    def forget(self, attempt_id: str) -> None:
        """Track it no more: it was undone, or settled by somebody else."""
        self._live.pop(attempt_id, None)

    def has_answered(self, attempt_id: str) -> bool:
        """Whether an answer was seen: then there was a call, whatever the switch says (`Look.was_seen`)."""
        live = self._live.get(attempt_id)
        return live is not None and live.answered_at is not None

    def still_live(self, attempt_id: str, now: int) -> None:
        """The switch says its channel is there: ask again later."""
        live = self._live.get(attempt_id)
        if live is not None:
            self._wake(live, now + self._again_ms)

    def feed(self, event: CallEvent, now: int) -> tuple[Action, ...]:
        """What follows from one event."""
        live = self._live.get(event.attempt_id)
        if live is None:
            return ()
        if event.kind is CallEventKind.ENDED:
            cause = event.facts.cause or (live.job.cause if live.job else "")
            return (self._settle(live, replace(event.facts, cause=cause), now),)
        if event.kind is CallEventKind.JOB_FAILED:
            return self._job_failed(live, event.facts, now)
        if live.answered_at is None:  # ANSWERED and JOB_OK say the same, in any order
            live.answered_at = now
            self._wake(live, now + self._longest_call_ms)
        return ()

    def tick(self, now: int) -> tuple[Action, ...]:
        """What follows from the time alone."""
        actions: list[Action] = []
        while self._timers and self._timers[0][0] <= now:
            due_at, attempt_id = heapq.heappop(self._timers)
            live = self._live.get(attempt_id)
            if live is None or live.due_at != due_at:
                continue
            if live.job is not None and live.answered_at is None:
                actions.append(self._settle(live, live.job, now))
            else:
                self._wake(live, now + self._again_ms)
                actions.append(Check(attempt=live.attempt))
        return tuple(actions)

    def next_at(self) -> int | None:
        """When `tick` may next have something to say; None while nothing is tracked."""
        while self._timers:
            due_at, attempt_id = self._timers[0]
            live = self._live.get(attempt_id)
            if live is not None and live.due_at == due_at:
                return due_at
            heapq.heappop(self._timers)
        return None

    def _job_failed(self, live: _Live, facts: CallFacts, now: int) -> tuple[Action, ...]:
        if facts.cause in _NO_CHANNEL and live.answered_at is None:
            return (self._settle(live, facts, now),)
        if live.job is None:
            # After an answer this cannot be; then the switch is asked when the grace is over
            live.job = facts
            self._wake(live, now + self._grace_ms)
        return ()

    def _settle(self, live: _Live, facts: CallFacts, now: int) -> Settle:
        del self._live[live.attempt.attempt_id]
        facts = answered_by(facts, live.answered_at)
        ending = ending_of(live.attempt, facts, now=now, overrides=self._overrides(live.attempt))
        return Settle(attempt=live.attempt, ending=ending)

    def _wake(self, live: _Live, at: int) -> None:
        live.due_at = at
        heapq.heappush(self._timers, (at, live.attempt.attempt_id))
