"""Tones, noises and music at 8 kHz, and what a line does to all of it: mixing, clipping, G.711.

Samples are float32, 1.0 is full scale. `db` is an RMS, in decibels below a full-scale square wave.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from orchestrator.scenario.audio import RATE, Samples, active_level

Pcm = npt.NDArray[np.int16]

FULL: Final = 32768
BLOCK_S: Final = 12
RAMP_MS: Final = 5  # a tone takes to begin and to end
SIT: Final = ((950, 330), (1400, 330), (1800, 330))  # ITU-T E.180, Hz and ms
SIT_SHORT: Final = ((914, 274), (1371, 274), (1777, 380))  # the same, as North America has it
SCALE: Final = (262, 294, 330, 349, 392, 440, 494, 523)  # Hz


def silence(ms: float) -> Samples:
    return np.zeros(int(ms * RATE / 1000), np.float32)


def tone(hertz: tuple[float, ...], ms: float, db: float) -> Samples:
    """Sines together."""
    at = np.arange(int(ms * RATE / 1000)) / RATE
    sines: Samples = np.sum([np.sin(2 * np.pi * one * at) for one in hertz], axis=0, dtype=np.float32)
    ramp = np.minimum(1, np.arange(len(at)) / (RAMP_MS * RATE / 1000))
    return _f32(sines * ramp * ramp[::-1] * _gain(db) * np.sqrt(2 / len(hertz)))


def at_loudness(samples: Samples, db: float) -> Samples:
    """The same at an active level of `db`; it may go beyond full scale."""
    return _f32(samples * _gain(db - active_level(samples)))


def mixed(first: Samples, second: Samples, begin: int = 0) -> Samples:
    """Their sum, as long as the first; the second is repeated, from `begin`."""
    return _f32(first + np.resize(np.roll(second, -begin), len(first)))


def _gain(db: float) -> float:
    return float(10 ** (db / 20))


def _f32(samples: npt.NDArray[np.floating]) -> Samples:
    return np.asarray(samples, np.float32)


# -- noises and music: blocks of BLOCK_S


def noise(kind: str, db: float) -> Samples:
    """`white`, `street` (rumble that comes and goes, a horn now and then) or `hum` (50 Hz and its harmonics)."""
    block = _noise(kind)
    return _f32(block * (_gain(db) / np.sqrt(np.mean(np.square(block)))))


@lru_cache(maxsize=8)
def _noise(kind: str) -> Samples:
    rng = np.random.default_rng([*kind.encode()])
    at = np.arange(BLOCK_S * RATE) / RATE
    white = rng.uniform(-1, 1, len(at))
    if kind == "white":
        return _f32(white)
    if kind == "hum":
        harmonics = ((50, 1.0), (150, 0.8), (250, 0.4), (350, 0.2))
        return _f32(sum(level * np.sin(2 * np.pi * hertz * at) for hertz, level in harmonics) + white * 0.02)
    # Below 90 Hz all alike, above falling by 6 dB an octave: a one-pole filter, made in the spectrum
    spectrum = np.fft.rfft(white)
    spectrum /= 1 + 1j * np.fft.rfftfreq(len(at), 1 / RATE) / 90
    rumble = np.fft.irfft(spectrum, len(at))
    swell = 0.5 + 0.35 * np.sin(0.9 * at) + 0.15 * np.sin(5.3 * at)
    street = (rumble / rumble.std() + 0.1 * white) * swell
    horn = tone((420, 500), 400, -6)
    begin = int(7.3 * RATE)
    street[begin : begin + len(horn)] += horn
    return _f32(street)


@lru_cache(maxsize=4)
def music(number: int) -> Samples:
    """0: chords with a beat; 1: an organ's; 2: a melody of pure tones with gaps, as cheap music on hold is."""
    rng = np.random.default_rng(number)
    notes: list[Samples] = []
    while sum(map(len, notes)) < BLOCK_S * RATE:
        root = float(rng.choice(SCALE))
        if number == 2:
            notes += [tone((root * 2,), rng.choice((180, 240, 360)), -14), silence(rng.choice((0, 30, 60)))]
            continue
        chord = tone((root, root * 1.25, root * 1.5, root * 2.01), rng.choice((240, 480)), -14)
        notes.append(_f32(chord * np.exp(-np.arange(len(chord)) / 1500)) if number == 0 else chord)
    return np.concatenate(notes)


# -- the line


def through_g711(samples: Samples, law: str) -> Pcm:
    """What comes out of a line of the `a` or `mu` law (ITU-T G.711); what is too loud is cut off."""
    pcm = np.clip(samples * FULL, -FULL, FULL - 1).astype(np.int32)
    back: Pcm = _g711(law)[pcm + FULL]
    return back


@lru_cache(maxsize=2)
def _g711(law: str) -> Pcm:
    """What each 16-bit sample comes back as, at index sample + 32768."""
    there_and_back = _a_law if law == "a" else _mu_law
    return np.array([there_and_back(sample) for sample in range(-FULL, FULL)], np.int16)


def _a_law(sample: int) -> int:
    size = min(4095, (sample if sample >= 0 else -sample - 1) >> 3)
    shift = max(1, size.bit_length() - 5)
    back = ((size >> shift << shift) + (1 << shift >> 1)) << 3
    return back if sample >= 0 else -back


def _mu_law(sample: int) -> int:
    size = min(8158, abs(sample) >> 2) + 33
    shift = size.bit_length() - 5
    back = ((size >> shift << shift) + (1 << shift >> 1) - 33) << 2
    return back if sample >= 0 else -back
