"""From a text to the file that a telephone plays: what the engine gets, and what is made of what it gives.

The form: 8 kHz, mono, 16 bit; silence at both ends trimmed to a little, more where the text has a stop or a comma
there; brought to LEVEL_DBOV (`audio.active_level`), never beyond -1 dB at its highest. What changes it changes
`engine.RECIPE`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from callflow.names import speakable
from orchestrator.speech.engine import Raw
from orchestrator.speech.errors import Unspeakable

if TYPE_CHECKING:
    from orchestrator.scenario.audio import Samples

LEVEL_DBOV = -22.0
FLOOR_DB = 40.0  # what is that much below the loudest is silence at the ends
LEAD_S, TAIL_S = 0.02, 0.06
PAUSES_S = {".": 0.3, "!": 0.3, "?": 0.3, "…": 0.3, ",": 0.15, ";": 0.2, ":": 0.2, "—": 0.15, "–": 0.15}
HUSH_S = 0.1  # instead of what no engine can say

_PHONEMES = re.compile(r"\[\[|\]\]")  # espeak-ng's command takes what is between them for phonemes
_LEADING = " .,;:!?…)»—–"


class Prompt(NamedTuple):
    """A made sound: the bytes of its WAV file, how long and how loud (dBov) it is."""

    data: bytes
    ms: int
    dbov: float


def for_engine(text: str) -> str:
    """What the engine gets: one line without syntax, and without a stop that belongs to the part before it."""
    clean = _PHONEMES.sub(" ", speakable(text))
    return " ".join(clean.split()).lstrip(_LEADING)


def made_of(raw: Raw, text: str) -> Prompt:
    """The sound of a text as telephones play it. Unspeakable when the engine said nothing."""
    from orchestrator.scenario import audio

    lead_s, tail_s = _pauses(text)
    heard = audio.trimmed(
        audio.resampled(raw.samples, raw.rate), lead_s=lead_s, tail_s=tail_s, floor_db=FLOOR_DB
    )
    if not len(heard):
        raise Unspeakable
    return _prompt(audio.levelled(heard, LEVEL_DBOV))


def hush() -> Prompt:
    """A short silence: an empty file would be an error on the switch."""
    import numpy as np

    from orchestrator.scenario.audio import RATE

    return _prompt(np.zeros(round(HUSH_S * RATE), dtype=np.float32))


def _prompt(samples: Samples) -> Prompt:
    from orchestrator.scenario import audio

    return Prompt(
        audio.wav(samples), round(len(samples) * 1000 / audio.RATE), round(audio.active_level(samples), 1)
    )


def _pauses(text: str) -> tuple[float, float]:
    """Seconds of silence before and after: the pauses that its punctuation stands for."""
    stripped = text.strip()
    first, last = (stripped[0], stripped[-1]) if stripped else ("", "")
    return PAUSES_S.get(first, LEAD_S), PAUSES_S.get(last, TAIL_S)
