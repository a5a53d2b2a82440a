"""Several campaigns for the same agents: each knows of the others' ringing calls, and they take turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.engine.pacing.pacer import Pacer
from orchestrator.engine.pacing.view import Decision, PoolView


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A campaign at the table. agents: the ids of its pool; with one seat they do not matter.

    weight: share of answered calls beside the others', while they want the same agents.
    """

    pacer: Pacer
    view: PoolView
    agents: frozenset[str] = frozenset()
    weight: float = 1.0


def decide_together(seats: Sequence[Seat], now: int) -> tuple[Decision, ...]:
    """A decision for each seat, in the same order. Campaigns without a common agent do not see each other."""
    return tuple(seat.pacer.decide(seat.view, now) for seat in seats)
