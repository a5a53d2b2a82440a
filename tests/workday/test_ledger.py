"""What a day came to."""

from __future__ import annotations

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.orders import Figure
from orchestrator.workday.ledger import HOUR_MS, LEAST_ANSWERED, QUARTER_MS, Ledger

BEGIN = 1_000_000_000


def test_time_in_a_state_is_shared_out_over_the_quarters_it_lasted() -> None:
    ledger = Ledger(BEGIN)
    ledger.lasted(AgentState.TALKING, BEGIN + QUARTER_MS + 60_000, 120_000)
    quarters = ledger.spans(BEGIN + HOUR_MS, QUARTER_MS)
    assert [quarter.states_ms for quarter in quarters] == [{"talking": 60_000}, {"talking": 60_000}, {}, {}]
    assert ledger.total().states_ms == {"talking": 120_000}


def test_occupancy_is_talk_and_wrap_up_over_all_time_but_breaks() -> None:
    ledger = Ledger(BEGIN)
    for state, ms in (
        ("talking", 60),
        ("wrap_up", 20),
        ("available", 10),
        ("ringing", 10),
        ("break", 900),
        ("offline", 9),
    ):
        ledger.lasted(AgentState(state), BEGIN + 1_000, ms)
    assert ledger.total().occupancy == pytest.approx(0.8)


def test_those_connected_late_are_abandoned_and_nothing_else() -> None:
    ledger = Ledger(BEGIN)
    ledger.count(Figure.CONNECTED, 97, BEGIN)
    ledger.count(Figure.CONNECTED_LATE, 1, BEGIN)
    ledger.count(Figure.DIALED_ABANDONED, 3, BEGIN)
    assert ledger.total().abandonment == pytest.approx(0.03)


def test_ratios_of_nothing_are_not_known() -> None:
    total = Ledger(BEGIN).total()
    ratios = (total.occupancy, total.abandonment, total.answer_rate, total.service_level, total.mean_wait_s)
    assert (*ratios, total.talks_per_agent_hour) == (None,) * 6


def test_the_worst_hour_rolls_is_whole_and_needs_enough_answers() -> None:
    ledger = Ledger(BEGIN)
    for index in range(LEAST_ANSWERED):
        ledger.count(Figure.DIALED_ABANDONED, 1, BEGIN + index)
    assert ledger.worst_hour is None  # the first hour is not over
    late = BEGIN + 2 * HOUR_MS  # all of the above has left the hour
    for index in range(LEAST_ANSWERED - 1):
        ledger.count(Figure.CONNECTED, 1, late + index)
    assert ledger.worst_hour is None
    ledger.count(Figure.DIALED_ABANDONED, 1, late + 100)
    assert ledger.worst_hour == pytest.approx(1 / LEAST_ANSWERED)
    later = late + 2 * HOUR_MS
    for index in range(LEAST_ANSWERED):
        ledger.count(Figure.DIALED_ABANDONED if index < 10 else Figure.CONNECTED, 1, later + index)
    assert ledger.worst_hour == pytest.approx(10 / LEAST_ANSWERED)


def test_hours_are_whole_up_to_the_end_of_work() -> None:
    ledger = Ledger(BEGIN)
    ledger.count(Figure.PLACED, 5, BEGIN + HOUR_MS + 1)
    ledger.count(Figure.PLACED, 2, BEGIN + 9 * HOUR_MS)
    hours = ledger.spans(BEGIN + 90 * 60_000, HOUR_MS)
    assert [hour[Figure.PLACED] for hour in hours] == [0, 5]
    assert ledger.total()[Figure.PLACED] == 7
