"""Human or machine, and when a machine has finished talking: rules of the app_amd family, on `talk.Talk`. Pure.

| rule, in this order | ms | verdict |
|---|---|---|
| a fax's tones, or a carrier's | | machine |
| no word within | 2500 | unknown: somebody silent, or a carrier that is, after the answer |
| nor within, after a tone | 1000 | unknown |
| nor within, after ringing | 5000 | unknown |
| words, and then a beep of | 160 | machine |
| a greeting of up to 700, then silence of | 800 | human: "hello?" |
| a longer one, then silence of | 1000 | human |
| since the first word no such silence, but talk, for | 3400 | machine: nobody greets so long |
| none of it since the first word after | 3500 | unknown |

The clock starts at the first word. Unknown counts as human. How the numbers were found: docs/machines.md.
"""

from __future__ import annotations

from .talk import Talk
from .tones import Tone

INITIAL_SILENCE_MS = 2500
AFTER_TONE_MS = 1000
AFTER_RINGING_MS = 5000
RINGING_MAX_MS = 20_000
BEEP_AFTER_WORDS_MS = 160
SHORT_GREETING_MS, AFTER_SHORT_MS, AFTER_LONGER_MS = 700, 800, 1000
GREETING_MS = 3400
TALK_SHARE = 0.6  # of it
PAUSE_MS = 300  # who is silent for longer may have finished
ANALYSIS_MS = 3500

GREETING_END_SILENCE_MS = 3000  # longer than the silence of most machines before their beep
BEEP_END_SILENCE_MS = 300  # longer than the gap between two beeps
LONG_BEEP_MS = 200
QUIET_BEFORE_MS = 60  # a shorter one
GREETING_END_MS = 30_000


class Detector:
    """`judge` the talk after each frame until it says human, machine or unknown; until then "".

    It does so within ANALYSIS_MS of the first word, and without words within INITIAL_SILENCE_MS; while somebody's
    telephone rings, within RINGING_MAX_MS.
    """

    def __init__(self) -> None:
        self._deadline_ms = INITIAL_SILENCE_MS

    def judge(self, talk: Talk) -> str:
        tone, ended = talk.tones.now, talk.tones.ended
        if talk.tones.is_machine():
            return "machine"
        if talk.began_ms is None:
            self._wait_after(tone, talk.ms)
            return "unknown" if talk.ms >= self._deadline_ms else ""
        if (
            ended is not None
            and ended.ms >= BEEP_AFTER_WORDS_MS
            and is_beep(ended, talk)
            and not ended.may_ring
        ):
            return "machine"
        since_ms = talk.ms - talk.began_ms
        is_short = since_ms - talk.silent_ms <= SHORT_GREETING_MS
        if tone is None and talk.silent_ms >= (AFTER_SHORT_MS if is_short else AFTER_LONGER_MS):
            return "human"
        is_talking = talk.silent_ms < PAUSE_MS and talk.talked_ms >= TALK_SHARE * GREETING_MS
        if since_ms >= GREETING_MS and is_talking and talk.is_near():
            return "machine"
        return "unknown" if since_ms >= ANALYSIS_MS else ""

    def _wait_after(self, tone: Tone | None, now_ms: int) -> None:
        if tone is not None:
            wait_ms = AFTER_RINGING_MS if tone.is_ringing else AFTER_TONE_MS
            self._deadline_ms = max(self._deadline_ms, min(now_ms + wait_ms, RINGING_MAX_MS))


class GreetingEnd:
    """`judge` the talk after each frame until it is True: the machine listens now.

    That is after a beep and a little silence, after a long silence, or at GREETING_END_MS whatever it hears.
    `has_beeped`: a beep was the last that was heard.
    """

    def __init__(self) -> None:
        self._tone_ended_ms = 0
        self.has_beeped = False

    def judge(self, talk: Talk) -> bool:
        tone = talk.tones.ended
        if tone is not None:
            self._tone_ended_ms = talk.ms
            self.has_beeped = self.has_beeped or is_beep(tone, talk)
        since_tone_ms = talk.ms - self._tone_ended_ms
        if talk.silent_ms < since_tone_ms:
            self.has_beeped = False  # words after it: it was no beep
        if talk.ms >= GREETING_END_MS:
            return True
        if talk.tones.now is not None:
            return False
        is_silent = min(talk.silent_ms, since_tone_ms) >= GREETING_END_SILENCE_MS
        return is_silent or (self.has_beeped and talk.hushed_ms >= BEEP_END_SILENCE_MS)


def is_beep(tone: Tone, talk: Talk) -> bool:
    """The tone that has just ended is a beep: long, or out of silence, for a word may end in a hum."""
    has_words = talk.began_ms is not None and talk.began_ms < tone.began_ms
    return has_words and (tone.ms >= LONG_BEEP_MS or talk.quiet_ms >= QUIET_BEFORE_MS)
