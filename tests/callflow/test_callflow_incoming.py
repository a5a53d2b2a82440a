"""Calls that come in: who takes them, what is noted at their beginning, how those end that nothing can take."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from fake_session import FakeSession, write_wav
from flow_calls import CALLED, CALLER, DIGEST, call, decoded, incoming, publish_inbound, routes
from flow_programs import ivr, menu, program, say

from callflow.arrival import mark, read_routes
from callflow.names import prompt_name
from callflow.program import ProgramError
from callflow.switch import instant_s

ANSWER = {"do": "answer"}
HELLO = ivr({"start": [ANSWER, say("hello")]})


def applications(session: FakeSession) -> list[str]:
    return [what for _, what, _ in session.done]


def test_a_call_is_taken_by_the_program_of_its_number(tmp_path: Path) -> None:
    session = incoming(tmp_path, HELLO, FakeSession())
    assert applications(session) == ["answer", "speak", "hangup"]
    assert session.hangup_cause == "NORMAL_CLEARING"
    left = {
        name: session.variables[f"prozvon_{name}"]
        for name in ("inbound", "scenario", "program", "called", "caller")
    }
    assert left == {
        "inbound": "true",
        "scenario": "shop_line",
        "program": DIGEST,
        "called": CALLED,
        "caller": CALLER,
    }
    assert session.variables["prozvon_flow"] == "ended"


def test_who_is_gone_without_a_word_is_let_go_of_some_day(tmp_path: Path) -> None:
    class Watched(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            assert (
                self.variables["media_timeout"] == "300000"
            )  # before the answer, or the switch does not heed it
            super().execute(application, data)

    incoming(tmp_path, HELLO, Watched())


def test_its_beginning_is_noted_by_the_switchs_own_clock(tmp_path: Path) -> None:
    incoming(tmp_path, HELLO, FakeSession())
    assert [path.name for path in (tmp_path / "inbound").iterdir()] == ["c-1.json"]
    assert json.loads((tmp_path / "inbound" / "c-1.json").read_text()) == {
        "called": CALLED,
        "caller": CALLER,
        "at": 1_795_000_000.0,
        "scenario": "shop_line",
        "program": DIGEST,
    }


def test_the_time_of_the_machine_stands_in_where_the_switch_tells_none() -> None:
    before = time.time()
    for text in ("", "0", "soon", "1", "9" * 40, "١٢٣"):
        session = FakeSession(variables={"created_time": text})
        assert before <= instant_s(session, "created_time") <= time.time()
    session = FakeSession(variables={"answered_time": "0", "created_time": "1795000000500000"})
    assert instant_s(session, "answered_time", "created_time") == 1_795_000_000.5


def test_the_numbers_are_read_as_carriers_write_them(tmp_path: Path) -> None:
    numbers = {"destination_number": "84950000001", "caller_id_number": "anonymous"}
    session = incoming(tmp_path, HELLO, FakeSession(variables=numbers))
    assert session.variables["prozvon_called"] == CALLED
    assert "prozvon_caller" not in session.variables


@pytest.mark.parametrize(
    "hostile",
    ["${system(reboot)}", "+7999" + "1" * 10_000, "+7\r\nX: y", "'; drop", "\ud800", "<sip:a@b>", "", "%41"],
)
def test_a_hostile_caller_has_the_empty_number(tmp_path: Path, hostile: str) -> None:
    class Hostile(FakeSession):
        def getVariable(self, name: str) -> str | None:  # noqa: N802
            return hostile if name == "caller_id_number" else super().getVariable(name)

    session = incoming(tmp_path, HELLO, Hostile())
    assert session.variables["prozvon_flow"] == "ended"
    assert session.variables.get("prozvon_caller", "") == ""
    assert json.loads((tmp_path / "inbound" / "c-1.json").read_text())["caller"] == ""


@pytest.mark.parametrize(
    "inbound", [routes(routes=[]), routes(any={"program": "x", "scenario": "y"}, routes=[])]
)
def test_a_call_that_nobody_takes_is_left_to_the_dialplan(tmp_path: Path, inbound: Any) -> None:
    session = incoming(tmp_path, HELLO, FakeSession(), inbound)
    assert session.is_up
    assert session.done == []
    assert session.variables["prozvon_refusal"] == "CALL_REJECTED"
    assert "prozvon_inbound" not in session.variables
    assert list((tmp_path / "inbound").iterdir()) == []


def test_where_nothing_is_deployed_for_calls_that_come_in_they_are_turned_down(tmp_path: Path) -> None:
    session = FakeSession(is_answered=False)
    publish_inbound(tmp_path, HELLO, None).handler(session, "")
    assert (session.is_up, session.variables) == (True, {"prozvon_refusal": "CALL_REJECTED"})


@pytest.mark.parametrize("inbound", [[], routes(routes=7), routes(numbering=3), routes(any=3, routes=[])])
def test_routes_that_cannot_be_read_are_our_fault_and_not_the_callers(tmp_path: Path, inbound: Any) -> None:
    numbers = {"destination_number": "4950000001"}
    session = incoming(tmp_path, HELLO, FakeSession(variables=numbers), inbound)
    assert session.hangup_cause == "NORMAL_TEMPORARY_FAILURE"
    assert session.variables["prozvon_end"] == "lost"


def test_routes_that_are_no_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "inbound.json").mkdir()
    with pytest.raises(ProgramError, match=r"inbound\.json cannot be read: IsADirectoryError"):
        read_routes(str(tmp_path))


def test_a_program_that_is_missing_is_our_fault_too(tmp_path: Path) -> None:
    session = FakeSession(variables={"uuid": "c-1", "destination_number": CALLED}, is_answered=False)
    entry = publish_inbound(tmp_path, HELLO, routes())
    (tmp_path / "programs" / f"{DIGEST}.json").unlink()
    entry.handler(session, "")
    assert session.hangup_cause == "NORMAL_TEMPORARY_FAILURE"
    assert session.variables["prozvon_inbound"] == "true"  # so that the call is recorded as lost


@pytest.mark.parametrize("is_there", [True, False])
def test_an_error_after_the_answer_is_no_silence(tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / "sounds").mkdir()
        write_wav(tmp_path / "sounds" / "sorry.wav", 2.0)
    session = incoming(tmp_path, ivr({"start": [ANSWER, {"do": "nonsense"}]}), FakeSession())
    assert session.done[1][1:] == (
        ("file", "sorry.wav") if is_there else ("stream", "tone_stream://%(350,350,425);loops=6")
    )
    assert session.variables["prozvon_flow"] == "error"
    assert session.variables["prozvon_end"] == "lost"
    assert session.hangup_cause == "NORMAL_CLEARING"


def test_an_error_before_the_answer_is_told_to_the_carrier(tmp_path: Path) -> None:
    session = incoming(tmp_path, ivr({"start": [{"do": "nonsense"}]}), FakeSession())
    assert session.done == [(0.0, "hangup", "NORMAL_TEMPORARY_FAILURE")]


def test_a_bug_in_an_answered_call_is_no_silence_either(tmp_path: Path) -> None:
    class Broken(FakeSession):
        def speak(self, text: str) -> int:
            raise RuntimeError(text)

    session = incoming(tmp_path, HELLO, Broken())
    assert applications(session) == ["answer", "stream", "hangup"]
    assert session.variables["prozvon_end"] == "lost"


def test_a_bug_in_a_call_loses_nothing_that_was_entered(tmp_path: Path) -> None:
    class Broken(FakeSession):
        def speak(self, text: str) -> int:
            raise RuntimeError("a bug")

    row = {"do": "store", "into": "rows", "values": {"meter": {"text": "42"}}, "webhook": None}
    session = incoming(tmp_path, ivr({"start": [row, say("hello")]}), Broken())
    assert session.variables["prozvon_flow"] == "error"
    assert session.variables["prozvon_end"] == "lost"
    (note,) = decoded(session, "prozvon_notes")
    assert (note["do"], note["values"]) == ("row", {"meter": "42"})
    assert decoded(session, "prozvon_path")[-1].endswith("error at line 2: the step failed")


def test_a_flow_that_never_answers_turns_the_call_down(tmp_path: Path) -> None:
    session = incoming(tmp_path, ivr({"start": [{"do": "hang_up"}]}), FakeSession())
    assert session.hangup_cause == "CALL_REJECTED"
    assert session.variables["prozvon_flow"] == "ended"


def test_a_step_that_needs_it_answers(tmp_path: Path) -> None:
    session = incoming(tmp_path, ivr({"start": [say("hello")]}), FakeSession())
    assert applications(session)[:2] == ["answer", "speak"]


@pytest.mark.parametrize("second", [0.0, 0.1, 0.5, 1.2, 1.5, 3.0])
def test_hanging_up_anywhere_is_left(tmp_path: Path, second: float) -> None:
    made = ivr({"start": [{"do": "ring", "seconds": 1.0}, ANSWER, say("hello"), menu()]})
    session = incoming(tmp_path, made, FakeSession(hangs_up_at=second, is_up=second > 0))
    assert session.variables["prozvon_flow"] == "left"
    assert session.variables["prozvon_end"] == "hung_up"
    assert not session.is_up


def test_the_first_language_may_change_and_each_has_its_own_voice(tmp_path: Path) -> None:
    russian, english = prompt_name("ru", "hello.", "0" * 8), prompt_name("en", "hello.", "1" * 8)
    for name in (russian, english):
        write_wav(tmp_path / "prompts" / name)
    made = ivr({"start": [ANSWER, say("hello"), {"do": "language", "value": {"text": "en"}}, say("hello")]})
    voices = {"ru": "0" * 8, "en": "1" * 8}
    session = incoming(tmp_path, made, FakeSession(), routes(voices=voices))
    assert decoded(session, "prozvon_path")[-1]
    assert [data for _, what, data in session.done if what == "file"] == [russian, english]


def test_a_call_goes_on_though_its_beginning_cannot_be_noted(tmp_path: Path) -> None:
    (tmp_path / "inbound").write_text("no folder")
    session = FakeSession(variables={"uuid": "c-1", "destination_number": CALLED}, is_answered=False)
    (tmp_path / "inbound").unlink()
    entry = publish_inbound(tmp_path, HELLO, routes())
    os.rmdir(tmp_path / "inbound")
    entry.handler(session, "")
    assert session.variables["prozvon_flow"] == "ended"


def test_no_id_makes_a_path(tmp_path: Path) -> None:
    for uuid in ("../x", "", "a" * 65, "a/b"):
        mark(str(tmp_path), uuid, {})
    assert list(tmp_path.iterdir()) == []


def test_a_robocall_is_not_for_calls_that_come_in(tmp_path: Path) -> None:
    """A program of another kind does not hurt: it is answered by its first word, or not at all."""
    session = incoming(tmp_path, program({"start": [say("hello")]}), FakeSession())
    assert not session.is_up


def test_who_is_called_back_is_not_left_in_silence_either(tmp_path: Path) -> None:
    flow = {"missed": [say("hello"), {"do": "nonsense"}]}
    session = call(tmp_path, program(flow, kind="callback", entry="missed"), FakeSession())
    assert [what for _, what, _ in session.done] == ["speak", "stream", "hangup"]
    session = call(tmp_path, program({"start": [{"do": "nonsense"}]}), FakeSession())
    assert [what for _, what, _ in session.done] == ["hangup"]
