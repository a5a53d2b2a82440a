"""The step machine beyond single verbs: broken programs, bounds, and that it is a pure function."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from flow_programs import ask, menu, program, say
from hypothesis import given
from hypothesis import strategies as st

from callflow import machine
from callflow.moves import Action, Digits, Gather, Gone, HangUp, Input, Play, Played, Started
from callflow.state import ACTIONS_PER_CALL, PATH_MAX, State
from callflow.values import compare

NOBODY: dict[str, object] = {"c": {}, "l": "ru", "s": {}}


def begin(made: Any, payload: Any = NOBODY) -> tuple[State, Action]:
    return machine.step(machine.start(made, payload), Started(), 0.0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "unknown program format"),
        ({"kind": "dance"}, "unknown program kind"),
        ({"machine": "eat_it"}, "unknown machine policy"),
        ({"languages": []}, "no languages"),
        ({"languages": "ru"}, "no languages"),
        ({"flow": None}, "no flow"),
        ({"flow": {}}, "no such block"),
        ({"flow": {"start": {"do": "say"}}}, "no steps of a block"),
        ({"flow": {"start": ["say"]}}, "no step"),
        ({"flow": {"start": [{"do": "dance"}]}}, "unknown verb"),
        ({"flow": {"start": [{"do": 7}]}}, "no name in do"),
        ({"flow": {"start": [{"do": "say", "line": "x", "message": "a"}]}}, "no count in line"),
        ({"messages": {"hello": {"ru": [{"file": "../../etc/passwd"}]}}}, "no sound file name"),
        ({"messages": {"hello": {"ru": [{"file": 5}]}}}, "no sound file name"),
        ({"messages": {"hello": {"ru": [{"text": "a" * 5000}]}}}, "no text in a part"),
        ({"messages": {"hello": {"ru": [{"var": "a", "filter": "rhyme"}]}}}, "unknown filter"),
        ({"messages": {"hello": {"ru": [{"var": "a", "filter": []}]}}}, "no filter"),
        ({"flow": {"start": [{**say("hello"), "barge_in": "no"}]}}, "no yes or no in barge_in"),
        ({"messages": {"hello": {"ru": [{"var": "a b", "filter": None}]}}}, "no name in var"),
        ({"messages": {"hello": {"ru": [{"said": True}]}}}, "no count in said"),
    ],
)
def test_a_program_it_does_not_understand_ends_with_an_error_that_says_why(
    change: dict[str, Any], why: str
) -> None:
    state, action = begin(program({"start": [say("hello")]}, **change))
    assert action == HangUp()
    assert (state.flow, state.is_over) == ("error", True)
    assert state.path[-1].endswith(": " + why)


@pytest.mark.parametrize("made", [None, [], "program", 5])
def test_a_program_that_is_no_object_is_an_error(made: Any) -> None:
    state, action = begin(made)
    assert (state.flow, action) == ("error", HangUp())


@pytest.mark.parametrize("payload", [{}, {"c": [], "s": {}}, {"s": {"hello": "x"}}, {"s": {"hello": [1]}}])
def test_a_payload_without_what_a_message_needs_is_an_error(payload: Any) -> None:
    messages = {"hello": {"ru": [{"said": 0}, {"var": "city", "filter": None}]}}
    state, _ = begin(program({"start": [say("hello")]}, messages=messages), payload)
    assert state.flow == "error"


def test_after_the_end_nothing_changes() -> None:
    state, _ = begin(program({"start": []}))
    assert (state.flow, state.is_over) == ("ended", True)
    assert machine.step(state, Played("1"), 9.0) == (state, HangUp())


def test_a_step_leaves_the_state_it_was_given_alone() -> None:
    state, _ = begin(program({"start": [ask(into="code"), menu(), say("bye")]}))
    before = copy.deepcopy(state)
    after, _ = machine.step(state, Digits("123"), 3.0)
    assert state == before
    assert after.values == {"code": "123"}


def test_the_same_state_and_input_give_the_same_answer() -> None:
    state, _ = begin(program({"start": [menu(tries=1), say("bye")]}))
    assert machine.step(state, Digits("9"), 3.0) == machine.step(state, Digits("9"), 3.0)


def test_a_driver_that_answers_in_the_wrong_shape_does_not_derail_the_call() -> None:
    state, action = begin(program({"start": [say("hello"), menu()], "one": [say("first")], "two": []}))
    state, action = machine.step(state, Digits("1"), 1.0)  # to a Play
    assert isinstance(action, Play)
    assert action.message == "first"
    state, action = begin(program({"start": [menu()], "one": [], "two": []}))
    state, action = machine.step(state, Played("1"), 1.0)  # to a Gather
    assert state.block == "one"
    state, action = begin(program({"start": [say("hello"), say("more")]}))
    state, action = machine.step(state, Started("machine"), 1.0)
    assert isinstance(action, Play)
    assert (action.message, state.party) == ("more", "unknown")


def test_a_call_whose_first_input_is_not_started_begins_all_the_same() -> None:
    state, action = machine.step(machine.start(program({"start": [say("hello")]}), NOBODY), Played(), 0.0)
    assert isinstance(action, Play)
    state, action = machine.step(machine.start(program({"start": [say("hello")]}), NOBODY), Gone(), 0.0)
    assert (state.flow, state.heard, action) == ("left", (), HangUp())


def test_a_party_it_does_not_know_is_unknown() -> None:
    state, _ = machine.step(machine.start(program({"start": [say("hello")]}), NOBODY), Started("dog"), 0.0)
    assert state.party == "unknown"


@pytest.mark.parametrize("now_s", [-5.0, math.nan, 0.0])
def test_time_does_not_go_back(now_s: float) -> None:
    state, _ = begin(program({"start": [say("hello"), menu()], "one": [], "two": []}))
    state, _ = machine.step(state, Played(), 7.0)
    state, _ = machine.step(state, Digits("1"), now_s)
    assert state.path[-1] == "7.0 one"


def test_a_call_that_would_go_on_for_ever_ends() -> None:
    state, action = begin(program({"start": [say("hello"), {"do": "goto", "block": "start"}]}))
    count = 1
    while not isinstance(action, HangUp):
        state, action = machine.step(state, Played(), float(count))
        count += 1
    assert (state.flow, count) == ("error", ACTIONS_PER_CALL + 1)


def test_a_long_path_keeps_its_beginning_and_its_end() -> None:
    state, _ = begin(program({"start": [menu(keys={"1": "start"})]}))
    for second in range(1, 200):
        state, _ = machine.step(state, Digits("1"), float(second))
    assert len(state.path) == PATH_MAX
    assert (state.path[0], state.path[-1]) == ("0.0 start", "199.0 start")


def test_ifs_nested_deeper_than_the_stack_of_a_script_are_no_trouble() -> None:
    step: dict[str, Any] = say("deep")
    for _ in range(900):
        step = {"do": "if", "left": {"text": "a"}, "op": "set", "then": [step], "else": []}
    made = program({"start": []}, flow={"start": [step]}, messages={"deep": {"ru": []}})
    _, action = begin(made)
    assert isinstance(action, Play)


def test_a_flood_of_keys_is_cut() -> None:
    state, _ = begin(program({"start": [say(f"m{n}") for n in range(100)]}))
    for second in range(99):
        state, _ = machine.step(state, Played("1"), float(second))
    assert len(state.carried) == 64


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        ("9", "10", -1),
        ("10.50", "10.5", 0),
        ("-2", "1", -1),
        ("0042", "42", -1),  # a code is no number
        ("2026-02-01", "2026-11-01", -1),
        ("2026-02-30", "2026-02-28", 1),  # no such date: text
        ("2026-02-01", "9", -1),
        ("a", "b", -1),
        ("b", "a", 1),
        ("Анна", "Анна", 0),
        ("1e3", "1000", 1),
        ("٣", "3", 1),  # an Arabic three is text
    ],
)
def test_values_compare_as_numbers_or_dates_or_else_as_text(left: str, right: str, order: int) -> None:
    assert compare(left, right) == order
    assert compare(right, left) == -order


@pytest.mark.parametrize(
    ("left", "op", "right", "holds"),
    [
        ("5", "less", "10", True),
        ("10", "less", "10", False),
        ("11", "more", "10", True),
        ("10", "at_most", "10", True),
        ("11", "at_most", "10", False),
        ("10", "at_least", "10", True),
        ("", "less", "10", False),
        ("", "more", "10", False),
        ("10", "at_least", "", False),
        ("a", "is_not", "b", True),
        ("a", "is_not", "a", False),
        ("5.0", "is", "5", True),
        ("", "is", "", True),
    ],
)
def test_an_if_compares(left: str, op: str, right: str, holds: bool) -> None:
    step = {"do": "if", "left": {"text": left}, "op": op, "right": {"text": right}}
    yes, no = {"do": "result", "name": "yes"}, {"do": "result", "name": "no"}
    state, _ = begin(program({"start": [{**step, "then": [yes], "else": [no]}]}))
    assert state.result == ("yes" if holds else "no")


# -- any program, any inputs ----------------------------------------------------------------------------------

NAMES = st.sampled_from(["start", "one", "two", "hello", "code", "city", "", "a b", "${x}"])
KEY = st.sampled_from([*"0123456789*#", "", "A", "12", "#12"])
SPOT = st.one_of(
    st.none(), NAMES, st.integers(-2, 9), st.booleans(), st.floats(), st.lists(NAMES, max_size=2)
)
VALUE = st.one_of(st.builds(lambda t: {"text": t}, NAMES), st.builds(lambda t: {"ref": t}, NAMES), SPOT)
SANE = st.one_of(
    st.builds(say, NAMES),
    st.builds(lambda n: {"do": "goto", "block": n}, NAMES),
    st.builds(lambda n: {"do": "result", "name": n}, NAMES),
    st.builds(lambda v, n: {"do": "set", "name": n, "value": v}, VALUE, NAMES),
    st.builds(lambda s: {"do": "wait", "seconds": s}, st.one_of(st.floats(0, 3), SPOT)),
    st.builds(lambda a, b, c: menu(keys={"1": a, "*": b}, otherwise=c, invalid="hello"), NAMES, NAMES, NAMES),
    st.builds(
        lambda low, most, end: ask(min=low, max=most, end=end), st.integers(0, 5), st.integers(0, 70), KEY
    ),
    st.just({"do": "hang_up"}),
)
ODD = st.dictionaries(
    st.sampled_from(["do", "message", "keys", "tries", "line", "op"]), st.one_of(SPOT, VALUE)
)
OPERATORS = st.sampled_from(
    ["is", "is_not", "less", "more", "at_least", "at_most", "in", "set", "not_set", "x"]
)
STEP = st.recursive(
    st.one_of(SANE, ODD),
    lambda inner: st.builds(
        lambda a, o, b, then, other: {
            "do": "if",
            "left": a,
            "op": o,
            "right": b,
            "then": then,
            "else": other,
        },
        VALUE,
        OPERATORS,
        st.one_of(VALUE, st.lists(VALUE, max_size=2)),
        st.lists(inner, max_size=3),
        st.one_of(st.none(), st.lists(inner, max_size=3)),
    ),
    max_leaves=6,
)
FLOW = st.dictionaries(st.sampled_from(["one", "two"]), st.lists(STEP, max_size=5))
POLICY = st.sampled_from(["off", "hang_up", "leave_message", "treat_as_human"])
PROGRAM = st.builds(
    lambda first, flow, policy: program({"start": first, **flow}, machine=policy),
    st.lists(STEP, min_size=1, max_size=5),
    FLOW,
    POLICY,
)
PAYLOAD = st.fixed_dictionaries(
    {"c": st.dictionaries(NAMES, st.text(max_size=9)), "l": st.sampled_from(["ru", "x"])}
)
INPUT = st.one_of(
    st.builds(Played, KEY),
    st.builds(Digits, st.text(alphabet="0123456789*#", max_size=9)),
    st.builds(Started, st.sampled_from(["human", "machine", "unknown"])),
    st.just(Played()),
)


@given(
    PROGRAM,
    PAYLOAD,
    st.sampled_from(["human", "machine", "unknown"]),
    st.lists(INPUT, min_size=1, max_size=30),
)
def test_any_program_and_any_inputs_end_and_leave_a_valid_state(
    made: dict[str, object], payload: dict[str, object], party: str, inputs: list[Input]
) -> None:
    state, action = machine.step(machine.start(made, payload), Started(party), 0.0)
    turn = 0
    while not isinstance(action, HangUp):
        assert not state.is_over
        if isinstance(action, Gather):
            assert 1 <= action.min <= action.max <= 64
            assert len(action.typed) < action.max
            assert 0 <= action.timeout_s <= 120
        turn += 1
        state, action = machine.step(state, inputs[turn % len(inputs)], turn / 2)
    assert state.is_over
    assert state.flow in ("ended", "error")
    assert turn <= ACTIONS_PER_CALL
    assert len(state.path) <= PATH_MAX
    assert set(state.heard) <= set(NAMES_ALLOWED)
    assert state.result is None or state.result in NAMES_ALLOWED


NAMES_ALLOWED = ("start", "one", "two", "hello", "code", "city", "choice", "enter")


@given(PROGRAM, st.lists(INPUT, min_size=1, max_size=5), st.integers(0, 8))
def test_hanging_up_at_any_point_is_left(made: dict[str, object], inputs: list[Input], when: int) -> None:
    state, action = begin(made)
    for turn in range(when):
        state, action = machine.step(state, inputs[turn % len(inputs)], float(turn))
    was_over, flow = state.is_over, state.flow
    state, action = machine.step(state, Gone(), 99.0)
    assert action == HangUp()
    assert state.flow == (flow if was_over else "left")
