from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from orchestrator.engine.pacing.outlook import MOST_AT_ONCE, Outlook
from orchestrator.engine.pacing.ring import NODES_S, moments

N = len(NODES_S)


def _sum(*chances: float) -> np.ndarray:
    """Moments of independent events, the same at each node."""
    rows = np.array([[chance] * N for chance in chances] or np.zeros((0, N)))
    return moments(rows).sum(axis=0)


def _outlook(free: int, calls: list[float], agents: list[float], new: float = 0.3) -> Outlook:
    weights = [0.0] * N
    weights[3] = weights[4] = 0.5
    return Outlook(free=free, load=_sum(*calls), relief=_sum(*agents), new=_sum(new), weights=weights)


def _exact(free: int, calls: list[float], agents: list[float]) -> float:
    """By going through everything that may happen."""
    found = 0.0
    for events in product((0, 1), repeat=len(calls) + len(agents)):
        chance = 1.0
        for event, p in zip(events, (*calls, *agents), strict=True):
            chance *= p if event else 1 - p
        if sum(events[: len(calls)]) - sum(events[len(calls) :]) >= free:
            found += chance
    return found


@pytest.mark.parametrize("free", [1, 2, 3, 4])
def test_the_risk_is_near_the_exact_one(free: int) -> None:
    calls, agents = [0.3, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05], [0.2, 0.15, 0.1, 0.4]
    assert _outlook(free, calls, agents).risk(0) == pytest.approx(_exact(free, calls, agents), abs=0.012)


def test_each_call_more_raises_the_risk() -> None:
    outlook = _outlook(3, [0.2] * 4, [0.1] * 6)
    risks = [outlook.risk(more) for more in range(12)]
    assert risks == sorted(risks)


@pytest.mark.parametrize("limit", [0.001, 0.03, 0.2])
def test_there_is_room_for_as_many_as_stay_under_the_limit(limit: float) -> None:
    outlook = _outlook(9, [0.2] * 6, [0.1] * 20)
    room = outlook.room(limit, 500)
    assert outlook.risk(room) >= limit
    assert room == 0 or outlook.risk(room - 1) < limit


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7])
def test_there_is_never_more_room_than_is_allowed(most: int) -> None:
    assert _outlook(50, [], []).room(0.03, most) == most


def test_one_decision_is_bounded_whatever_the_team() -> None:
    assert _outlook(10**6, [], []).room(0.03, 10**9) == MOST_AT_ONCE


def test_certainty_is_certain() -> None:
    assert _outlook(40, [0.2] * 3, []).risk(0) == 0.0
    assert _outlook(-5, [0.2] * 3, []).risk(0) == 1.0


def test_calls_of_others_weigh_by_their_share() -> None:
    alone, shared, whole = (_outlook(2, [0.3] * 3, []) for _ in range(3))
    shared.add(_sum(0.3, 0.3).tolist(), 0.5)
    whole.add(_sum(0.3, 0.3).tolist(), 1.0)
    assert alone.risk(0) < shared.risk(0) < whole.risk(0)
