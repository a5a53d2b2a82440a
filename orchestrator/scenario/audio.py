"""Sound as numbers: to 8 kHz mono, how loud it is, where it is silent. Pure.

Samples are float32, 1.0 is full scale. Levels are dBov: decibels below the power of a full-scale square wave (as in
ITU-T G.100.1), so that a full-scale sine has -3.

This module imports numpy and soxr: import it where sound is worked on, never at the start of a command.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]

RATE = 8000
FRAME = RATE // 50  # 20 ms, over which a level is taken
ACTIVE_DB = 20.0  # frames that much below the loudest ones are pauses
LOUDEST = 0.95  # "the loudest": the quantile of the frames' powers, so that a click is none
SILENCE_DBOV = -70.0  # below it there is nothing to hear on a telephone
CLIPPED = 0.999  # of full scale
PEAK = 0.89  # -1 dB: the highest that we make ourselves


def resampled(samples: Samples, rate: int) -> Samples:
    """The sound at 8 kHz."""
    if rate == RATE:
        return samples
    made = soxr.resample(samples, rate, RATE, quality="HQ")
    return np.asarray(made, dtype=np.float32)


def powers(samples: Samples) -> npt.NDArray[np.float64]:
    """The power of each 20 ms; a rest at the end counts as if silence followed."""
    whole = -(-len(samples) // FRAME) * FRAME
    padded = np.zeros(whole, dtype=np.float64)
    padded[: len(samples)] = samples
    frames: npt.NDArray[np.float64] = np.square(padded).reshape(-1, FRAME).mean(axis=1)
    return frames


def active_level(samples: Samples) -> float:
    """How loud what is said is, in dBov, pauses left out (after the idea of ITU-T P.56).

    The mean power of the frames that are within ACTIVE_DB of the loudest. -inf for silence.
    """
    frames = powers(samples)
    if not len(frames):
        return float("-inf")
    active = frames[frames >= np.quantile(frames, LOUDEST) / 10 ** (ACTIVE_DB / 10)]
    return decibels(float(active.mean()))


def decibels(power: float) -> float:
    return float(10 * np.log10(power)) if power > 0 else float("-inf")


def clipped_share(samples: Samples) -> float:
    """The share of samples at full scale whose next one is there too: waves whose tops are cut off.

    samples: by time, or by time and channel.
    """
    high = np.abs(samples) >= CLIPPED
    return float((high[1:] & high[:-1]).mean()) if len(samples) > 1 else 0.0


def not_beyond_full(samples: Samples) -> Samples:
    """The sound, made softer where a conversion has brought it beyond full scale."""
    highest = float(np.abs(samples).max()) if len(samples) else 0.0
    return samples if highest <= 1 else np.asarray(samples * (PEAK / highest), dtype=np.float32)


def levelled(samples: Samples, target_dbov: float) -> Samples:
    """The sound at an active level of `target_dbov`, or as near below it as no sample goes beyond PEAK."""
    level = active_level(samples)
    if level < SILENCE_DBOV:
        return samples
    gain = min(10 ** ((target_dbov - level) / 20), PEAK / float(np.abs(samples).max()))
    return np.asarray(samples * gain, dtype=np.float32)


def trimmed(samples: Samples, *, lead_s: float, tail_s: float, floor_db: float) -> Samples:
    """Without the silence at both ends but for `lead_s` and `tail_s`, silence being `floor_db` below the loudest.

    Empty when there is nothing but silence.
    """
    frames = powers(samples)
    loudest = float(np.quantile(frames, LOUDEST)) if len(frames) else 0.0
    if decibels(loudest) < SILENCE_DBOV:
        return samples[:0]
    heard = np.flatnonzero(frames >= loudest / 10 ** (floor_db / 10))
    begin = int(heard[0]) * FRAME - round(lead_s * RATE)
    end = (int(heard[-1]) + 1) * FRAME + round(tail_s * RATE)
    before, after = max(0, -begin), max(0, end - len(samples))
    made: Samples = np.zeros(end - begin, dtype=np.float32)
    made[before : len(made) - after] = samples[max(0, begin) : end]
    return made


def pcm(samples: Samples) -> bytes:
    """16-bit little-endian samples; what is beyond full scale is cut off."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def from_pcm(data: bytes) -> Samples:
    """Samples of 16-bit little-endian PCM; half a sample at the end is dropped."""
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.float32) / np.float32(32768)


def wav(samples: Samples) -> bytes:
    """An 8 kHz mono 16-bit WAV file."""
    data = pcm(samples)
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"".join(
        (
            b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE",
            b"fmt " + form,
            b"data" + struct.pack("<I", len(data)) + data,
        )
    )
