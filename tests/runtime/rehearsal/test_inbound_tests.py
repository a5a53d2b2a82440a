"""`prozvon test` of lines that are called: what passes, what fails, and how a failure reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.runtime.rehearsal.scenario_tests import run_tests
from orchestrator.runtime.rehearsal.test_outcome import TestOutcome
from tests.runtime.ivr import LINE, compiled_line

READY = "services: {crm/orders: {state: ready, sum: 100}}"


def outcome(folder: Path, test: str, text: str = LINE) -> TestOutcome:
    lines = test.strip("\n").splitlines()
    [found] = run_tests(
        compiled_line(folder, "- name: it\n" + "".join(f"  {line}\n" for line in lines), text)
    )
    return found


@pytest.mark.parametrize(
    "test",
    [
        "call: [hears: hello, hears: choice, says_nothing, hears: choice, says_nothing, hears: bye]\n"
        "expect: {result: none, reached: none, missed: no, notes: none}",
        f"{READY}\ncall: [presses: 1, presses: '1042', presses: 777, hears: told]\n"
        "expect: {result: told, values: {order: 1042, pin: '', card.state: ready}, notes: [row, webhook, sms], "
        "stored: {asked: {order: 1042}}}",
        "services: {crm: 404}\ncall: [presses: 1, presses: '12#', presses: 777, hears: sorry]\n"
        "expect: {result: unknown_order}",
        "services: {crm/orders: 500}\ncall: [presses: 1, presses: '12#', presses: 777]\nexpect: {result: no_service}",
        "services: {crm/orders: down}\ncall: [presses: 1, presses: '12#', presses: 777]\nexpect: {result: no_service}",
        "services: {crm/orders: slow}\ncall: [presses: 1, presses: '12#', presses: 777]\nexpect: {result: no_service}",
        "services: {crm/orders: nonsense}\ncall: [presses: 1, presses: '12#777']\nexpect: {result: no_service}",
        "call: [presses: 2, takes: +79990000021, hears: bye]\n"
        "expect: {result: talked, reached: +79990000021, missed: no}",
        "call: [presses: 2, takes: +79990000022]\nexpect: {result: talked, reached: +79990000022}",
        "call: [presses: 2, takes: +79990000022, hangs_up]\nexpect: {reached: +79990000022, missed: no}",
        "call: [presses: 2, nobody_takes, hears: sorry]\nexpect: {result: nobody, reached: none}",
        "call: [presses: 2, hears: sorry]\nexpect: {result: nobody}",
        "call: [presses: 3, hears: leave_message, speaks: 5s, hears: record_review, presses: 1, hears: bye]\n"
        "expect: {result: recorded, notes: recording}",
        "call: [presses: 3, speaks: 5s, presses: '#', presses: 2, speaks: 5s, speaks: 5s, hears: record_review, "
        "presses: 3, hears: record_review, presses: 1]\nexpect: {result: recorded, notes: [recording]}",
        "call: [presses: 3, speaks: 31s, hears: record_review, presses: 1]\nexpect: {result: recorded}",
        "call: [presses: 3, speaks: 5s, hangs_up]\nexpect: {notes: recording, missed: yes}",
        "call: [presses: 3, hears: leave_message, hangs_up]\nexpect: {notes: none, missed: yes}",
        "call: [presses: 3, hears: leave_message, waits: 10s]\nexpect: {notes: none}",
        "call: [presses: 3, hears: leave_message, presses: '#']\nexpect: {notes: none}",
        "call: [presses: 4, hears: queue_position, takes: +79990000012, hears: bye]\n"
        "expect: {reached: +79990000012, missed: no}",
        "queues: {sales: full}\ncall: [presses: 4, hears: sorry]\nexpect: {result: nobody, missed: yes}",
        "queues: {sales: down}\ncall: [presses: 4, takes: +79990000011]\nexpect: {reached: +79990000011}",
        "call: [presses: 4, hears: callback_offer, presses: 1, hears: callback_promised]\n"
        "expect: {missed: yes, notes: callback}",
        "call: [presses: 4, nobody_takes, hears: sorry]\nexpect: {result: nobody, missed: yes}",
        "caller: none\ncall: hangs_up\nexpect: {missed: no}",
        "caller: +442071234567\ncalled: +74950000105\ncall: hangs_up\nexpect: {missed: yes}",
        "at: sat 12:00\ncall: [hears: shut, hears: callback_offer, presses: 1]\nexpect: {notes: callback, missed: yes}",
        "at: 2026-12-02 20:00\nlanguage: en\ncall: [hears: shut]\nexpect: {missed: yes}",
        "calls: [hangs_up, no_answer, [answers, hears: back, takes: +79990000011]]\n"
        "expect: {missed: yes, attempts: 2, waits: [2m, 30m], reached: +79990000011, disposition: answered}",
        "calls: [hangs_up, busy, busy]\nexpect: {attempts: 2, waits: [2m, 10m], status: exhausted, result: none}",
        "at: fri 17:59\ncalls: [hangs_up, [answers, hangs_up]]\nexpect: {attempts: 1, waits: [2m]}",
    ],
)
def test_moves_that_fit_pass(tmp_path: Path, test: str) -> None:
    found = outcome(tmp_path, test)
    assert found.passed, found.timeline


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("call: hears: bye", "expected to hear `bye`, but `choice` asks for a key"),
        (
            "call: [presses: 2, takes: +79990000011]",
            "expected `+79990000011` to be rung, but the call is over",
        ),
        ("call: [takes: +79990000021]", "expected `+79990000021` to be rung, but `choice` asks for a key"),
        (
            "call: [presses: 3, takes: +79990000021]",
            "expected `+79990000021` to be rung, but the call is over",
        ),
        ("call: [nobody_takes]", "expected somebody to be rung, but `choice` asks for a key"),
        ("call: [speaks: 5s]", "expected a recording, but `choice` asks for a key"),
        ("call: [presses: 2, speaks: 5s]", "nothing is recorded any more: the call is over"),
        (
            "call: [presses: 1, presses: '12#', presses: 777]",
            "`crm/orders` is asked, and the test does not say what it answers: write `services: {crm/orders: ...}`",
        ),
        (
            "calls: [[presses: 2, takes: +79990000021], busy]",
            "this callback is never made: +79990000021 took the call",
        ),
        (
            "calls: [[says_nothing, says_nothing], busy]",
            "this callback is never made: the call was not missed, it ended as `flow`",
        ),
        (
            "calls: [hangs_up, busy, busy, busy]",
            "call 3 is never made: after call 2 the lead is done, status exhausted",
        ),
    ],
)
def test_a_move_that_does_not_fit_says_what_came_instead(tmp_path: Path, test: str, why: str) -> None:
    test = test.replace("call: hears: bye", "call: [hears: bye]")
    found = outcome(tmp_path, f"{test}\nexpect: {{result: none}}")
    assert [failure.text for failure in found.failures] == [why]


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ("{result: talked}", "result: expected talked, it is told"),
        ("{reached: +79990000021}", "reached: expected +79990000021, it is none"),
        ("{missed: yes}", "missed: expected yes, it is no"),
        ("{notes: [sms]}", "notes: expected [sms], it is [row, webhook, sms]"),
        ("{values: {order: 7}}", "values: order: expected 7, it is 1042"),
        (
            "{stored: {asked: {order: 7}}}",
            "stored: expected {'order': '7'} in asked, it is {'order': '1042'}",
        ),
    ],
)
def test_what_did_not_come_true_is_told(tmp_path: Path, expect: str, why: str) -> None:
    found = outcome(tmp_path, f"{READY}\ncall: [presses: 1, presses: 1042777]\nexpect: {expect}")
    assert [failure.text for failure in found.failures] == [why]


def test_a_row_that_was_not_stored_is_told(tmp_path: Path) -> None:
    found = outcome(tmp_path, "call: hangs_up\nexpect: {stored: {asked: {order: 7}}}")
    assert [failure.text for failure in found.failures] == ["stored: expected a row in asked, there is none"]


def test_the_timeline_tells_the_call_and_what_comes_of_it(tmp_path: Path) -> None:
    found = outcome(
        tmp_path, f"{READY}\ncall: [presses: 1, presses: 1042777]\nexpect: {{result: unknown_order}}"
    )
    shown = found.timeline
    assert "+79990000001 calls +74950000001, Tue 2026-12-01 12:00 (Europe/Moscow)" in shown
    assert "asks POST crm/orders" in shown
    assert "it answers {'state': 'ready', 'sum': '100'}" in shown
    assert 'told "Заказ ready, сто рублей."' in shown
    assert "over: flow, result told, reached nobody" in shown
    assert "then row into asked: order=1042" in shown
    assert 'then sms to +79990000001: "Заказ 1042."' in shown
    assert "not missed" in shown


def test_callbacks_are_told_with_their_times(tmp_path: Path) -> None:
    test = "at: fri 17:59\ncalls: [[presses: 4, hangs_up], [answers, hears: shut]]\nexpect: {attempts: 1}"
    shown = outcome(tmp_path, test).timeline
    assert "missed (queue); the callback is due Mon 2026-12-07 09:00 (Europe/Moscow)" in shown
    assert "outside calling hours, not before Mon 2026-12-07 09:00" in shown
    assert "callback 1 to +79990000001, Mon 2026-12-07 09:00 (Europe/Moscow)" in shown
    line = next(number for number, text in enumerate(LINE.splitlines(), 1) if "{say: back}" in text)
    assert f'missed:{line} back "Вы звонили."' in shown


def test_answers_of_a_service_come_in_turn_and_the_last_one_repeats(tmp_path: Path) -> None:
    text = LINE.replace(
        "lost: [{result: unknown_order}, {say: sorry}]", "lost: [{set: {again: once}}, {goto: start}]"
    )
    call = "call: [presses: 1, presses: 1042777, presses: 1, presses: 1043777, presses: 1, presses: 1044777]"
    found = outcome(
        tmp_path,
        f"services: {{crm/orders: [404, 404, {{state: x}}]}}\n{call}\nexpect: {{result: told}}",
        text,
    )
    assert found.passed, found.timeline


def test_a_line_without_callbacks_calls_nobody_back(tmp_path: Path) -> None:
    start = LINE.index("missed:")
    text = (
        LINE[:start]
        .replace('  back: {ru: "Вы звонили.", en: "You called."}\n', "")
        .replace("{offer_callback: next_opening}", "hang_up")
        .replace("        offer_callback: after 20s\n", "")
    )
    found = outcome(tmp_path, "calls: [hangs_up, busy]\nexpect: {missed: no}", text)
    assert [failure.text for failure in found.failures] == [
        "this callback is never made: nobody is called back by this scenario"
    ]


def test_a_line_that_takes_any_number_is_called_at_one(tmp_path: Path) -> None:
    text = LINE.replace('numbers: [+74950000001, "+7495000010?"]', "numbers: any\ntimezone: Europe/Moscow")
    assert "calls +74950000000," in outcome(tmp_path, "call: hangs_up\nexpect: {missed: yes}", text).timeline
    text = LINE.replace(
        'numbers: [+74950000001, "+7495000010?"]', 'numbers: "+7495000010?"\ntimezone: Europe/Moscow'
    )
    assert "calls +74950000100," in outcome(tmp_path, "call: hangs_up\nexpect: {missed: yes}", text).timeline
