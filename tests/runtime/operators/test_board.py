"""The board of live figures."""

from __future__ import annotations

import pytest

from orchestrator.engine.floor.orders import Figure
from orchestrator.runtime.operators.board import board_of
from orchestrator.store.figures import Figure as Live
from orchestrator.store.figures import LiveFigures, Scope

QUEUE = {
    "project": "acme", "waiting": 3, "longest_since": 1_000, "talking": 4, "working": 6, "free": 1, "ghosts": 2,
    "states": {"available": 1, "talking": 4}, "estimate_s": 40, "service_level_s": 20,
    "today": {"offered": 100, "answered": 90, "answered_in_time": 80, "abandoned": 7, "wait_ms": 450_000,
              "handled": 10, "talk_ms": 100_000, "hold_ms": 20_000, "wrap_up_ms": 30_000},
}  # fmt: skip
CAMPAIGN = {
    "mode": "predictive", "why": "at its cap", "ringing": 7, "dial_ratio": 2.5, "cap": 0.03, "queue": "orders:sales",
    "abandoned_60m": [3, 60], "abandoned_day": [9, 400], "answers": {"rate": 0.31, "rate_by_hour": {"9": 0.5}},
    "today": {"placed": 1_000},
}  # fmt: skip
AGENT = {
    "title": "Anna", "state": "talking", "since": 5_000, "queue": "orders:sales", "number": "+79990000001",
    "is_standing": True, "leg_ready": True, "calls_today": 7, "talk_ms_today": 840_000,
    "states_today": {"talking": 60, "wrap_up": 20, "available": 10, "ringing": 10, "break": 900},
}  # fmt: skip


def _live(scope: Scope, values: dict[str, object]) -> LiveFigures:
    return LiveFigures(at=9_000, is_stale=False, figures=(Live(scope=scope, name="it", values=values),))


def test_a_queue_has_its_ratios_made_of_sums() -> None:
    [row] = board_of(_live(Scope.QUEUE, dict(QUEUE)), "w").queues
    assert (row.queue_id, row.waiting, row.longest_since, row.ghosts, row.estimate_s) == (
        "it",
        3,
        1_000,
        2,
        40,
    )
    assert (row.today.service_level, row.today.lost, row.today.mean_wait_s) == (0.8, 0.07, 5.0)
    assert row.today.mean_handling_s == 15.0
    assert row.today[Figure.TRANSFERRED] == 0


def test_a_campaign_has_its_abandonment_over_the_hour_and_the_day() -> None:
    [row] = board_of(_live(Scope.CAMPAIGN, dict(CAMPAIGN)), "w").campaigns
    assert (row.abandonment_60m, row.abandonment_day) == (0.05, 0.0225)
    assert (row.answer_rate, row.answer_rates, row.dial_ratio, row.cap) == (0.31, {"9": 0.5}, 2.5, 0.03)


def test_an_agents_occupancy_leaves_breaks_out() -> None:
    [row] = board_of(_live(Scope.AGENT, dict(AGENT)), "w").agents
    assert row.occupancy == pytest.approx(0.8)
    assert (row.is_standing, row.is_leg_ready, row.number) == (True, True, "+79990000001")


@pytest.mark.parametrize("scope", [Scope.QUEUE, Scope.CAMPAIGN, Scope.AGENT])
def test_figures_of_another_shape_count_as_not_there(scope: Scope) -> None:
    odd: dict[str, object] = {
        "waiting": "3",
        "since": True,
        "today": [1],
        "answers": {"rate_by_hour": {"9": "x"}},
    }
    odd |= {"abandoned_60m": [1], "states": {"available": 1.5}, "dial_ratio": None, "project": 7}
    board = board_of(_live(scope, odd), "")
    rows = (*board.queues, *board.campaigns, *board.agents)
    assert len(rows) == 1
    queue = board_of(_live(Scope.QUEUE, odd), "").queues[0]
    assert (queue.waiting, queue.project, queue.states, queue.today.service_level) == (0, "", {}, None)


def test_without_figures_there_are_no_rows() -> None:
    board = board_of(LiveFigures(at=0, is_stale=True, figures=()), "")
    assert (board.queues, board.campaigns, board.agents, board.leader) == ((), (), (), "")
