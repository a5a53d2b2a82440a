"""How loud a frame is in the band of a voice, and which frames are tones."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.sound import HIGHEST_HZ, LOWEST_HZ, SAMPLES, Meter, tone_hertz


def tone(hertz: float, amplitude: float = 8000, *, at: int = 0, noise: float = 0) -> list[int]:
    rng = random.Random(at)
    return [
        round(amplitude * math.sin(2 * math.pi * hertz * (at + n) / 8000) + rng.uniform(-noise, noise))
        for n in range(SAMPLES)
    ]


def level(samples: list[int]) -> float:
    return Meter().measure(samples).level


@pytest.mark.parametrize(
    "hertz", [400, 425, 440, 620, 800, 950, 1000, 1100, 1336, 1400, 1800, 1999, 2000, 2100]
)
def test_a_telephone_s_tones_are_known_by_their_frequency(hertz: float) -> None:
    assert tone_hertz(tone(hertz)) == pytest.approx(hertz, rel=0.02)


@pytest.mark.parametrize("hertz", [50, 150, 300, 2600, 3400])
def test_others_are_none(hertz: float) -> None:
    assert tone_hertz(tone(hertz)) == 0.0


@pytest.mark.parametrize("hertz", [620, 1000, 1400])
def test_a_tone_is_known_in_noise_ten_decibels_softer(hertz: float) -> None:
    assert tone_hertz(tone(hertz, noise=3000)) == pytest.approx(hertz, rel=0.05)


def test_the_two_tones_of_ringing_are_one() -> None:
    both = [a + b for a, b in zip(tone(440), tone(480), strict=True)]
    assert tone_hertz(both) == pytest.approx(460, rel=0.05)


def test_what_is_no_tone_has_no_frequency() -> None:
    rng = random.Random(1)
    chord = [a + b + c for a, b, c in zip(tone(440), tone(740), tone(1250), strict=True)]
    noise = [rng.randrange(-8000, 8000) for _ in range(SAMPLES)]
    voice = [round(sum(9000 / k * math.sin(k * 0.1 * n + k) for k in range(1, 30))) for n in range(SAMPLES)]
    assert [tone_hertz(sound) for sound in (chord, noise, voice, [0] * SAMPLES, [500] * SAMPLES)] == [0.0] * 5


def test_hum_is_soft_and_the_middle_of_the_band_is_not() -> None:
    assert level(tone(50)) < 8000 / math.sqrt(2) / 8
    assert level(tone(1000)) > 8000 / math.sqrt(2)


def test_a_tone_is_seen_from_its_second_frame_on() -> None:
    meter = Meter()
    heard = [meter.measure(tone(1000, at=n * SAMPLES)) for n in range(3)]
    assert [bool(frame.hertz) for frame in heard] == [False, True, True]


def test_a_tone_that_gets_louder_or_is_hardly_there_is_not_looked_at() -> None:
    meter = Meter()
    assert [meter.measure(tone(1000, amplitude)).hertz for amplitude in (2000, 4000, 8000)] == [0.0] * 3
    assert [meter.measure(tone(1000, 20)).hertz for _ in range(3)] == [0.0] * 3
    assert [meter.measure(tone(1000, 2000), noise=9000).hertz for _ in range(3)] == [0.0] * 3


@given(st.lists(st.integers(-32768, 32767), min_size=SAMPLES, max_size=SAMPLES))
def test_anything_can_be_measured(samples: list[int]) -> None:
    meter = Meter()
    for frame in (meter.measure(samples), meter.measure(samples)):
        assert 0 <= frame.level <= 65536
        assert frame.hertz == 0.0 or LOWEST_HZ <= frame.hertz <= HIGHEST_HZ
