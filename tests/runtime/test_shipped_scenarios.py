"""The scenarios that come with prozvon: each runs as it stands, and its tests reach all of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from orchestrator.contacts.reader import read_contacts
from orchestrator.contacts.row import Accepted
from orchestrator.domain.inbound import InboundCall
from orchestrator.domain.lead import Ending
from orchestrator.domain.plan import MachinePolicy
from orchestrator.engine import hours
from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.scenario.check import Scenario, check_path
from orchestrator.scenario.compile import compile_scenario
from orchestrator.scenario.dial import RuleSpec
from orchestrator.scenario.flow import each_step
from orchestrator.scenario.model import Ivr, Robocall
from orchestrator.scenario.standard_messages import STANDARD
from orchestrator.scenario.steps import VERBS
from orchestrator.scenario.template import FILTERS, Template

FOLDER = Path(__file__).parents[2] / "scenarios"
CALLING = (
    "club_offer",
    "event_notice",
    "new_orders",
    "number_validation",
    "order_confirmation",
    "parcel_arrived",
    "parcel_waiting_n_days",
    "payment_reminder",
    "three_question_survey",
    "visit_reminder",
)
CALLED = (
    "complaint_line",
    "help_line",
    "meter_readings",
    "office",
    "opening_hours",
    "order_status",
    "shop_line",
    "support_survey",
)
NAMES = (*CALLING, *CALLED)
NOT_REHEARSED = {"cancelled", "lost"}  # ends of our own making: no callee can play them


@cache
def shipped() -> dict[str, Scenario]:
    scenarios, problems = check_path([FOLDER])
    assert problems == []
    return {scenario.name: scenario for scenario in scenarios}


def test_all_of_them_are_there() -> None:
    assert sorted(shipped()) == sorted(NAMES)
    assert {name for name, each in shipped().items() if each.model.kind == "ivr"} == set(CALLED)


@pytest.mark.parametrize("name", NAMES)
def test_its_tests_pass_and_reach_every_block_and_every_rule(name: str) -> None:
    scenario = shipped()[name]
    outcomes = run_tests(compile_scenario(scenario))
    assert [outcome.timeline for outcome in outcomes if not outcome.passed] == []
    calls = [call for outcome in outcomes for call in outcome.calls]
    assert {str(key) for key in _rules(scenario)} - NOT_REHEARSED <= {decision.rule for _, decision in calls}
    came_in = [outcome.inbound for outcome in outcomes if outcome.inbound is not None]
    visited = {entry.split(" ", 1)[1] for each in _ends(came_in, calls) for entry in each.path}
    assert {str(block) for block in scenario.flow} <= visited
    heard = {message for each in _ends(came_in, calls) for message in each.heard}
    assert _audible(scenario) - set(STANDARD) <= heard


def _ends(came_in: list[InboundCall], calls: list[tuple[Ending, Any]]) -> list[InboundCall | Ending]:
    return [*came_in, *(ending for ending, _ in calls)]


def _rules(scenario: Scenario) -> dict[Any, Any]:
    """As the author wrote them; of calls that come in, those by which they are called back."""
    if isinstance(scenario.model, Robocall):
        return scenario.model.rules
    assert isinstance(scenario.model, Ivr)
    return scenario.model.missed.rules if scenario.model.missed else {}


def _audible(scenario: Scenario) -> set[str]:
    """Messages that a caller hears: the others are written, or whispered to whoever takes the call."""
    program = compile_scenario(scenario).program
    written: set[str] = set()
    todo: list[Any] = [program["flow"]]
    while todo:
        match todo.pop():
            case dict() as step:
                if step.get("do") in ("sms", "email"):
                    written.add(step["message"])
                written |= {step["whisper"]} if step.get("whisper") else set()
                todo += step.values()
            case list() as steps:
                todo += steps
            case _:
                pass
    plans = [plan for plan in (scenario.plan, scenario.callback) if plan is not None]
    told = {name for plan in plans for name in plan.texts}  # by rules: written, after the call
    return set(scenario.messages) - written - told


@pytest.mark.parametrize("name", NAMES)
def test_it_speaks_russian_and_english_and_is_tested_in_both(name: str) -> None:
    scenario = shipped()[name]
    assert scenario.languages == ("ru", "en")
    outcomes = run_tests(compile_scenario(scenario))
    spoken = {test.language or test.contact.get("language", "ru") for test in scenario.tests}
    spoken |= {outcome.inbound.language for outcome in outcomes if outcome.inbound is not None}
    assert spoken == {"ru", "en"}


@pytest.mark.parametrize("name", CALLING)
def test_its_sample_list_is_accepted_whole(name: str) -> None:
    scenario = shipped()[name]
    path = FOLDER / "contacts" / f"{name}.csv"
    rows = list(
        read_contacts(
            [path.read_bytes()],
            columns=scenario.columns,
            languages=scenario.languages,
            region="RU",
            zone_rule=scenario.plan.zone,
            name=path.name,
            remark=lambda problem: pytest.fail(str(problem)),
        )
    )
    assert len(rows) >= 4
    for row in rows:
        assert isinstance(row, Accepted), row
        assert row.notes == ()
        assert all(hours.next_open(scenario.plan.hours, zone, 0) is not None for zone in row.contact.zones)


def test_between_them_they_use_the_whole_language() -> None:
    steps = [
        step
        for scenario in shipped().values()
        for block in scenario.flow.values()
        for step in each_step(block)
    ]
    assert {verb for step in steps for verb in (type(step).model_fields)} >= {
        field for verb in VERBS.values() for field in verb.model_fields
    }
    used = {
        each.name
        for scenario in shipped().values()
        for wordings in scenario.messages.values()
        for wording in wordings.values()
        if isinstance(wording, Template)
        for part in wording.names
        for each in part.filters
    }
    assert used == set(FILTERS)
    assert {
        str(each.model.machine) for each in shipped().values() if isinstance(each.model, Robocall)
    } == set(MachinePolicy)
    assert any(scenario.sounds for scenario in shipped().values())
    keys = set(RuleSpec.model_fields)
    written = {
        key
        for scenario in shipped().values()
        for rule in _rules(scenario).values()
        for key in keys
        if rule.has(key)
    }
    assert written == keys


def test_calls_about_debts_keep_the_law_of_russia() -> None:
    """230-FZ: one call a day, two a week, eight a month; 8-22 h on working days, 9-20 h else, local time."""
    plan = shipped()["payment_reminder"].plan
    assert plan.per_day == 1
    for key, rule in plan.rules.items():
        if key != "abandoned" and rule.retry and rule.counts:  # nobody is abandoned without a queue
            # Then no three calls fall into one week, nor nine into a month
            assert min(delay.after_s or 0 for delay in rule.retry) * 2 > 7 * 86_400, key
    assert plan.hours is not None
    assert [(span.start, span.end) for day in plan.hours.days for span in day] == (
        [(8 * 60, 22 * 60)] * 5 + [(9 * 60, 20 * 60)] * 2
    )
    assert plan.hours.holidays == "RU"
    assert shipped()["payment_reminder"].model.machine == "hang_up"
