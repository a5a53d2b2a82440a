from __future__ import annotations

import pytest

from orchestrator.engine.pacing.budget import Budget, Window
from tests.engine.pacing.factories import NOON

MINUTE, HOUR = 60_000, 3_600_000


def _budget(answered: int, abandoned: int, *, agents: int = 10, every_ms: int = 10_000) -> Budget:
    """So many people answered, the abandoned ones among them last."""
    budget = Budget(0.03)
    budget.limit(agents)
    for n in range(answered):
        budget.add(NOON + n * every_ms, was_abandoned=n >= answered - abandoned)
    return budget


def test_a_window_forgets_after_its_minutes() -> None:
    window = Window(60)
    window.add(NOON, was_abandoned=True)
    window.add(NOON + 30 * MINUTE, was_abandoned=False)
    assert window.fraction() == 0.5
    window.forget(NOON + HOUR + MINUTE)
    assert (window.answered, window.abandoned) == (1, 0)
    window.forget(NOON + 2 * HOUR)
    assert window.fraction() is None


def test_a_clock_that_jumps_back_loses_nothing() -> None:
    window = Window(60)
    window.add(NOON, was_abandoned=True)
    window.add(NOON - HOUR, was_abandoned=True)
    window.forget(NOON - HOUR)
    assert window.abandoned == 2


def test_a_window_is_carried_over() -> None:
    window = Window(60)
    window.add(NOON, was_abandoned=True)
    window.add(NOON + MINUTE, was_abandoned=False)
    later = Window(60)
    later.load(window.dump())
    assert (later.answered, later.abandoned) == (2, 1)


@pytest.mark.parametrize(
    "kept", [[[1, 1, 2]], [[2, 1, 1], [1, 1, 1]], [[1, 1]]], ids=["more", "order", "short"]
)
def test_a_broken_window_is_refused(kept: list[list[int]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any of them
        Window(60).load(kept)


def test_the_credit_is_what_the_cap_allows_less_what_was_lost() -> None:
    assert _budget(200, 2).credit == pytest.approx(4.0)


def test_the_limit_falls_with_every_call_lost_and_recovers() -> None:
    limits = [_budget(400, lost).limit(10) for lost in range(18)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] > 0.03
    assert limits[11] < 0.5 * limits[0]


def test_deep_in_debt_every_call_needs_a_free_agent() -> None:
    assert _budget(100, 13).limit(10) == 0.0


def test_debt_is_not_forgiven() -> None:
    budget = _budget(100, 13)
    for n in range(100):
        budget.add(NOON + HOUR + n * 10_000, was_abandoned=False)
    assert budget.limit(10) == 0.0


def test_an_hour_may_not_spend_what_a_good_day_has_saved() -> None:
    budget = _budget(3_000, 0, agents=40, every_ms=8_000)
    assert budget.credit == pytest.approx(90.0)
    lost = 0
    while budget.limit(40) > 0.0:
        budget.add(NOON + 24_000_000 + lost, was_abandoned=True)
        lost += 1
    answered_in_the_hour = budget.hour.answered
    assert lost < 0.045 * answered_in_the_hour + 7


def test_the_worst_hour_ends_at_once() -> None:
    budget = _budget(400, 0, agents=0, every_ms=1_000)
    for n in range(22):
        budget.add(NOON + 10 * HOUR + 1_000 * n, was_abandoned=n % 2 == 0)
    assert budget.limit(0) == 0.0


def test_a_larger_team_keeps_more() -> None:
    assert _budget(1_000, 4).limit(200) < _budget(1_000, 4).limit(10)


def test_a_budget_is_carried_over() -> None:
    budget = _budget(400, 9)
    later = Budget(0.03)
    later.load(budget.dump())
    assert later.limit(10) == budget.limit(10)
    later.forget(NOON + 48 * HOUR)
    assert later.day.answered == later.hour.answered == 0


@pytest.mark.parametrize(
    "numbers", [None, [float("nan"), -3.0, 0.0], [0.0, 9.0, 0.0], [0.0, -3.0, -1.0], [0.0]], ids=str
)
def test_a_broken_budget_is_refused(numbers: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Budget(0.03).load(Budget(0.03).dump() | {"numbers": numbers})
