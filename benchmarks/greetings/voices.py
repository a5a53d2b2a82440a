"""Speech of eSpeak NG at 8 kHz, by the product's own engine and conversion.

A voice is a variant of eSpeak NG's, a speed, and how much higher all of it sounds. The same text and voice give the
same samples.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from orchestrator.scenario import audio
from orchestrator.scenario.audio import Samples
from orchestrator.speech.engine import Engine, EngineSpec
from orchestrator.speech.espeak import open_espeak

VARIANTS: Final = ("m1", "m3", "f2", "f4", "m7", "m2", "f5", "f1", "klatt", "klatt4", "f3", "m5")
SPEEDS: Final = (150, 170, 190, 165)  # words a minute
HEIGHTS: Final = (1.0, 0.94, 1.06)
FLOOR_DB: Final = 40.0  # what is that much below the loudest is silence at the ends


class Voice(NamedTuple):
    variant: str
    speed: int
    height: float


def voices_of(part: int) -> tuple[Voice, ...]:
    """The voices of part 0 or 1: they have none in common."""
    return tuple(
        Voice(variant, SPEEDS[n % len(SPEEDS)], HEIGHTS[n % len(HEIGHTS)])
        for n, variant in enumerate(VARIANTS)
        if n % 2 == part
    )


@cache
def speak(text: str, voice: Voice) -> Samples:
    """`text` without silence at its ends. Raises SpeechError: there is no eSpeak NG here."""
    language = "ru" if any("а" <= char <= "я" for char in text.lower()) else "en-us"
    raw = _engine(voice.speed).speak(text, language, f"{language}+{voice.variant}")
    heard = audio.resampled(raw.samples, round(raw.rate * voice.height))
    return audio.trimmed(heard, lead_s=0.0, tail_s=0.0, floor_db=FLOOR_DB)


@cache
def _engine(speed: int) -> Engine:
    return open_espeak(EngineSpec(name="espeak", words_per_minute=speed, timeout_s=30.0))


def version() -> str:
    return _engine(SPEEDS[0]).version
