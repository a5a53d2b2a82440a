"""Human or machine, and when a machine has finished talking: rules of the app_amd family. Pure.

They hear one level per 20 ms of the callee's voice: the mean absolute value of its 16-bit samples.

| rule | ms | verdict |
|---|---|---|
| no word within | 2500 | unknown: somebody silent, or a carrier that sends silence after the answer |
| a greeting of one to three words, then silence of | 800 | human: "hello?" |
| more than three words, or voice in all of | 1500 | machine: nobody greets so long |
| none of it since the first word after | 3500 | unknown |

Numbers: Asterisk's app_amd (amd.conf), but the clock starts at the first word. Unknown counts as human.
"""

from __future__ import annotations

FRAME_MS = 20

INITIAL_SILENCE_MS = 2500
GREETING_MS = 1500
AFTER_GREETING_MS = 800
ANALYSIS_MS = 3500
WORD_MS = 100  # shorter is a click
BETWEEN_WORDS_MS = 50
WORDS_MAX = 3

GREETING_END_SILENCE_MS = 2000  # longer than the pause of most machines before their beep
BEEP_MS = 200
BEEP_END_SILENCE_MS = 200
BEEP_FLATNESS = 0.1  # a tone's level stays within a tenth of its mean; a voice's never does for long
GREETING_END_MS = 30_000

VOICE_LEVEL = (
    128.0  # half of app_amd's silence_threshold: soft voices have fewer holes; noise has its own rule
)
NOISE_FACTOR = 2.5  # voice stands out from the noise of a street or a line by so much
NOISE_MAX = 400.0  # louder than this it is no noise but a voice
NOISE_RISE = 4.0  # per frame: the estimate of the noise falls at once and rises slowly


class Voice:
    """Tells voice from noise, level by level."""

    def __init__(self) -> None:
        self._noise = NOISE_MAX

    def is_in(self, level: float) -> bool:
        self._noise = min(level, self._noise + NOISE_RISE, NOISE_MAX)
        return level > max(VOICE_LEVEL, self._noise * NOISE_FACTOR)


class Detector:
    """`hear` each level in turn until it answers human, machine or unknown; until then "". Ends by itself
    within INITIAL_SILENCE_MS + ANALYSIS_MS.
    """

    def __init__(self) -> None:
        self._voice = Voice()
        self._ms = 0
        self._first_word_ms = 0
        self._words = 0
        self._is_in_word = False
        self._voiced_ms = 0  # in all
        self._run_ms = 0  # of voice, without a gap between words
        self._gap_ms = 0  # since the last voice
        self._silence_ms = 0  # since the last word: a click does not end a silence

    def hear(self, level: float) -> str:
        self._ms += FRAME_MS
        self._silence_ms += FRAME_MS
        if self._voice.is_in(level):
            self._on_voice()
        else:
            self._on_silence()
        return self._verdict()

    def _on_voice(self) -> None:
        self._gap_ms = 0
        self._voiced_ms += FRAME_MS
        self._run_ms += FRAME_MS
        if self._run_ms >= WORD_MS and not self._is_in_word:
            self._is_in_word = True
            self._words += 1
            if self._words == 1:
                self._first_word_ms = self._ms - self._run_ms
        if self._is_in_word:
            self._silence_ms = 0

    def _on_silence(self) -> None:
        self._gap_ms += FRAME_MS
        if self._gap_ms >= BETWEEN_WORDS_MS:
            self._is_in_word, self._run_ms = False, 0

    def _verdict(self) -> str:
        if not self._words:
            return "unknown" if self._ms >= INITIAL_SILENCE_MS else ""
        if self._words > WORDS_MAX or self._voiced_ms >= GREETING_MS:
            return "machine"
        if self._silence_ms >= AFTER_GREETING_MS and self._gap_ms:  # not while another word may have begun
            return "human"
        return "unknown" if self._ms - self._first_word_ms >= ANALYSIS_MS else ""


class GreetingEnd:
    """`hear` each level in turn until it answers True: the machine listens now.

    That is after a beep and a little silence, after a long silence, or at GREETING_END_MS whatever it hears.
    """

    def __init__(self) -> None:
        self._voice = Voice()
        self._ms = 0
        self._silence_ms = 0
        self._tone_ms = 0
        self._tone_level = 0.0
        self._has_beeped = False
        self._after_beep_ms = 0  # of sound

    def hear(self, level: float) -> bool:
        self._ms += FRAME_MS
        if self._voice.is_in(level):
            self._silence_ms = 0
            self._on_sound(level)
        else:
            self._silence_ms += FRAME_MS
            self._tone_ms = 0
        enough = BEEP_END_SILENCE_MS if self._has_beeped else GREETING_END_SILENCE_MS
        return self._silence_ms >= enough or self._ms >= GREETING_END_MS

    def _on_sound(self, level: float) -> None:
        if abs(level - self._tone_level) <= BEEP_FLATNESS * self._tone_level:
            frames = self._tone_ms // FRAME_MS
            self._tone_level += (level - self._tone_level) / (frames + 1)
            self._tone_ms += FRAME_MS
        else:
            self._tone_ms, self._tone_level = FRAME_MS, level
        if self._tone_ms >= BEEP_MS:
            self._has_beeped, self._after_beep_ms = True, 0
        elif self._has_beeped:  # a word after it, not the tone's own end: it was no beep
            self._after_beep_ms += FRAME_MS
            self._has_beeped = self._after_beep_ms < WORD_MS
