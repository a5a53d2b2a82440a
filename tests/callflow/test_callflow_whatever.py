"""Whatever flow is walked, whatever a caller does: calls end, keep what was recorded, let nothing private out."""

from __future__ import annotations

import copy
import json
from typing import Any

from flow_inbound import begin, decoded, inbound, walk
from flow_programs import ask, menu, say
from flow_steps import PAYLOAD, STEP, fetch, forward
from hypothesis import given, settings
from hypothesis import strategies as st

from callflow import machine
from callflow.moves import (
    Answer,
    Answered,
    Consult,
    Dial,
    Dialed,
    Digits,
    Failed,
    Gather,
    Gone,
    HangUp,
    Input,
    Joined,
    Offered,
    Played,
    Record,
    Recorded,
    Started,
    Tape,
)
from callflow.names import VARIABLE_MAX, variables
from callflow.state import ACTIONS_PER_CALL

BLOCKS = st.lists(STEP, max_size=5)
PROGRAM = st.builds(
    lambda first, one, two, kind, machine, record: inbound(
        {"start": first, "one": one, "two": two}, kind=kind, machine=machine, record=record, entry="start"
    ),
    st.lists(STEP, min_size=1, max_size=6),
    BLOCKS,
    BLOCKS,
    st.sampled_from(["ivr", "callback", "robocall"]),
    st.sampled_from(["off", "leave_message"]),
    st.sampled_from([None, {"stereo": True}, {}]),
)
KEYS = st.text("0123456789*#", max_size=6)
BODY = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"ok": st.booleans()},
        optional={
            "status": st.sampled_from([200, 404, 0]),
            "why": st.sampled_from(["full", "slow", 5]),
            "fields": st.one_of(st.just({"status": "ready"}), st.just({}), st.none()),
            "position": st.sampled_from([1, -1, "x", True]),
            "wait_s": st.sampled_from([None, 30, 0]),
        },
    ),
)
OFFER = st.fixed_dictionaries(
    {"n": st.just(1)},
    optional={
        "join": st.sampled_from(["5f0c1f6e-0000-4000-8000-000000000001", "sofia/x", 5]),
        "dial": st.sampled_from(["", "sofia/gateway/spare/{leg}", "a b", None, 5]),
        "agent": st.sampled_from(["anna", "${x}", 5]),
        "record": st.booleans(),
        "wait": st.booleans(),
        "queue": st.sampled_from(["", "desk", "other", "a b", 5]),
        "go": st.sampled_from(["full", "ended", "${x}", 5]),
    },
)
INPUT = st.one_of(
    st.builds(lambda keys: Played(keys[:1]), KEYS),
    st.builds(Digits, KEYS),
    st.builds(
        Recorded, st.sampled_from([0.0, 0.4, 9.0]), st.sampled_from(["#", "silence", "gone", "failed"])
    ),
    st.builds(
        Dialed,
        st.sampled_from(["talked", "busy", "no_answer", "failed", "key", ""]),
        st.sampled_from(["+79990000001", "", "${x}"]),
        st.sampled_from([0.0, 9.0, -4.0]),
    ),
    st.builds(Answered, BODY),
    st.builds(Offered, OFFER),
    st.builds(
        Joined,
        st.sampled_from(["talked", "missed", ""]),
        st.sampled_from([0.0, 9.0, -4.0]),
        st.sampled_from(["gone", "", "${x}"]),
        st.one_of(st.none(), OFFER),
    ),
    st.just(Failed("broken")),
    st.just(Played()),
)
INPUTS = st.lists(
    st.one_of(INPUT, INPUT, INPUT, st.just(Digits("1")), st.just(Recorded(5.0))), min_size=1, max_size=40
)


@settings(max_examples=300, deadline=None)
@given(PROGRAM, INPUTS, st.sampled_from([0.0, 0.5, 7.0]), st.sampled_from(["human", "machine"]))
def test_any_flow_and_any_answers_end_and_leave_a_valid_state(
    made: dict[str, object], inputs: list[Input], every_s: float, party: str
) -> None:
    state, action = machine.step(machine.start(made, PAYLOAD), Started(party), 0.0)
    turn = 0
    while not isinstance(action, HangUp):
        before = copy.deepcopy(state) if turn < 3 else None
        if not state.is_answered:
            assert not isinstance(action, (Gather, Record, Tape))
        if isinstance(action, Dial):
            assert action.numbers
            assert 0 <= action.ring_s <= 120
        turn += 1
        following, action = machine.step(state, inputs[turn % len(inputs)], turn * every_s)
        assert before is None or state == before
        state = following
    assert state.flow in ("ended", "error")
    assert state.end in ("flow", "closed", "queue", "voicemail", "lost")
    assert turn < 20 * ACTIONS_PER_CALL
    left = variables(state)
    assert all(len(text) <= VARIABLE_MAX for text in left.values())
    assert decoded(
        "".join(left.get(f"prozvon_notes{n}", "") for n in ("", "_2", "_3", "_4")) or "W10"
    ) == list(state.notes)


