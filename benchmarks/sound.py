"""Tones as G.711 A-law and as WAV files, and how loud a packet of A-law is."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path
from typing import Final

RATE: Final = 8000
FRAME: Final = 160  # samples of 20 ms
FRAME_S: Final = 0.02
SILENCE: Final = b"\xd5" * FRAME
SOFT, LOUD = 2_000, 12_000  # amplitudes of the tones that the benchmark's prompts are made of
_ENOUGH: Final = 40  # samples beyond a level that make a packet as loud as it


def alaw(sample: int) -> int:
    """A 16-bit sample as G.711 A-law."""
    sign, level = (0x80, sample >> 4) if sample >= 0 else (0, ~sample >> 4)
    segment = max(0, level.bit_length() - 4)
    mantissa = (level >> max(0, segment - 1)) & 0x0F
    return (sign | segment << 4 | mantissa) ^ 0x55


def _codes_below(level: int) -> bytes:
    return bytes({alaw(sample) for sample in range(-level, level)})


_QUIET: Final = _codes_below(500)
_NOT_LOUD: Final = _codes_below(4_000)


def loudness(payload: bytes) -> int:
    """0 silence, 1 soft, 2 loud: of the A-law samples of one packet."""
    if len(payload.translate(None, _QUIET)) < _ENOUGH:
        return 0
    return 2 if len(payload.translate(None, _NOT_LOUD)) >= _ENOUGH else 1


def tone(seconds: float, amplitude: int, hertz: int = 400) -> list[int]:
    """Samples of a sine; 400 Hz is a whole number of waves per packet."""
    return [round(amplitude * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(round(seconds * RATE))]


def read_wav(path: Path) -> list[int]:
    """Samples of an 8 kHz mono file."""
    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
    return list(struct.unpack(f"<{len(data) // 2}h", data))


def write_wav(path: Path, samples: list[int]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
