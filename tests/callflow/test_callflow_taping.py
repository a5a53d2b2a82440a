"""Recordings on a session: of the caller, of both sides, and what is silent in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fake_line import Telephone
from fake_session import FakeSession, write_wav
from flow_calls import decoded, incoming
from flow_programs import ask, forward, ivr, menu, recorded, say

from callflow import taping
from callflow.course import Course
from callflow.moves import Gone, Played, Record, Recorded, Tape
from callflow.taping import in_private, place_of, record, tape

NAME = "2026/11/22/c-1.complaint.wav"
ANNA = "+79990000001"
SPEAKS = [(100_000, 3000)]


def taken(session: FakeSession, root: Path, **changes: Any) -> Any:
    action = Record(NAME, **{"max_s": 10.0, "silence_s": 2.0, "end": "#", "beep": False, **changes})
    inp = record(session, action, Course(str(root), {}))
    assert session.faults == []
    return inp


def kept(root: Path) -> list[Path]:
    return sorted(path for path in (root / "recordings").rglob("*") if path.is_file())


def test_a_key_ends_it_and_is_told(tmp_path: Path) -> None:
    session = FakeSession(sound=SPEAKS, keys=[(1.0, "5"), (4.0, "#"), (4.0, "7")])
    assert taken(session, tmp_path) == Recorded(3.94, "#")
    assert kept(tmp_path) == [tmp_path / "recordings" / NAME]
    assert session.queue == ["7"]  # what comes after it is for the next question
    assert session.done[0][1:] == ("record", f"{tmp_path}/recordings/{NAME} 10 200 2")
    assert "playback_terminators" not in session.variables


def test_any_key_ends_it_where_none_is_named(tmp_path: Path) -> None:
    assert taken(FakeSession(sound=SPEAKS, keys=[(1.0, "5")]), tmp_path, end="").end == "5"


def test_silence_ends_it_and_does_not_count(tmp_path: Path) -> None:
    assert taken(FakeSession(sound=[(3000, 3000)]), tmp_path) == Recorded(3.0, "silence")
    assert len(kept(tmp_path)) == 1


def test_a_telephone_that_sends_no_silence_loses_nothing_of_what_was_said(tmp_path: Path) -> None:
    session = FakeSession(sound=[(3000, 3000)], sends_media=False)
    inp = taken(session, tmp_path)
    assert (round(inp.seconds), inp.end) == (3, "silence")
    assert taken(FakeSession(sends_media=False), tmp_path) == Recorded(0.0, "silence")


def test_nothing_said_is_nothing_recorded(tmp_path: Path) -> None:
    assert taken(FakeSession(), tmp_path) == Recorded(0.0, "silence")
    assert kept(tmp_path) == []


def test_silence_may_be_allowed(tmp_path: Path) -> None:
    session = FakeSession()
    assert taken(session, tmp_path, silence_s=0.0).end == "limit"
    assert session.done[0][2].endswith(" 10 0 0")


def test_it_ends_after_its_time(tmp_path: Path) -> None:
    session = FakeSession(sound=SPEAKS)
    inp = taken(session, tmp_path)
    assert inp.end == "limit"
    assert 9.0 <= inp.seconds <= 11.0


def test_what_was_said_before_hanging_up_is_kept(tmp_path: Path) -> None:
    assert taken(FakeSession(sound=SPEAKS, hangs_up_at=3.0), tmp_path) == Recorded(2.94, "gone")
    assert len(kept(tmp_path)) == 1


def test_who_hangs_up_during_the_beep_leaves_no_file(tmp_path: Path) -> None:
    session = FakeSession(hangs_up_at=0.2)
    assert taken(session, tmp_path, beep=True) == Recorded(0.0, "gone")
    assert kept(tmp_path) == []
    assert taken(session, tmp_path) == Gone()


def test_a_beep_comes_first(tmp_path: Path) -> None:
    session = FakeSession(queue=["#"])
    taken(session, tmp_path, beep=True, flush=True)
    assert [what for _, what, _ in session.done] == ["stream", "record"]


def test_a_disk_that_gets_full_keeps_what_there_is(tmp_path: Path) -> None:
    session = FakeSession(sound=SPEAKS, disk_is_full_after_s=4.0)
    inp = taken(session, tmp_path)
    assert (round(inp.seconds, 1), inp.end) == (3.9, "limit")
    assert session.is_up


def test_a_disk_that_is_full_hangs_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taping, "FREE_MIN", 10**18)
    session = FakeSession(sound=SPEAKS)
    assert taken(session, tmp_path) == Recorded(0.0, "failed")
    assert session.is_up
    assert session.done == []
    assert kept(tmp_path) == []


def test_a_folder_that_cannot_be_made_hangs_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("no folder")
    assert taken(FakeSession(), tmp_path) == Recorded(0.0, "failed")


@pytest.mark.parametrize(
    "name", ["../x.wav", "a.wav", "2026/11/22/../../x.wav", "", "2026/11/22/a.b.wav\n", "/etc/x"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert place_of(str(tmp_path), name) == ""
    assert list(tmp_path.iterdir()) == []


def test_the_probe_is_gone(tmp_path: Path) -> None:
    assert place_of(str(tmp_path), NAME) == f"{tmp_path}/recordings/{NAME}"
    assert kept(tmp_path) == []
    assert os.stat(tmp_path / "recordings/2026/11/22").st_mode & 0o007 == 0


def test_what_the_switch_does_not_tell_is_nothing(tmp_path: Path) -> None:
    class Silent(FakeSession):
        def getVariable(self, name: str) -> str | None:  # noqa: N802
            return "soon" if name == "record_ms" else super().getVariable(name)

    assert taken(Silent(sound=SPEAKS, keys=[(1.0, "#")]), tmp_path) == Recorded(0.0, "#")


def test_both_sides_are_recorded_from_the_answer_on(tmp_path: Path) -> None:
    session = incoming(tmp_path, ivr({"start": [say("hello")]}, record={"stereo": True}), FakeSession())
    applications = [(what, data.partition(" ")[2]) for _, what, data in session.done]
    assert applications[:2] == [("answer", ""), ("record_session", "+14400 {RECORD_STEREO=true}")]
    (name,) = decoded(session, "prozvon_recordings")
    assert kept(tmp_path) == [tmp_path / "recordings" / name]


@pytest.mark.parametrize("is_whole", [True, False])
def test_what_could_not_be_written_is_named_nowhere(tmp_path: Path, is_whole: bool) -> None:
    (tmp_path / "recordings").write_text("no folder")
    made = ivr({"start": [forward(ANNA, record=True)]}, record={"stereo": True} if is_whole else None)
    session = incoming(tmp_path, made, FakeSession(telephones={ANNA: Telephone(rings_s=2.0, talks_s=9.0)}))
    assert session.variables["prozvon_reached"] == ANNA
    assert "prozvon_recordings" not in session.variables


def test_a_recording_that_cannot_be_made_loses_no_call(tmp_path: Path) -> None:
    session = FakeSession()
    (tmp_path / "recordings").write_text("no folder")
    assert tape(session, Tape(NAME, stereo=False), Course(str(tmp_path), {})) == Played()
    assert session.done == []
    session = FakeSession(is_up=False)
    assert tape(session, Tape(NAME, stereo=False), Course(str(tmp_path), {})) == Gone()


def test_what_is_private_is_in_no_recording_log_or_record(tmp_path: Path) -> None:
    seen: list[tuple[str | None, str | None]] = []

    class Watched(FakeSession):
        def getDigits(self, *args: Any) -> str:  # noqa: N802
            seen.append((self.variables.get("sensitive_dtmf"), self.variables.get("digits_dialed_filter")))
            return super().getDigits(*args)

    made = ivr({"start": [ask(private=True), menu(keys={"1": "start"}, tries=1)]}, record={"stereo": False})
    session = incoming(tmp_path, made, Watched(keys=[(1.0, "8"), (1.5, "2"), (2.0, "8"), (2.5, "4")]))
    (steps,) = session.tapes.values()
    assert [what for _, what in steps] == ["on", "masked", "unmasked", "off"]
    (_, _), (masked_s, _), (unmasked_s, _), _ = steps
    assert (masked_s, round(unmasked_s, 1)) == (0.0, 2.5)
    assert seen == [("true", ".+"), (None, ".+")]  # of the record all keys of the call are left out
    assert decoded(session, "prozvon_values") == {}
    assert "8284" not in str(session.variables)


def test_who_hangs_up_in_private_leaves_nothing_open(tmp_path: Path) -> None:
    made = ivr({"start": [ask(private=True)]}, record={"stereo": False})
    session = incoming(tmp_path, made, FakeSession(hangs_up_at=1.0))
    (steps,) = session.tapes.values()
    assert [what for _, what in steps] == ["on", "masked", "off"]
    assert session.variables["prozvon_flow"] == "left"


def test_nothing_is_masked_of_a_call_that_is_over(tmp_path: Path) -> None:
    session = FakeSession(is_up=False)
    assert in_private(session, Course(str(tmp_path), {}, tapes=["a.wav"]), Gone) == Gone()
    assert session.faults == []


def test_the_caller_listens_to_what_they_said(tmp_path: Path) -> None:
    review = {"prompt": "review", "keep": "1", "again": "2", "listen": "3"}
    made = ivr({"start": [recorded(review=review)]})
    made["messages"] = {"review": {"ru": [{"text": "review"}], "en": [{"text": "review"}]}}
    keys = [(4.0, "#"), (5.0, "3"), (12.0, "1")]
    session = incoming(tmp_path, made, FakeSession(sound=[(0, 0), (9000, 3000)], keys=keys))
    (note,) = decoded(session, "prozvon_notes")
    assert [data for _, what, data in session.done if what == "file"] == [Path(note["recording"]).name]
    assert note["recording"].endswith("/c-1.complaint.wav")


def test_a_recording_that_is_not_there_is_not_played(tmp_path: Path) -> None:
    from callflow.moves import Play, Recording
    from callflow.playing import play
    from callflow.stock import Stock

    write_wav(tmp_path / "secret.wav")
    session = FakeSession()
    for name in (NAME, "../secret.wav"):
        assert play(session, Play("", (Recording(name),)), Stock(str(tmp_path), "ru")) == Played()
    assert session.done == []
