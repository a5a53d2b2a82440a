"""What one frame of sound is: how loud in the band of a voice, and whether it is a pure tone. Pure.

A frame is 20 ms at 8 kHz: 160 samples of 16 bits. Sums over samples are left to `math.dist` and `math.hypot`, which
are C: about 4 µs a frame, 14 µs one that may be a tone, because it is loud and as loud as the frame before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import sub
from typing import NamedTuple

RATE = 8000
FRAME_MS = 20
SAMPLES = RATE * FRAME_MS // 1000

# Samples are subtracted from those three later. That takes away hum (-22 dB at 50 Hz) and most of a street's rumble,
# and doubles 700 to 2000 Hz; white noise comes out 3 dB louder.
LAG = 3

FLAT = 0.75  # a frame may be so much softer than its neighbour and still be the same tone
QUIET = 60.0  # a level below it is silence on any line: -59 dB
LOWEST_HZ, HIGHEST_HZ = 340.0, 2300.0
COSINES = tuple(math.cos(2 * math.pi * hertz / RATE) for hertz in (HIGHEST_HZ, LOWEST_HZ))
SHARE_MIN = 0.6  # of a frame's energy that is the tone; noise is the rest
CHECK_LAG = 5  # samples; there a tone is what its first two lags say, and a voice is not
CHECK_MAX = 0.15


class Frame(NamedTuple):
    """`level`: RMS, of 16-bit samples, in the band of a voice. `hertz`: of a pure tone; 0.0 when it is none."""

    level: float
    hertz: float


class Meter:
    """Measures frames in turn. A tone is seen from its second whole frame on."""

    def __init__(self) -> None:
        self._before = 0.0

    def measure(self, samples: Sequence[int], noise: float = QUIET) -> Frame:
        """`samples`: SAMPLES of them. What is not louder than `noise` is looked at no further."""
        level = math.dist(samples[LAG:], samples[:-LAG]) / math.sqrt(SAMPLES - LAG)
        before, self._before = self._before, level
        is_flat = level > noise and level * FLAT <= before and before * FLAT <= level
        return Frame(level, tone_hertz(samples) if is_flat else 0.0)


def tone_hertz(samples: Sequence[int]) -> float:
    """The frequency of the pure tone that `samples` are; 0.0 when they are none, or none of a telephone's.

    Pisarenko's way: of a tone in white noise, lags 1 and 2 of the autocorrelation tell frequency and strength. Two
    tones as near as those of ringing are one.
    """
    band = tuple(map(sub, samples[LAG:], samples))
    energy = math.hypot(*band) ** 2
    if not energy:
        return 0.0
    first, second = _correlation(band, 1, energy), _correlation(band, 2, energy)
    root = math.sqrt(second * second + 8 * first * first)
    cosine = (second + root) / (4 * first) if abs(first) > 1e-6 else 0.0  # 2000 Hz
    share = first / cosine if cosine else -second
    if share < SHARE_MIN or not COSINES[0] <= cosine <= COSINES[1]:
        return 0.0
    angle = math.acos(cosine)
    off = _correlation(band, CHECK_LAG, energy) / share - math.cos(CHECK_LAG * angle)
    return angle * RATE / (2 * math.pi) if abs(off) <= CHECK_MAX else 0.0


def _correlation(samples: Sequence[int], lag: int, energy: float) -> float:
    """Of the samples with those `lag` later, -1 to 1. `energy`: the sum of the squares of all."""
    early, late = samples[:-lag], samples[lag:]
    both = 2 * energy - math.hypot(*samples[:lag]) ** 2 - math.hypot(*samples[-lag:]) ** 2
    return 1 - math.dist(early, late) ** 2 / both if both > 0 else 0.0
