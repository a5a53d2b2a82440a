"""Recordings: any common format becomes what telephones play; what nobody could listen to is told."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario import audio, sounds
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.sounds import FILE_MAX, NotGood, make_sound, read_sound
from orchestrator.scenario.source import NOWHERE

from .recordings import encode, tone, write

HERE = Path("a.wav")


def told(path: Path) -> list[str]:
    findings = Findings()
    sound = read_sound(path, NOWHERE, findings)
    assert (sound is None) == bool(findings)
    return [f"{problem.code} {problem.message}" for problem in findings.sorted()]


def refused(data: bytes) -> str:
    with pytest.raises(NotGood) as caught:
        make_sound(data, HERE)
    return f"{caught.value.code} {caught.value}"


def test_what_telephones_play_is_kept_as_it_is() -> None:
    data = encode(tone())
    made = make_sound(data, HERE)
    assert made.data == data
    assert made.name == hashlib.sha256(data).hexdigest()[:32] + ".wav"
    assert made.seconds == 1.0


@pytest.mark.parametrize(
    ("form", "subtype", "rate", "channels"),
    [
        ("WAV", "PCM_16", 16000, 1),
        ("WAV", "PCM_U8", 8000, 1),
        ("WAV", "PCM_24", 44100, 2),
        ("WAV", "FLOAT", 48000, 1),
        ("WAV", "ULAW", 8000, 1),
        ("WAV", "PCM_16", 8000, 2),
        ("WAVEX", "PCM_16", 22050, 1),
        ("FLAC", "PCM_16", 48000, 2),
        ("OGG", "VORBIS", 44100, 2),
        ("OGG", "OPUS", 48000, 1),
        ("MP3", "MPEG_LAYER_III", 44100, 2),
    ],
)
def test_any_other_format_is_converted(form: str, subtype: str, rate: int, channels: int) -> None:
    data = encode(tone(rate=rate, channels=channels), rate=rate, format=form, subtype=subtype)
    made = make_sound(data, HERE)
    assert made.seconds == pytest.approx(1.0, abs=0.1)
    with wave.open(io.BytesIO(made.data)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        samples = audio.from_pcm(file.readframes(file.getnframes()))
    assert audio.active_level(samples) == pytest.approx(-22.0, abs=0.5)


def test_the_same_bytes_become_the_same_sound_wherever_they_are(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, tone(rate=22050), rate=22050) for name in ("a.wav", "sub/b.wav")]
    other = write(tmp_path / "c.wav", tone(rate=22050, hertz=500), rate=22050)
    first, second, third = (read_sound(path, NOWHERE, Findings()) for path in (*paths, other))
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.name, first.data) == (second.name, second.data)
    assert third.name != first.name
    assert "data" not in repr(first)


def test_a_louder_copy_of_a_channel_does_not_clip() -> None:
    square = np.where(tone(rate=16000) > 0, 0.98, -0.98).astype(np.float32) * 0.25
    square[8000] = square[8001] = 1.0
    assert make_sound(encode(square, rate=16000), HERE).seconds == 1.0


@pytest.mark.parametrize("keep", [0, 4, 20, 43, 44])
def test_a_file_cut_short_is_a_problem(keep: int) -> None:
    assert refused(encode(tone())[:keep]).startswith("S213 ")


def test_a_file_with_less_sound_than_it_says_is_read_as_far_as_it_goes() -> None:
    assert make_sound(encode(tone())[:-4000], HERE).seconds == 0.75


def test_text_is_no_recording() -> None:
    assert refused(b"music") == "S213 is no recording, or a broken one"


def test_samples_that_are_no_numbers_are_no_recording() -> None:
    broken = tone()
    broken[100] = np.nan
    assert refused(encode(broken, subtype="FLOAT")) == "S213 is no recording, or a broken one"


def test_a_format_that_nobody_records_prompts_in_is_not_read() -> None:
    assert refused(encode(tone(), format="AIFF")) == "S213 is a file of the format AIFF"


@pytest.mark.parametrize(("rate", "channels"), [(1000, 1), (8000, 9)])
def test_odd_rates_and_channels_are_a_problem(rate: int, channels: int) -> None:
    data = encode(tone(rate=rate, hertz=100, channels=channels), rate=rate, format="WAV")
    assert refused(data) == f"S213 has {channels} channel(s) of {rate} Hz"


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone())
    with path.open("ab") as file:
        file.truncate(FILE_MAX + 1)
    assert told(path) == ["S213 a.wav has more than 64 MiB"]


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_recording_that_is_too_long_is_a_problem(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "SECONDS_MAX", 2.0)
    assert refused(encode(tone(5.0, rate=rate), rate=rate)) == "S215 is longer than 2 s"
    assert make_sound(encode(tone(2.0, rate=rate), rate=rate), HERE).seconds == 2.0


@pytest.mark.parametrize(
    ("dbov", "said"),
    [
        (-80.0, "S215 is silent"),
        (-37.0, "S215 is too quiet: -37 dBov where people speak"),
        (-36.0, ""),
        (-11.0, ""),
        (-9.0, "S215 is too loud: -9 dBov where people speak"),
        (0.0, "S215 is clipped: its loudest parts are cut off"),
    ],
)
@pytest.mark.parametrize("rate", [8000, 16000])
def test_what_nobody_could_listen_to_is_a_problem(dbov: float, said: str, rate: int) -> None:
    data = encode(tone(rate=rate, dbov=dbov), rate=rate)
    if said:
        assert refused(data) == said
    else:
        make_sound(data, HERE)


def test_silence_is_told_and_how_to_mend_it(tmp_path: Path) -> None:
    findings = Findings()
    read_sound(write(tmp_path / "a.wav", np.zeros(800, dtype=np.float32)), NOWHERE, findings)
    read_sound(write(tmp_path / "b.wav", tone(dbov=-40)), NOWHERE, findings)
    assert [(problem.message, problem.hint) for problem in findings.sorted()] == [
        ("a.wav is silent", "record it again"),
        ("b.wav is too quiet: -40 dBov where people speak", sounds.LEVEL),
    ]


def test_a_missing_file_or_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert told(tmp_path / "none.wav") == [f"S212 there is no file {tmp_path}/none.wav"]
    assert told(tmp_path) == [f"S212 there is no file {tmp_path}"]


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.wav", tone())
    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read everything
    assert told(path) == [f"S212 {path} cannot be read: Permission denied"]


GOOD = [encode(tone(0.1, rate=16000), rate=16000, format=form) for form in ("WAV", "FLAC", "OGG", "MP3")]


@given(st.sampled_from(GOOD), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_a_sound_or_a_problem_and_never_a_crash(
    good: bytes, at: int, damage: bytes
) -> None:
    try:
        made = make_sound(good[:at] + damage + good[at + len(damage) :], HERE)
    except NotGood:
        return
    assert 0 < made.seconds <= sounds.SECONDS_MAX
