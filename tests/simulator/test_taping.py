"""Recordings: of the caller, of the whole call, of talks; what is silent in them, and what ends them."""

from __future__ import annotations

import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.faults import Faults
from orchestrator.simulator.population import Population
from tests.simulator.bench import Bench, wait_until
from tests.simulator.incoming import come_in, with_dialplan

FRAME = 160
PEOPLE = Population.model_validate(
    {
        "population": "tapes",
        "callees": {
            "talks": {"kind": "person", "rings": 2, "stays": 4, "sound": {"silence": 0, "words": 60}},
            "nobody": {"kind": "no_answer", "weight": 0},
        },
        "numbers": [{"match": "*3", "callee": "nobody"}],
    }
)
TALK = "bridge {ignore_early_media=true,originate_timeout=10}sofia/gateway/main/+7999000000"


def lived(bench: Callable[..., Bench], lines: str, *moves: list[Any], **options: Any) -> dict[str, Any]:
    """Variables of the CDR of one call to `here`; `{root}` in the lines is the switch's root."""
    made = bench(population=PEOPLE, **options)
    with_dialplan(made, here=lines.replace("{root}", str(made.root)))
    call = come_in(made.client(), "here", *moves)
    made.wait_idle()
    found: dict[str, Any] = made.cdr(call)["variables"]
    return found


def loud(path: Path) -> list[list[bool]]:
    """For each channel of a WAV, whether each of its tenths of a second is loud."""
    with wave.open(str(path)) as file:
        channels = file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()))
    tenth = 5 * FRAME
    sides = [samples[side::channels] for side in range(channels)]
    return [
        [sum(map(abs, side[at : at + tenth])) / tenth > 200 for at in range(0, len(side), tenth)]
        for side in sides
    ]


def test_a_message_ends_with_the_silence_after_it(bench: Callable[..., Bench], tmp_path: Path) -> None:
    lines = "answer\nrecord {root}/a.wav 30 200 2\nset after=1"
    found = lived(bench, lines, ["answered", 1000, "speak", 3000])
    assert (found["after"], found["silence_hits_exhausted"], found["record_ms"]) == ("1", "true", "6000")
    (side,) = loud(tmp_path / "root" / "a.wav")
    assert (any(side[:9]), sum(side[10:40]) > 25, any(side[41:])) == (False, True, False)


@pytest.mark.parametrize(
    ("chosen", "keys", "ends_with"),
    [("", "12*3", "*"), ("#", "1*#2", "#"), ("any", "7", "7"), ("none", "*#", "")],
)
def test_a_key_ends_it_if_it_is_one_that_does(
    bench: Callable[..., Bench], chosen: str, keys: str, ends_with: str
) -> None:
    chooses = f"set playback_terminators={chosen}\n" if chosen else ""
    lines = f"answer\n{chooses}record {{root}}/a.wav 4 200 9\nset after=1"
    found = lived(bench, lines, ["answered", 1000, "press", keys])
    assert found.get("playback_terminator_used", "") in (
        ends_with,
        "",
    )  # a lone escaped sign loses its end in a CDR
    assert (int(found["record_ms"]) < 2500) == bool(ends_with)
    assert found["after"] == "1"


def test_it_ends_within_a_second_of_its_limit(bench: Callable[..., Bench]) -> None:
    found = lived(bench, "answer\nrecord {root}/a.wav 3 200 9", ["answered", 0, "speak", 60_000])
    assert 3000 <= int(found["record_ms"]) <= 4000


def test_without_a_threshold_silence_ends_nothing(bench: Callable[..., Bench]) -> None:
    found = lived(bench, "answer\nrecord {root}/a.wav 8")
    assert 8000 <= int(found["record_ms"]) <= 9000


def test_who_hangs_up_leaves_what_was_said(bench: Callable[..., Bench], tmp_path: Path) -> None:
    lines = "answer\nrecord {root}/a.wav 30 200 5"
    found = lived(bench, lines, ["answered", 0, "speak", 9000], ["answered", 2500, "hang_up"])
    assert found["record_ms"] == "2500"
    assert len(loud(tmp_path / "root" / "a.wav")[0]) == 25


def test_a_file_that_cannot_be_made_hangs_up(bench: Callable[..., Bench]) -> None:
    found = lived(bench, "answer\nrecord {root}/no/folder/a.wav 30 200 5\nset after=1")
    assert found["hangup_cause"] == "DESTINATION_OUT_OF_ORDER"
    assert "after" not in found


def test_a_full_disk_ends_the_recording_and_not_the_call(bench: Callable[..., Bench]) -> None:
    lines = "answer\nrecord {root}/a.wav 30 200 5\nrecord_session {root}/b.wav\nsleep 9000\nset after=1"
    found = lived(bench, lines, ["answered", 0, "speak", 60_000], faults=Faults(disk_full=1))
    assert (found["after"], found["record_ms"], found["record_file_size"]) == ("1", "0", "44")
    assert int(found["mduration"]) < 15_000


