"""Recorded messages: found, checked and named by what is in them."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path
from typing import NamedTuple

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Mark

SOUND_MAX = 20 * 1024 * 1024  # bytes: 20 minutes; a longer prompt is a wrong file
RATE = 8000


class Sound(NamedTuple):
    """A good recording. `name` is what the switch calls it: its digest and `.wav`."""

    name: str
    path: Path


def read_sound(path: Path, where: Mark, findings: Findings) -> Sound | None:
    """The recording at `path`; None when it is missing or of another format than 8 kHz mono 16-bit WAV."""
    if not path.is_file():
        findings.add("S212", where, f"there is no file {path}")
        return None
    try:
        with path.open("rb") as file:
            data = file.read(SOUND_MAX + 1)
    except OSError as error:
        findings.add("S212", where, f"{path} cannot be read: {error.strerror}")
        return None
    mistake = f"has more than {SOUND_MAX >> 20} MiB" if len(data) > SOUND_MAX else _format_mistake(data)
    if mistake:
        findings.add("S213", where, f"{path.name} {mistake}")
        return None
    return Sound(hashlib.sha256(data).hexdigest()[:32] + ".wav", path)


def _format_mistake(data: bytes) -> str:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width, rate, frames = sound.getparams()[:4]
            held = len(sound.readframes(frames)) if frames else 0
    except (wave.Error, EOFError):
        return "is not a WAV file of plain PCM"
    if (channels, width, rate) != (1, 2, RATE):
        return f"has {rate} Hz, {8 * width} bit, {channels} channel(s), not {RATE} Hz, 16 bit, mono"
    return "" if held else "holds no sound"
