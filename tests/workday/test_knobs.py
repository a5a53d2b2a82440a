"""What can be turned before a day is simulated."""

from __future__ import annotations

import pytest

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.workday.conduct import Conduct, Course
from orchestrator.workday.knobs import KNOBS, Setup, Unusable, clock_s, course, seconds, share, turned

PACING = PacingPlan(
    mode=PacingMode.PREDICTIVE,
    abandoned=0.03,
    within_s=2.0,
    cancel_after_s=15.0,
    ring_min_s=15.0,
    lines_per_agent=4,
)
SETUP = Setup(rules=QueueRules(queue_id="orders:sales"), pacing=PACING, conduct=Conduct(agents=1))
A_VALUE = {  # one that differs from the default, for each
    "agents": "12", "hours": "90m", "from": "8:30", "seed": "7", "staff": "12=50%,13=100%", "breaks": "2h",
    "break": "5m", "standing": "no", "pick_up": "6s", "misses": "10%", "answer": "9=50%,11=30%", "busy": "0.1",
    "ring": "40s",
    "talk": "3m", "wrap": "45s", "callers": "120", "patience": "1m", "invite": "300ms", "mode": "ratio", "ratio": "2.5",
    "abandoned": "1%", "within": "3s", "cancel_after": "never", "lines_per_agent": "3", "strategy": "top_down",
    "wrap_up": "50s", "max_wait": "4m", "max_waiting": "9", "service_level": "30s",
}  # fmt: skip


def test_every_knob_is_tried_here() -> None:
    assert set(A_VALUE) == set(KNOBS)


@pytest.mark.parametrize(("key", "value"), A_VALUE.items())
def test_every_knob_turns_something(key: str, value: str) -> None:
    assert turned(SETUP, (f"{key}={value}",)) != SETUP


def test_what_is_turned_is_what_it_says() -> None:
    done = turned(
        SETUP,
        ("abandoned=1%", "mode=progressive", "strategy=ring_all", "within=1.5s", "answer=9=50%,11:30=20%"),
    )
    assert done.pacing is not None
    assert (done.pacing.abandoned, done.pacing.mode, done.pacing.within_s) == (
        0.01,
        PacingMode.PROGRESSIVE,
        1.5,
    )
    assert done.rules.strategy is Strategy.RING_ALL
    assert [done.conduct.customers.at(hour * 3600).answer for hour in (8, 9, 11, 11.5, 23)] == [
        0.5,
        0.5,
        0.5,
        0.2,
        0.2,
    ]


def test_two_things_that_change_over_the_day_change_apart() -> None:
    done = turned(SETUP, ("answer=9=50%,11=30%", "busy=10=20%,12=1%"))
    steps = [(at / 3600, one.answer, one.busy) for at, one in done.conduct.customers.steps]
    assert steps == [(0.0, 0.5, 0.2), (9.0, 0.5, 0.2), (10.0, 0.5, 0.2), (11.0, 0.3, 0.2), (12.0, 0.3, 0.01)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("agents", "write KEY=VALUE"),
        ("speed=3", "write KEY=VALUE, with one of agents"),
        ("agents=0", "outside of 1 to 2000"),
        ("agents=2.5", "not a whole number"),
        ("talk=9=0s", "longer than that"),
        ("agents=many", "not a number"),
        ("answer=nan", "outside of 0 to 1"),
        ("answer=130%", "outside of 0 to 100"),
        ("answer=9=50%,11", "has no value"),
        ("answer=11=50%,9=30%", "must rise"),
        ("answer=25=50%", "not a time of day"),
        ("talk=long", "not a duration"),
        ("hours=0", "15m to 48h"),
        ("mode=fast", "none of ratio, progressive, predictive"),
        ("standing=maybe", "yes or no"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_do(text: str, why: str) -> None:
    with pytest.raises(Unusable) as told:
        turned(SETUP, ("seed=3", text))
    assert why in str(told.value)
    assert text in str(told.value)


def test_pacing_of_a_scenario_that_dials_nobody_cannot_be_turned() -> None:
    with pytest.raises(Unusable, match="dials nobody"):
        turned(Setup(rules=SETUP.rules, pacing=None, conduct=SETUP.conduct), ("mode=ratio",))


def test_times_and_shares_are_read_as_they_are_written() -> None:
    assert [seconds(text) for text in ("90", "90s", "2m", "1.5h", "300ms")] == [
        90.0,
        90.0,
        120.0,
        5400.0,
        0.3,
    ]
    assert (share("30%"), share("0.3"), clock_s("9"), clock_s("9:30")) == (0.3, 0.3, 32_400.0, 34_200.0)
    assert course("5", float) == Course(((0.0, 5.0),))
