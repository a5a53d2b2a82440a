"""Each promise, broken once by hand, is found; and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.lead import CampaignState
from orchestrator.domain.plan import CallerIdRule, DialPlan, GatewayShare, Rule, ZoneRule, ZoneSource
from orchestrator.engine.rules import DEFAULT_RULES
from orchestrator.runtime.export import Row
from orchestrator.runtime.figures import Figures
from orchestrator.runtime.settings import PerNumber
from orchestrator.runtime.verify import SLACK_MS, problems, told_problems
from orchestrator.simulator.callee_log import CalleeCall
from orchestrator.store import CampaignCounts, DncRow
from tests.runtime.factories import DAY, HOUR, MINUTE, NOON, number

MOSCOW = "Europe/Moscow"
NO_LIMITS = PerNumber()
PLAN = DialPlan(
    gateways=(GatewayShare(name="main"),),
    caller_id=CallerIdRule(pool=("+74951234567",)),
    ring_s=30,
    hours=WeeklyHours(days=((Span(start=9 * 60, end=20 * 60),),) * 7),
    zone=ZoneRule(source=ZoneSource.CONTACT),
    attempts=2,
    per_day=2,
    first=(),
    rules={str(key): rule for key, rule in DEFAULT_RULES.items()} | {"later": Rule(counts=False)},
)


def _row(attempt: str | None, lead: int, disposition: str | None, **changes: object) -> Row:
    """An attempt in the export; the lead is done with it."""
    is_taken = disposition in ("answered", "machine")
    row: Row = {
        "lead": lead,
        "phase": "done",
        "status": disposition,
        "attempt_id": attempt,
        "number": number(lead),
        "zone": MOSCOW,
        "answered_at": "2026-11-30T09:00:10.000Z" if is_taken else None,
        "disposition": disposition,
        "result": None,
    }
    return row | changes


def _call(attempt: str, lead: int, at: int, *, is_taken: bool = False, lasts: int = MINUTE) -> CalleeCall:
    return CalleeCall(
        call=attempt,
        number=number(lead),
        try_number=1,
        callee="people",
        called_at=at,
        answered_at=at + 10_000 if is_taken else None,
        ended_at=at + lasts,
    )


# Lead 1 was busy and then answered, lead 2 did not answer, lead 3 was never dialed.
ROWS: tuple[Row, ...] = (
    _row("a1", 1, "busy", status="answered"),
    _row("a2", 1, "answered", result="agreed"),
    _row("a3", 2, "no_answer", phase="held"),
    _row(None, 3, None, phase="ready", status="new"),
)
SEEN = (_call("a1", 1, NOON), _call("a2", 1, NOON + HOUR, is_taken=True), _call("a3", 2, NOON))
COUNTS = CampaignCounts(
    leads=3,
    ready=1,
    done=1,
    held=1,
    attempts=3,
    answered=1,
    by_status={"answered": 1, "no_answer": 1, "new": 1, "gone": 0},
    by_disposition={"busy": 1, "answered": 1, "no_answer": 1, "lost": 0},
    by_result={"agreed": 1},
)


def _figures(counts: CampaignCounts) -> Figures:
    return Figures(
        campaign_id="c",
        title="",
        state=CampaignState.RUNNING,
        source="",
        created_at=NOON,
        at=NOON,
        workers=1,
        up=("main",),
        counts=counts,
    )


def _found(
    *,
    plan: DialPlan = PLAN,
    counts: CampaignCounts = COUNTS,
    rows: Sequence[Row] = ROWS,
    seen: Sequence[CalleeCall] = SEEN,
    limits: PerNumber = NO_LIMITS,
    listed: Sequence[DncRow] = (),
) -> list[str]:
    return problems(plan, _figures(counts), rows, seen, limits=limits, listed=listed)


def _with(index: int, **changes: object) -> tuple[Row, ...]:
    """ROWS with one of them changed."""
    return (*ROWS[:index], ROWS[index] | changes, *ROWS[index + 1 :])


def _seen_with(index: int, call: CalleeCall) -> tuple[CalleeCall, ...]:
    return (*SEEN[:index], call, *SEEN[index + 1 :])


def test_when_every_promise_was_kept_nothing_is_found() -> None:
    assert _found() == []


# Figures and export


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (replace(COUNTS, leads=4), "leads: the figures say 4, the export says 3"),
        (replace(COUNTS, done=0), "done: the figures say 0, the export says 1"),
        (replace(COUNTS, held=2), "held: the figures say 2, the export says 1"),
        (replace(COUNTS, attempts=4), "attempts: the figures say 4, the export says 3"),
        (replace(COUNTS, answered=2), "answered: the figures say 2, the export says 1"),
        (
            replace(COUNTS, by_disposition={"busy": 2, "answered": 1}),
            "dispositions: the figures say {'busy': 2, 'answered': 1}, the export says "
            "{'busy': 1, 'answered': 1, 'no_answer': 1}",
        ),
        (
            replace(COUNTS, by_result={"agreed": 2}),
            "results: the figures say {'agreed': 2}, the export says {'agreed': 1}",
        ),
        (
            replace(COUNTS, by_status={"answered": 3}),
            "statuses: the figures say {'answered': 3}, the export says {'answered': 1, 'no_answer': 1, 'new': 1}",
        ),
    ],
)
def test_a_figure_that_the_export_does_not_bear_out_is_found(counts: CampaignCounts, said: str) -> None:
    assert _found(counts=counts) == [said]


# Exactly one ending, write once


def test_an_attempt_settled_twice_is_found() -> None:
    counts = replace(COUNTS, attempts=4, by_disposition=COUNTS.by_disposition | {"no_answer": 2})
    assert _found(counts=counts, rows=(*ROWS, ROWS[2])) == ["attempt a3 was settled 2 times"]


def test_an_attempt_that_rang_twice_is_found() -> None:
    assert _found(seen=(*SEEN, _call("a3", 2, NOON + HOUR))) == ["attempt a3 rang 2 times"]


def test_a_call_that_the_export_does_not_know_is_found() -> None:
    assert _found(seen=(*SEEN, _call("ghost", 3, NOON))) == [
        f"{number(3)} was rung by ghost, which the export does not know"
    ]


def test_a_call_to_another_number_is_found() -> None:
    assert _found(rows=_with(2, number=number(9))) == [f"a3 rang {number(2)}, the export says {number(9)}"]


# Never twice at once


def test_a_number_rung_twice_at_once_is_found() -> None:
    seen = _seen_with(1, _call("a2", 1, NOON + MINUTE - 1, is_taken=True))
    assert _found(seen=seen) == [f"{number(1)} was rung by a1 and a2 at once"]


def test_one_call_right_after_the_other_is_fine() -> None:
    assert _found(seen=_seen_with(1, _call("a2", 1, NOON + MINUTE, is_taken=True))) == []


def test_calls_are_compared_in_the_order_they_came() -> None:
    assert _found(seen=tuple(reversed(SEEN))) == []


def test_a_call_cut_off_by_a_dying_switch_tells_nothing() -> None:
    """Its end was never written down."""
    assert _found(seen=_seen_with(0, replace(SEEN[0], ended_at=None))) == []


# Caps


def test_a_lead_dialed_too_often_is_found() -> None:
    plan = replace(PLAN, attempts=1)
    assert _found(plan=plan) == ["lead 1 had 2 attempts of 1"]


@pytest.mark.parametrize(
    "change",
    [{"disposition": "congestion"}, {"disposition": "answered", "result": "later", "answered_at": "x"}],
)
def test_attempts_that_do_not_count_are_not_counted(change: dict[str, object]) -> None:
    rows = _with(0, **change)
    found = _found(plan=replace(PLAN, attempts=1), rows=rows)
    assert not [line for line in found if line.startswith("lead 1 had")]


def test_what_a_machine_was_told_does_not_decide_whether_it_counts() -> None:
    rows = _with(0, disposition="machine", result="later", answered_at="x")
    assert "lead 1 had 2 attempts of 1" in _found(plan=replace(PLAN, attempts=1), rows=rows)


def test_a_number_rung_too_often_on_a_day_is_found() -> None:
    assert _found(plan=replace(PLAN, per_day=1)) == [f"{number(1)} was rung 2 times on 2026-11-30"]


def test_the_projects_cap_for_a_day_counts_too() -> None:
    said = [f"{number(1)} was rung 2 times on 2026-11-30"]
    assert _found(plan=replace(PLAN, per_day=None), limits=PerNumber(day=1)) == said
    assert _found(limits=PerNumber(day=1)) == said
    assert _found(plan=replace(PLAN, per_day=1), limits=PerNumber(day=5)) == said
    assert _found(limits=PerNumber(day=2)) == []


def test_a_number_rung_more_often_than_it_may_ever_be_is_found() -> None:
    seen = _seen_with(0, _call("a1", 1, NOON - DAY))
    said = [f"{number(1)} was rung 2 times, 1 is all it may ever be"]
    assert _found(seen=seen, limits=PerNumber(ever=1)) == said
    assert _found(seen=seen, limits=PerNumber(ever=2)) == []
    silent = _with(0, disposition="congestion")
    assert said[0] not in _found(seen=seen, rows=silent, limits=PerNumber(ever=1))


def test_a_number_rung_although_it_was_on_the_list_is_found() -> None:
    since = NOON - SLACK_MS
    listed = (DncRow(number=number(2), added_at=since, note=""),)
    assert _found(listed=listed) == [f"{number(2)} was rung at {NOON}, on the do-not-call list since {since}"]


@pytest.mark.parametrize(("index", "added_at"), [(2, NOON - SLACK_MS + 1), (2, NOON + DAY), (7, NOON - DAY)])
def test_a_number_that_came_onto_the_list_as_it_rang_or_later_is_fine(index: int, added_at: int) -> None:
    assert _found(listed=(DncRow(number=number(index), added_at=added_at, note=""),)) == []


def test_the_day_is_that_of_the_numbers_zone() -> None:
    """22:30 and 23:30 in Moscow are two days in Omsk, and there one and the same night."""
    plan = replace(PLAN, per_day=1, hours=None)
    evening = NOON + 8 * HOUR + 30 * MINUTE
    seen = (_call("a1", 1, evening), _call("a2", 1, evening + HOUR, is_taken=True), SEEN[2])
    assert _found(plan=plan, seen=seen) == [f"{number(1)} was rung 2 times on 2026-11-30"]
    rows = tuple(row | {"zone": "Asia/Omsk"} for row in ROWS)
    assert _found(plan=plan, rows=rows, seen=seen) == []


def test_without_a_cap_nothing_is_too_often() -> None:
    assert _found(plan=replace(PLAN, per_day=None)) == []


@pytest.mark.parametrize("disposition", ["congestion", "cancelled"])
def test_a_call_that_the_trunk_turned_down_is_none_of_the_days(disposition: str) -> None:
    found = _found(plan=replace(PLAN, per_day=1), rows=_with(0, disposition=disposition))
    assert not [line for line in found if "times on" in line]


# Hours


@pytest.mark.parametrize("at", [NOON - 3 * HOUR - 1, NOON + 8 * HOUR + SLACK_MS, NOON + DAY - 12 * HOUR])
def test_a_telephone_that_rang_outside_hours_is_found(at: int) -> None:
    assert _found(seen=_seen_with(2, _call("a3", 2, at))) == [
        f"{number(2)} was rung at {at}, outside hours in {MOSCOW}"
    ]


@pytest.mark.parametrize("at", [NOON - 3 * HOUR, NOON + 8 * HOUR - 1, NOON + 8 * HOUR + SLACK_MS - 1])
def test_a_telephone_that_rang_within_hours_is_fine(at: int) -> None:
    """A claim just before closing rings a little later on a fast clock."""
    assert _found(seen=_seen_with(2, _call("a3", 2, at))) == []


# Endings


@pytest.mark.parametrize("disposition", ["answered", "machine"])
def test_an_answer_that_its_callee_never_gave_is_found(disposition: str) -> None:
    rows = _with(2, disposition=disposition)
    said = f"attempt a3 is {disposition}, but its callee answered nothing"
    assert said in _found(rows=rows)
    assert said in _found(rows=rows, seen=SEEN[:2])


@pytest.mark.parametrize("disposition", ["busy", "no_answer", "failed", "cancelled", "congestion"])
def test_an_answer_that_the_export_does_not_know_is_found(disposition: str) -> None:
    said = f"attempt a2 is {disposition}, but its callee answered"
    assert said in _found(rows=_with(1, disposition=disposition, answered_at=None))


def test_a_cancelled_attempt_that_rang_is_found() -> None:
    assert "attempt a3 is cancelled, but its callee's telephone rang" in _found(
        rows=_with(2, disposition="cancelled")
    )
    assert not [
        line
        for line in _found(rows=_with(2, disposition="cancelled"), seen=SEEN[:2])
        if line.startswith("attempt")
    ]


@pytest.mark.parametrize("seen", [SEEN, SEEN[:1] + SEEN[2:]])
def test_nobody_can_tell_how_a_lost_one_ended(seen: tuple[CalleeCall, ...]) -> None:
    assert not [
        line for line in _found(rows=_with(1, disposition="lost"), seen=seen) if line.startswith("attempt")
    ]


def test_everything_wrong_is_told_at_once() -> None:
    ghost = _call("ghost", 1, NOON)
    found = _found(counts=replace(COUNTS, leads=9), seen=(*SEEN, ghost), plan=replace(PLAN, attempts=1))
    assert len(found) == 4


def test_an_order_system_that_was_told_something_else_or_nothing_is_found() -> None:
    rows = [
        _row("a", 1, "answered"),
        _row("b", 2, "busy"),
        _row("c", 3, "answered"),
        _row(None, 4, None, status="new"),
    ]
    known = {1: "answered", 2: "answered"}
    assert told_problems(rows, lambda lead: known.get(lead, "")) == [
        "lead 2 is busy; outside it is answered",
        "lead 3 is answered; outside it is not known",
    ]
    known = {1: "answered", 2: "busy", 3: "answered"}
    assert told_problems(rows, lambda lead: known.get(lead, "")) == []
