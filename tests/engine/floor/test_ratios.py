"""Ratios are made of sums, last."""

from __future__ import annotations

import pytest

from orchestrator.engine.floor.ratios import Sums, occupancy


def test_each_ratio_divides_the_sums_it_says() -> None:
    sums = Sums(
        of={
            "offered": 10, "answered": 8, "answered_in_time": 6, "abandoned": 1, "wait_ms": 40_000,
            "handled": 4, "talk_ms": 30_000, "hold_ms": 4_000, "wrap_up_ms": 6_000,
            "placed": 100, "dialed_answered": 40, "connected": 39, "dialed_abandoned": 1,
        }
    )  # fmt: skip
    assert (sums.service_level, sums.lost, sums.mean_wait_s, sums.mean_handling_s) == (0.6, 0.1, 5.0, 10.0)
    assert (sums.answer_rate, sums.abandonment) == (0.4, 0.025)


def test_time_on_breaks_and_offline_is_no_part_of_occupancy() -> None:
    states = {
        "talking": 6,
        "wrap_up": 2,
        "available": 1,
        "ringing": 0,
        "reserved": 1,
        "break": 50,
        "offline": 50,
    }
    assert occupancy(states) == pytest.approx(0.8)


def test_there_is_no_ratio_of_nothing() -> None:
    assert (Sums(of={}).lost, occupancy({"break": 5})) == (None, None)
