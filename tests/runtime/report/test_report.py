"""Reports of what the store holds: periods, names, missed calls, outcomes said later, and notes beside numbers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, CampaignState, Decision, Ending, LeadState, Next, NextKind
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.report import By, Report, report
from orchestrator.runtime.settings import load_settings
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges
from orchestrator.store.quarters import QUARTER_MS, Count
from tests.runtime.factories import DAY, HOUR, MINUTE, NOON, claimed, launched, move_clock, settled
from tests.runtime.inbound.lines import BEGAN, taking_calls
from tests.runtime.inbound.test_callbacks import MISSED, miss


def of(
    project: Project, by: By, *, since: int = NOON - DAY, until: int = NOON + DAY, **options: Any
) -> Report:
    return report(project, by=by, since=since, until=until, **options)


def value(found: Report, name: str) -> tuple[float, float]:
    kpi = found.total.kpi(name)
    assert kpi is not None
    return kpi.part, kpi.whole


def count(project: Project, scope: Scope, name: str, at: int = NOON, **sums: int) -> None:
    token = project.store.floor.lead("w1", 60_000)
    assert token is not None
    counts = tuple(
        Count(at=at, scope=scope, name=name, figure=figure, amount=amount) for figure, amount in sums.items()
    )
    project.store.floor.write(token, FloorChanges(counts=counts))


def test_a_period_is_moved_outwards_to_quarters_and_holds_what_began_in_it(project: Project) -> None:
    campaign = launched(project, 1, 2, 3)
    for moved in (10, 10, 10):  # claimed at 12:00, 12:10 and 12:20
        settled(project, claimed(project, campaign)[0])
        move_clock(project, moved * MINUTE)
    found = of(project, By.CAMPAIGN, since=NOON + 16 * MINUTE, until=NOON + 29 * MINUTE)
    assert (found.since, found.until) == (NOON + QUARTER_MS, NOON + 2 * QUARTER_MS)
    assert found.total.sums["attempts"] == 1
    assert of(project, By.CAMPAIGN, until=NOON + 1).total.sums["attempts"] == 2
    assert of(project, By.CAMPAIGN, until=NOON).rows == ()


def test_who_was_talked_with_before_the_period_is_not_talked_with_for_the_first_time(
    project: Project,
) -> None:
    campaign = launched(project, 1, 2)
    before, other = claimed(project, campaign, 2)
    settled(project, before, Disposition.ANSWERED, result="no_choice")  # called again in an hour
    settled(project, other)  # in two
    move_clock(project, 3 * HOUR)
    for attempt in claimed(project, campaign, 2):
        settled(project, attempt, Disposition.ANSWERED, result="agreed")
    found = of(project, By.CAMPAIGN, since=NOON + HOUR)
    assert (found.total.sums["attempts"], found.total.sums["leads_answered"]) == (2, 1)
    assert value(found, "attempts_to_success") == (4, 2)
    assert of(project, By.CAMPAIGN).total.sums["leads_answered"] == 2


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"since": NOON, "until": NOON}, "the period is empty"),
    ({"since": -1}, "the period is empty"),
    ({"since": 0, "until": 12 * 366 * DAY}, "ten years at most"),
    ({"zone": "Mars/Base"}, "not a time zone"),
    ({"service_level_s": 0}, "1 to 3600 whole seconds"),
    ({"service_level_s": 3601}, "1 to 3600 whole seconds"),
    ({"window_days": 31}, "1 to 30 days"),
    ({"name": "nobody"}, "no campaign, and no scenario"),
)


def test_what_cannot_be_reported_is_said_plainly(project: Project) -> None:
    for options, why in REFUSED:
        with pytest.raises(KnownError, match=why):
            of(project, By.CAMPAIGN, **options)
    for by in (By.QUEUE, By.AGENT, By.PROJECT):
        with pytest.raises(KnownError, match=f"no {by.value} 'nobody'"):
            of(project, by, name="nobody")


def test_a_period_in_which_nothing_happened_has_no_rows(project: Project) -> None:
    launched(project, 1)
    for by in By:
        found = of(project, by)
        assert found.rows == ()
        assert all(kpi.value is None for kpi in found.total.kpis)
    assert of(project, By.PROJECT, name="test").rows[0].name == "test"
    json.dumps(found.as_json())


def test_a_campaign_by_its_id_and_all_of_a_scenario_by_its_name(project: Project) -> None:
    campaigns = [launched(project, 1), launched(project, 2), launched(project, 3)]
    for campaign in campaigns[:2]:
        settled(project, claimed(project, campaign)[0])
    assert len(of(project, By.CAMPAIGN, name="greeting").rows) == 3
    (row,) = of(project, By.CAMPAIGN, name=campaigns[0].campaign_id).rows
    assert (row.name, row.title, row.sums["attempts"]) == (campaigns[0].campaign_id, "A greeting", 1)
    assert row.about == {"state": CampaignState.RUNNING, "scenario": "greeting", "project": "test"}
    assert {row.name for row in of(project, By.CAMPAIGN).rows} == {each.campaign_id for each in campaigns[:2]}
    assert of(project, By.PROJECT).total.sums["attempts"] == 2


def test_hours_and_days_are_those_of_the_zone(project: Project) -> None:
    settled(project, claimed(project, launched(project, 1))[0])

    def hour(**options: Any) -> tuple[object, ...]:
        tables = {table.name: table for table in of(project, By.CAMPAIGN, **options).total.tables}
        return (tables["by_day"].rows[0][0], *tables["answer_rate_by_hour"].rows[0][:2])

    assert of(project, By.CAMPAIGN).zone == "Europe/Moscow"  # the scenario's
    assert hour() == ("2026-11-30", "mon", 12)
    assert hour(zone="Pacific/Kiritimati") == ("2026-11-30", "mon", 23)
    assert hour(zone="Pacific/Pago_Pago") == ("2026-11-29", "sun", 22)


def test_calls_on_the_line_are_not_counted_and_it_is_said(project: Project) -> None:
    claimed(project, launched(project, 1))
    (note,) = of(project, By.CAMPAIGN).notes
    assert note.en == "calls of campaigns on the line, to be counted when they have ended: 1"
    assert of(project, By.QUEUE).notes == ()


def test_what_was_forgotten_is_said_to_be(project: Project) -> None:
    settled(project, claimed(project, launched(project, 1))[0])
    found = of(project, By.CAMPAIGN, since=NOON - 401 * DAY)
    assert [note.en for note in found.notes] == [
        "queues and agents are known for 400 days (operators.keep_days)",
        "calls that came in are known for 400 days (calls.keep_days)",
    ]
    assert found.total.sums["attempts"] == 1  # the logs of campaigns are never forgotten


def test_waits_that_are_not_known_by_seconds_are_left_out_of_the_service_level(project: Project) -> None:
    """They were counted before they were by seconds."""
    count(project, Scope.QUEUE, "shop:old", offered=4, answered=4, answered_after_3=1)
    count(
        project,
        Scope.QUEUE,
        "shop:new",
        offered=2,
        answered=1,
        abandoned=1,
        answered_after_3=1,
        abandoned_after_9=1,
    )
    found = of(project, By.QUEUE, service_level_s=5)
    assert value(found, "service_level") == (1, 2)
    assert value(found, "lost_call_rate") == (1, 6)
    (note,) = found.notes
    assert note.en.endswith("not all waits of their queues being known: 4")


def test_a_queue_that_no_scenario_has_any_more_keeps_its_figures(project: Project) -> None:
    count(
        project, Scope.QUEUE, "shop:gone", offered=1, answered=1, answered_after_3=1, handled=1, talk_ms=5_000
    )
    (row,) = of(project, By.QUEUE).rows
    assert row.about == {"service_level_s": None, "project": ""}
    assert row.kpi("service_level").value is None  # type: ignore[union-attr]  # nobody says what its N is
    assert row.kpi("occupancy").value is None  # type: ignore[union-attr]  # nor who served it
    assert row.kpi("average_handling_time").value == 5  # type: ignore[union-attr]


def test_missed_calls_are_told_of_the_campaign_that_calls_back_and_of_the_project(project: Project) -> None:
    taking_calls(project)
    for caller in (1, 2, 3):
        miss(project, caller)
    miss(project, 2, "talked", at=BEGAN + 31_000, prozvon_reached="+79990009999", prozvon_end="flow")
    move_clock(project, 10 * MINUTE)
    reached, busy = claimed(project, project.campaign(MISSED), 2)
    settled(project, reached, Disposition.ANSWERED, talk_s=0)
    settled(project, busy, Disposition.BUSY)
    for by in (By.CAMPAIGN, By.PROJECT):
        found = of(project, by)
        assert value(found, "missed_share_of_calls") == (3, 4)
        assert value(found, "called_back") == (2, 3)
        assert value(found, "called_back_reached") == (1, 3)
        assert value(found, "called_again") == (1, 3)
        assert value(found, "time_to_callback") == (630, 1)
        (table,) = [each for each in found.total.tables if each.name == "time_to_callback"]
        assert table.rows == ((0.5, 630.0), (0.9, 630.0))
    assert value(found, "self_service_share") == (0, 4)
    # caller 2 called again; for 1 and 3 it is decided too: they reached nobody
    assert value(found, "first_call_resolution") == (0, 3)
    assert found.total.sums["attempts"] == 2


def talked(project: Project, attempt: Attempt) -> None:
    """With Anna; the rules say that the lead is done."""
    ending = Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.ANSWERED,
        cause="NORMAL_CLEARING",
        answered_at=NOON,
        ended_at=NOON,
        reached="anna",
    )
    state = LeadState(attempts=1, tries=1, status="answered")
    decision = Decision(rule="answered", state=state, next=Next(kind=NextKind.DONE), uncount_number=False)
    assert project.store.finish(attempt, ending, decision, NOON)


def test_what_an_agent_says_after_the_call_settles_the_lead(project: Project) -> None:
    campaign = launched(project, 1, 2, 3)
    attempts = claimed(project, campaign, 3)
    for attempt in attempts:
        talked(project, attempt)

    def said(index: int, kind: NextKind, state: LeadState) -> None:
        outcome = Outcome(
            outcome_id=f"o{index}",
            call_id=attempts[index].attempt_id,
            agent_id="anna",
            outcome="sold",
            said_at=NOON,
        )
        decision = Decision(
            rule="sold", state=state, next=Next(kind=kind, at=NOON + HOUR), uncount_number=False
        )
        project.store.outcomes.say(outcome, decide=lambda *_: decision, caller=None, now=NOON)

    said(0, NextKind.DONE, LeadState(attempts=1, tries=1, status="sold"))
    said(1, NextKind.DUE, LeadState(attempts=1, tries=1, status="later"))
    found = of(project, By.CAMPAIGN)
    assert found.total.sums["leads_settled"] == 2  # the first by the agent, the third by its flow
    assert of(project, By.CAMPAIGN, success=("sold",)).total.sums["leads_settled"] == 1
    (table,) = [each for each in found.total.tables if each.name == "outcomes"]
    assert table.rows == (("sold", 2, 2 / 3),)  # of those who talked with somebody


def test_the_steps_of_a_flow_are_those_it_was_launched_with(project: Project) -> None:
    attempt, other = claimed(project, launched(project, 1, 2), 2)
    settled(project, attempt, Disposition.ANSWERED, result="agreed")  # path: start, key 1
    settled(project, other)
    tables = {table.name: table.rows for table in of(project, By.CAMPAIGN).total.tables}
    assert tables["steps"] == (("start", 1, 1),)
    assert tables["results_by_step"] == (("start", "agreed", 1),)
    assert tables["results"] == (("agreed", 1, 0.5),)


def test_the_total_of_queues_counts_an_agent_of_both_once(project: Project) -> None:
    agents = project.settings.scenarios.parent / "agents.yaml"
    agents.write_text("agents: {anna: {dial: user/1001}}\n", encoding="utf-8")
    own = Project(
        folder=project.folder,
        settings=load_settings(project.folder),
        store=project.store,
        clock=project.clock,
    )
    queues = "queues: {sales: {agents: [anna]}, help: {agents: [anna]}}"
    text = TWO_QUEUES.replace("QUEUES", queues)
    taking_calls(own, text)
    for name in ("sales", "help"):
        count(own, Scope.QUEUE, f"shop_line:{name}", handled=1, talk_ms=60_000)
    count(own, Scope.AGENT, "anna", talking_ms=120_000, available_ms=60_000)
    found = of(own, By.QUEUE)
    assert [value_of(row, "occupancy") for row in found.rows] == [
        0.5,
        0.5,
    ]  # each as if all her time were its
    assert value(found, "occupancy") == (120, 180)
    assert value(of(own, By.AGENT), "occupancy") == (120, 180)
    assert value(of(own, By.PROJECT, name="test"), "occupancy") == (
        0,
        60,
    )  # the queues' talks are counted there


TWO_QUEUES = """\
scenario: shop_line
title: A shop
kind: ivr
languages: [en]
numbers: [+74950000001]
QUEUES
flow:
  start: [{queue: {name: sales, max_wait: 60s}}, {queue: {name: help, max_wait: 60s}}]
"""


def value_of(row: Any, name: str) -> float | None:
    kpi = row.kpi(name)
    assert kpi is not None
    found: float | None = kpi.value
    return found


def test_sums_are_plain_words_and_numbers(project: Project) -> None:
    settled(project, claimed(project, launched(project, 1))[0])
    sums = of(project, By.CAMPAIGN).total.sums
    assert {type(name) for name in sums} == {str}
    assert Counter(map(type, sums.values())) == {int: len(sums)}
