"""Levels, silence, conversion: the numbers behind prompts."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.scenario import audio

from .recordings import tone

SILENCE = np.zeros(8000, dtype=np.float32)


@pytest.mark.parametrize("dbov", [-3.1, -19.0, -22.0, -45.0])
def test_the_level_of_a_tone_is_its_power(dbov: float) -> None:
    assert audio.active_level(tone(dbov=dbov)) == pytest.approx(dbov, abs=0.1)


def test_pauses_do_not_count() -> None:
    with_pauses = np.concatenate([SILENCE, tone(2.0), SILENCE, SILENCE, tone(1.0)])
    assert audio.active_level(with_pauses) == pytest.approx(-22.0, abs=0.2)


def test_a_click_is_not_what_is_said() -> None:
    clicked = tone(4.0)
    clicked[100] = 1.0
    assert audio.active_level(clicked) == pytest.approx(-22.0, abs=0.5)


def test_nothing_has_no_level() -> None:
    assert audio.active_level(SILENCE) == audio.active_level(SILENCE[:0]) == float("-inf")


@given(st.floats(-60, -4), st.floats(0.02, 2.0))
def test_what_is_levelled_has_the_level_asked_for(dbov: float, seconds: float) -> None:
    made = audio.levelled(tone(seconds, dbov=dbov), -22.0)
    assert audio.active_level(made) == pytest.approx(-22.0, abs=0.2)


def test_levelling_never_clips_and_rather_stays_softer() -> None:
    spiky = tone(1.0, dbov=-50.0)
    spiky[4000] = 0.9
    made = audio.levelled(spiky, -22.0)
    assert float(np.abs(made).max()) == pytest.approx(audio.PEAK)
    assert audio.active_level(made) < -35


def test_silence_stays_silence() -> None:
    assert not audio.levelled(SILENCE, -22.0).any()
    assert len(audio.trimmed(SILENCE, lead_s=0.1, tail_s=0.1, floor_db=40)) == 0
    assert len(audio.trimmed(SILENCE[:0], lead_s=0.1, tail_s=0.1, floor_db=40)) == 0


@pytest.mark.parametrize(("before", "after"), [(0, 0), (8000, 0), (0, 8000), (8000, 12000), (100, 100)])
def test_a_little_silence_is_left_at_both_ends(before: int, after: int) -> None:
    sound = np.concatenate([np.zeros(before, np.float32), tone(1.0), np.zeros(after, np.float32)])
    made = audio.trimmed(sound, lead_s=0.03, tail_s=0.1, floor_db=40)
    assert len(made) / 8000 == pytest.approx(1.13, abs=0.04)
    assert not made[:80].any()
    assert not made[-640:].any()
    assert audio.active_level(made) == pytest.approx(-22.0, abs=0.2)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_any_rate_becomes_eight_kilohertz(rate: int) -> None:
    made = audio.resampled(tone(1.0, rate=rate), rate)
    assert len(made) == pytest.approx(8000, abs=1)
    assert audio.active_level(made) == pytest.approx(-22.0, abs=0.2)
    assert int(np.argmax(np.abs(np.fft.rfft(made)))) * 8000 / len(made) == pytest.approx(440, abs=2)


def test_what_a_telephone_cannot_carry_is_left_out_and_not_folded_back() -> None:
    made = audio.resampled(tone(1.0, rate=48000, hertz=6000), 48000)
    assert audio.active_level(made[800:-800]) < -80


def test_tops_that_are_cut_off_are_found() -> None:
    assert audio.clipped_share(tone(dbov=-3.2)) < 0.01
    assert audio.clipped_share(tone(dbov=3.0)) > 0.2
    assert audio.clipped_share(np.stack([tone(dbov=3.0), tone()], axis=1)) > 0.1
    assert audio.clipped_share(SILENCE[:1]) == 0.0


def test_what_a_conversion_makes_too_high_is_made_softer() -> None:
    assert float(np.abs(audio.not_beyond_full(tone(dbov=-3.1) * 1.2)).max()) == pytest.approx(audio.PEAK)
    same = tone()
    assert audio.not_beyond_full(same) is same
    assert len(audio.not_beyond_full(SILENCE[:0])) == 0


@given(st.lists(st.integers(-32768, 32767), max_size=400))
def test_samples_survive_a_wav_file(samples: list[int]) -> None:
    data = np.array(samples, dtype="<i2").tobytes()
    with wave.open(io.BytesIO(audio.wav(audio.from_pcm(data)))) as file:
        assert file.getparams()[:4] == (1, 2, 8000, len(samples))
        assert file.readframes(len(samples)) == data


def test_beyond_full_scale_is_cut_off_and_not_turned_round() -> None:
    assert (
        audio.pcm(np.array([2.0, -2.0, 1.0], dtype=np.float32))
        == np.array([32767, -32768, 32767], dtype="<i2").tobytes()
    )


def test_half_a_sample_is_dropped() -> None:
    assert len(audio.from_pcm(b"\x00\x01\x02")) == 1
