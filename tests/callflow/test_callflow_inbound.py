"""Calls that come in, beyond single verbs: they end, they keep what they must, and nothing private gets out."""

from __future__ import annotations

from typing import Any

import pytest
from flow_inbound import begin, decoded, inbound, walk
from flow_programs import program, say
from flow_steps import fetch, forward, queue, record

from callflow import machine
from callflow.moves import (
    Answered,
    Consult,
    Dial,
    Dialed,
    HangUp,
    Input,
    Music,
    Play,
    Played,
    Recorded,
    Started,
    Wait,
)
from callflow.names import RECORDING, VARIABLE_MAX, recording_name, variables
from callflow.state import ACTIONS_PER_CALL, LONG_PATH_MAX


@pytest.mark.parametrize(
    ("payload", "head", "language"),
    [
        ({}, {}, "ru"),
        ({}, {"caller_language": [["+7916", "en"], ["+7", "ru"]]}, "en"),
        ({"caller": "+79990000000"}, {"caller_language": [["+7916", "en"], ["+7", "ru"]]}, "ru"),
        ({"caller": ""}, {"caller_language": [["+7916", "en"]]}, "ru"),
        ({}, {"caller_language": [["+7", "fr"]]}, "ru"),
        ({}, {"called_language": [["+74950000001", "en"]], "caller_language": [["+7", "ru"]]}, "en"),
        ({"called": "+74950000009"}, {"called_language": [["+74950000001", "en"]]}, "ru"),
        ({"l": "en"}, {"called_language": [["+74950000001", "ru"]]}, "en"),
        ({}, {"caller_language": [["", "en"], []]}, "ru"),
    ],
)
def test_the_language_is_that_of_the_number_called_then_of_the_callers_then_the_first(
    payload: dict[str, Any], head: dict[str, Any], language: str
) -> None:
    state, _ = begin(inbound({"start": [say("hello")]}, **head), **payload)
    assert state.language == language


@pytest.mark.parametrize(
    "head", [{"caller_language": 5}, {"caller_language": [5]}, {"called_language": "ru"}]
)
def test_languages_by_number_that_it_does_not_understand_are_an_error(head: dict[str, Any]) -> None:
    assert begin(inbound({"start": [say("hello")]}, **head))[0].flow == "error"


def test_a_language_chosen_by_the_flow_is_spoken_from_there_on() -> None:
    made = inbound({"start": [{"do": "answer"}, {"do": "language", "value": {"text": "en"}}, say("hello")]})
    state, _ = begin(made)
    state, action = walk(state, Played())
    assert isinstance(action, Play)
    assert action.parts[0].text == "hello en "  # type: ignore[attr-defined]
    assert state.language == "en"


def test_a_built_in_name_gives_way_to_a_variable_or_column_of_that_name() -> None:
    state, _ = begin(
        inbound(
            {
                "start": [
                    say(
                        "hello",
                    )
                ]
            }
        ),
        c={"called": "+70000000000", "is_open": "never"},
    )
    assert [state.lookup(name) for name in ("caller", "called", "is_open", "entered")] == [
        "+79160000001",
        "+70000000000",
        "never",
        "",
    ]


def test_the_clock_of_the_call_goes_on_while_it_lasts() -> None:
    hours = {"days": [[[0, 1440]]] * 7, "closed": [], "dates": {"2026-11-22": [[0, 1]]}, "offsets": [[0, 0]]}
    state, _ = begin(inbound({"start": [say("hello")]}, hours=hours), at=1795305600)
    assert state.lookup("is_open") == "yes"  # 2026-11-22 00:00 UTC
    state, _ = machine.step(state, Played(), 61.0)
    assert state.lookup("is_open") == "no"


@pytest.mark.parametrize("at", [None, "soon", -1, True, 10**12, float("nan"), float("inf")])
def test_a_beginning_that_is_no_instant_is_the_epoch(at: Any) -> None:
    state, _ = begin(inbound({"start": [say("hello")]}), at=at)
    assert state.at_s == 0
    assert recording_name({"at": at, "id": "a/b"}, "x y/..") == "1970/01/01/unknown.x_y___.wav"


def test_going_on_inside_a_called_block_comes_back_at_its_end() -> None:
    flow = {
        "start": [{"do": "call", "block": "one"}, {"do": "result", "name": "back"}],
        "one": [{"do": "goto", "block": "two"}],
        "two": [{"do": "wait", "seconds": 1}],
    }
    state, _ = begin(inbound(flow))
    assert state.block == "two"
    state, action = walk(state, Played())
    assert (state.block, state.result, action) == ("start", "back", HangUp())


