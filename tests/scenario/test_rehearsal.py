"""`tests:` in the form that the runner takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from orchestrator.domain.plan import Delay
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.rehearsal import BEGINNINGS, Expectation, MoveKind, TestSpec
from orchestrator.scenario.rehearsal_answers import QueueAnswer, ServiceAnswer
from orchestrator.scenario.rehearsal_text import written_queue, written_test

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


# -- calls that come in ---------------------------------------------------------------------------------------

WORLD = {
    "numbers": 'numbers: [+74950000001, "+7495000010?"]\ntimezone: Europe/Moscow',
    "messages": "messages: {hello: {ru: Алло}}\nqueues: {sales: {agents: +79990000011}}",
    "flow": """
flow:
  start:
    - say: hello
    - fetch: {get: crm/orders, send: {}, otherwise: people}
    - fetch: {post: shop, send: {}}
    - store: {into: rows, values: {a: x}}
    - goto: people
  people: [{forward: +79990000021}, {transfer: {to: +79990000022, otherwise: last}}]
  last: [{queue: sales}, {result: done}]""",
}
BACK = "missed: {attempts: 2, rules: {busy: {retry: 10m}, done: {status: over}}, flow: [{say: hello}, {goto: last}]}"


def line_codes(check_line: Check, test: str, missed: str = BACK) -> list[str]:
    parts = {**WORLD, "missed": missed, "tests": f"tests:\n  - {{name: t, {test}}}"}
    return codes(check_line(**parts)[1])


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("call: hangs_up, expect: {missed: yes}", []),
        ("call: [takes: +79990000021], caller: none, expect: {reached: +79990000021}", []),
        ("call: [takes: +79990000011], called: +74950000105, expect: {reached: none}", []),
        (
            "call: [nobody_takes], services: {crm/orders: 404, shop: [down, {a: 1}]}, expect: {notes: none}",
            [],
        ),
        ("call: [hears: hello], services: {crm: {a: [1]}}, queues: {sales: 3}, expect: {values: {a: b}}", []),
        ("calls: [hangs_up, busy, busy], expect: {attempts: 2, waits: [2m, 10m], status: over}", []),
        ("call: hangs_up, expect: {notes: [sms, row], stored: {rows: {a: x}}}", []),
        ("call: hangs_up, at: sat 22:00, language: ru, expect: {disposition: machine}", []),
        # what does not happen in such a call
        ("call: answers, expect: {missed: yes}", ["S702"]),
        ("call: [hangs_up, hears: hello], expect: {missed: yes}", ["S702"]),
        ("calls: [hangs_up, hangs_up], expect: {missed: yes}", ["S702"]),
        ("calls: [hangs_up, [busy, hangs_up]], expect: {missed: yes}", ["S702"]),
        ("call: hangs_up, contact: {phone: +79990000001}, expect: {missed: yes}", ["S707"]),
        # what the flow never comes to
        ("call: [takes: +79990000099], expect: {missed: yes}", ["S703"]),
        ("call: hangs_up, services: {crm/order: 404}, expect: {missed: yes}", ["S703"]),
        ("call: hangs_up, queues: {sale: full}, expect: {missed: yes}", ["S703"]),
        ("call: hangs_up, called: +74950000209, expect: {missed: yes}", ["S703"]),
        ("call: hangs_up, expect: {stored: {row: {a: x}}}", ["S703"]),
        ("call: hangs_up, expect: {result: dne}", ["S703"]),
        ("calls: [hangs_up, busy], expect: {status: ovr}", ["S703"]),
        ("calls: [hangs_up, busy], expect: {attempts: 2}", ["S703"]),
        ("calls: [hangs_up, busy], expect: {waits: [2m, 10m]}", ["S703"]),
        ("calls: [hangs_up, busy], expect: {disposition: abandoned}", ["S703"]),
        # how it is written
        ("call: [takes: 79990000011], expect: {missed: yes}", ["S103"]),
        ("call: [speaks: long], expect: {missed: yes}", ["S106"]),
        ("call: hangs_up, caller: nobody, expect: {missed: yes}", ["S103"]),
        ("call: hangs_up, called: none, expect: {missed: yes}", ["S103"]),
        ("call: hangs_up, services: {crm/orders: [what, 404, 99]}, expect: {missed: yes}", ["S103", "S103"]),
        ("call: hangs_up, queues: {sales: 0}, expect: {missed: yes}", ["S107"]),
        ("call: hangs_up, expect: {notes: [letter]}", ["S108"]),
        ("call: hangs_up, expect: {reached: 495}", ["S103"]),
        ("call: hangs_up, at: someday, expect: {missed: yes}", ["S103"]),
        ("call: hangs_up, at: sat 25:00, expect: {missed: yes}", ["S103"]),
        ("call: hangs_up, expect: {}", ["S102"]),
    ],
)
def test_tests_of_calls_that_come_in_have_their_shape(check_line: Check, test: str, told: list[str]) -> None:
    assert line_codes(check_line, test) == told


@pytest.mark.parametrize("key", ["status: x", "attempts: 0", "waits: 2m", "disposition: busy"])
def test_without_callbacks_nothing_comes_of_them(check_line: Check, key: str) -> None:
    assert line_codes(check_line, f"calls: [hangs_up, busy], expect: {{{key}}}", "") == ["S703"]


def test_a_line_that_takes_any_number_is_called_at_any(check_line: Check) -> None:
    parts = {**WORLD, "numbers": "numbers: any\ntimezone: Europe/Moscow", "missed": BACK}
    test = "tests: [{name: t, call: hangs_up, called: +442071234567, expect: {missed: yes}}]"
    assert codes(check_line(**parts, tests=test)[1]) == []


def test_nothing_is_held_against_a_test_of_a_flow_that_is_not_understood(check_line: Check) -> None:
    broken = {**WORLD, "flow": WORLD["flow"] + "\n  other: [{say: [x]}]", "missed": BACK}
    test = "tests: [{name: t, call: [takes: +79990000099], expect: {missed: yes}}]"
    assert "S703" not in codes(check_line(**broken, tests=test)[1])
    queues = {
        **WORLD,
        "messages": "messages: {hello: {ru: Алло}}\nqueues: {sales: {agents: x}}",
        "missed": BACK,
    }
    assert "S703" in codes(check_line(**queues, tests=test)[1])


def test_a_test_of_a_call_that_comes_in_is_read_as_it_is_written(check_line: Check) -> None:
    test = """tests:
  - name: t
    caller: none
    called: +74950000001
    services: {crm/orders: {a: {b: 1}, c: [x, {d: y}]}, shop: [404, slow, nonsense]}
    queues: {sales: down}
    at: sun 09:30
    call: [speaks: 1m, takes: +79990000011]
    expect: {result: none, reached: none, missed: no, notes: none, stored: {rows: {a: x}}, values: {a: ''}}
