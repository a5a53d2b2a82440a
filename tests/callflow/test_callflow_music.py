"""Answering, ringing, music and tones on a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_session import Dtmf, FakeSession, write_wav
from flow_calls import incoming
from flow_programs import ivr, menu, say

from callflow.course import Course
from callflow.moves import Gone, Music, Played, Ring
from callflow.music import answer, music, on_choice, ring, tracks
from callflow.stock import Stock

WAITING = "tone_stream://%(200,4800,350);loops=-1"


def played(
    session: FakeSession, root: Path, source: str = "moh", seconds: float = 10.0, **changes: Any
) -> Any:
    inp = music(session, Music(source, seconds, **changes), Stock(str(root), "ru"), Course(str(root), {}))
    assert session.faults == []
    assert session.variables.keys() & {"playback_timeout_sec", "playback_timeout_as_success"} == set()
    return inp


def test_the_stream_of_the_switch_plays_for_its_time(tmp_path: Path) -> None:
    write_wav(tmp_path / "music" / "a.wav")
    session = FakeSession()
    assert played(session, tmp_path) == Played()
    assert session.done == [(0.0, "stream", "local_stream://moh")]
    assert session.t == 10.0


def test_the_files_of_a_folder_play_one_after_the_other_and_again(tmp_path: Path) -> None:
    for name in ("b.wav", "a.wav", "c.mp3"):
        write_wav(tmp_path / "music" / "calm" / name, 2.0)
    session = FakeSession()
    assert played(session, tmp_path, "moh/calm", 7.0) == Played()
    assert [data for _, _, data in session.done] == ["a.wav", "b.wav", "a.wav", "b.wav"]
    assert session.t == 7.0


def test_one_file_plays_over_and_over(tmp_path: Path) -> None:
    write_wav(tmp_path / "prompts" / f"{'0' * 32}.wav", 4.0)
    session = FakeSession()
    assert played(session, tmp_path, f"{'0' * 32}.wav") == Played()
    assert [at for at, _, _ in session.done] == [0.0, 4.0, 8.0]


@pytest.mark.parametrize("source", ["moh", "moh/none", "moh/../x", "moh/", "0.wav", "../a.wav", "x"])
def test_where_there_is_no_music_a_tone_tells_that_the_line_is_not_dead(tmp_path: Path, source: str) -> None:
    write_wav(tmp_path / "a.wav")
    session = FakeSession()
    assert played(session, tmp_path, source) == Played()
    assert session.done == [(0.0, "stream", WAITING)]
    assert session.t == 10.0


def test_music_may_come_by_http(tmp_path: Path) -> None:
    stock = Stock(str(tmp_path), "ru", "", "http_cache://http://127.0.0.1:9/")
    assert tracks("a.wav", stock) == ["http_cache://http://127.0.0.1:9/a.wav"]
    assert tracks("${x}.wav", stock) == [WAITING]


def test_what_cannot_be_played_is_silence_of_the_same_length(tmp_path: Path) -> None:
    class Deaf(FakeSession):
        def streamFile(self, path: str) -> int:  # noqa: N802
            del path
            return 0

    session = Deaf(keys=[(4.0, "1")])
    assert played(session, tmp_path) == Played("1")
    assert session.t == 4.0


def test_a_key_that_is_wanted_stops_it_and_others_are_forgotten(tmp_path: Path) -> None:
    session = FakeSession(keys=[(1.0, "5"), (2.0, "1"), (2.0, "2")])
    assert played(session, tmp_path, keys="1") == Played("1")
    assert (session.t, session.queue) == (2.0, ["2"])
    session = FakeSession(queue=["1"])
    assert played(session, tmp_path, keys="1", flush=True) == Played()
    assert played(FakeSession(keys=[(1.0, "1")]), tmp_path, keys="") == Played()


def test_who_hangs_up_is_gone(tmp_path: Path) -> None:
    assert played(FakeSession(hangs_up_at=3.0), tmp_path) == Gone()


def test_keys_are_answered_with_text_whatever_comes() -> None:
    state = ["1A"]
    assert on_choice(None, "event", object(), state) == ""
    assert on_choice(None, "dtmf", Dtmf("2"), state) == ""
    assert on_choice(None, "dtmf", Dtmf(""), state) == ""
    assert on_choice(None, "dtmf", Dtmf("1"), state) == "stop"
    assert on_choice(None, "dtmf", Dtmf("A"), state) == "stop"
    assert state == ["1A", "1"]


def test_a_call_rings_before_it_is_answered(tmp_path: Path) -> None:
    made = ivr({"start": [{"do": "ring", "seconds": 6.0}, {"do": "answer"}, {"do": "ring", "seconds": 2.0}]})
    session = incoming(tmp_path, made, FakeSession())
    assert [(at, what) for at, what, _ in session.done] == [
        (0.0, "ring_ready"),
        (6.0, "answer"),
        (8.0, "hangup"),
    ]


def test_once_there_is_sound_on_the_line_it_rings_in_it(tmp_path: Path) -> None:
    made = ivr(
        {
            "start": [
                {"do": "music", "source": "moh", "seconds": 2.0},
                {"do": "ring", "seconds": 3.0},
                menu(tries=1),
            ]
        }
    )
    session = incoming(tmp_path, made, FakeSession())
    assert [data for _, what, data in session.done if what == "stream"] == [
        WAITING,
        "tone_stream://%(1000,4000,425);loops=-1",
    ]
    assert session.done[2][:2] == (5.0, "answer")


def test_a_call_is_answered_once() -> None:
    session = FakeSession()
    assert answer(session, Course("/", {})) == Played()
    assert session.done == []


def test_an_early_message_is_heard_before_the_answer(tmp_path: Path) -> None:
    made = ivr({"start": [{**say("hello"), "early": True}, {"do": "ring", "seconds": 1.0}]})
    session = incoming(tmp_path, made, FakeSession())
    assert [what for _, what, _ in session.done] == ["speak", "stream", "hangup"]


def test_who_hangs_up_while_it_rings_is_gone() -> None:
    session = FakeSession(hangs_up_at=1.0, is_answered=False)
    assert ring(session, Ring(5.0), Course("/", {}, is_answered=False, has_media=False)) == Gone()


def test_a_prompt_that_no_key_stops_forgets_the_keys(tmp_path: Path) -> None:
    made = ivr({"start": [{"do": "answer"}, {**say("hello"), "barge_in": False}, menu(tries=1)]})
    session = incoming(tmp_path, made, FakeSession(keys=[(0.1, "1")]))
    assert [data for _, what, data in session.done if what == "speak"] == ["hello.", "choice."]
    assert session.t > 5.0
