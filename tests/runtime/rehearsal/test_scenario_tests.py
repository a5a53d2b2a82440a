"""`prozvon test`: what passes, what fails, and how a failure reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime.rehearsal.scenario_tests import TestOutcome, run_test, run_tests
from orchestrator.runtime.rehearsal.story import clock_of
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from tests.scenario.recordings import tone, write

SCENARIO = """
scenario: shop
kind: robocall
languages: [ru, en]
contact: {name: text}
messages:
  hello: {ru: "Алло, {{ name }}.", en: "Hello, {{ name }}."}
  choice: {ru: "Да - 1, код - 2, конец - 3, слушать - 4.", en: "Yes 1, code 2, end 3, listen 4."}
  wrong: {ru: "Нет такого.", en: "No such key."}
  code: {ru: "Код.", en: "Code."}
  bye: BYE
flow:
  start:
    - say: hello
    - menu: {prompt: choice, timeout: 5s, tries: 2, keys: {1: sure, 2: ask_code, 3: over, 4: listen}, invalid: wrong}
    - result: silent
  sure: [{result: agreed}, {wait: 2s}, {say: bye}]
  ask_code: [{ask: {prompt: code, digits: 2..4, into: number, timeout: 3s, tries: 2}}, {result: done}]
  over: [hang_up]
  listen: [{say: bye}, {goto: start}]
machine: MACHINE
dial:
  gateways: main
  caller_id: +74951234567
  ring: 20s
  hours: HOURS
  timezone: ZONE
  attempts: 4
  per_day: PER_DAY
rules:
  busy: {retry: [10m, 1h]}
  no_answer: {retry: next_day, next_phone: yes}
  invalid_number: {next_phone: yes, status: bad_number}
  rejected: {hold: yes}
  agreed: {status: agreed}
tests:
  - name: it
    contact: {name: Ада, phone: +79990000001, phone2: +79990000002}
