from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Any

import pytest

from callflow.listener import Detector
from callflow.sound import SAMPLES, Meter
from callflow.talk import Talk
from callflow.wav import GrowingWav
from orchestrator.simulator.audio import (
    BYTES_PER_MS,
    Recording,
    RecordingOptions,
    file_ms,
    heard_between,
    speech_ms,
)
from orchestrator.simulator.callee import Utterance

HELLO = (Utterance(begin_s=0.5, end_s=1.3, kind="speech"),)
MACHINE = (Utterance(begin_s=0.5, end_s=8, kind="speech"), Utterance(begin_s=8.4, end_s=9.2, kind="beep"))


def wav(path: Path, ms: int, rate: int = 8000) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * rate * ms // 1000))
    return str(path)


def levels(samples: bytes) -> list[float]:
    found = []
    for at in range(0, len(samples), 320):
        frame = struct.unpack(f"<{len(samples[at : at + 320]) // 2}h", samples[at : at + 320])
        found.append(sum(map(abs, frame)) / len(frame))
    return found


def recording(path: Path, now_ms: int = 1000, **options: Any) -> Recording:
    return Recording(
        str(path),
        far=lambda begin_ms, end_ms: heard_between(MACHINE, 0, begin_ms - 1000, end_ms - 1000),
        ours=lambda begin_ms, end_ms: heard_between(HELLO, 0, begin_ms - 1000, end_ms - 1000),
        now_ms=now_ms,
        options=RecordingOptions(**options),
    )


def test_a_file_plays_as_long_as_it_is(tmp_path: Path) -> None:
    assert file_ms(wav(tmp_path / "a.wav", 1500)) == 1500
    assert file_ms(wav(tmp_path / "b.wav", 700, 16000)) == 700
    assert file_ms("{volume=1}" + wav(tmp_path / "a.wav", 250)) == 250


@pytest.mark.parametrize(
    ("name", "ms"),
    [
        ("silence_stream://1500", 1500),
        ("silence_stream://2000,1400", 2000),
        ("silence_stream://x", 0),
        ("tone_stream://%(3000,0,440)", 3000),
        ("tone_stream://%(200,0,500);%(300,100,600)", 500),
        ("file_string://silence_stream://100!tone_stream://%(50,0,1)!/nosuch.wav", 150),
        ("say:flite:kal:fourteen chars", speech_ms("fourteen chars")),
        ("/nosuch.wav", None),
    ],
)
def test_what_is_no_file_lasts_what_it_says(name: str, ms: int | None) -> None:
    assert file_ms(name) == ms


def test_a_file_that_is_no_wav_cannot_be_played(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"not a wav at all")
    assert file_ms(str(tmp_path / "a.wav")) is None


def test_longer_text_takes_longer_to_say() -> None:
    assert speech_ms("") < speech_ms("Здравствуйте") < speech_ms("Здравствуйте, вас ждёт посылка")


def test_energy_follows_what_the_callee_says() -> None:
    heard = levels(heard_between(HELLO, 0.0, 0, 3000))
    assert len(heard) == 150
    assert max(heard[:25]) == 0
    assert sum(level > 1000 for level in heard[25:65]) > 25
    assert max(heard[66:]) == 0


def test_noise_is_there_all_the_time_and_quieter_than_speech() -> None:
    heard = levels(heard_between(HELLO, 0.5, 0, 3000))
    assert all(200 < level < 1000 for level in heard[:25])
    assert max(heard[25:65]) > 1500


@pytest.mark.parametrize("step", [20, 100, 260, 5000])
def test_what_is_heard_does_not_depend_on_how_often_one_listens(step: int) -> None:
    whole = heard_between(MACHINE, 0.3, 0, 10_000)
    pieces = [heard_between(MACHINE, 0.3, at, min(at + step, 10_000)) for at in range(0, 10_000, step)]
    assert [len(piece) for piece in pieces[:-1]] == [step * BYTES_PER_MS] * (len(pieces) - 1)
    assert levels(b"".join(pieces))[40:100] == pytest.approx(levels(whole)[40:100], rel=1)
    assert len(b"".join(pieces)) == len(whole)


def test_a_recording_is_written_at_once_only_when_asked(tmp_path: Path) -> None:
    slow = recording(tmp_path / "slow.wav")
    fast = recording(tmp_path / "fast.wav", buffer_bytes=0, pre_buffer_frames=1)
    for now_ms in range(1020, 4000, 100):
        slow.grow(now_ms)
        fast.grow(now_ms)
    assert (tmp_path / "slow.wav").stat().st_size == 44
    assert (tmp_path / "fast.wav").stat().st_size == 44 + 2920 * 16
    slow.grow(1000 + 4200)
    assert (tmp_path / "slow.wav").stat().st_size == 44 + 65536


def test_a_recording_is_a_whole_wav_once_stopped(tmp_path: Path) -> None:
    made = recording(tmp_path / "a.wav")
    made.stop(3010)
    made.stop(9000)
    made.grow(9000)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() == 2000 * 8  # whole frames of 20 ms


def test_a_recording_ends_at_its_limit(tmp_path: Path) -> None:
    made = recording(tmp_path / "a.wav", limit_s=1)
    made.stop(9000)
    assert file_ms(str(tmp_path / "a.wav")) == 1000


def test_a_recording_goes_on_after_its_name_is_gone(tmp_path: Path) -> None:
    made = recording(tmp_path / "a.wav", buffer_bytes=0, pre_buffer_frames=1)
    growing = GrowingWav(str(tmp_path / "a.wav"))
    (tmp_path / "a.wav").unlink()
    made.grow(2000)
    assert len(growing.frames()) == 50
    growing.close()
    made.stop(2100)


@pytest.mark.parametrize(("sounds", "party"), [(HELLO, "human"), (MACHINE, "machine"), ((), "unknown")])
def test_the_scripts_own_detector_tells_them_apart(sounds: tuple[Utterance, ...], party: str) -> None:
    meter, talk, detector = Meter(), Talk(), Detector()
    verdicts = []
    for frame in struct.iter_unpack(f"<{SAMPLES}h", heard_between(sounds, 0.0, 0, 6000)):
        talk.hear(meter.measure(frame))
        verdicts.append(detector.judge(talk))
    assert next(verdict for verdict in verdicts if verdict) == party