"""
    scenarios, problems = check_line(**WORLD, missed=BACK, tests=test)
    assert codes(problems) == []
    [made] = scenarios[0].tests
    assert (made.caller, made.called, made.contact) == ("", "+74950000001", {})
    assert made.at == dt.datetime(2026, 12, 6, 9, 30)
    assert made.services == {
        "crm/orders": (ServiceAnswer(fields={"a.b": "1", "c.0": "x", "c.1.d": "y"}),),
        "shop": (
            ServiceAnswer(status=404),
            ServiceAnswer(status=0, why="slow"),
            ServiceAnswer(status=200, why="nonsense"),
        ),
    }
    assert [answer.is_ok for answers in made.services.values() for answer in answers] == [
        True,
        False,
        False,
        False,
    ]
    assert made.queues == {"sales": QueueAnswer(is_down=True)}
    assert [move.seconds for move in made.calls[0]] == [60.0, 0.0]
    assert made.expect == Expectation(
        result="", reached="", missed=False, notes=(), stored={"rows": {"a": "x"}}, values={"a": ""}
    )
    [spec] = scenarios[0].model.tests
    assert isinstance(spec, TestSpec)
    written = written_test(spec, ())
    assert written["services"]["crm/orders"] == {"a": {"b": "1"}, "c": ["x", {"d": "y"}]}
    assert written["services"]["shop"] == ["404", "slow", "nonsense"]
    assert written["queues"] == {"sales": "down"}
    assert written["call"] == [{"speaks": "1m"}, {"takes": "+79990000011"}]
    assert written["expect"]["notes"] == "none"


def test_answers_of_queues_are_written_as_they_are_read() -> None:
    assert written_queue(QueueAnswer(why="full")) == "full"
    assert written_queue(QueueAnswer(position=3)) == "3"
