"""The sound of a WAV file that is still being written."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from fake_session import wav_header

from callflow.sound import SAMPLES
from callflow.wav import GrowingWav, NotWav


def frames(*values: int, rate: int = 8000, channels: int = 1) -> bytes:
    return b"".join(array("h", [value] * (rate // 50 * channels)).tobytes() for value in values)


def values(wav: GrowingWav) -> list[int]:
    """What each new frame is made of: one value all through."""
    new = wav.frames()
    assert {len(frame) for frame in new} <= {SAMPLES}
    assert all(len(set(frame)) == 1 for frame in new)
    return [frame[0] for frame in new]


def test_only_what_is_new_is_read_and_halves_of_frames_wait(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with path.open("wb", buffering=0) as file:
        file.write(wav_header()[:20])
        wav = GrowingWav(str(path))
        assert values(wav) == []
        file.write(wav_header()[20:40])
        assert values(wav) == []
        file.write(wav_header()[40:] + frames(100, -200) + frames(50)[:99])
        assert values(wav) == [100, -200]
        assert values(wav) == []
        file.write(frames(50)[99:] + frames(-32768))
        assert values(wav) == [50, -32768]
    wav.close()


def test_a_header_may_hold_more_than_it_must(tmp_path: Path) -> None:
    header = wav_header()
    path = tmp_path / "a.wav"
    path.write_bytes(header[:36] + b"LIST\x03\0\0\0abc\0" + header[36:] + frames(7))
    wav = GrowingWav(str(path))
    assert values(wav) == [7]
    wav.close()


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_other_rates_and_two_channels_are_read_the_callee_first(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.wav"
    both = array("h", [500, -9000] * (rate // 50)).tobytes()
    path.write_bytes(wav_header(rate, channels=2) + both + both)
    wav = GrowingWav(str(path))
    assert values(wav) == [500, 500]
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
        wav.frames()
    wav.close()
