"""What rules tell, in the tests of scenarios: expected under `told`, and shown in the timeline."""

from __future__ import annotations

from pathlib import Path

from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import compile_scenario
from tests.runtime.ivr import LINE
from tests.runtime.rehearsal.test_inbound_tests import outcome
from tests.scenario.conftest import HERE

TOLD = HERE / "everything_told.yaml"


def lines(path: Path) -> list[str]:
    """The timeline of the last test of a file."""
    scenarios, problems = check_path(path)
    assert problems == []
    return run_tests(compile_scenario(scenarios[0]))[-1].timeline.splitlines()


def changed(folder: Path, *swaps: tuple[str, str]) -> Path:
    text = TOLD.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    path = folder / "told.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_that_rules_tell_over_all_calls_is_compared_in_its_order() -> None:
    scenarios, _ = check_path(TOLD)
    found = run_tests(compile_scenario(scenarios[0]))
    assert [each.passed for each in found] == [True, True, True]


def test_what_was_told_instead_is_said(tmp_path: Path) -> None:
    path = changed(tmp_path, ("told: [sms late, email late, email sorry]", "told: [email late, sms late]"))
    scenarios, _ = check_path(path)
    first, *_ = run_tests(compile_scenario(scenarios[0]))
    assert [failure.text for failure in first.failures] == [
        "told: expected [email late, sms late], it is [sms late, email late, email sorry]"
    ]


def test_the_timeline_shows_whom_it_tells_what(tmp_path: Path) -> None:
    swaps = (
        ("    call: busy\n", "    language: en\n    call: [answers, presses: 7]\n"),
        ("expect: {told: none}", "expect: {status: chosen}"),
    )
    told = [line.strip() for line in lines(changed(tmp_path, *swaps)) if " then " in line]
    assert told == [
        'then sms late to +79990000001: "Customer, order 1042 waits. You chose 7."',
        'then email late to anna@shop.example: "Customer, order 1042 waits. You chose 7."',
        'then email sorry to office: "We missed you, order 1042"',
    ]


def test_nobody_is_told_where_a_column_is_empty(tmp_path: Path) -> None:
    swaps = (
        ("    call: busy\n", "    call: [answers, waits: 40s]\n"),
        ("expect: {told: none}", "expect: {result: heard}"),
    )
    told = [line.strip() for line in lines(changed(tmp_path, *swaps)) if "then sms" in line]
    assert told[1].startswith("then sms sorry to nobody")


def test_callbacks_tell_too(tmp_path: Path) -> None:
    text = LINE.replace("rules: {", "rules: {exhausted: {status: exhausted, webhook: crm/lost}, ")
    assert text != LINE
    calls = "calls: [hangs_up, busy, busy]\n"
    assert outcome(tmp_path, f"{calls}expect: {{attempts: 2, told: webhook crm/lost}}", text).passed
    (failure,) = outcome(tmp_path, f"{calls}expect: {{told: none}}", text).failures
    assert failure.text == "told: expected [], it is [webhook crm/lost]"
