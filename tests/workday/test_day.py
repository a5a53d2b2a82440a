"""A contact centre's day, on the real floor and pacers."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.engine.floor.orders import Figure
from orchestrator.workday.chart import chart
from orchestrator.workday.conduct import Conduct
from orchestrator.workday.day import Day
from orchestrator.workday.knobs import Setup, turned
from orchestrator.workday.ledger import QUARTER_MS, DayResult

PACING = PacingPlan(
    mode=PacingMode.PREDICTIVE,
    abandoned=0.03,
    within_s=2.0,
    cancel_after_s=15.0,
    ring_min_s=15.0,
    lines_per_agent=4,
)
RULES = QueueRules(queue_id="orders:sales", wrap_up_s=60, within_s=2.0)
SETUP = Setup(rules=RULES, pacing=PACING, conduct=Conduct(agents=10, lasts_s=1_800))


def _day(*settings: str, pacing: PacingPlan | None = PACING) -> DayResult:
    setup = turned(Setup(rules=RULES, pacing=pacing, conduct=SETUP.conduct), settings)
    return Day(setup.rules, setup.pacing, setup.conduct, title="a day").run()


@pytest.fixture(scope="module")
def usual() -> DayResult:
    return _day()


def test_every_customer_who_answered_was_connected_abandoned_or_left(usual: DayResult) -> None:
    total = usual.total
    ways = (Figure.CONNECTED, Figure.DIALED_ABANDONED, Figure.DIALED_LEFT)
    assert total[Figure.DIALED_ANSWERED] == sum(total[way] for way in ways) > 50
    assert total[Figure.PLACED] > total[Figure.DIALED_ANSWERED] + total[Figure.CANCELLED]


def test_agents_time_is_all_of_the_day(usual: DayResult) -> None:
    for quarter in usual.quarters:
        assert sum(quarter.states_ms.values()) == pytest.approx(10 * QUARTER_MS, abs=10 * 2_000)


def test_the_same_seed_is_the_same_day_and_another_is_not(usual: DayResult) -> None:
    assert _day() == usual
    assert _day("seed=2") != usual


def test_predicting_keeps_agents_busier_than_waiting_for_a_free_one(usual: DayResult) -> None:
    progressive = _day("mode=progressive").total
    assert progressive[Figure.DIALED_ABANDONED] <= 1
    assert (usual.total.occupancy or 0) > (progressive.occupancy or 1) + 0.05


def test_without_agents_nobody_is_called() -> None:
    assert _day("staff=0%").total[Figure.PLACED] == 0


def test_whoever_goes_at_noon_is_not_rung_after_it() -> None:
    day = _day("from=11:45", "staff=9=100%,12=20%")
    before, after = day.quarters
    assert before.states_ms["talking"] > 2.5 * after.states_ms["talking"]
    assert after.states_ms["offline"] > 6 * QUARTER_MS


def test_callers_are_answered_wait_or_hang_up() -> None:
    day = _day("callers=300", "agents=9", "patience=30s", pacing=None)
    total = day.total
    ends = (Figure.ANSWERED, Figure.ABANDONED, Figure.OVERFLOWED)
    assert total[Figure.OFFERED] == sum(total[end] for end in ends) > 100
    assert total[Figure.ABANDONED] > 0
    assert total[Figure.PLACED] == 0
    assert 0 < (total.mean_wait_s or 0) < 60


def test_those_who_may_not_wait_are_turned_away() -> None:
    day = _day("callers=600", "agents=2", "max_waiting=3", pacing=None)
    assert day.total[Figure.REFUSED] > 20


@pytest.mark.parametrize("strategy", list(Strategy))
def test_telephones_that_are_rung_take_time_and_are_missed(strategy: Strategy) -> None:
    settings = ("callers=120", "standing=no", "pick_up=5s", "misses=20%", "breaks=20m", "break=2m")
    day = _day(*settings, f"strategy={strategy.value}", pacing=None)
    # where all are rung, only a call that nobody takes is missed
    assert (day.total[Figure.MISSED] > 0) is (strategy is not Strategy.RING_ALL)
    assert day.total.states_ms["ringing"] > 0
    assert day.total.states_ms["break"] > 0
    assert day.total[Figure.ANSWERED] > 20


def test_calls_and_callers_share_the_agents() -> None:
    total = _day("callers=60").total
    assert total[Figure.ANSWERED] > 0
    assert total[Figure.CONNECTED] > 0


def test_the_picture_is_whole_and_names_are_no_markup(usual: DayResult) -> None:
    setup = SETUP
    odd = Day(setup.rules, setup.pacing, setup.conduct, title="<b>&amp;").run()
    root = ET.fromstring(chart([usual, odd]))  # noqa: S314  # ours
    texts = [each.text for each in root.iter() if each.text and each.text.strip()]
    assert "<b>&amp;" in texts
    assert any(text.startswith(("10 agents · occupancy 7", "10 agents · occupancy 8")) for text in texts)
    assert len([text for text in texts if text.startswith("9:00")]) == 6
