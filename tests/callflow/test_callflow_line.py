"""Whole calls that agents take, on a session in virtual time: what is heard, and what is left on the channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fake_legs import LEG, FakeLeg, packed, push, put
from fake_session import FakeSession
from flow_calls import call, decoded, incoming
from flow_programs import ivr, program, say
from flow_steps import line

FLOOR = {"sales": {"by": "floor", "ring": 20, "priority": ""}}
THERE: dict[str, Any] = {"ok": True, "position": 2, "wait_s": 40, "free": False}


def desk(**bodies: Any) -> Any:
    """Answers within a tenth of a second what is asked: `line_join` and `line_here` by default."""
    known = {"line_join": THERE, "line_here": THERE, **bodies}
    return lambda asked: (0.1, packed(known[asked["what"]])) if known.get(asked["what"]) else None


def waiting(**changes: Any) -> dict[str, Any]:
    return line(name="sales", overflow="full", **changes)


def heard(session: FakeSession) -> list[tuple[float, str]]:
    return [(at, data) for at, what, data in session.done if what in ("speak", "joined")]


def test_a_caller_waits_is_told_their_place_and_talks(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=20.0))
    session = FakeSession(desk=desk())
    push(session, 15.0, join=LEG, agent="anna")
    made = ivr({"start": [waiting(position=True), say("bye")], "full": [say("sorry")]}, queues=FLOOR)
    incoming(tmp_path, made, session)
    assert heard(session) == [(0.1, "queue_position."), (15.0, LEG), (35.0, "bye.")]
    assert [asked["what"] for asked in session.asked] == ["line_join", "line_here", "line_leave"]
    assert session.variables["prozvon_reached"] == "anna"
    assert session.variables["prozvon_queue_wait"] == "15"
    assert decoded(session, "prozvon_met") == [f"{LEG} 20"]
    assert session.behind == ""
    assert not {name for name in session.variables if name.startswith(("prozvon_answer_", "prozvon_offer"))}


def test_an_offer_cuts_short_what_is_being_said(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=5.0))
    session = FakeSession(desk=desk(), seconds_per_character=0.5)
    push(session, 3.0, join=LEG, agent="anna")
    incoming(tmp_path, ivr({"start": [waiting(hold_message="hello")], "full": []}, queues=FLOOR), session)
    assert heard(session) == [(0.1, "hello."), (3.0, LEG)]


def test_an_offer_that_comes_before_a_word_is_said_is_taken_first(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=5.0))
    session = FakeSession(desk=desk())
    push(session, 0.1, wakes=False, join=LEG, agent="anna")
    incoming(tmp_path, ivr({"start": [waiting(hold_message="hello")], "full": []}, queues=FLOOR), session)
    assert heard(session) == [(0.1, LEG)]


def test_a_break_without_an_offer_does_no_harm(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), breaks=[0.11, 1.0, 5.0], seconds_per_character=0.5, hangs_up_at=9.0)
    incoming(tmp_path, ivr({"start": [waiting(hold_message="hello")], "full": []}, queues=FLOOR), session)
    assert session.variables["prozvon_flow"] == "left"
    assert session.variables["prozvon_end"] == "queue"


def test_a_customer_whom_nobody_takes_in_time_hears_why_and_is_marked(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), breaks=[2.01, 2.3])
    flow = {"start": [line(name="sales", within=2, abandoned="abandoned")]}
    call(tmp_path, program(flow, kind="predictive", queues=FLOOR), session)
    # those breaks were meant for the music
    assert heard(session) == [(2.0, "abandoned."), (2.01, "abandoned.")]
    assert session.variables["prozvon_abandoned"] == "true"
    assert session.variables["prozvon_flow"] == "ended"
    assert session.asked[-1]["why"] == "abandoned"


def test_a_message_that_a_late_break_cuts_short_is_said_anew(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), breaks=[2.5], seconds_per_character=0.2)
    flow = {"start": [line(name="sales", within=2, abandoned="abandoned")]}
    call(tmp_path, program(flow, kind="predictive", queues=FLOOR), session)
    assert heard(session) == [(2.0, "abandoned."), (2.5, "abandoned.")]


def test_talks_go_on_and_callers_come_to_overflow_when_the_orchestrator_is_dead(tmp_path: Path) -> None:
    session = FakeSession()
    made = ivr({"start": [waiting()], "full": [say("sorry")]}, queues=FLOOR)
    incoming(tmp_path, made, session)
    assert heard(session) == [(30.0, "sorry.")]
    put(FakeLeg(talks_s=900.0))
    session = FakeSession()
    push(session, 0.5, join=LEG)
    incoming(tmp_path, made, session)
    assert session.t == 900.5


def test_whoever_is_answered_each_time_is_not_sent_away_as_silent(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), hangs_up_at=60.0)
    incoming(tmp_path, ivr({"start": [waiting(silent=5.0)], "full": [say("sorry")]}, queues=FLOOR), session)
    assert "sorry." not in [words for _, words in heard(session)]
    assert [asked["what"] for asked in session.asked].count("line_here") >= 30


def test_a_message_longer_than_the_silence_that_is_borne_is_no_silence(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), seconds_per_character=2.0, hangs_up_at=60.0)
    made = ivr({"start": [waiting(silent=5.0, hold_message="hello")], "full": [say("sorry")]}, queues=FLOOR)
    incoming(tmp_path, made, session)
    assert [words for _, words in heard(session)] == ["hello."]


def test_what_is_due_in_an_instant_is_waited_for_once(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(), seconds_per_character=9.83 / 6, hangs_up_at=20.0)  # due 70 ms after it
    incoming(tmp_path, ivr({"start": [waiting(hold_message="hello")], "full": []}, queues=FLOOR), session)
    assert session.variables["prozvon_flow"] == "left"
    assert session.asked[1]["what"] == "line_here"


def test_a_queue_that_closes_while_they_wait_lets_them_go(tmp_path: Path) -> None:
    session = FakeSession(desk=desk(line_here={"ok": False, "why": "closed"}))
    incoming(tmp_path, ivr({"start": [waiting()], "full": [say("sorry")]}, queues=FLOOR), session)
    assert heard(session) == [(10.1, "sorry.")]
    assert session.asked[-1]["why"] == "closed"


def test_what_nobody_knows_is_not_told(tmp_path: Path) -> None:
    there = {"ok": True, "position": 0, "wait_s": None, "free": False}
    session = FakeSession(desk=desk(line_join=there), hangs_up_at=5.0)
    made = ivr({"start": [waiting(position=True, wait=True)], "full": []}, queues=FLOOR)
    incoming(tmp_path, made, session)
    assert heard(session) == []


def test_a_caller_who_is_sent_from_one_missing_leg_to_the_next_is_let_go_in_the_end(tmp_path: Path) -> None:
    session = FakeSession(desk=desk())
    for n in range(1, 200):
        push(session, 0.2 + n / 100, n, join=LEG, agent="anna")
    incoming(tmp_path, ivr({"start": [waiting()], "full": []}, queues=FLOOR), session)
    assert session.variables["prozvon_flow"] == "error"
    assert session.t < 2.3
