"""What is added up is what both parts were, and no ratio is ever an average of ratios."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallEnd
from orchestrator.engine.kpi.attempts import Dialed, DialedCount, Settled
from orchestrator.engine.kpi.callers import FirstCalls, is_self_served, queue_of
from orchestrator.engine.kpi.ratio import Kpi, Unit
from orchestrator.engine.kpi.waits import Waits
from tests.engine.kpi.factories import DAY, HOUR, NOON, a_call, an_attempt, an_ending

MOSCOW = ZoneInfo("Europe/Moscow")


def counted(*calls: tuple[int, Disposition, Settled], success: tuple[str, ...] = ()) -> Dialed:
    count = DialedCount(MOSCOW, blocks=("start",), success=success)
    for lead, disposition, settled in calls:
        attempt = an_attempt(lead)
        fields = {"path": ("0.0 start",), "result": "yes"}
        count.add(attempt, an_ending(attempt, disposition, talk_s=5, **fields), settled)
    return count.found


def test_two_campaigns_add_up_to_what_they_would_be_as_one() -> None:
    done = Settled(status="sold", is_done=True, outcome="sale")
    one, other = (1, Disposition.ANSWERED, done), (2, Disposition.MACHINE, done)
    whole = Dialed()
    whole.add(counted(one))
    whole.add(counted(other))
    assert whole == counted(one, other)
    assert whole.outcomes == {"sale": 2}


def test_success_is_by_status_where_statuses_are_given() -> None:
    sold = Settled(status="sold", is_done=True)
    refused = Settled(status="refused", is_done=True)
    calls = (
        (1, Disposition.ANSWERED, sold),
        (2, Disposition.ANSWERED, refused),
        (3, Disposition.MACHINE, sold),
    )
    assert counted(*calls).sums["leads_settled"] == 2  # answered by people
    assert counted(*calls, success=("sold",)).sums["leads_settled"] == 2  # the machine's too
    assert counted(*calls, success=("sold", "refused")).sums["leads_settled"] == 3
    assert counted(*calls, success=("other",)).sums["leads_settled"] == 0


def test_an_attempt_before_the_period_only_tells_who_has_been_talked_with() -> None:
    count = DialedCount(MOSCOW, blocks=(), success=())
    count.before(1, Disposition.ABANDONED)
    count.before(2, Disposition.MACHINE)
    for lead in (1, 2):
        attempt = an_attempt(lead)
        settled = Settled(status="", is_done=True)
        count.add(attempt, an_ending(attempt, Disposition.ANSWERED, talk_s=1), settled)
    assert count.found.sums["attempts"] == 2
    assert count.found.sums["leads_answered"] == 1


def test_waits_are_taken_out_of_a_quarters_sums() -> None:
    waits = Waits()
    rest = waits.take({"offered": 3, "answered_after_0": 2, "abandoned_after_17": 1})
    assert rest == {"offered": 3}
    more = Waits()
    more.add(waits)
    more.add(waits)
    assert more == Waits(Counter({0: 4}), Counter({17: 2}))
    assert (more.answered_within(1), more.abandoned_within(17), more.abandoned_within(18)) == (4, 0, 2)


def test_nothing_to_divide_by_is_no_ratio() -> None:
    kpi = Kpi(name="occupancy", unit=Unit.SHARE, part=0, whole=0)
    assert kpi.value is None
    assert kpi.as_json() == {"value": None, "unit": "share", "part": 0, "whole": 0}


@pytest.mark.parametrize(
    ("fields", "is_missed", "expected"),
    [
        ({}, False, True),
        ({}, True, False),  # a callback was promised: something is left to be done
        ({"reached": "anna"}, False, False),
        ({"flow": FlowEnd.LEFT}, False, False),
        ({"end": CallEnd.VOICEMAIL}, False, False),
    ],
)
def test_who_was_served_by_the_flow_alone(fields: dict[str, object], is_missed: bool, expected: bool) -> None:
    assert is_self_served(a_call(**fields), is_missed=is_missed) is expected


def test_the_queue_that_a_caller_stood_in_last() -> None:
    assert (
        queue_of(a_call(path=("0.0 start", "1.0 queue sales", "9.0 queue help", "20.0 talked 5 s anna")))
        == "shop:help"
    )
    assert queue_of(a_call(path=("1.0 queue sales", "40.0 queue sales waited 39 s"))) == "shop:sales"
    assert queue_of(a_call(path=("0.0 start",))) == ""


class Callers:
    """First calls of a day, with a window of a day."""

    def __init__(self, *, now: int = NOON + 9 * DAY) -> None:
        self.firsts = FirstCalls(since=NOON, until=NOON + DAY, window_ms=DAY, now=now)

    def found(self, *calls: object) -> list[tuple[str, str, bool | None]]:
        told = [each for call in calls for each in self.firsts.add(call, is_missed=False)]  # type: ignore[arg-type]
        told += self.firsts.end()
        return [(each.queue, each.agent, each.is_solved) for each in told]


def test_a_caller_who_does_not_call_again_was_helped_by_the_first_call() -> None:
    taken = a_call(1, reached="anna", path=("1.0 queue sales",))
    assert Callers().found(taken) == [("shop:sales", "anna", True)]
    assert Callers().found(a_call(1)) == [("", "", True)]


def test_one_who_was_not_served_was_not_helped() -> None:
    assert Callers().found(a_call(1, end=CallEnd.HUNG_UP)) == [("", "", False)]


def test_a_second_call_within_the_window_says_that_the_first_was_not_enough() -> None:
    first = a_call(1, reached="anna", path=("1.0 queue sales",))
    again = a_call(1, reached="boris", at=NOON + 2 * HOUR)
    assert Callers().found(first, again) == [("shop:sales", "anna", False)]


def test_a_call_after_the_window_is_a_first_one_again() -> None:
    first, later = a_call(1), a_call(1, at=NOON + DAY - HOUR)
    late = a_call(1, at=first.ended_at + DAY + 1)
    assert Callers().found(first, late) == [("", "", True)]  # the later one is out of the period
    assert Callers().found(first, later) == [("", "", False)]


def test_a_call_before_the_period_makes_the_next_one_no_first_one() -> None:
    assert Callers().found(a_call(1, at=NOON - HOUR), a_call(1)) == []
    assert Callers().found(a_call(1, at=NOON - 2 * DAY), a_call(1)) == [("", "", True)]


def test_a_chain_of_calls_has_one_first_one() -> None:
    calls = [a_call(1, at=NOON + hour * HOUR) for hour in (0, 5, 10)]
    assert Callers().found(*calls) == [("", "", False)]


def test_who_calls_another_scenario_or_from_another_number_is_somebody_else() -> None:
    calls = (a_call(1), a_call(2), a_call(1, scenario="help"), a_call(None), a_call(None))
    assert Callers().found(*calls) == [("", "", True)] * 3


def test_what_the_window_has_yet_to_show_is_not_counted() -> None:
    found = Callers(now=NOON + HOUR).firsts
    assert list(found.add(a_call(1), is_missed=False)) == []
    assert list(found.add(a_call(2, end=CallEnd.HUNG_UP), is_missed=False)) == []
    said = [each.sums for each in found.end()]
    assert said == [{"callers_open": 1}, {"callers": 1, "callers_solved": 0}]
    assert list(found.end()) == []