@given(PROGRAM, INPUTS, st.integers(0, 12))
def test_hanging_up_at_any_point_ends_the_call_and_keeps_what_was_recorded(
    made: dict[str, object], inputs: list[Input], when: int
) -> None:
    state, action = machine.step(machine.start(made, PAYLOAD), Started("human"), 0.0)
    for turn in range(when):
        state, action = machine.step(state, inputs[turn % len(inputs)], float(turn))
    was_over, flow = state.is_over, state.flow
    state, action = machine.step(state, Gone(), 99.0)
    assert action == HangUp()
    assert state.flow in ((flow,) if was_over else ("left", "error"))
    kept = {str(note["recording"]) for note in state.notes if "recording" in note}
    assert kept <= {*state.recordings, ""}
    assert state.end != ""


@given(PROGRAM, st.lists(INPUT, min_size=1, max_size=20), st.integers(1, 15))
def test_what_is_private_gets_out_of_the_call_only_where_the_author_says_so(
    made: dict[str, object], inputs: list[Input], turns: int
) -> None:
    """The secret is typed wherever digits are asked for in private."""
    secret = "5551"
    made = {**made, "flow": _without_private_sends(made["flow"])}
    state, action = machine.step(machine.start(made, PAYLOAD), Started("human"), 0.0)
    for turn in range(turns):
        inp = inputs[turn % len(inputs)]
        if isinstance(action, Gather) and action.private and action.message == "enter":
            inp = Digits(secret)
        elif isinstance(inp, Digits) and secret in inp.value:
            inp = Digits("1")
        state, action = machine.step(state, inp, float(turn))
        if secret in str(getattr(action, "parts", "")):
            assert action.private  # type: ignore[union-attr]
    left = variables(state)
    shown = [decoded(left[name]) for name in ("prozvon_path", "prozvon_heard", "prozvon_values")]
    assert secret not in json.dumps(shown)
    assert secret not in json.dumps([state.path, state.values, state.notes, state.heard])


def _without_private_sends(flow: Any) -> Any:
    """Every `ask` is private: then nothing that is typed may get out."""
    return {
        block: [
            {**step, "private": True} if step["do"] == "ask" else step
            for step in steps
            if step["do"] != "fetch"
        ]
        for block, steps in flow.items()
    }


def test_what_was_typed_in_private_is_still_there_for_the_flow() -> None:
    flow = {
        "start": [
            ask(private=True, min=4, max=4, into="pin"),
            {
                "do": "if",
                "left": {"ref": "pin"},
                "op": "is",
                "right": {"text": "1234"},
                "then": [{"do": "result", "name": "right"}],
                "else": [],
            },
            fetch(send={"pin": {"ref": "pin"}}),
        ]
    }
    state, _ = begin(inbound(flow))
    state, action = walk(state, Played(), Digits("1234"))
    assert state.result == "right"
    assert isinstance(action, Consult)
    assert action.body["send"] == {"pin": "1234"}
    assert "1234" not in str((state.values, state.path, state.notes))


def test_a_private_variable_that_is_set_anew_is_private_no_more() -> None:
    flow = {
        "start": [
            ask(private=True, into="code"),
            {"do": "set", "name": "code", "value": {"text": "7"}},
            menu(),
        ]
    }
    state, _ = begin(inbound(flow))
    state, _ = walk(state, Played(), Digits("1234"))
    assert (state.values, state.secrets) == ({"code": "7"}, {})


def test_a_driver_that_answers_in_the_wrong_shape_does_not_derail_a_call_that_came_in() -> None:
    state, action = begin(inbound({"start": [fetch(otherwise="one")], "one": [forward(), say("hello")]}))
    assert isinstance(action, Consult)
    state, action = walk(state, Dialed("talked"))
    assert isinstance(action, Dial)
    state, action = walk(state, Recorded(4.0), Answered())
    assert isinstance(action, Answer)
    assert state.reached == ""