def test_a_recording_may_be_broken_off(bench: Callable[..., Bench]) -> None:
    made = bench(speed=5)
    with_dialplan(made, here=f"answer\nrecord {made.root}/a.wav 30 200 9\nset after=1")
    client = made.client("RECORD_START", "RECORD_STOP")
    call = come_in(client, "here", ["answered", 0, "speak", 60_000])
    wait_until(lambda: client.named("RECORD_START"), "recording")
    assert client.command(f"api uuid_break {call}") == "+OK\n"
    wait_until(lambda: client.named("RECORD_STOP"), "its end")
    made.wait_idle()
    assert made.cdr(call)["variables"]["after"] == "1"
    assert client.named("RECORD_STOP")[0]["Record-File-Path"] == f"{made.root}/a.wav"


def test_stereo_has_the_caller_on_the_left_and_us_on_the_right(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    tone = "playback tone_stream://%(2000,0,440)"
    tape = "set RECORD_STEREO=true\nrecord_session {root}/deep/a.wav"
    lines = f"answer\n{tape}\n{tone}\nsleep 2000\nstop_record_session all"
    found = lived(bench, lines, ["answered", 2000, "speak", 2000])
    left, right = loud(tmp_path / "root" / "deep" / "a.wav")
    assert (any(left[:20]), sum(left[20:]) > 15) == (False, True)
    assert (sum(right[:20]) > 15, any(right[21:])) == (True, False)
    assert found["record_ms"] == "4000"


def test_mono_is_the_sum_of_both(bench: Callable[..., Bench], tmp_path: Path) -> None:
    tone = "playback tone_stream://%(2000,0,440)"
    lived(
        bench, f"answer\nrecord_session {{root}}/a.wav\n{tone}\nsleep 2000", ["answered", 1000, "speak", 2000]
    )
    (side,) = loud(tmp_path / "root" / "a.wav")
    assert (sum(side[:30]) > 25, any(side[31:])) == (True, False)


def test_what_is_masked_is_silence(bench: Callable[..., Bench], tmp_path: Path) -> None:
    lines = (
        "answer\nrecord_session {root}/a.wav {RECORD_STEREO=true}\nsleep 1000\nrecord_session_mask {root}/a.wav\n"
        "record_session_mask {root}/other.wav\nsleep 1000\nrecord_session_unmask {root}/a.wav\nsleep 1000"
    )
    lived(bench, lines, ["answered", 0, "speak", 9000])
    left, _ = loud(tmp_path / "root" / "a.wav")
    assert (sum(left[:10]) > 7, any(left[10:20]), sum(left[20:]) > 7) == (True, False, True)
    with wave.open(str(tmp_path / "root" / "a.wav")) as file:
        file.setpos(8000)
        assert not any(file.readframes(8000))


def test_a_talk_is_recorded_from_its_beginning_to_its_end(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    tape = "record_session {root}/a.wav {RECORD_BRIDGE_REQ=true,RECORD_STEREO=true}"
    found = lived(
        bench, f"answer\n{tape}\n{TALK}1\nsleep 5000\nset after=1", ["answered", 0, "speak", 60_000]
    )
    assert found["after"] == "1"
    left, right = loud(tmp_path / "root" / "a.wav")
    assert len(left) == 40
    assert sum(right) > 30  # the other side's words


def test_no_talk_makes_no_file(bench: Callable[..., Bench], tmp_path: Path) -> None:
    tape = "record_session {root}/a.wav {RECORD_BRIDGE_REQ=true}"
    lines = f"answer\nset continue_on_fail=true\n{tape}\n{TALK}3\nstop_record_session {{root}}/a.wav"
    lived(bench, lines)
    assert not (tmp_path / "root" / "a.wav").exists()


def test_music_lasts_as_long_as_it_may(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.script(
        "plays",
        "def handler(session, args):\n"
        "    session.setVariable('playback_timeout_sec', '3')\n"
        "    one = session.streamFile('local_stream://moh')\n"
        "    session.setVariable('playback_timeout_as_success', 'true')\n"
        "    two = session.streamFile('local_stream://moh')\n"
        "    session.setVariable('got', '%s %s' % (one, two))\n"
        "    session.setVariable('times', session.getVariable('created_time') + session.getVariable('answered_time'))\n"
        "    session.destroy()\n",
    )
    with_dialplan(made, here="python plays")
    call = come_in(made.client(), "here")
    made.wait_idle()
    found = made.cdr(call)["variables"]
    assert (found["got"], found["mduration"]) == ("0%201", "6000")
    assert found["times"] == f"{found['start_uepoch']}0"
