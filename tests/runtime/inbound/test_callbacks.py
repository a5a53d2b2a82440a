"""Scenarios that take calls, registered; and their standing campaigns among all the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.engine.inbound import inbound_call
from orchestrator.engine.missed import decide
from orchestrator.runtime.budgets import gateway_budgets
from orchestrator.runtime.export import CALLBACK_COLUMNS, COLUMNS, columns_of, rows
from orchestrator.runtime.figures import figures
from orchestrator.runtime.idle import nothing_left
from orchestrator.runtime.inbound.callbacks import Scenarios, announce, register, rules_of
from orchestrator.runtime.launch import new_campaign
from orchestrator.runtime.project import Project
from orchestrator.runtime.why import why
from tests.runtime.factories import MINUTE, NOON, claimed, launched, move_clock, number, settled
from tests.runtime.inbound.lines import BEGAN, SHOP, event, shop, taking_calls

MISSED = "shop_line-missed"
DUE = BEGAN + 30_000 + 2 * MINUTE


def miss(project: Project, caller: int = 1, call_id: str = "", **changes: object) -> None:
    """A call that left the queue, recorded as the recorder does."""
    call = inbound_call(event(call_id or f"c{caller}", caller=caller, **changes), "main", NOON)
    assert call is not None
    decision = decide(call, rules_of(Scenarios(project.store).of(call), call), now=NOON)
    assert project.store.note_call(call, (), decision, NOON)


def test_a_scenario_that_calls_back_has_a_standing_campaign(project: Project) -> None:
    compiled = shop(project)
    campaign = register(project, compiled)
    assert campaign is not None
    assert compiled.callback is not None
    assert (campaign.campaign_id, campaign.scenario, campaign.program) == (
        MISSED,
        MISSED,
        compiled.callback.digest,
    )
    assert (campaign.state, campaign.standing, campaign.title) == (
        CampaignState.RUNNING,
        "shop_line",
        "A shop",
    )
    assert project.store.served() == {"shop_line": compiled.digest}
    assert register(project, compiled) == campaign


def test_the_first_call_of_a_new_scenario_is_called_back_though_the_deploy_still_goes_on(
    project: Project,
) -> None:
    announce(project, shop(project))
    miss(project)
    assert [lead.contact.numbers for lead in project.store.leads(MISSED)] == [(number(1),)]


def test_who_waits_is_called_by_the_program_before_until_the_switches_have_the_new_one(
    project: Project,
) -> None:
    before = register(project, shop(project))
    compiled = shop(project, SHOP.replace("Here we are.", "It is us."))
    announce(project, compiled)
    assert project.store.campaign(MISSED) == before
    assert project.store.served() == {"shop_line": compiled.digest}
    after = register(project, compiled)
    assert after is not None
    assert after != before


def test_one_that_only_tells_of_missed_calls_has_none(project: Project) -> None:
    text = SHOP[: SHOP.index("missed:")].replace("- offer_callback: next_opening", "- say: sorry")
    compiled = shop(project, text + "missed: {notify: {email: office}}\n")
    assert register(project, compiled) is None
    miss(project)
    (row,) = project.store.calls(0, NOON + 1)
    assert (row.why, row.fate.value) == ("queue", "no_plan")


def test_it_is_found_by_the_name_of_its_scenario(project: Project) -> None:
    taking_calls(project)
    assert project.campaign("shop_line").campaign_id == MISSED
    assert project.campaign(MISSED).campaign_id == MISSED


def test_nobody_launches_a_scenario_that_takes_calls(project: Project) -> None:
    with pytest.raises(KnownError, match="shop_line is for calls that come in"):
        new_campaign(project, shop(project), "list.csv")


def test_a_callback_waits_for_its_time_and_the_hours_where_the_shop_is(project: Project) -> None:
    taking_calls(project)
    miss(project, 1)
    project.store.heartbeat("w1", 60_000, {"up": "main"})
    (reason,) = why(project, project.campaign(MISSED)).reasons
    assert (reason.reason.value, reason.earliest_at) == ("retry", DUE)
    assert claimed(project, project.campaign(MISSED)) == []
    move_clock(project, 2 * MINUTE)
    (attempt,) = claimed(project, project.campaign(MISSED))
    assert (attempt.number, attempt.zone) == (number(1), "Europe/Moscow")


def test_all_gateways_are_its_own_where_the_scenario_names_none(project: Project) -> None:
    callback = taking_calls(project).callback
    assert callback is not None
    assert callback.plan.gateways == ()
    assert [
        each.gateway for each in gateway_budgets(project.settings, callback.plan, {"main": "core-1"})
    ] == ["main"]
    assert gateway_budgets(project.settings, callback.plan, {}) == ()


def test_work_is_over_when_nobody_waits_for_a_callback(project: Project) -> None:
    taking_calls(project)
    assert nothing_left(project.store)
    miss(project)
    assert not nothing_left(project.store)
    move_clock(project, 10 * MINUTE)
    (attempt,) = claimed(project, project.campaign(MISSED))
    settled(project, attempt, Disposition.ANSWERED)
    assert nothing_left(project.store)
    launched(project, 5)
    assert not nothing_left(project.store)


def test_its_figures_say_for_whom_it_calls(project: Project) -> None:
    taking_calls(project)
    assert figures(project, project.campaign(MISSED)).as_json()["calls_back"] == "shop_line"


def test_an_export_says_what_each_callback_is_for(project: Project) -> None:
    taking_calls(project)
    miss(project, 1, "a")
    miss(project, 1, "b")
    miss(project, 2)
    move_clock(project, 10 * MINUTE)
    campaign = project.campaign(MISSED)
    settled(project, claimed(project, campaign)[0], Disposition.ANSWERED, talk_s=0)
    first, second = rows(project.store, campaign)
    assert columns_of(campaign) == (*COLUMNS, *CALLBACK_COLUMNS) == tuple(first)
    assert {name: first[name] for name in CALLBACK_COLUMNS} == {
        "missed_at": "2026-11-30T08:59:30.000Z",
        "missed_last_at": "2026-11-30T08:59:30.000Z",
        "missed_calls": 2,
        "promised": False,
        "reached_by": "callback",
        "reached_at": "2026-11-30T09:10:00.000Z",
    }
    assert (first["disposition"], first["attempt"]) == ("answered", 1)
    assert (second["attempt"], second["reached_by"], second["missed_calls"]) == (None, None, 1)
    assert columns_of(launched(project, 7)) == tuple(COLUMNS)


def test_a_scenario_of_another_version_is_read_as_none(project: Project) -> None:
    project.store.serve("shop_line", "0" * 32, b'{"bundle": 99}')
    call = inbound_call(event(), "main", NOON)
    assert call is not None
    scenarios = Scenarios(project.store)
    assert scenarios.of(call) is None
    assert scenarios.of(call) is None
    assert scenarios.zones() == {}
    assert rules_of(None, call).plan is None


def test_the_zone_is_the_callers_own_where_the_scenario_says_so(project: Project) -> None:
    compiled = taking_calls(project)
    call = inbound_call(event(), "main", NOON)
    assert call is not None
    assert rules_of(compiled, call).caller_zone == "Europe/Moscow"
    assert rules_of(compiled, replace(call, caller="")).caller_zone == "Europe/Moscow"
    assert Scenarios(project.store).zones() == {"shop_line": "Europe/Moscow"}
