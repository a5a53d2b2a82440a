"""Tones in a call: ringing, a carrier's three tones, a fax, a beep. Pure.

| tone | Hz | ms | what it says |
|---|---|---|---|
| ringing, busy | 380 to 500 | from 300 | nobody is there yet (ITU-T E.180: 425, 440+480, 400+450) |
| special information | from 850, then 1.2 times as high | from 160 each | a carrier's announcement (E.180: 950, 1400) |
| fax that answers | 2060 to 2140 | from 500 | a machine (ITU-T T.30: 2100) |
| fax that calls | 1060 to 1140 | 380 to 620 | a machine (T.30: 1100, half a second of every 3.5) |
| beep | 340 to 2300 | from 80 | after words, and then silence: a machine that wants to hear some |
"""

from __future__ import annotations

from dataclasses import dataclass

from .sound import FRAME_MS, Frame

SAME, SAME_HZ = 0.03, 40.0  # a tone may waver by so much, of its frequency or in all: two together do
FRAMES_MIN = 3  # that are seen to be one tone; of a beep of 100 ms there may be no more


@dataclass
class Tone:
    """`began_ms`, since the answer; `ms`: for how long."""

    hertz: float
    began_ms: int
    ms: int

    def is_within(self, low_hz: float, high_hz: float, low_ms: int, high_ms: int = 10**9) -> bool:
        return low_hz <= self.hertz <= high_hz and low_ms <= self.ms <= high_ms

    @property
    def is_new(self) -> bool:
        """It has just been seen to be one."""
        return self.ms == (FRAMES_MIN + 1) * FRAME_MS

    @property
    def may_ring(self) -> bool:
        return self.is_within(380, 500, 0)

    @property
    def is_ringing(self) -> bool:
        return self.may_ring and self.ms >= 300


class Tones:
    """`hear` each frame. `now`: the tone that sounds; `ended`: the one whose end this frame is."""

    def __init__(self) -> None:
        self.now: Tone | None = None
        self.ended: Tone | None = None
        self._before: Tone | None = None
        self._ms = 0
        self._hertz = 0.0
        self._frames = 0

    def hear(self, frame: Frame) -> None:
        self._ms += FRAME_MS
        self.ended = None
        if frame.hertz and abs(frame.hertz - self._hertz) <= max(SAME_HZ, SAME * self._hertz):
            self._frames += 1
            self._hertz += (frame.hertz - self._hertz) / self._frames
        else:
            self._frames, self._hertz = int(frame.hertz > 0), frame.hertz
            if self.now is not None:
                self._before, self.ended, self.now = self.now, self.now, None
        if self._frames >= FRAMES_MIN:
            ms = (self._frames + 1) * FRAME_MS  # a tone's first frame is not seen to be one
            self.now = Tone(self._hertz, self._ms - ms, ms)

    def is_machine(self) -> bool:
        """What sounds now, or has just ended, no human makes: a fax, or a carrier's tones."""
        now, before, ended = self.now, self._before, self.ended
        if now is not None:
            is_second = before is not None and before.is_within(850, now.hertz / 1.2, 160)
            return now.is_within(2060, 2140, 500) or (is_second and now.ms >= 160)
        return ended is not None and ended.is_within(1060, 1140, 380, 620)
