"""A small day, worked out by hand: every ratio of docs/kpi.md is what the arithmetic beside it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallEnd
from orchestrator.engine.kpi import formulas
from orchestrator.engine.kpi.attempts import DialedCount, Settled
from orchestrator.engine.kpi.callers import count_call
from orchestrator.engine.kpi.cost import Billing, Tariff, Tariffs
from orchestrator.engine.kpi.ratio import Kpi
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.engine.kpi.waits import Waits
from tests.engine.kpi.factories import HOUR, NOON, S, a_call, an_attempt, an_ending

# Eight callers came to the queue. Six talked with an agent, after 3, 8, 12, 19, 20 and 31 s of waiting; two gave up,
# after 4 s and after 44 s. Talks lasted 600 s together, 60 s of it on hold; wrap-up 120 s. Two agents were at work
# for one hour each: in 480 s of it free, 60 s rung, and 120 s on a break, the rest of the talks and wrap-ups.
WAITS = (3, 8, 12, 19, 20, 31)
QUARTER = {
    "offered": 8,
    "answered": 6,
    "wait_ms": 93_000,
    "abandoned": 2,
    "abandoned_early": 1,
    "abandoned_wait_ms": 48_000,
    "handled": 6,
    "missed": 2,
    "talk_ms": 540_000,
    "hold_ms": 60_000,
    "wrap_up_ms": 120_000,
    **{f"answered_after_{second}": 1 for second in WAITS},
    "abandoned_after_4": 1,
    "abandoned_after_44": 1,
    "talking_ms": 600_000,
    "wrapping_ms": 120_000,
    "available_ms": 480_000,
    "ringing_ms": 60_000,
    "break_ms": 120_000,
}


def by_name(kpis: Iterable[Kpi]) -> dict[str, float | None]:
    return {kpi.name: kpi.value for kpi in kpis}


def the_queue(seconds: int) -> Sums:
    waits = Waits()
    sums = waits.take(QUARTER)
    sums.update(
        {
            Sum.WITHIN_OFFERED: 8,
            Sum.WITHIN_ANSWERED: 6,
            Sum.WITHIN_N: waits.answered_within(seconds),
            Sum.GONE_WITHIN_N: waits.abandoned_within(seconds),
        }
    )
    return sums


@pytest.mark.parametrize(
    ("seconds", "within", "gone"),
    [
        (1, 0, 0),
        (3, 0, 0),
        (4, 1, 0),
        (5, 1, 1),
        (20, 4, 1),
        (21, 5, 1),
        (32, 6, 1),
        (45, 6, 2),
        (3600, 6, 2),
    ],
)
def test_the_service_level_of_any_whole_number_of_seconds(seconds: int, within: int, gone: int) -> None:
    found = by_name(formulas.of_queues(the_queue(seconds)))
    assert found["service_level"] == within / 8
    assert found["service_level_of_answered"] == within / 6
    assert found["service_level_short_left_out"] == within / (8 - gone)
    assert found["service_level_short_counted"] == (within + gone) / 8


def test_the_queues_day() -> None:
    found = by_name((*formulas.of_queues(the_queue(20)), *formulas.of_handling(the_queue(20))))
    assert found["lost_call_rate"] == 2 / 8
    assert found["average_speed_of_answer"] == 93 / 6
    assert found["abandonment_inbound"] == 2 / 8
    assert found["abandonment_inbound_early"] == 1 / 8
    assert found["average_abandonment_delay"] == 48 / 2
    assert found["average_handling_time"] == (540 + 60 + 120) / 6
    assert found["abandonment_outbound"] is None  # nobody was dialed


def test_the_agents_day() -> None:
    sums = Counter(QUARTER)
    found = by_name(formulas.of_agents(sums))
    assert found["average_handling_time"] == 120
    assert found["occupancy"] == 720 / (720 + 480 + 60)
    assert found["utilisation"] == 1260 / 1380
    assert found["calls_per_agent_hour"] == pytest.approx(6 / (1380 / 3600))
    assert found["missed_share"] == 2 / 8


def test_of_the_agents_who_serve_a_queue() -> None:
    sums = the_queue(20)
    assert by_name(formulas.of_serving(sums)) == {"occupancy": None, "calls_per_agent_hour": None}
    sums.update({Sum.SERVING_FREE_MS: 540_000, Sum.SERVING_PAID_MS: 1_380_000})
    found = by_name(formulas.of_serving(sums))
    assert found["occupancy"] == 720 / 1260
    assert found["calls_per_agent_hour"] == pytest.approx(6 / (1380 / 3600))


# A campaign made eight calls. Lead 1: no answer, then a person, who agreed (30 s). Lead 2: busy. Lead 3: a machine
# (12 s). Lead 4: a person, whom nobody was there for (2 s); then an agent, 90 s, and the lead is done. Lead 5: a person
# and an agent, 45.5 s, who wants to be called again. Lead 6: no such number.
# Lead 5 had been talked with the day before.
def the_campaign() -> DialedCount:
    count = DialedCount(ZoneInfo("Europe/Moscow"), blocks=("start", "agree"), success=())
    count.before(5, Disposition.ANSWERED)
    count.before(6, Disposition.BUSY)
    open_, done = Settled(status="new", is_done=False), Settled(status="agreed", is_done=True)
    agreed = {"result": "agreed", "path": ("0.0 start", "4.2 key 1", "4.3 agree")}
    for lead, tries, hours, disposition, talk_s, settled, fields in (
        (1, 0, 0, Disposition.NO_ANSWER, None, open_, {}),
        (2, 0, 0, Disposition.BUSY, None, open_, {}),
        (3, 0, 0, Disposition.MACHINE, 12, open_, {"path": ("0.0 start", "1.0 machine")}),
        (4, 0, 0, Disposition.ABANDONED, 2, open_, {"was_abandoned": True}),
        (1, 1, 2, Disposition.ANSWERED, 30, done, agreed),
        (4, 1, 2, Disposition.ANSWERED, 90, done, {"reached": "anna", "result": "sold"}),
        (5, 1, 3, Disposition.ANSWERED, 45.5, open_, {"reached": "boris"}),
        (6, 1, 3, Disposition.INVALID_NUMBER, None, done, {}),
    ):
        attempt = an_attempt(lead, at=NOON + hours * HOUR, tries=tries)
        count.add(attempt, an_ending(attempt, disposition, talk_s=talk_s, **fields), settled)  # type: ignore[arg-type]
    return count


def test_the_campaigns_day() -> None:
    found = by_name(formulas.of_attempts(the_campaign().found.sums))
    assert found["answer_seizure_ratio"] == 5 / 8  # the machine too
    assert found["network_effectiveness_ratio"] == 7 / 8  # all but the number that is none
    assert found["average_call_duration"] == (12 + 2 + 30 + 90 + 45.5) / 5
    assert found["answer_rate"] == 4 / 8
    assert found["abandonment_outbound"] == 1 / (1 + 2)
    assert found["attempts_to_success"] == (2 + 2) / 2
    assert found["settled_by_first_talk"] == 1 / 2  # of leads 1 and 4; lead 5 was answered before


def test_the_campaigns_hours_steps_and_days() -> None:
    found = the_campaign().found
    assert found.hours == {(0, 12): [4, 1], (0, 14): [2, 2], (0, 15): [2, 1]}  # Monday
    assert found.tries == {2: 2}
    assert found.results == {"agreed": 1, "sold": 1}
    assert found.entered == {"start": 2, "agree": 1}
    assert found.left == {("start", ""): 1, ("agree", "agreed"): 1}
    assert (found.gateways["main"]["attempts_taken"], found.zones["Europe/Moscow"]["attempts"]) == (5, 8)
    assert {day: sums["attempts"] for day, sums in found.days.items()} == {"2026-11-30": 8}


# Ten calls came in: two talked with an agent, four were served by the flow, one of those was promised a callback
# (which is a missed call), two hung up, one was lost, one left a message.
def test_the_day_of_calls_that_came_in() -> None:
    sums: Sums = Counter()
    count_call(sums, a_call(1, reached="anna"), is_missed=False)
    count_call(sums, a_call(2, reached="anna", lasted_s=30), is_missed=False)
    for caller in (3, 4, 5):
        count_call(sums, a_call(caller, lasted_s=10), is_missed=False)
    count_call(sums, a_call(6), is_missed=True)
    for caller in (7, 8):
        count_call(sums, a_call(caller, end=CallEnd.HUNG_UP, flow=FlowEnd.LEFT), is_missed=True)
    count_call(sums, a_call(9, end=CallEnd.LOST, answered_at=None), is_missed=False)
    count_call(sums, a_call(10, end=CallEnd.VOICEMAIL), is_missed=True)
    found = by_name((*formulas.of_callers(sums), *formulas.of_missed(sums)))
    assert found["self_service_share"] == 3 / 10
    assert found["missed_share_of_calls"] == 4 / 10
    assert found["first_call_resolution"] is None  # that is counted elsewhere
    assert sums["calls_in_flow"] == 6
    assert sums[Sum.CALLS_TALK_MS] == (60 + 30 + 3 * 10 + 60 + 2 * 60 + 60) * S


def test_callbacks() -> None:
    sums: Sums = Counter(
        {
            Sum.CALLS_IN: 20,
            Sum.MISSED: 8,
            Sum.CALLBACKS: 6,
            Sum.CALLED_BACK: 5,
            Sum.CALLBACK_ATTEMPTS: 9,
            Sum.BACK_REACHED: 3,
            Sum.BACK_CALLED_AGAIN: 1,
            Sum.BACK_NOT_REACHED: 1,
            Sum.BACK_MS: 1_800_000,
        }
    )
    found = by_name(formulas.of_missed(sums))
    assert found == {
        "missed_share_of_calls": 8 / 20,
        "called_back": 5 / 6,
        "called_back_reached": 3 / 6,
        "called_back_not_reached": 1 / 6,
        "called_again": 1 / 6,
        "callback_attempts": 9 / 6,
        "time_to_callback": 600,
    }


def test_what_the_campaign_costs_by_minutes_and_by_seconds_begun() -> None:
    usage = the_campaign().found.usage
    by_minute = Tariff(attempt=Decimal("0.10"), minute=Decimal("1.50"))
    by_second = Tariff(minute=Decimal("1.20"), per=Billing.SECOND)
    # 8 calls; minutes begun of 12, 2, 30, 90 and 45.5 s: 1 + 1 + 1 + 2 + 1
    assert Tariffs(gateways={"main": by_minute}).of_calls(usage) == 800_000 + 6 * 1_500_000
    # seconds begun: 12 + 2 + 30 + 90 + 46
    assert Tariffs(gateways={"main": by_second}).of_calls(usage) == 180 * 1_200_000 // 60
    assert Tariffs(agent_hour=Decimal(400)).of_agents(1_380_000) == 153_333_333
    sums: Sums = Counter({Sum.COST_CALLS: 9_800_000, Sum.COST_AGENTS: 153_333_333, Sum.SUCCESSES: 2})
    (per_call,) = formulas.of_cost(sums, 8)
    assert per_call.value == pytest.approx(163.133333 / 8)
    (per_success,) = formulas.of_success_cost(sums)
    assert per_success.value == pytest.approx(163.133333 / 2)


def test_a_gateway_without_a_tariff_costs_nothing_and_is_named() -> None:
    usage = the_campaign().found.usage
    tariffs = Tariffs(gateways={"spare": Tariff(attempt=Decimal(1))})
    assert tariffs.of_calls(usage) == 0
    assert tariffs.unknown(usage) == ["main"]
    assert tariffs.is_known
    assert not Tariffs().is_known
    assert Tariffs(agent_hour=Decimal(1)).is_known
