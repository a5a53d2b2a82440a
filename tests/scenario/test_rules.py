"""`rules:` - what applies, what is by default, what can happen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.plan import Delay, Rule
from orchestrator.engine.rules import DEFAULT_RULES
from orchestrator.scenario.compile import Compiled

from .conftest import Check, codes

Good = Callable[..., Compiled]
FLOW = "flow: {start: [{say: hello}, {result: heard}]}"


def dial(attempts: int) -> str:
    return f"dial: {{gateways: [main], caller_id: +74951234567, attempts: {attempts}}}"


def test_every_disposition_result_and_exhausted_has_a_rule(good: Good) -> None:
    rules = good(flow=FLOW, dial=dial(9)).plan.rules
    assert set(rules) == {*Disposition, "exhausted", "heard"}
    assert rules["heard"] == Rule(status="heard")
    assert {key: rules[key] for key in DEFAULT_RULES} == DEFAULT_RULES


def test_a_written_rule_replaces_the_default_as_a_whole(good: Good) -> None:
    rules = good(rules="rules: {congestion: {retry: 3m}, rejected: {status: refused}}").plan.rules
    assert rules["congestion"] == Rule(retry=(Delay(after_s=180),))
    assert rules["rejected"] == Rule(status="refused")


def test_a_final_rule_without_a_status_gives_its_own_name(good: Good) -> None:
    rules = good(
        flow=FLOW, rules="rules: {heard: {counts: no}, busy: {hold: yes}, failed: {next_phone: yes}}"
    ).plan.rules
    assert rules["heard"] == Rule(status="heard", counts=False)
    assert (rules["busy"].status, rules["failed"].status) == (None, None)


def test_every_key_of_a_rule_reaches_the_plan(good: Good) -> None:
    written = (
        "rules: {busy: {retry: [10m, next_day], at_most: 2, counts: no, next_phone: yes, status: later}}"
    )
    assert good(rules=written).plan.rules["busy"] == Rule(
        retry=(Delay(after_s=600), Delay()), at_most=2, counts=False, next_phone=True, status="later"
    )
    assert good(rules="rules: {lost: {hold: yes, status: unknown}}").plan.rules["lost"] == Rule(
        hold=True, status="unknown"
    )


def test_defaults_say_no_more_than_attempts_leave_room_for(good: Good) -> None:
    assert len(good(dial=dial(2)).plan.rules["no_answer"].retry) == 1
    assert len(good(dial=dial(3)).plan.rules["no_answer"].retry) == 2
    one = good(dial=dial(1)).plan.rules
    assert len(one["no_answer"].retry) == 1  # the way to `exhausted`
    assert one["rejected"].at_most == DEFAULT_RULES["rejected"].at_most


@pytest.mark.parametrize(("attempts", "told"), [(1, ["S603"]), (2, ["S603"]), (3, []), (4, [])])
def test_two_retries_need_three_attempts(check: Check, attempts: int, told: list[str]) -> None:
    assert codes(check(dial=dial(attempts), rules="rules: {busy: {retry: [1h, 2h]}}")[1]) == told


@pytest.mark.parametrize(("at_most", "told"), [(2, []), (3, ["S603"])])
def test_retries_by_one_rule_are_within_attempts_too(check: Check, at_most: int, told: list[str]) -> None:
    rules = f"rules: {{busy: {{retry: 1h, at_most: {at_most}}}, congestion: {{retry: 1m, counts: no, at_most: 99}}}}"
    assert codes(check(dial=dial(3), rules=rules)[1]) == told


def test_broken_attempts_are_not_held_against_the_rules(check: Check) -> None:
    _, problems = check(
        dial="dial: {gateways: [main], caller_id: +74951234567, attempts: some}",
        rules="rules: {busy: {retry: [1h, 2h, 3h]}}",
    )
    assert codes(problems) == ["S109"]


@pytest.mark.parametrize(
    ("policy", "told"),
    [("off", ["S602"]), ("treat_as_human", ["S602"]), ("hang_up", []), ("leave_message", [])],
)
def test_a_rule_for_machines_needs_their_detection(check: Check, policy: str, told: list[str]) -> None:
    assert codes(check(machine=f"machine: {policy}", rules="rules: {machine: {retry: 4h}}")[1]) == told


def test_a_broken_policy_is_not_held_against_the_rules(check: Check) -> None:
    assert codes(check(machine="machine: maybe", rules="rules: {machine: {retry: 4h}}")[1]) == ["S108"]


def test_a_broken_retry_is_not_held_against_at_most(check: Check) -> None:
    assert codes(check(rules="rules: {busy: {retry: soon, at_most: 1}}")[1]) == ["S106"]


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ("", "answered"),
        ("", "bad_number"),
        ("", "exhausted"),
        ("", "new"),
        ("", "heard"),
        ("rules: {heard: {status: done}}", "done"),
        ("rules: {busy: {}}", "busy"),
    ],
)
def test_statuses_that_rules_can_give_may_be_expected(check: Check, rules: str, status: str) -> None:
    tests = f"tests: [{{name: t, call: answers, expect: {{status: {status}}}}}]"
    assert codes(check(flow=FLOW, rules=rules, tests=tests)[1]) == []


@pytest.mark.parametrize(
    ("rules", "status"), [("", "busy"), ("rules: {heard: {status: done}}", "heard"), ("", "done")]
)
def test_statuses_that_no_rule_gives_may_not_be_expected(check: Check, rules: str, status: str) -> None:
    tests = f"tests: [{{name: t, call: answers, expect: {{status: {status}}}}}]"
    assert codes(check(flow=FLOW, rules=rules, tests=tests)[1]) == ["S703"]


def test_a_status_is_not_doubted_beside_a_broken_rule(check: Check) -> None:
    tests = "tests: [{name: t, call: answers, expect: {status: done}}]"
    assert codes(check(rules="rules: {busy: often}", tests=tests)[1]) == ["S103"]
    assert codes(check(rules="rules: {busy: {status: Done!}}", tests=tests)[1]) == ["S105"]
