"""Plans, views and pacers that have seen something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.engine.pacing.pacer import Pacer
from orchestrator.engine.pacing.view import PoolView

NOON = 1_793_620_800_000  # Monday 2026-11-02 12:00 UTC
RING_OUT_MS = 30_000


def a_plan(**changed: Any) -> PacingPlan:
    values: dict[str, Any] = {
        "mode": PacingMode.PREDICTIVE,
        "abandoned": 0.03,
        "within_s": 2.0,
        "cancel_after_s": 15.0,
        "ring_min_s": 15.0,
        "lines_per_agent": 6,
    }
    return PacingPlan(**values | changed)


def a_view(
    idle: int = 0,
    *,
    talking: int = 0,
    now: int = NOON,
    wrapping: Sequence[tuple[int, int | None]] = (),
    **more: Any,
) -> PoolView:
    """Agents who talk have done so for a minute and a half."""
    return PoolView(idle=idle, talking_since=[now - 90_000] * talking, wrapping=wrapping, **more)


def teach(pacer: Pacer, *, calls: int = 300, answer_every: int = 3, until: int = NOON) -> None:
    """So many calls, all over by then: each third is answered after 6 to 18 s, the others ring out; all are met."""
    began = until - 1_000 * calls - RING_OUT_MS
    for n in range(calls):
        at, attempt = began + 1_000 * n, f"taught-{n}"
        pacer.placed(attempt, at)
        if n % answer_every == 0:
            answered_at = at + 6_000 + 37 * n % 12_000
            pacer.answered(attempt, answered_at)
            pacer.connected(answered_at)
        else:
            pacer.ended(attempt, at + RING_OUT_MS)
        pacer.talk_ended(at, at + 60_000 + 400 * n)
        pacer.wrap_ended(at, at + 4_000 + 10 * n)


def a_pacer(now: int = NOON, **changed: Any) -> Pacer:
    """One that has learned, and has looked at the clock just before."""
    pacer = Pacer(a_plan(**changed))
    teach(pacer, until=now - 1_000)
    pacer.decide(a_view(), now - 1_000)
    return pacer


def ring(pacer: Pacer, calls: int, at: int, name: str = "ringing") -> list[str]:
    """So many calls placed at once."""
    attempts = [f"{name}-{n}" for n in range(calls)]
    for attempt in attempts:
        pacer.placed(attempt, at)
    return attempts
