from __future__ import annotations

import pytest

from orchestrator.engine.pacing.pattern import Pattern
from tests.engine.pacing.factories import NOON

HOUR, DAY = 3_600_000, 86_400_000
NINE = NOON - 3 * HOUR


def _hour(pattern: Pattern, at: int, *, answer: float, calls: int = 200) -> float:
    """An hour is lived through; what it began with."""
    times = pattern.turn(at)
    for n in range(calls):
        pattern.ended(is_answered=n < answer * calls)
    return times


def _week(*, until: int) -> Pattern:
    """Days of eight to eleven: 30 % answer, from nine to ten 60 %."""
    pattern = Pattern("UTC")
    for day in range(until):
        for hour, answer in enumerate((0.3, 0.6, 0.3)):
            _hour(pattern, NINE + day * DAY + (hour - 1) * HOUR, answer=answer)
    return pattern


def test_the_first_day_knows_of_no_jump() -> None:
    pattern = Pattern("UTC")
    times = [_hour(pattern, NINE + hour * HOUR, answer=0.2 + 0.2 * hour) for hour in range(3)]
    assert times == [1.0, 1.0, 1.0]


def test_a_jump_that_came_every_day_is_expected_on_the_next() -> None:
    pattern = _week(until=4)
    _hour(pattern, NINE + 4 * DAY - HOUR, answer=0.3)
    assert pattern.turn(NINE + 4 * DAY) == pytest.approx(2.0)
    assert pattern.turn(NINE + 4 * DAY + 60_000) == 1.0
    assert pattern.turn(NINE + 4 * DAY + HOUR) == pytest.approx(0.5)


def test_the_same_weekday_counts_for_more_than_others() -> None:
    pattern = _week(until=1)  # a Monday
    _hour(pattern, NINE + DAY, answer=0.1)  # Tuesday at nine
    pattern.turn(NINE + DAY + HOUR)
    monday, tuesday = pattern.rate(9), pattern.rate(24 + 9)
    assert monday is not None
    assert tuesday is not None
    assert tuesday < 0.35 < monday


def test_hours_are_those_of_the_zone() -> None:
    pattern = Pattern("Asia/Novosibirsk")  # seven hours ahead
    _hour(pattern, NINE, answer=0.5)
    pattern.turn(NINE + HOUR)
    assert pattern.rate(16) == 0.5
    assert pattern.rate(12) is None


def test_a_jump_of_more_than_three_times_is_not_believed() -> None:
    pattern = Pattern("UTC")
    _hour(pattern, NINE, answer=0.01)
    _hour(pattern, NINE + HOUR, answer=0.9)
    pattern.turn(NINE + 2 * HOUR)
    pattern.turn(NINE + 7 * DAY)
    assert pattern.turn(NINE + 7 * DAY + HOUR) == 3.0


def test_what_was_learned_is_carried_over_with_the_hour_that_runs() -> None:
    pattern = _week(until=2)
    later = Pattern("UTC")
    later.load(pattern.dump())
    assert later.dump() == pattern.dump()
    assert Pattern("UTC").dump() == {"hours": [], "now": []}


@pytest.mark.parametrize(
    "kept",
    [
        {"hours": [900.0, 1.0, 1.0], "now": []},
        {"hours": [1.0, 1.0, 2.0], "now": []},
        {"hours": [1.0], "now": []},
        {"hours": [], "now": [1.0, 1.0, 2.0]},
        {"hours": [], "now": [1.0]},
    ],
)
def test_a_broken_pattern_is_refused(kept: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any of them
        Pattern("UTC").load(kept)


def test_an_empty_pattern_can_be_carried_over() -> None:
    pattern = Pattern("UTC")
    pattern.load({"hours": [], "now": []})
    assert pattern.rate(9) is None
