"""What a switch says of a call that came in, read with suspicion."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.inbound import CallEnd, InboundCall, Marker, Note
from orchestrator.engine.inbound import (
    READ,
    call_of_cdr,
    inbound_call,
    lost_call,
    markers_of,
    recordings_of,
    talk_of,
)
from orchestrator.engine.notes import KINDS, NOTE_CHARS, NOTES, RECORDINGS
from orchestrator.engine.payload import encode

NOW = 1_795_000_100_000
BEGAN, ANSWERED, ENDED = NOW - 90_000, NOW - 88_000, NOW - 1_000
PROGRAM = "0123456789abcdef" * 2
NOTE = {"do": "sms", "to": "+79990000001", "text": "Ждём вас\nв 10:00"}
MARKER = Marker(
    call_id="c1",
    scenario="shop_line",
    program=PROGRAM,
    caller="+79990000001",
    called="+74950000001",
    began_at=BEGAN,
)


def variables(**changes: str | None) -> dict[str, str]:
    said: dict[str, str | None] = {
        "prozvon_inbound": "true",
        "prozvon_scenario": "shop_line",
        "prozvon_program": PROGRAM,
        "prozvon_called": "+74950000001",
        "prozvon_caller": "+79990000001",
        "prozvon_flow": "left",
        "prozvon_end": "queue",
        "prozvon_result": "no_agent",
        "prozvon_language": "ru",
        "prozvon_reached": "+79990000002",
        "prozvon_queue_wait": "36",
        "prozvon_path": encode(["0.0 start", "4.2 key 1"]).rstrip("="),
        "prozvon_heard": encode(["hello"]),
        "prozvon_values": encode({"order": "0042"}),
        "prozvon_recordings": encode(["2026/11/22/c1.complaint.wav"]),
        "prozvon_notes": encode([NOTE]),
        "hangup_cause": "NORMAL_CLEARING",
        "start_uepoch": f"{BEGAN}000",
        "answer_uepoch": f"{ANSWERED}000",
        "end_uepoch": f"{ENDED}000",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def event(**changes: str | None) -> dict[str, Any]:
    said = {f"variable_{name}": value for name, value in variables(**changes).items()}
    return {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "c1", **said}


def read(**changes: str | None) -> InboundCall:
    found = inbound_call(event(**changes), "main", NOW)
    assert found is not None
    return found


def test_the_last_event_tells_the_whole_call() -> None:
    assert read() == InboundCall(
        call_id="c1",
        switch="main",
        scenario="shop_line",
        program=PROGRAM,
        caller="+79990000001",
        called="+74950000001",
        began_at=BEGAN,
        answered_at=ANSWERED,
        ended_at=ENDED,
        cause="NORMAL_CLEARING",
        flow=FlowEnd.LEFT,
        language="ru",
        result="no_agent",
        path=("0.0 start", "4.2 key 1"),
        heard=("hello",),
        values=(("order", "0042"),),
        reached="+79990000002",
        end=CallEnd.QUEUE,
        notes=(
            Note(kind="sms", body={"to": "+79990000001", "text": "Ждём вас\nв 10:00"}),
            Note(kind="recording", body={"recording": "2026/11/22/c1.complaint.wav", "name": "complaint"}),
        ),
        recordings=("2026/11/22/c1.complaint.wav",),
        queue_wait_s=36,
    )


def test_an_agent_may_have_taken_the_call() -> None:
    found = read(prozvon_reached="anna", prozvon_met=encode(["leg-1 12.5"]))
    assert (found.reached, found.met) == ("anna", (("leg-1", 12.5),))


def test_nothing_is_read_that_a_connection_may_leave_out() -> None:
    seen: set[str] = set()

    class Watched(dict[str, object]):
        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            seen.add(key)
            return super().get(key, default)

    inbound_call(Watched(event()), "main", NOW)
    inbound_call(Watched(event(start_uepoch=None, answer_uepoch=None, hangup_cause=None)), "main", NOW)
    assert seen - {""} <= READ


def test_a_cdr_tells_the_same() -> None:
    quoted = {name: value.replace("+", "%2B").replace("/", "%2F") for name, value in variables().items()}
    assert call_of_cdr(quoted, MARKER, "main", NOW) == read()


def test_headers_stand_in_for_variables() -> None:
    said = event(hangup_cause=None, start_uepoch=None, answer_uepoch=None, end_uepoch=None)
    said |= {
        "Hangup-Cause": "NORMAL_CLEARING",
        "Caller-Channel-Created-Time": f"{BEGAN}000",
        "Caller-Channel-Answered-Time": f"{ANSWERED}000",
        "Caller-Channel-Hangup-Time": f"{ENDED}000",
    }
    assert inbound_call(said, "main", NOW) == read()


def test_what_a_cdr_does_not_say_the_marker_does() -> None:
    found = call_of_cdr({}, MARKER, "main", NOW)
    assert (found.scenario, found.program, found.caller, found.called) == (
        "shop_line",
        PROGRAM,
        "+79990000001",
        "+74950000001",
    )
    assert (found.began_at, found.ended_at, found.answered_at) == (BEGAN, NOW, None)
    assert (found.end, found.notes, found.queue_wait_s) == (CallEnd.LOST, (), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"Event-Name": "CHANNEL_ANSWER"},
        {"Call-Direction": "outbound"},
        {"variable_prozvon_inbound": ""},
        {"variable_prozvon_scenario": "a b"},
        {"Unique-ID": "../etc"},
        {"Unique-ID": ["c1", "c2"]},
    ],
)
def test_other_events_are_none_of_ours(changes: dict[str, object]) -> None:
    assert inbound_call({**event(), **changes}, "main", NOW) is None


@pytest.mark.parametrize(
    ("flow", "cause", "answered", "end"),
    [
        ("ended", "NORMAL_CLEARING", True, CallEnd.FLOW),
        ("left", "NORMAL_CLEARING", True, CallEnd.HUNG_UP),
        ("error", "NORMAL_CLEARING", True, CallEnd.LOST),
        ("", "SYSTEM_SHUTDOWN", True, CallEnd.LOST),
        ("", "ORIGINATOR_CANCEL", False, CallEnd.HUNG_UP),
        ("", "CALL_REJECTED", False, CallEnd.REFUSED),
        ("", "CALL_REJECTED", True, CallEnd.LOST),
        ("", "", False, CallEnd.LOST),
    ],
)
@pytest.mark.parametrize("said", ["", "nonsense"])
def test_where_it_ended_when_the_flow_does_not_say(
    flow: str, cause: str, answered: bool, end: CallEnd, said: str
) -> None:
    at = f"{ANSWERED}000" if answered else "0"
    assert read(prozvon_flow=flow, hangup_cause=cause, answer_uepoch=at, prozvon_end=said).end is end


def test_who_talks_with_a_person_is_told_by_the_bridge() -> None:
    bridge = {
        "Event-Name": "CHANNEL_BRIDGE",
        "variable_prozvon_caller": "+79990000001",
        "Caller-Channel-Created-Time": f"{BEGAN}000",
    }
    assert talk_of(bridge, NOW) == ("+79990000001", BEGAN)
    assert talk_of({**bridge, "Caller-Channel-Created-Time": "0"}, NOW) == ("+79990000001", NOW)
    assert talk_of({**bridge, "variable_prozvon_caller": ""}, NOW) is None
    assert talk_of({**bridge, "Event-Name": "CHANNEL_ANSWER"}, NOW) is None


def test_a_withheld_caller_is_the_empty_number() -> None:
    for number in ("", "anonymous", "+0123", "79990000001", "+7999000000199999", "+7999\n"):
        assert read(prozvon_caller=number).caller == ""


def test_no_call_ends_later_than_now_nor_before_it_began() -> None:
    later = read(
        end_uepoch=f"{NOW + 5_000}000", start_uepoch=f"{NOW + 9_000}000", answer_uepoch=f"{NOW + 9_000}000"
    )
    assert (later.began_at, later.answered_at, later.ended_at) == (NOW, NOW, NOW)
    assert read(answer_uepoch=f"{BEGAN - 9}000").answered_at == BEGAN
    nothing = read(start_uepoch=None, end_uepoch=None)
    assert (nothing.began_at, nothing.ended_at) == (NOW, NOW)


@pytest.mark.parametrize(
    ("said", "seconds"), [("0", 0), ("36.6", 36), ("999999", 86_400), ("-1", None), ("x", None)]
)
def test_seconds_in_the_queue(said: str, seconds: int | None) -> None:
    assert read(prozvon_queue_wait=said).queue_wait_s == seconds


def test_recordings_are_paths_below_their_folder_only() -> None:
    good = "2026/11/22/c1.complaint.wav"
    bad = ["/etc/passwd", "2026/11/22/../../x.wav", "2026/11/22/c1.mp3", 5, "2026/11/22/.x.wav"]
    assert read(prozvon_recordings=encode([*bad, good])).recordings == (good,)
    assert read(prozvon_recordings=encode(good)).recordings == ()
    assert len(read(prozvon_recordings=encode([good] * 99)).recordings) == RECORDINGS


def test_notes_in_pieces_are_put_together_again() -> None:
    long = [{**NOTE, "text": "ф" * 2700} for _ in range(3)]
    text = encode(long).rstrip("=")
    pieces = [text[at : at + 6000] for at in range(0, len(text), 6000)]
    assert len(pieces) == 4
    names = ("prozvon_notes", "prozvon_notes_2", "prozvon_notes_3", "prozvon_notes_4")
    found = read(**dict(zip(names, pieces, strict=True)), prozvon_recordings=None)
    assert len(found.notes) == 3


def test_notes_hold_texts_numbers_and_mappings_of_texts() -> None:
    note = {
        "do": "row",
        "into": "meters\u202e\x00" + "x" * NOTE_CHARS,
        "seconds": 4.5,
        "count": 3,
        "is": True,
        "values": {"meter": "0042", "n": 5},
        "big": 10**400,
        "list": [1],
        "none": None,
    }
    (found,) = read(prozvon_notes=encode([note]), prozvon_recordings=None).notes
    assert found.body == {
        "into": ("meters " + "x" * NOTE_CHARS)[: NOTE_CHARS - 1],
        "seconds": 4.5,
        "count": 3,
        "is": True,
        "values": {"meter": "0042"},
    }
    infinite = read(prozvon_notes=encode([{"do": "row", "x": float("inf")}]), prozvon_recordings=None)
    assert infinite.notes == (Note(kind="row", body={}),)


def test_notes_of_no_kind_are_left_out_and_there_are_only_so_many() -> None:
    odd: list[object] = [5, {}, {"do": "exec"}, {"do": ["sms"]}, "sms", {"do": None}]
    for notes, count in ((odd, 0), ({"do": "sms"}, 0), ([{"do": "email"}] * 500, NOTES)):
        assert len(read(prozvon_notes=encode(notes), prozvon_recordings=None).notes) == count


def test_every_recording_has_a_note_whether_or_not_a_step_left_one() -> None:
    day = "2026/11/22/c1"
    own = {"do": "recording", "recording": f"{day}.complaint.wav", "name": "complaint", "email": "office"}
    found = read(
        prozvon_notes=encode([own]),
        prozvon_recordings=encode(
            [f"{day}.call.wav", f"{day}.complaint.wav", f"{day}.talk-2.wav", f"{day}.call.wav", "../x.wav"]
        ),
    )
    assert [note.body.get("name") for note in found.notes] == ["complaint", "call", "talk-2"]
    assert found.notes[1].body["recording"] == f"{day}.call.wav"
    assert read(prozvon_notes=None, prozvon_recordings="no list").notes == ()


def test_a_call_of_which_only_the_marker_is_left_is_lost() -> None:
    found = lost_call(MARKER, "main", NOW)
    assert (found.end, found.caller, found.began_at, found.ended_at) == (
        CallEnd.LOST,
        "+79990000001",
        BEGAN,
        BEGAN,
    )
    assert lost_call(replace(MARKER, began_at=NOW + 1), "main", NOW).ended_at == NOW


def marker_line(**changes: object) -> str:
    said = {
        "id": "c1",
        "scenario": "shop_line",
        "program": PROGRAM,
        "caller": "+79990000001",
        "called": "+74950000001",
        "at": BEGAN / 1000,
    }
    return json.dumps({**said, **changes})


def test_markers_are_read_oldest_first() -> None:
    reply = "\n".join(["+OK 2", marker_line(id="c2", at=NOW / 1000), marker_line(), ""])
    found = markers_of(reply, NOW)
    assert found is not None
    assert [marker.call_id for marker in found] == ["c1", "c2"]
    assert found[0] == MARKER
    assert markers_of("+OK 0", NOW) == ()


def test_an_error_is_no_list_of_markers() -> None:
    for reply in ("-ERR usage", "", "-USAGE", marker_line()):
        assert markers_of(reply, NOW) is None


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "5", "[" * 100_000, marker_line(id="a/b"), marker_line(id=5)],
)
def test_a_marker_that_is_none_is_left_out(line: str) -> None:
    assert markers_of(f"+OK 1\n{line}", NOW) == ()


@pytest.mark.parametrize("at", [None, "x", True, -1, 10**30, float("nan"), NOW])
def test_a_marker_without_a_time_began_now(at: object) -> None:
    (found,) = markers_of(f"+OK 1\n{marker_line(at=at, program='x', caller='me', called=7)}", NOW) or ()
    assert (found.began_at, found.program, found.caller, found.called) == (NOW, "", "", "")


def test_a_marker_that_could_not_be_read_is_known_by_its_id() -> None:
    (found,) = markers_of('+OK 1\n{"at": 1795000010, "id": "c1"}', NOW) or ()
    assert (found.call_id, found.scenario, found.caller, found.began_at) == ("c1", "", "", BEGAN)


def test_a_marker_of_the_future_began_now() -> None:
    (found,) = markers_of(f"+OK 1\n{marker_line(at=NOW / 1000 + 60)}", NOW) or ()
    assert found.began_at == NOW


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(variables())), anything | st.text().map(encode)), anything)
def test_nothing_that_a_switch_says_raises_or_gets_in_unclean(said: dict[str, object], notes: object) -> None:
    texts = {name: value if isinstance(value, str) else encode([value]) for name, value in said.items()}
    found = call_of_cdr({**texts, "prozvon_notes": encode(notes)}, MARKER, "main", NOW)
    assert found.began_at <= found.ended_at <= NOW
    assert {note.kind for note in found.notes} <= KINDS
    json.dumps([note.body for note in found.notes], allow_nan=False).encode()
    "".join([*found.path, *found.heard, *(text for pair in found.values for text in pair)]).encode()
    inbound_call({**event(), **{f"variable_{name}": value for name, value in said.items()}}, "main", NOW)


def test_recordings_that_a_switch_has_left_are_names_and_nothing_else() -> None:
    name = "2026/11/30/c1.talk.wav"
    assert recordings_of(f"+OK\n{name}\n../../etc/passwd\n") == (name,)
    assert recordings_of("+OK\n") == ()
    assert recordings_of("-ERR no such call\n2026/11/30/c1.talk.wav") == ()
