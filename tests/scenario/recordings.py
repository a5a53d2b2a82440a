"""Recordings for tests, made of tones."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile

from orchestrator.scenario.audio import Samples

TONE_DBOV = -22.0


def tone(
    seconds: float = 1.0,
    *,
    rate: int = 8000,
    hertz: float = 440.0,
    dbov: float = TONE_DBOV,
    channels: int = 1,
) -> Samples:
    """A sine at this level, cut off where it goes beyond full scale."""
    times = np.arange(round(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * hertz * times) * np.sqrt(2) * 10 ** (dbov / 20)
    clipped = np.clip(wave, -1, 1).astype(np.float32)
    return np.repeat(clipped[:, None], channels, axis=1) if channels > 1 else clipped


def encode(samples: Samples, *, rate: int = 8000, format: str = "WAV", subtype: str | None = None) -> bytes:  # noqa: A002  # soundfile's word
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=format, subtype=subtype)
    return file.getvalue()


def write(path: Path, samples: Samples, *, rate: int = 8000, subtype: str | None = "PCM_16") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(samples, rate=rate, subtype=subtype))
    return path