"""


def compiled_from(
    tmp_path: Path,
    test: str,
    *,
    machine: str = "leave_message",
    hours: str = "{mon-fri: 09:00-20:00}",
    zone: str = "Europe/Moscow",
    per_day: str = "2",
    bye: str = '{ru: "Пока.", en: "Bye."}',
) -> Compiled:
    """The shop with one test, whose lines are written as in a scenario."""
    text = SCENARIO
    for key, value in (
        ("MACHINE", machine),
        ("HOURS", hours),
        ("ZONE", zone),
        ("PER_DAY", per_day),
        ("BYE", bye),
    ):
        text = text.replace(key, value)
    path = tmp_path / "shop.yaml"
    path.write_text(text + "".join(f"    {line}\n" for line in test.split("\n")), encoding="utf-8")
    scenarios, problems = check_path([path])
    assert problems == []
    return compile_scenario(scenarios[0])


def outcome(tmp_path: Path, test: str, **shop: str) -> TestOutcome:
    (found,) = run_tests(compiled_from(tmp_path, test, **shop))
    return found


def said(found: TestOutcome) -> str:
    (failure,) = found.failures
    return failure.text


# -- moves that fit -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "call: [answers, hears: hello, hears: choice, presses: 1, hears: bye]\nexpect: {result: agreed}",
        "call: [answers, presses: 1]\nexpect: {result: agreed, status: agreed, attempts: 1}",
        "call: [answers, hears: choice, says_nothing, hears: choice, presses: 1]\nexpect: {result: agreed}",
        "call: [answers, says_nothing, says_nothing]\nexpect: {result: silent, status: silent}",
        "call: answers\nexpect: {result: silent, disposition: answered}",
        "call: [answers, presses: 9, hears: wrong, hears: choice, presses: 1]\nexpect: {result: agreed}",
        "call: [answers, presses: 4, hears: bye, hears: hello, presses: 3]\nexpect: {result: none}",
        "call: [answers, presses: 2, hears: code, presses: 12, waits: 3s]\nexpect: {result: done}",
        "call: [answers, presses: 2, presses: 1234]\nexpect: {result: done}",
        'call: [answers, presses: 2, presses: "12#"]\nexpect: {result: done}',
        "call: [answers, presses: 2, presses: 1, presses: 2, says_nothing]\nexpect: {result: done}",
        'call: [answers, presses: "212#"]\nexpect: {result: done}',
        'call: [answers, presses: "4213"]\nexpect: {result: done}',
        "call: [answers, presses: 91]\nexpect: {result: agreed}",
        "call: [answers, waits: 30s]\nexpect: {result: silent}",
        "call: [answers, waits: 1s, presses: 1]\nexpect: {result: agreed}",
        "call: [answers, presses: 1, waits: 1s, hears: bye]\nexpect: {result: agreed}",
        "call: [answers, hangs_up]\nexpect: {result: none, status: answered}",
        "call: [answers, hears: hello]\nlanguage: en\nexpect: {result: silent}",
        "call: [machine, hears: hello, hears: choice]\nexpect: {disposition: machine, result: none}",
        "calls: [failed, congestion]\nexpect: {attempts: 1, disposition: congestion, waits: [1h]}",
    ],
)
def test_moves_that_fit_pass(tmp_path: Path, test: str) -> None:
    found = outcome(tmp_path, test)
    assert found.passed, found.timeline


def test_a_machine_is_treated_as_the_scenario_says(tmp_path: Path) -> None:
    told = "call: machine\nexpect: {disposition: %s}"
    for policy, disposition in (
        ("hang_up", "machine"),
        ("leave_message", "machine"),
        ("treat_as_human", "answered"),
        ("off", "answered"),
    ):
        assert outcome(tmp_path, told % disposition, machine=policy).passed
    assert "hello" not in outcome(tmp_path, told % "machine", machine="hang_up").timeline
    assert "answered by a machine" not in outcome(tmp_path, told % "answered", machine="off").timeline


# -- moves that do not fit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("[answers, presses: 3, presses: 1]", "`1` is pressed when nobody listens: the call is over"),
        ("[answers, presses: 31]", "`1` is pressed when nobody listens: the call is over"),
        ("[machine, presses: 1]", "`1` is pressed when nobody listens: the call is over"),
        ("[answers, hears: bye]", "expected to hear `bye`, but `choice` asks for a key"),
        (
            "[answers, hears: choice, hears: choice]",
            "expected to hear `choice` again, but `choice` asks for a key",
        ),
        ("[answers, presses: 1, hears: hello]", "expected to hear `hello`, but the call is over"),
        ("[answers, presses: 3, says_nothing]", "nothing is asked any more: the call is over"),
        ("[answers, presses: 3, hangs_up]", "there is nothing to hang up: the call is over"),
    ],
)
def test_a_move_that_does_not_fit_says_what_came_instead(tmp_path: Path, call: str, why: str) -> None:
    found = outcome(tmp_path, f"call: {call}\nexpect: {{result: none}}")
    assert said(found) == why
    assert found.failures[0].place.endswith("shop.yaml:39")


def test_a_call_after_the_end_of_the_lead_is_never_made(tmp_path: Path) -> None:
    found = outcome(tmp_path, "calls: [[answers, presses: 1], busy]\nexpect: {status: agreed}")
    assert said(found) == "call 2 is never made: after call 1 the lead is done, status agreed"
    found = outcome(tmp_path, "calls: [rejected, busy]\nexpect: {status: agreed}")
    assert said(found) == "call 2 is never made: after call 1 the lead is held for a person, status new"


def test_a_flow_that_breaks_off_fails_the_test(tmp_path: Path) -> None:
    compiled = compiled_from(tmp_path, "call: [answers, presses: 1]\nexpect: {result: agreed}")
    flow = {**compiled.program["flow"], "sure": [{"do": "goto", "block": "sure", "line": 17}]}
    (found,) = run_tests(replace(compiled, program={**compiled.program, "flow": flow}))
    assert said(found).startswith("the flow broke off: ")
    assert "error at line 17" in said(found)


# -- expectations -------------------------------------------------------------------------------------------


def test_every_expectation_that_did_not_come_true_is_told(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        "calls: [busy, [answers, presses: 1]]\n"
        "expect: {result: none, status: silent, attempts: 1, waits: [next_day], disposition: busy}",
    )
    assert [failure.text for failure in found.failures] == [
        "result: expected none, it is agreed",
        "status: expected silent, it is agreed",
        "attempts: expected 1, it is 2",
        "waits: expected [next_day], it is [10m]",
        "disposition: expected busy, it is answered",
    ]
    assert {failure.place for failure in found.failures} == {f"{tmp_path}/shop.yaml:37"}
    assert [ending.disposition for ending, _ in found.calls] == [Disposition.BUSY, Disposition.ANSWERED]
    assert [decision.rule for _, decision in found.calls] == ["busy", "agreed"]


# -- time ---------------------------------------------------------------------------------------------------


def test_a_retry_outside_calling_hours_is_made_at_the_opening(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        "at: 2026-12-04 19:55\ncalls: [busy, [answers, presses: 1]]\nexpect: {waits: [10m], status: agreed}",
    )
    assert found.passed
    assert "outside calling hours, not before Mon 2026-12-07 09:00" in found.timeline
    assert "call 2 to +79990000001, Mon 2026-12-07 09:00 (Europe/Moscow)" in found.timeline


def test_the_cap_per_day_moves_a_call_to_the_next_day(tmp_path: Path) -> None:
    test = "calls: [busy, busy, [answers, presses: 1]]\nexpect: {waits: [10m, 1h]}"
    found = outcome(tmp_path, test)
    assert found.passed
    assert "the number had its calls of the day (per_day: 2)" in found.timeline
    assert "call 3 to +79990000001, Wed 2026-12-02 09:00" in found.timeline
    assert "per_day" not in outcome(tmp_path, test, per_day="no_limit").timeline


def test_a_full_trunk_does_not_count_against_the_cap_per_day(tmp_path: Path) -> None:
    found = outcome(tmp_path, "calls: [congestion, congestion, congestion]\nexpect: {attempts: 0}")
    assert "per_day" not in found.timeline


def test_numbers_take_turns_and_a_bad_one_gives_way_at_once(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        "calls: [no_answer, invalid_number, [answers, presses: 1]]\nexpect: {waits: [next_day], status: agreed}",
    )
    assert found.passed, found.timeline
    assert "again Wed 2026-12-02 09:00 on +79990000002" in found.timeline
    assert "call 3 to +79990000001, Wed 2026-12-02 09:00" in found.timeline


def test_a_number_of_several_zones_is_called_when_all_are_open(tmp_path: Path) -> None:
    test = "call: busy\nexpect: {attempts: 1}"
    found = outcome(tmp_path, test, zone="contact")
    assert found.passed
    assert ", in any of 11 zones)" in found.timeline
    assert clock_of("Asia/Omsk+Europe/Moscow").key == "Asia/Omsk"
    never = outcome(tmp_path, test, zone="contact", hours="{daily: 10:00-11:00}")
    assert said(never) == "calling hours do not open within a year"


def test_a_contact_that_no_list_would_bring_fails_the_test(tmp_path: Path) -> None:
    compiled = compiled_from(tmp_path, "call: busy\nexpect: {attempts: 1}")
    test = replace(compiled.tests[0], contact={"name": "Ада", "phone": "12"})
    found = run_test(compiled, test)
    assert not found.passed
    assert said(found).startswith("the contact is refused: phone: ")
    assert found.timeline == f"  FAILED {tmp_path}/shop.yaml:37: {said(found)}"


# -- the timeline -------------------------------------------------------------------------------------------


def test_a_failure_reads_as_a_story(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        "calls: [busy, [answers, hears: hello, presses: 2, presses: 12, hears: bye]]\nexpect: {result: done}",
    )
    assert found.timeline.split("\n") == [
        "  +00:00:00      call 1 to +79990000001, Tue 2026-12-01 12:00 (Europe/Moscow)",
        "  +00:00:03      busy (USER_BUSY)",
        "                 rule busy: again Tue 2026-12-01 12:10; status new, 1 of 4 attempts",
        "  +00:10:03      call 2 to +79990000001, Tue 2026-12-01 12:10 (Europe/Moscow)",
        "  +00:10:08      answered by a human",
        '  +00:10:08      start:14 hello "Алло, Ада."',
        '  +00:10:08.7    start:15 choice "Да - 1, код - 2, конец - 3, слушать - 4."',
        "  +00:10:11.6    presses 2",
        '  +00:10:11.6    ask_code:18 code "Код."',
        "  +00:10:11.9    presses 12",
        f"  FAILED {tmp_path}/shop.yaml:39: expected to hear `bye`, but the call is over",
    ]


def test_a_recording_is_shown_by_its_name_and_lasts_as_long_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "bye.wav", tone(3.0))
    bye = "{ru: {file: bye.wav}, en: {file: bye.wav}}"
    found = outcome(tmp_path, "call: [answers, presses: 1]\nexpect: {result: agreed}", bye=bye)
    assert '+00:00:10.6    sure:17 bye "(bye.wav)"' in found.timeline
    assert "+00:00:13.6    over: answered, result agreed" in found.timeline
