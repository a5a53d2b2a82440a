"""Ratios of what the floor counts: sums first, ratios last (docs/queues.md has each with its source)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.orders import Figure

BUSY: Final = (AgentState.TALKING, AgentState.WRAP_UP)
FREE: Final = (AgentState.AVAILABLE, AgentState.RESERVED, AgentState.RINGING)


def ratio(part: float, whole: float) -> float | None:
    """None: there is nothing to divide by."""
    return part / whole if whole else None


def time_in(states_ms: Mapping[str, int], *states: AgentState) -> int:
    """Milliseconds in any of the states; states_ms: by their names."""
    return sum(states_ms.get(state.value, 0) for state in states)


def occupancy(states_ms: Mapping[str, int]) -> float | None:
    """(talk, hold and wrap-up) / (that + the time agents were free, being rung and reserved)."""
    return ratio(time_in(states_ms, *BUSY), time_in(states_ms, *BUSY, *FREE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Figures by their names; what was never counted is 0."""

    of: Mapping[str, int]

    def __getitem__(self, figure: Figure) -> int:
        return self.of.get(figure.value, 0)

    @property
    def service_level(self) -> float | None:
        """Of callers in the queue: answered within N seconds / offered."""
        return ratio(self[Figure.ANSWERED_IN_TIME], self[Figure.OFFERED])

    @property
    def lost(self) -> float | None:
        """Left the queue before an agent / offered."""
        return ratio(self[Figure.ABANDONED], self[Figure.OFFERED])

    @property
    def mean_wait_s(self) -> float | None:
        """Average speed of answer, of callers in the queue who were answered."""
        return ratio(self[Figure.WAIT_MS] / 1000, self[Figure.ANSWERED])

    @property
    def mean_handling_s(self) -> float | None:
        """(talk + hold + wrap-up) / handled."""
        spent = self[Figure.TALK_MS] + self[Figure.HOLD_MS] + self[Figure.WRAP_UP_MS]
        return ratio(spent / 1000, self[Figure.HANDLED])

    @property
    def abandonment(self) -> float | None:
        """Of the people that a campaign dialed: nobody within the limit / (that + connected within it)."""
        abandoned = self[Figure.DIALED_ABANDONED]
        return ratio(abandoned, abandoned + self[Figure.CONNECTED])

    @property
    def answer_rate(self) -> float | None:
        """Answered by a person / placed."""
        return ratio(self[Figure.DIALED_ANSWERED], self[Figure.PLACED])