def test_a_flow_that_goes_round_through_a_called_block_gets_no_deeper() -> None:
    flow = {
        "start": [{"do": "wait", "seconds": 1}, {"do": "call", "block": "one"}],
        "one": [{"do": "goto", "block": "start"}],
    }
    state, _ = begin(inbound(flow))
    for _ in range(100):
        state, action = walk(state, Played())
        assert isinstance(action, Wait)
        assert state.calls == ()


def test_what_was_fetched_or_typed_for_a_called_block_is_there_after_it() -> None:
    flow = {"start": [{"do": "call", "block": "one"}, say("hello")], "one": [fetch()]}
    state, action = begin(inbound(flow))
    assert isinstance(action, Consult)
    state, _ = walk(state, Answered({"ok": True, "fields": {"status": "x" * 999}}))
    assert state.values == {"card.status": "x" * 256}


# -- the queue ------------------------------------------------------------------------------------------------


def test_a_long_wait_in_a_busy_queue_is_not_taken_for_a_flow_that_never_ends() -> None:
    state, action = begin(inbound({"start": [queue(max_wait=7200.0)]}))
    dials, now_s = 0, 0.0
    while not isinstance(action, HangUp):
        dials += isinstance(action, Dial)
        now_s += action.seconds if isinstance(action, Music) else 0.01
        inp: Input = Dialed("busy") if isinstance(action, Dial) else Played()
        state, action = machine.step(state, inp, now_s)
    assert state.flow == "ended"
    assert state.end == "queue"
    assert dials > ACTIONS_PER_CALL
    assert state.queue_wait_s == pytest.approx(7200, abs=10)
    assert len(state.path) == LONG_PATH_MAX


def test_a_flood_of_keys_that_stop_the_music_ends_the_wait_and_not_the_call() -> None:
    state, action = begin(inbound({"start": [queue(overflow="one")], "one": [say("hello")]}))
    count = 0
    while not (isinstance(action, Play) and action.message == "hello"):
        inp: Input = Dialed("key") if isinstance(action, Dial) else Played("9")
        state, action = machine.step(state, inp, 0.1)
        count += 1
    assert count < 400
    assert state.flow == ""


def test_a_flow_that_comes_back_to_a_full_queue_for_ever_ends() -> None:
    state, action = begin(inbound({"start": [queue(overflow="start")]}))
    count = 0
    while not isinstance(action, HangUp):
        inp: Input = Answered({"ok": False, "why": "full"}) if isinstance(action, Consult) else Played()
        state, action = machine.step(state, inp, 1.0)
        count += 1
    assert state.flow == "error"
    assert count <= ACTIONS_PER_CALL + 2


@pytest.mark.parametrize(
    "broken",
    [
        {"max_waiting": -1},
        {"max_waiting": {"per_agent": 0}},
        {"max_wait": "5m"},
        {"every": None},
        {"callback_after": "x"},
    ],
)
def test_a_queue_it_does_not_understand_is_an_error(broken: dict[str, Any]) -> None:
    state, _ = begin(inbound({"start": [queue(position=True, **broken)]}))
    state, _ = walk(state, Played(), Answered({"ok": True}))
    assert state.flow == "error"


@pytest.mark.parametrize("gateway", [5, "a b", "sofia/gateway/x"])
def test_a_gateway_is_a_name(gateway: Any) -> None:
    state, _ = begin(inbound({"start": [forward()]}, dial={"gateways": [gateway]}))
    assert state.flow == "error"


# -- what is left ---------------------------------------------------------------------------------------------


def test_what_a_call_that_came_in_leaves_on_its_channel() -> None:
    flow = {"start": [record(), queue(), {"do": "sms", "to": {"ref": "caller"}, "message": "hello"}]}
    state, _ = begin(inbound(flow))
    state, _ = walk(
        state, Played(), Recorded(3.0), Answered(), Dialed("talked", "+79990000001", 5.0), Answered()
    )
    left = variables(state)
    assert (left["prozvon_end"], left["prozvon_reached"], left["prozvon_language"]) == (
        "flow",
        "+79990000001",
        "ru",
    )
    assert left["prozvon_queue_wait"] == "1"
    assert decoded(left["prozvon_recordings"]) == ["2026/11/22/call-1.speech.wav"]
    assert [note["do"] for note in decoded(left["prozvon_notes"])] == ["recording", "sms"]


