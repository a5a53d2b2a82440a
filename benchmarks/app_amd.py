"""What Asterisk's app_amd would say with its default numbers, to compare with: its rules, in our words.

Rules and numbers after Asterisk 22, apps/app_amd.c. Two things that it asks of its frames: the mean absolute value of
their samples, and that they last 20 ms.
"""

from __future__ import annotations

from typing import Final

FRAME_MS: Final = 20
INITIAL_SILENCE_MS: Final = 2500
GREETING_MS: Final = 1500
AFTER_GREETING_SILENCE_MS: Final = 800
TOTAL_ANALYSIS_MS: Final = 5000
WORD_MS: Final = 100
BETWEEN_WORDS_MS: Final = 50
WORDS_MAX: Final = 2
SILENCE_LEVEL: Final = 256
WORD_MAX_MS: Final = 5000


class AppAmd:
    """`hear` each level in turn until it says human, machine or unknown (its NOTSURE); until then ""."""

    def __init__(self) -> None:
        self._ms = self._silence_ms = self._run_ms = self._voice_ms = self._words = 0
        self._is_in_word, self._is_greeting = True, False

    def hear(self, level: float) -> str:
        self._ms += FRAME_MS
        if self._ms >= TOTAL_ANALYSIS_MS:
            return "unknown"
        return self._on_silence() if level < SILENCE_LEVEL else self._on_voice()

    def _on_silence(self) -> str:
        self._silence_ms += FRAME_MS
        if self._silence_ms >= BETWEEN_WORDS_MS:
            self._is_in_word, self._run_ms = False, 0
        if not self._is_greeting:
            return "machine" if self._silence_ms >= INITIAL_SILENCE_MS else ""
        return "human" if self._silence_ms >= AFTER_GREETING_SILENCE_MS else ""

    def _on_voice(self) -> str:
        self._silence_ms = 0
        self._run_ms += FRAME_MS
        self._voice_ms += FRAME_MS
        if self._run_ms >= WORD_MS and not self._is_in_word:
            self._is_in_word = True
            self._words += 1
        is_long = self._is_greeting and self._voice_ms >= GREETING_MS
        if self._run_ms >= WORD_MAX_MS or self._words > WORDS_MAX or is_long:
            return "machine"
        self._is_greeting = self._is_greeting or self._run_ms >= WORD_MS
        return ""
