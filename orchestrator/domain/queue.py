"""Queues with agents: how a queue picks who talks with whom, as the scenario says. Free of YAML and pydantic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.hours import WeeklyHours


class Strategy(StrEnum):
    """Which of the free agents of one level gets a call."""

    LONGEST_IDLE = "longest_idle"  # whose last call ended first
    ROUND_ROBIN = "round_robin"  # the next one in the queue's list
    FEWEST_CALLS = "fewest_calls"  # of today
    LEAST_TALK = "least_talk"  # of today
    TOP_DOWN = "top_down"  # the first one of the queue's list who is free
    RING_ALL = "ring_all"  # all of them are rung; who answers first has the call


class CallerKind(StrEnum):
    """How somebody came to wait in a queue."""

    INBOUND = "inbound"  # they called
    DIALED = "dialed"  # a campaign called them
    CALLBACK = "callback"  # they had called, and are called back


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """One queue of one scenario; `queue_id` is `SCENARIO:QUEUE`.

    agents: (agent id, level 1..9) in the queue's own order; level 1 is rung first. ring_s: so long an agent is
    rung. wrap_up_s: after a call, 0 for none; extend_times extensions of extend_s each may be asked for.
    misses: so many calls in a row not answered, and the agent is out (0: never). max_waiting: so many may wait;
    per_agent: so many for each agent at work; None: any number. max_wait_s: who has waited longer is let go.
    weight_s: the queue's callers count as if they had waited so much longer. levels_after_s: the next level is
    only for those who have waited so long for each level before it. service_level_s: the N of "answered within
    N". hours and zone: outside of them nobody is let in, and those who wait are let go. within_s: a person whom
    we called is abandoned after so long; None: waits like others. is_held: has a hold message, and waits on then.
    """

    queue_id: str
    project: str = ""
    agents: tuple[tuple[str, int], ...] = ()
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_s: int = 20
    wrap_up_s: int = 0
    extend_s: int = 30
    extend_times: int = 0
    misses: int = 3
    max_waiting: int | None = None
    per_agent: int | None = None
    max_wait_s: int | None = None
    weight_s: int = 0
    levels_after_s: int = 0
    service_level_s: int = 20
    hours: WeeklyHours | None = None
    zone: str = "UTC"
    within_s: float | None = None
    is_held: bool = False
