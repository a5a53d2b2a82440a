"""`tests:` in the form that the runner takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from orchestrator.domain.plan import Delay
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import BEGINNINGS, Expectation, MoveKind

from .conftest import Check, codes, compiled

Good = Callable[..., Compiled]


def test_a_test_is_read_as_it_is_written() -> None:
    sample, right, _ = compiled("everything.yaml").tests
    assert right.name == "the right code"
    assert right.language == "ru"
    assert right.at == dt.datetime(2026, 12, 2, 10)
    assert [[move.kind.value for move in call] for call in right.calls] == [
        ["busy"],
        ["answers", "hears", "presses", "hears", "presses", "waits", "hangs_up"],
    ]
    moves = right.calls[1]
    assert [move.text for move in moves] == ["", "hello", "1", "which", "1042*", "", ""]
    assert moves[5].seconds == 2.0
    assert all(move.mark.line == right.mark.line + 6 for move in moves)
    assert right.expect == Expectation(status="right", attempts=2, waits=(Delay(after_s=600),))
    assert sample.expect == Expectation(result="", attempts=1, disposition="no_answer")


def test_a_test_without_a_contact_has_the_one_of_the_test_before() -> None:
    sample, right, machine = compiled("everything.yaml").tests
    assert right.contact == machine.contact
    assert right.contact == {
        "phone": "+79990000001",
        "name": "",
        "order": "1042",
        "sum": "10.5",
        "due": "2026-12-01",
    }
    assert sample.contact["phone"] == "+79990000001"
    assert sample.contact["due"] == "2026-12-01"
    assert sample.contact["name"] == "name"
    assert "phone2" not in sample.contact


def test_a_sample_contact_has_a_value_of_each_type(check: Check) -> None:
    types = ("text", "digits", "number", "money", "date", "time", "phone")
    columns = ", ".join(f"x{kind}: {kind}" for kind in types)
    said = " ".join(f"{{{{ x{kind}{f' | {kind}' if kind in ('date', 'time') else ''} }}}}" for kind in types)
    parts = {"contact": f"contact: {{{columns}}}", "messages": f"messages: {{hello: {{ru: '{said}'}}}}"}
    sample = (
        check(**parts, tests="tests: [{name: t, call: busy, expect: {attempts: 1}}]")[0][0].tests[0].contact
    )
    written = ", ".join(f"{name}: '{value}'" for name, value in sample.items())
    tests = f"tests: [{{name: t, contact: {{{written}}}, call: busy, expect: {{attempts: 1}}}}]"
    assert codes(check(**parts, tests=tests)[1]) == []


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_call_may_be_a_single_move(good: Good, kind: MoveKind) -> None:
    made = good(tests=f"tests: [{{name: t, call: {kind}, expect: {{attempts: 1}}}}]")
    assert [[move.kind for move in call] for call in made.tests[0].calls] == [[kind]]


def test_expectations_that_are_not_named_are_not_compared(good: Good) -> None:
    made = good(tests="tests: [{name: t, calls: [busy, busy], expect: {waits: next_day}}]")
    assert made.tests[0].expect == Expectation(waits=(Delay(),))
    assert made.tests[0].language is None


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ("[answers, presses: 12#]", []),
        ("[machine, hears: hello]", []),
        ("[answers, hangs_up]", []),
        ("[answers, waits: 1h]", ["S107"]),
        ("[answers, waits: a]", ["S106"]),
        ("[answers, hears: 'Hello']", ["S105"]),
        ("[answers, presses: '']", ["S111"]),
        ("[answers, says_nothing: 1]", ["S701"]),
        ("[answers, {hears: hello, presses: 1}]", ["S701"]),
        ("[says_nothing]", ["S702"]),
        ("[machine, busy]", ["S702"]),
        ("[]", ["S111"]),
        ("{answers: 1}", ["S701"]),
    ],
)
def test_moves_have_their_shape_and_place(check: Check, moves: str, told: list[str]) -> None:
    for call in (f"call: {moves}", f"calls: [{moves}]"):
        assert (
            codes(check(tests=f"tests: [{{name: t, {call}, expect: {{disposition: answered}}}}]")[1]) == told
        )


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{disposition: abandoned}", ["S703"]),
        ("{disposition: machine}", []),
        ("{attempts: 2, waits: 1h}", []),
        ("{attempts: 3}", ["S703"]),
        ("{waits: [1h, 1h]}", ["S703"]),
        ("{attempts: many}", ["S109"]),
    ],
)
def test_expectations_must_be_possible(check: Check, expect: str, told: list[str]) -> None:
    assert codes(check(tests=f"tests: [{{name: t, calls: [busy, busy], expect: {expect}}}]")[1]) == told


def test_broken_calls_are_not_held_against_the_expectation(check: Check) -> None:
    assert codes(
        check(tests="tests: [{name: t, calls: [bsy], expect: {attempts: 3, waits: [1h, 1h]}}]")[1]
    ) == ["S701"]


@pytest.mark.parametrize(
    ("column", "good_value", "bad_value"),
    [
        ("digits", "0042", "4 2"),
        ("number", "-4.25", "4,25"),
        ("money", "100.5", "100.555"),
        ("date", "2026-02-28", "28.02.2026"),
        ("time", "9:05", "9:65"),
        ("text", "anything {{ at }} all", ""),
    ],
)
def test_values_of_a_contact_fit_their_columns(
    check: Check, column: str, good_value: str, bad_value: str
) -> None:
    plain = f"{{{{ x | {column} }}}}" if column in ("date", "time") else "{{ x }}"
    for value, told in ((good_value, []), (bad_value, ["S704"])):
        _, problems = check(
            contact=f"contact: {{x: {column}}}",
            messages=f"messages: {{hello: {{ru: 'Раз {plain}'}}}}",
            tests=f"tests: [{{name: t, contact: {{x: '{value}'}}, call: busy, expect: {{attempts: 1}}}}]",
        )
        assert codes(problems) == told


def test_special_columns_may_be_in_a_contact_undeclared(check: Check) -> None:
    contact = "{phone: '+7 (999) 000-00-01', phone2: 89990000002, language: ru, timezone: Europe/Moscow}"
    assert (
        codes(
            check(tests=f"tests: [{{name: t, contact: {contact}, call: busy, expect: {{attempts: 1}}}}]")[1]
        )
        == []
    )
