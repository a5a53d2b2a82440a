"""Waiting with music for an offer, and talking with an agent whose leg is parked, on a session in virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_legs import LEG, OTHER_LEG, FakeLeg, packed, push, put
from fake_session import FakeSession, write_wav

from callflow.consulting import consult, forget_answers, pushed
from callflow.course import Course
from callflow.holding import hold
from callflow.joining import join
from callflow.moves import Answered, Consult, Gone, Hold, Input, Join, Joined, Offered, Played
from callflow.stock import Stock

WAITING = "tone_stream://%(200,4800,350);loops=-1"
GO = {"n": 1, "go": "full"}


def held(session: FakeSession, root: Path, course: Course | None = None, **changes: Any) -> Input:
    action = Hold(**{"source": "moh", "seconds": 10.0, **changes})
    inp = hold(session, action, Stock(str(root), "ru"), course or Course(str(root), {}))
    assert session.faults == []
    return inp


def joined(session: FakeSession, root: Path, course: Course | None = None, **changes: Any) -> Input:
    action = Join(**{"leg": LEG, **changes})
    inp = join(session, action, course or Course(str(root), {}))
    assert session.faults == []
    return inp


def applications(session: FakeSession) -> list[str]:
    return [what for _, what, _ in session.done]


@pytest.mark.parametrize("wakes", [True, False])
def test_an_offer_is_seen_at_once_and_within_a_second_when_the_break_gets_lost(
    tmp_path: Path, wakes: bool
) -> None:
    session = FakeSession()
    push(session, 3.4, join=LEG, wakes=wakes)
    assert held(session, tmp_path) == Offered({"n": 1, "join": LEG})
    assert session.t == (3.4 if wakes else 4.0)


def test_what_is_said_after_an_offer_is_not_cut_short_by_its_late_break(tmp_path: Path) -> None:
    session = FakeSession(breaks=[4.01])
    push(session, 3.99, wakes=False, go="full")
    assert held(session, tmp_path) == Offered(GO)
    assert (session.t, session.is_broken) == (4.01, False)


def test_an_offer_that_was_there_before_is_taken_without_a_note_of_music(tmp_path: Path) -> None:
    session = FakeSession(variables={"prozvon_offer": packed(GO)})
    assert held(session, tmp_path) == Offered(GO)
    assert session.t < 0.1


def test_an_offer_is_taken_once_and_older_ones_never(tmp_path: Path) -> None:
    session, course = FakeSession(), Course(str(tmp_path), {})
    push(session, 1.0, 7, join=LEG)
    push(session, 2.0, 7, join=LEG, agent="again")
    push(session, 3.0, 6, join=OTHER_LEG)
    push(session, 4.0, 8, join=OTHER_LEG)
    found = [held(session, tmp_path, course), held(session, tmp_path, course)]
    assert found == [Offered({"n": 7, "join": LEG}), Offered({"n": 8, "join": OTHER_LEG})]
    assert session.t == 4.0


@pytest.mark.parametrize(
    "text",
    ["x", packed([1]), packed({"go": "x"}), packed({"n": True}), packed({"n": "1"}), "é", "A" * 70_000],
)
def test_what_is_no_offer_is_passed_over(tmp_path: Path, text: str) -> None:
    session = FakeSession(variables={"prozvon_offer": text})
    assert held(session, tmp_path) == Played()
    assert session.t == 10.0


def test_music_goes_on_behind_what_is_asked_and_ends_before_anything_else_is_heard(tmp_path: Path) -> None:
    write_wav(tmp_path / "music" / "a.wav")
    session, course = FakeSession(desk=lambda _: (0.35, packed({"ok": True}))), Course(str(tmp_path), {})
    held(session, tmp_path, course)
    assert consult(session, Consult("line_here", offers=True), course) == Answered({"ok": True})
    held(session, tmp_path, course)
    assert applications(session) == ["displace_session"]
    assert session.behind == "local_stream://moh"
    held(session, tmp_path, course, source="")
    assert applications(session) == ["displace_session", "stop_displace_session"]
    assert "send_silence_when_idle" not in session.variables


def test_files_of_a_folder_are_one_sound_and_where_there_is_none_a_tone_is(tmp_path: Path) -> None:
    calm = tmp_path / "music" / "calm"
    write_wav(calm / "b.wav")
    write_wav(calm / "a.wav")
    session, course = FakeSession(), Course(str(tmp_path), {})
    held(session, tmp_path, course, source="moh/calm")
    held(session, tmp_path, course, source="moh/none")
    sounds = [data for _, what, data in session.done if what == "displace_session"]
    assert sounds == [f"file_string://{calm}/a.wav!{calm}/b.wav l", f"{WAITING} l"]


def test_only_the_key_that_is_wanted_ends_it(tmp_path: Path) -> None:
    session = FakeSession(keys=[(1.0, "5"), (2.0, "1")], queue=["1"])
    assert held(session, tmp_path, keys="1", flush=True) == Played("1")
    assert session.t == 2.0
    assert held(FakeSession(keys=[(1.0, "1")]), tmp_path) == Played()


def test_who_hangs_up_is_gone(tmp_path: Path) -> None:
    assert held(FakeSession(hangs_up_at=3.0), tmp_path) == Gone()
    session = FakeSession(hangs_up_at=0.0)
    session.hangup()
    assert held(session, tmp_path) == Gone()
    assert joined(session, tmp_path) == Gone()


def test_an_offer_ends_a_question_that_nobody_answers(tmp_path: Path) -> None:
    session, course = FakeSession(), Course(str(tmp_path), {})
    push(session, 0.25, join=LEG)
    assert consult(session, Consult("line_join", timeout_s=1.0, offers=True), course) == Offered(
        {"n": 1, "join": LEG}
    )
    assert session.t == 0.25
    push(session, 0.5, 2, go="full")
    assert consult(session, Consult("fetch", timeout_s=1.0), course) == Answered(None)
    assert pushed(session, course) == {"n": 2, "go": "full"}
    forget_answers(session, course)
    assert "prozvon_offer" not in session.variables


def test_a_talk_lasts_until_the_agent_hangs_up_and_tells_of_itself_on_the_channel(tmp_path: Path) -> None:
    leg = put(FakeLeg(talks_s=12.0))
    session = FakeSession()
    assert joined(session, tmp_path) == Joined("talked", 12.0)
    assert session.ready()
    assert leg.destroyed == 1
    assert "prozvon_joins" not in session.variables


def test_the_music_stops_before_the_talk_and_an_offer_of_the_talk_is_told(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=5.0))
    session, course = FakeSession(), Course(str(tmp_path), {})
    held(session, tmp_path, course, seconds=1.0)
    push(session, 4.0, 3, wakes=False, wait=True, queue="support")
    found = joined(session, tmp_path, course)
    assert found == Joined("talked", 5.0, offer={"n": 3, "wait": True, "queue": "support"})


def test_a_caller_who_hangs_up_in_the_talk_has_talked(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=50.0))
    assert joined(FakeSession(hangs_up_at=9.0), tmp_path) == Joined("talked", 9.0)


@pytest.mark.parametrize(
    ("leg", "why"),
    [
        (None, "gone"),
        (FakeLeg(is_gone_when_joined=True), "gone"),
        (FakeLeg(variables={}), "unknown"),
        (FakeLeg(is_answered=False), "ringing"),
        (FakeLeg(is_bridged=True), "busy"),
        (FakeLeg(variables={"prozvon_agent": "anna", "prozvon_for": "c-2"}), "busy"),
    ],
)
def test_a_leg_that_is_not_to_be_joined_is_missed(tmp_path: Path, leg: FakeLeg | None, why: str) -> None:
    if leg is not None:
        leg.destroyed = 0
        put(leg)
    session = FakeSession(variables={"uuid": "c-1", "last_bridge_to": LEG})  # of an earlier talk
    assert joined(session, tmp_path) == Joined("missed", why=why)
    assert session.t == 0
    assert leg is None or leg.destroyed == 1


def test_a_leg_that_is_kept_for_this_call_is_joined(tmp_path: Path) -> None:
    put(FakeLeg(variables={"prozvon_agent": "anna", "prozvon_for": "c-1"}))
    assert joined(FakeSession(variables={"uuid": "c-1"}), tmp_path) == Joined("talked", 30.0)


@pytest.mark.parametrize("leg", ["", "sofia/p/9999@example.org", "x", LEG + "\n", "${system(id)}"])
def test_nothing_but_a_leg_is_joined(tmp_path: Path, leg: str) -> None:
    assert joined(FakeSession(), tmp_path, leg=leg) == Joined("missed", why="unknown")


def test_a_talk_is_recorded_and_without_one_no_file_is_made(tmp_path: Path) -> None:
    put(FakeLeg(talks_s=5.0))
    name = "2026/11/22/call-1.talk.wav"
    session, course = FakeSession(), Course(str(tmp_path), {})
    joined(session, tmp_path, course, tape=name, stereo=True)
    assert (tmp_path / "recordings" / name).is_file()
    (options,) = [data for _, what, data in session.done if what == "record_session"]
    assert options.endswith("{RECORD_BRIDGE_REQ=true,RECORD_STEREO=true}")
    assert course.tapes == []
    other = name.replace("talk", "talk-2")
    joined(session, tmp_path, course, tape=other, leg=OTHER_LEG)
    assert not (tmp_path / "recordings" / other).exists()
    joined(session, tmp_path, course, tape="../x.wav")
    assert course.unwritten == ["../x.wav"]


def test_a_leg_on_another_switch_is_joined_over_a_link(tmp_path: Path) -> None:
    target = f"sofia/gateway/spare/join-{LEG}"
    session = FakeSession(links={target: 8.0}, variables={"uuid": OTHER_LEG})
    assert joined(session, tmp_path, link="sofia/gateway/spare/{leg}") == Joined("talked", 8.0)
    ((_, _, data),) = [each for each in session.done if each[1] == "bridge"]
    assert data == (
        "{ignore_early_media=true,originate_timeout=5,media_timeout=300000,"
        f"sip_h_X-Prozvon-Call={OTHER_LEG}}}{target}"
    )


@pytest.mark.parametrize(
    ("disposition", "why"), [("NO_ANSWER", "no_answer"), ("DESTINATION_OUT_OF_ORDER", "destination_out_of_order"),
                             ("", "failed")]
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, disposition: str, why: str) -> None:
    session = FakeSession(links={f"sofia/gateway/spare/join-{LEG}": disposition})
    assert joined(session, tmp_path, link="sofia/gateway/spare/{leg}") == Joined("missed", why=why)
    assert joined(session, tmp_path, link="sofia/x y") == Joined("missed", why="unknown")
