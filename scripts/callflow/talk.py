"""When somebody talks and for how long they have been silent, through the noise of a line. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort

from .sound import FRAME_MS, QUIET, Frame
from .tones import FRAMES_MIN, Tone, Tones

# Levels are those of `sound.Frame`.
# Noise is what the soft frames of the last while are like. Where they are all alike, in a hiss, a voice is what is a
# little louder than they; where they differ, in a street or in speech itself, it must be three times as loud.
MEMORY_FRAMES = 70
SOFT_SHARE, MIDDLE_SHARE = 0.1, 0.3  # this share of all frames is softer than the two that are compared
ABOVE_HISS, ABOVE_PER_SPREAD, ABOVE_MAX = 1.5, 3.0, 3.0
# At first nobody knows whether what is loud is noise or a voice. It is a voice until it was heard for long enough, or
# goes on evenly as no voice does.
UNKNOWN_NOISE = 500.0
KNOWN_FRAMES = 40
EVEN_FRAMES, EVEN, LOUD_SHARE = 15, 1.6, 0.9

SPEECH_RANGE = 4.0

BEHIND = 0.2  # of one's loudest words; who is softer talks behind them
NEAR, NEAR_FRAMES = (
    0.35,
    14,
)  # who talks near is now and then so loud: of the loudest, of the last MEMORY_FRAMES
PEAK_STEP = 0.15  # how fast the loudest is learned: a click is no word
WINDOW_FRAMES, WORD_FRAMES = 8, 4  # so many frames of voice among so many are a word
# Words end softly. For SOFT_MS after one, what is this loud still belongs to it: of noise's limit, of the loudest word.
SOFT_MS = 300
SOFT_OF_NOISE, SOFT_OF_PEAK, SOFT_QUIET = 0.8, 0.05, 42.0
SOFT_FRAMES = 2
BRIDGE_MS = 160  # shorter holes are part of talking


class Noise:
    """Tells voice from noise, level by level."""

    def __init__(self) -> None:
        self.limit = QUIET  # what is louder is a voice
        self.lately: list[float] = []  # levels
        self.was_taken_for_voice = False  # the loud beginning has just turned out to be noise
        self._is_known = False
        self._before = 0.0
        self._sorted: list[float] = []

    def hear(self, level: float) -> None:
        kept, lately = self._sorted, self.lately
        louder = max(level, self._before) if lately else level  # a lost packet is no silence
        self._before = level
        insort(kept, louder)
        lately.append(louder)
        if len(lately) > MEMORY_FRAMES:
            del kept[bisect_left(kept, lately.pop(0))]
        count = len(kept)
        soft, middle = kept[int(count * SOFT_SHARE)], kept[int(count * MIDDLE_SHARE)]
        self.was_taken_for_voice = False
        if not self._is_known:
            is_even = count >= EVEN_FRAMES and kept[int(count * LOUD_SHARE)] < EVEN * soft
            self._is_known = is_even or count >= KNOWN_FRAMES
            is_noise = kept[int(count * LOUD_SHARE)] < SPEECH_RANGE * soft
            self.was_taken_for_voice = self._is_known and is_noise and soft > UNKNOWN_NOISE
        if not self._is_known:
            soft = min(soft, UNKNOWN_NOISE)
        above = ABOVE_HISS + ABOVE_PER_SPREAD * (middle / soft - 1) if soft else ABOVE_MAX
        self.limit = max(QUIET, soft * min(ABOVE_MAX, above))


class Talk:
    """`hear` each frame. Times in ms; `ms` is now, since the answer.

    `began_ms`: when the first word began; None: nobody has talked. `talked_ms`: how much of the time since then was
    talk. `silent_ms`: since the last word, or since the answer; tones are no words. `hushed_ms`: since the last sound
    of any kind. `quiet_ms`: that, when the latest tone began.
    """

    def __init__(self) -> None:
        self.ms = 0
        self.began_ms: int | None = None
        self.talked_ms = 0
        self.silent_ms = 0
        self.quiet_ms = 0
        self.hushed_ms = 0
        self.tones = Tones()
        # (silent_ms, hushed_ms) after the latest frames, to go back to when they turn out to have been a tone's
        self._before = [(0, 0)] * (FRAMES_MIN + 2)
        self._noise = Noise()
        self._peak = 0.0
        self._recent: list[bool] = []
        self._soft_frames = 0
        self._first_word_ms = 0  # when the first word was seen to be one

    def hear(self, frame: Frame) -> None:
        self.ms += FRAME_MS
        self.silent_ms += FRAME_MS
        self.hushed_ms += FRAME_MS
        self.tones.hear(frame)
        if self.tones.now is None:
            self._on_sound(frame)
        else:
            self._on_tone(self.tones.now)
        self._before = [*self._before[1:], (self.silent_ms, self.hushed_ms)]
        if self.began_ms is not None and self.silent_ms <= BRIDGE_MS:
            self.talked_ms += FRAME_MS

    @property
    def noise(self) -> float:
        """The level that a voice exceeds."""
        return self._noise.limit

    def is_near(self) -> bool:
        """Whoever has talked lately is as near as the loudest one so far, not somebody in the same room."""
        return sum(level > NEAR * self._peak for level in self._noise.lately) >= NEAR_FRAMES

    def _on_tone(self, tone: Tone) -> None:
        self.hushed_ms = 0
        if tone.is_new:  # what was heard of it so far was no word
            if self._first_word_ms >= tone.began_ms:
                self.began_ms, self.talked_ms = None, 0
            self._recent = []
            silent_ms, self.quiet_ms = self._before[0]
            self.silent_ms = min(self.ms, silent_ms + FRAME_MS * len(self._before))

    def _on_sound(self, frame: Frame) -> None:
        level, noise = frame.level, self._noise
        noise.hear(level)
        if noise.was_taken_for_voice:
            self.began_ms, self.talked_ms, self._recent, self._peak = None, 0, [], 0.0
        if level > max(SOFT_QUIET, noise.limit * SOFT_OF_NOISE, self._peak * SOFT_OF_PEAK):
            self.hushed_ms = 0
        self._soft_frames = 0 if self.hushed_ms else self._soft_frames + 1
        if self._soft_frames >= SOFT_FRAMES and self.silent_ms < SOFT_MS:
            self.silent_ms = 0
        is_voice = level > max(noise.limit, self._peak * BEHIND) and not frame.hertz
        self._recent = [*self._recent[1 - WINDOW_FRAMES :], is_voice]
        if is_voice and sum(self._recent) >= WORD_FRAMES:
            self._on_word(level)

    def _on_word(self, level: float) -> None:
        if self.began_ms is None:
            self.began_ms = self.ms - FRAME_MS * (len(self._recent) - self._recent.index(True))
            self.talked_ms = self.ms - self.began_ms - FRAME_MS  # this frame is counted with the others
            self._first_word_ms = self.ms
        self.silent_ms = 0
        self._peak += max(0.0, level - self._peak) * PEAK_STEP
