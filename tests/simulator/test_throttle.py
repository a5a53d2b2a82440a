from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.throttle import Limits, Throttle


def test_one_less_than_the_limit_is_admitted_each_second() -> None:
    throttle = Throttle(Limits(sessions_per_second=5))
    assert [throttle.admit(1000, 0) for _ in range(7)] == [True] * 4 + [False] * 3
    assert throttle.admit(1999, 0) is False
    assert throttle.admit(2000, 0) is True
    assert (throttle.sessions, throttle.peak) == (5, 4)
    assert throttle.last(2500) == 8  # refused ones count, as in the switch
    assert throttle.last(9000) == 0


def test_a_new_limit_counts_from_the_next_second() -> None:
    throttle = Throttle(Limits(sessions_per_second=100))
    throttle.admit(1000, 0)
    throttle.next_sps = 2
    assert [throttle.admit(1500, 0) for _ in range(5)] == [True] * 5
    assert [throttle.admit(2000, 0) for _ in range(3)] == [True, False, False]


def test_sessions_at_once_are_limited() -> None:
    throttle = Throttle(Limits(max_sessions=2))
    assert throttle.admit(0, 1)
    assert not throttle.admit(0, 2)
    assert not throttle.admit(0, 1, 2)
    assert throttle.admit(0, 0, 2)


def test_a_paused_switch_admits_nothing() -> None:
    throttle = Throttle(Limits())
    throttle.is_paused = True
    assert not throttle.admit(0, 0)
    throttle.is_paused = False
    assert throttle.admit(0, 0)


@given(st.integers(1, 20), st.lists(st.integers(0, 3000), max_size=60))
def test_no_second_has_more_sessions_than_its_limit(sps: int, moments: list[int]) -> None:
    throttle = Throttle(Limits(sessions_per_second=sps))
    admitted = [moment // 1000 for moment in sorted(moments) if throttle.admit(moment, 0)]
    assert all(admitted.count(second) < sps for second in set(admitted))
    assert throttle.left(10_000) == sps


def test_on_a_fast_clock_late_commands_that_come_together_are_no_burst() -> None:
    throttle = Throttle(Limits(sessions_per_second=11), speed=40)  # ten seconds pass in a quarter of one
    assert [throttle.admit(100_000, 0) for _ in range(101)] == [True] * 100 + [False]
    assert not throttle.admit(109_999, 0)
    assert throttle.admit(110_000, 0)
    assert (throttle.peak, throttle.last(110_000)) == (10, 10)
    assert throttle.left(110_000) == 11