def test_recordings_of_the_longest_name_have_names_of_their_own() -> None:
    state, _ = begin(inbound({"start": [say("hello")]}))
    for _ in range(3):
        state.keep_recording(state.name_recording("m" * 64))
    assert len(set(state.recordings)) == 3
    assert all(RECORDING.fullmatch(name) for name in state.recordings)


def test_whoever_opts_out_is_heard_though_there_is_no_room_for_other_notes() -> None:
    rows = [{"do": "store", "into": "rows", "values": {"text": {"text": "я" * 300}}, "webhook": None}] * 60
    rows += [{"do": "store", "into": "r", "values": {}, "webhook": None}] * 60  # to the last free character
    out = {"do": "opt_out", "everything": True, "purpose": None}
    state, _ = begin(inbound({"start": [*rows, out]}))
    left = variables(state)
    first, *others = decoded("".join(left.get(f"prozvon_notes{n}", "") for n in ("", "_2", "_3", "_4")))
    assert (first["do"], first["everything"]) == ("opt_out", True)
    assert {note["do"] for note in others} == {"row"}
    stored = sum(entry.endswith(" row r") and "no room" not in entry for entry in state.path)
    kept = sum(note["into"] == "r" for note in others)
    assert 0 < kept < stored, "the latest one gave way"


def test_many_notes_are_cut_into_pieces_that_are_one_text_again() -> None:
    store = {"do": "store", "into": "rows", "values": {"v": {"text": "ж" * 250}}, "webhook": None}
    state, _ = begin(inbound({"start": [store] * 60}))
    left = variables(state)
    pieces = [
        left[name] for name in ("prozvon_notes", "prozvon_notes_2", "prozvon_notes_3", "prozvon_notes_4")
    ]
    assert all(len(piece) <= VARIABLE_MAX for piece in pieces)
    assert "prozvon_notes_5" not in left
    notes = decoded("".join(pieces))
    assert notes == list(state.notes)
    assert len(notes) + sum("no room for row rows" in entry for entry in state.path) == 60


def test_values_and_recordings_that_have_no_room_are_told_in_the_path() -> None:
    puts = [{"do": "set", "name": f"v{n}", "value": {"text": "ж" * 256}} for n in range(20)]
    state, _ = begin(inbound({"start": [*puts, {"do": "answer"}, *[record()] * 190]}))
    state, _ = walk(state, Played(), *[Recorded(3.0)] * 190)
    left = variables(state)
    shown, kept = decoded(left["prozvon_values"]), decoded(left["prozvon_recordings"])
    assert len(state.recordings) == 190
    assert decoded(left["prozvon_path"])[-2:] == [
        f"191.0 no room for {21 - len(shown)} values",
        f"191.0 no room for {190 - len(kept)} recordings",
    ]
    assert 0 < len(shown) < 21
    assert kept[0] == state.recordings[0]


def test_a_language_that_may_not_stand_in_a_variable_is_not_left() -> None:
    made = inbound({"start": []}, languages=["${x}"])
    assert "prozvon_language" not in variables(begin(made)[0])


def test_a_call_that_is_under_way_counts_as_lost() -> None:
    assert variables(begin(inbound({"start": [say("hello")]}))[0])["prozvon_end"] == "lost"


def test_a_robocall_leaves_what_it_left_before() -> None:
    made = program({"start": [say("hello")]})
    state, _ = machine.step(machine.start(made, {"c": {}, "l": "ru"}), Started(), 0.0)
    state, _ = walk(state, Played())
    assert sorted(variables(state)) == [
        "prozvon_flow",
        "prozvon_heard",
        "prozvon_party",
        "prozvon_path",
        "prozvon_values",
    ]


@pytest.mark.parametrize(
    ("record", "is_taped", "is_stereo"), [(True, True, False), ("stereo", True, True), (False, False, False)]
)
def test_a_step_says_how_its_talk_is_recorded(record: object, *, is_taped: bool, is_stereo: bool) -> None:
    state, _ = begin(inbound({"start": [{"do": "answer"}, forward(record=record)]}))
    _, action = machine.step(state, Played(""), 1.0)
    assert isinstance(action, Dial)
    assert (bool(action.tape), action.stereo) == (is_taped, is_stereo)
