"""`consent:` and `opt_out` in scenarios: what they become in the plan and the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.domain.consent import ConsentDemand, NoConsent
from orchestrator.domain.problem import Problem
from orchestrator.scenario.check import Scenario
from orchestrator.scenario.compile import Compiled, compile_scenario

from .conftest import PACED

Check = Callable[..., tuple[list[Scenario], list[Problem]]]
ALL = {"do": "opt_out", "everything": True, "purpose": None}


def compiled(check: Check, **parts: str) -> Compiled:
    scenarios, problems = check(**parts)
    assert problems == []
    return compile_scenario(scenarios[0])


def steps(made: Compiled) -> list[dict[str, Any]]:
    found = (step for step in made.program["flow"]["start"] if step["do"] == "opt_out")
    return [{key: value for key, value in step.items() if key != "line"} for step in found]


@pytest.mark.parametrize(
    ("written", "demand"),
    [
        ("", None),
        ("consent: marketing", ConsentDemand(purpose="marketing")),
        ("consent: {purpose: marketing, else: skip}", ConsentDemand(purpose="marketing")),
        (
            "consent: {purpose: surveys, else: hold}",
            ConsentDemand(purpose="surveys", otherwise=NoConsent.HOLD),
        ),
    ],
)
def test_what_a_scenario_demands_is_part_of_its_plan(
    check: Check, written: str, demand: ConsentDemand | None
) -> None:
    made = compiled(check, consent=written)
    assert made.plan.consent == demand
    assert Compiled.loads(made.dumps()).plan == made.plan


def test_a_predictive_campaign_may_demand_it_too(check: Check) -> None:
    parts = {
        **PACED,
        "consent": "consent: marketing",
        "flow": "flow: {start: [{queue: {name: sales, after_talk: out}}], out: [opt_out]}",
        "dial": "dial: {gateways: [main], caller_id: +74951234567, pacing: predictive}",
        "company": "company: {name: Acme, phone: +74951234567}",
    }
    assert compiled(check, **parts).plan.consent == ConsentDemand(purpose="marketing")


def test_another_demand_is_another_program(check: Check) -> None:
    digests = {compiled(check, consent=f"consent: {name}").digest for name in ("a", "b")}
    assert len({*digests, compiled(check).digest}) == 3


def test_callers_are_asked_for_no_consent(check_line: Check) -> None:
    _, problems = check_line(consent="consent: marketing")
    (problem,) = problems
    assert (problem.code, "`kind: predictive`" in problem.message) == ("S113", True)


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("opt_out", ALL),
        ("{opt_out: }", ALL),
        ("{opt_out: {}}", ALL),
        ("{opt_out: {everything: yes}}", ALL),
        ("{opt_out: {everything: no}}", {**ALL, "everything": False, "purpose": "marketing"}),
        (
            "{opt_out: {purpose: surveys, everything: no}}",
            {**ALL, "everything": False, "purpose": "surveys"},
        ),
    ],
)
def test_the_step_in_each_of_its_forms(check: Check, written: str, made: dict[str, Any]) -> None:
    found = compiled(
        check, consent="consent: marketing", flow=f"flow: {{start: [{{say: hello}}, {written}]}}"
    )
    assert steps(found) == [made]


def test_callers_may_opt_out(check_line: Check) -> None:
    assert steps(compiled(check_line, flow="flow: {start: [{say: hello}, opt_out]}")) == [ALL]
