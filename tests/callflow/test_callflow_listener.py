"""Human or machine: the rules on levels alone, then on real sound that grows in a file."""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import pytest
from fake_session import FakeSession, wav_header
from flow_calls import call, decoded
from flow_programs import menu, program, say
from hypothesis import given
from hypothesis import strategies as st

from callflow.ear import listen, recording_path
from callflow.listener import (
    ANALYSIS_MS,
    FRAME_MS,
    GREETING_END_MS,
    INITIAL_SILENCE_MS,
    Detector,
    GreetingEnd,
)
from callflow.wav import GrowingWav, NotWav

VOICE, NOISE = 3000, 40


def levels(*spans: tuple[int, float]) -> list[float]:
    return [float(level) for ms, level in spans for _ in range(ms // FRAME_MS)]


def verdict(*spans: tuple[int, float]) -> tuple[str, int]:
    """The verdict, and after how many ms. Endless silence follows the spans."""
    detector = Detector()
    heard = levels(*spans, (INITIAL_SILENCE_MS + ANALYSIS_MS, NOISE))
    for number, level in enumerate(heard, start=1):
        said = detector.hear(level)
        if said:
            return said, number * FRAME_MS
    raise AssertionError("no verdict")


def test_a_short_hello_and_silence_is_a_human() -> None:
    assert verdict((600, NOISE), (400, VOICE)) == ("human", 600 + 400 + 800)


def test_two_words_are_a_human_still() -> None:
    assert verdict((300, NOISE), (300, VOICE), (200, NOISE), (500, VOICE)) == ("human", 1300 + 800)


def test_a_long_greeting_is_a_machine_as_soon_as_it_is_long() -> None:
    assert verdict((400, NOISE), (5000, VOICE)) == ("machine", 400 + 1500)


def test_a_greeting_of_many_words_is_a_machine_at_the_fourth() -> None:
    words = [(160, VOICE), (100, NOISE)] * 8
    assert verdict((200, NOISE), *words) == ("machine", 200 + 3 * 260 + 100)


def test_nobody_speaking_is_unknown() -> None:
    assert verdict() == ("unknown", INITIAL_SILENCE_MS)


def test_the_clock_starts_at_the_first_word_though_it_comes_late() -> None:
    assert verdict((2200, 0), (400, VOICE)) == ("human", 2200 + 400 + 800)


def test_a_click_is_no_word_and_does_not_end_a_silence() -> None:
    assert verdict((500, NOISE), (60, VOICE), (3000, NOISE))[0] == "unknown"
    assert verdict((200, NOISE), (400, VOICE), (400, NOISE), (60, VOICE)) == ("human", 200 + 400 + 800)


def test_the_noise_of_a_street_is_no_voice() -> None:
    assert verdict((9000, 300)) == ("unknown", INITIAL_SILENCE_MS)
    assert verdict((600, 300), (400, VOICE), (9000, 300)) == ("human", 600 + 400 + 800)


def test_noise_that_begins_late_is_taken_for_a_human_at_worst() -> None:
    assert verdict((1000, 0), (9000, 300))[0] == "human"


def test_slow_words_without_a_pause_long_enough_are_unknown_in_the_end() -> None:
    slow = [(400, VOICE), (780, NOISE)]
    assert verdict(*slow, *slow, (600, VOICE), (780, NOISE)) == ("unknown", ANALYSIS_MS)


@given(st.lists(st.floats(0, 32768), max_size=400))
def test_a_verdict_comes_in_time_whatever_is_heard(heard: list[float]) -> None:
    detector = Detector()
    limit = (INITIAL_SILENCE_MS + ANALYSIS_MS) // FRAME_MS
    verdicts = [detector.hear(level) for level in (heard + [0.0] * limit)[:limit]]
    assert any(verdicts)
    assert set(verdicts) <= {"", "human", "machine", "unknown"}


def end_of_greeting(*spans: tuple[int, float]) -> int:
    greeting = GreetingEnd()
    for number, level in enumerate(levels(*spans, (GREETING_END_MS, NOISE)), start=1):
        if greeting.hear(level):
            return number * FRAME_MS
    raise AssertionError("no end")


SPEECH = [(100, 3000.0), (40, 900.0), (120, 2100.0), (60, NOISE), (80, 4000.0)] * 12


def test_a_greeting_ends_with_a_long_silence() -> None:
    spoken = sum(ms for ms, _ in SPEECH)
    assert end_of_greeting(*SPEECH) == spoken + 2000


def test_a_beep_and_a_little_silence_end_it_sooner() -> None:
    before = [*SPEECH, (900, NOISE)]
    assert end_of_greeting(*before, (400, 5000)) == sum(ms for ms, _ in before) + 400 + 200


def test_a_beep_may_begin_and_end_within_a_frame() -> None:
    before = [*SPEECH, (900, NOISE)]
    beep = [(20, 1700), (400, 5000), (20, 3100)]
    assert end_of_greeting(*before, *beep) == sum(ms for ms, _ in [*before, *beep]) + 200


def test_two_beeps_are_a_beep() -> None:
    beep = [(300, 5000.0), (60, 800.0)]
    assert end_of_greeting(*SPEECH, *beep, *beep) == sum(ms for ms, _ in SPEECH) + 720 + 200


def test_a_tone_that_speech_follows_is_no_beep() -> None:
    before = [(400, 5000.0), (100, NOISE), *SPEECH]
    assert end_of_greeting(*before) == sum(ms for ms, _ in before) + 2000


def test_a_machine_that_never_stops_is_spoken_to_at_last() -> None:
    assert end_of_greeting(*SPEECH * 30) == GREETING_END_MS


# -- sound in a file --------------------------------------------------------------------------------------------


def frames(*values: int, rate: int = 8000, channels: int = 1) -> bytes:
    return b"".join(array("h", [value] * (rate // 50 * channels)).tobytes() for value in values)


def test_only_what_is_new_is_read_and_halves_of_frames_wait(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with path.open("wb", buffering=0) as file:
        file.write(wav_header()[:20])
        wav = GrowingWav(str(path))
        assert wav.levels() == []
        file.write(wav_header()[20:40])
        assert wav.levels() == []
        file.write(wav_header()[40:] + frames(100, -200) + frames(50)[:99])
        assert wav.levels() == [100.0, 200.0]
        assert wav.levels() == []
        file.write(frames(50)[99:] + frames(-32768))
        assert wav.levels() == [50.0, 32768.0]
    wav.close()


def test_a_header_may_hold_more_than_it_must(tmp_path: Path) -> None:
    header = wav_header()
    path = tmp_path / "a.wav"
    path.write_bytes(header[:36] + b"LIST\x03\0\0\0abc\0" + header[36:] + frames(7))
    wav = GrowingWav(str(path))
    assert wav.levels() == [7.0]
    wav.close()


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_other_rates_and_two_channels_are_read_the_callee_first(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.wav"
    both = array("h", [500, -9000] * (rate // 50)).tobytes()
    path.write_bytes(wav_header(rate, channels=2) + both + both)
    wav = GrowingWav(str(path))
    assert wav.levels() == [500.0, 500.0]
    wav.close()


@pytest.mark.parametrize(
    "content",
    [
        b"not a sound at all, is it",
        b"RIFF0000WAVEdata0000",
        b"RIFF0000WAVEjunk\xff\xff\xff\xff",
        wav_header(kind=7),
        wav_header(bits=8),
        wav_header(rate=11025),
        wav_header(channels=3),
    ],
)
def test_what_is_no_sound_we_know_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    wav = GrowingWav(str(path))
    with pytest.raises(NotWav):
        wav.levels()
    wav.close()


def ear(tmp_path: Path, policy: str = "hang_up", **settings: object) -> tuple[str, FakeSession]:
    variables = {"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}
    session = FakeSession(variables=variables, **settings)  # type: ignore[arg-type]
    files = len(os.listdir("/proc/self/fd"))
    said = listen(session, {"machine": policy})
    assert len(os.listdir("/proc/self/fd")) == files
    assert session.faults == []
    assert list(tmp_path.iterdir()) == []
    assert session._recording is None
    return said, session


HELLO = [(600, 0), (400, VOICE)]
TALK = [(100, 3000), (40, 900), (120, 2100), (40, NOISE), (60, 4000)] * 7
GREETING = [(480, 0), *TALK, (900, 0), (300, 8000)]


def test_a_human_is_recognised_at_once(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sound=HELLO)
    assert said == "human"
    assert session.t == pytest.approx(1.8)
    assert session.done[0][1:] == (
        "record_session",
        f"{tmp_path}/prozvon-a-1.wav +45 "
        "{RECORD_READ_ONLY=true,enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=1}",
    )
    assert session.done[-1][1:] == ("stop_record_session", f"{tmp_path}/prozvon-a-1.wav")


@pytest.mark.parametrize("policy", ["hang_up", "treat_as_human"])
def test_a_machine_is_recognised_while_it_talks(tmp_path: Path, policy: str) -> None:
    said, session = ear(tmp_path, policy, sound=GREETING)
    assert said == "machine"
    assert session.t == pytest.approx(2.2)


def test_a_message_is_left_after_the_beep(tmp_path: Path) -> None:
    said, session = ear(tmp_path, "leave_message", sound=GREETING)
    assert said == "machine"
    assert session.t == pytest.approx(4.4)


@pytest.mark.parametrize("policy", ["off", None, 5])
def test_without_detection_nothing_is_recorded(tmp_path: Path, policy: object) -> None:
    session = FakeSession(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": policy}) == "unknown"
    assert session.done == []


def test_a_telephone_that_sends_nothing_is_silent(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sends_media=False)
    assert said == "unknown"
    assert session.t == pytest.approx(INITIAL_SILENCE_MS / 1000 + 0.3)


def test_no_recording_is_unknown(tmp_path: Path) -> None:
    said, session = ear(tmp_path, records=False)
    assert (said, session.t) == ("unknown", 0.0)


def test_a_recording_that_is_no_sound_is_unknown(tmp_path: Path) -> None:
    class Odd(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            Path(data.split(" ")[0]).write_bytes(b"12345678901234567890")

    session = Odd(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": "hang_up"}) == "unknown"


def test_a_recording_has_no_name_while_it_is_listened_to(tmp_path: Path) -> None:
    class Watched(FakeSession):
        def sleep(self, ms: int, sync: int = 0) -> int:
            assert list(tmp_path.iterdir()) == []
            return super().sleep(ms, sync)

    session = Watched(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}, sound=HELLO)
    assert listen(session, {"machine": "hang_up"}) == "human"


def test_a_recording_that_cannot_be_opened_is_removed_all_the_same(tmp_path: Path) -> None:
    class Dangling(FakeSession):
        def execute(self, application: str, data: str = "") -> None:
            if application == "record_session":
                Path(data.split(" ")[0]).symlink_to(tmp_path / "nowhere")

    session = Dangling(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)})
    assert listen(session, {"machine": "hang_up"}) == "unknown"
    assert list(tmp_path.iterdir()) == []


def test_hanging_up_while_listening_ends_it(tmp_path: Path) -> None:
    said, session = ear(tmp_path, sound=HELLO, hangs_up_at=0.8)
    assert (said, session.t) == ("unknown", 0.8)
    said, session = ear(tmp_path, "leave_message", sound=GREETING, hangs_up_at=2.5)
    assert (said, session.t) == ("machine", 2.5)


def test_a_clock_that_stands_still_does_not_hang_the_call(tmp_path: Path) -> None:
    class Still(FakeSession):
        def monotonic(self) -> float:
            return 0.0

    session = Still(variables={"prozvon_attempt": "a-1", "prozvon_tmp": str(tmp_path)}, sends_media=False)
    assert listen(session, {"machine": "hang_up"}) == "unknown"
    assert session.t == pytest.approx(45.0)


@pytest.mark.parametrize(
    ("attempt", "folder", "path"),
    [
        ("a-1", "/var/tmp/", "/var/tmp/prozvon-a-1.wav"),
        ("", "/tmp", ""),
        ("../x", "/tmp", ""),
        ("${x}", "/tmp", ""),
        ("a-1", "/tmp/${system(id)}", ""),
        ("a-1", "/tmp/../etc", ""),
        ("a-1", "relative", ""),
    ],
)
def test_only_safe_names_become_part_of_an_application_s_data(attempt: str, folder: str, path: str) -> None:
    session = FakeSession(variables={"prozvon_attempt": attempt, "prozvon_tmp": folder})
    assert recording_path(session) == path
    if not path:
        assert listen(session, {"machine": "hang_up"}) == "unknown"
        assert session.done == []


def test_by_default_it_records_to_memory_where_there_is_some() -> None:
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else "/tmp"
    assert recording_path(FakeSession(variables={"prozvon_attempt": "a"})) == f"{folder}/prozvon-a.wav"


# -- whole calls ------------------------------------------------------------------------------------------------

FLOW = {"start": [say("hello"), menu(keys={"1": "start"}), say("never")]}


def test_a_message_left_on_a_machine_is_the_flow_up_to_its_first_question(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="leave_message"), FakeSession(sound=GREETING))
    assert [(at, data) for at, what, data in session.done if what == "speak"] == [
        (4.4, "hello."),
        (4.7, "choice."),
    ]
    assert session.variables["prozvon_party"] == "machine"
    assert session.variables["prozvon_flow"] == "ended"
    assert decoded(session, "prozvon_path") == ["4.4 machine", "4.4 start"]


def test_a_machine_is_hung_up_on(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="hang_up"), FakeSession(sound=GREETING))
    assert [what for _, what, _ in session.done] == ["record_session", "stop_record_session", "hangup"]
    assert session.variables["prozvon_party"] == "machine"


def test_a_human_hears_the_flow_after_the_hello(tmp_path: Path) -> None:
    session = call(tmp_path, program(FLOW, machine="hang_up"), FakeSession(sound=HELLO))
    assert session.variables["prozvon_party"] == "human"
    assert decoded(session, "prozvon_path")[0] == "1.8 start"
