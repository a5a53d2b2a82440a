"""Puts greetings together: who speaks when, and what the line adds. See `docs/machines.md` for the shares."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from benchmarks.greetings import texts
from benchmarks.greetings.sounds import (
    SIT,
    SIT_SHORT,
    Pcm,
    at_loudness,
    mixed,
    music,
    noise,
    silence,
    through_g711,
    tone,
)
from benchmarks.greetings.voices import Voice, speak, voices_of
from orchestrator.scenario.audio import FRAME, RATE, Samples

TUNING, REPORTING = 0, 1  # parts: no text and no voice is in both
Key = TypeVar("Key")

HUMANS: Final = {
    "hello": 38,
    "hello_again": 12,
    "hello_twice": 12,
    "named": 12,
    "reception": 9,
    "household": 10,
    "after_ringing": 4,
    "silent": 3,
}
MACHINES: Final = {
    "voicemail": 54,
    "voicemail_no_beep": 7,
    "carrier": 13,
    "sit": 7,
    "menu": 8,
    "music": 3,
    "beep_alone": 3,
    "fax": 3,
    "after_ringing": 2,
}
NOISES: Final = {"none": 25, "comfort": 20, "white": 18, "street": 24, "hum": 13}
SNRS: Final = {30: 20, 25: 20, 20: 22, 15: 20, 10: 12, 5: 6}  # dB
BEEPS: Final = (440, 480, 620, 800, 850, 950, 1000, 1000, 1004, 1400)  # Hz, the common ones
HURRY: Final = 1.2  # who picks up talks faster than an announcement: about 5 syllables a second in Russian
GATE_FRAMES: Final = 11  # it stays open after the voice
SILENCE_AFTER_MS: Final = 7000  # long enough for every detector to make up its mind


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What the far end sends after the answer. Times in ms since the answer.

    `spoken_ms`: begin and end of each phrase. `beep_ms`: begin and end of the beep that asks to speak, of
    two the first's begin and the last's end; None: there is none. `noise`: `KIND SNR`.
    """

    party: str
    kind: str
    samples: Pcm
    spoken_ms: tuple[tuple[int, int], ...]
    beep_ms: tuple[int, int] | None
    noise: str
    level_db: float


def greetings(party: str, count: int, *, seed: int, part: int) -> Iterator[Greeting]:
    """`count` greetings of `human` or `machine`. Raises SpeechError."""
    for number in range(count):
        yield _Caller(random.Random(f"{party} {seed} {number}"), part).greeting(party)


class _Caller:
    """Makes one greeting. All chance comes from `rng`."""

    def __init__(self, rng: random.Random, part: int) -> None:
        self._rng, self._part = rng, part
        self._voice: Voice = rng.choice(voices_of(part))
        self._db = rng.uniform(-35, -6)  # of the speech, RMS below full scale
        self._parts: list[Samples] = []
        self._length = 0
        self._spoken_ms: list[tuple[int, int]] = []
        self._beep_ms: tuple[int, int] | None = None

    def greeting(self, party: str) -> Greeting:
        kinds = HUMANS if party == "human" else MACHINES
        kind = self._pick(kinds)
        if party == "human":
            self._voice = self._voice._replace(speed=round(self._voice.speed * HURRY))
            self._human(kind)
        else:
            self._machine(kind)
        self._wait(SILENCE_AFTER_MS)
        samples, heard = self._line(kind)
        return Greeting(
            party=party,
            kind=kind,
            samples=samples,
            spoken_ms=tuple(self._spoken_ms),
            beep_ms=self._beep_ms,
            noise=heard,
            level_db=self._db,
        )

    # -- who answers

    def _human(self, kind: str) -> None:
        rng = self._rng
        if kind == "after_ringing":
            self._ringing()
        if kind == "silent":
            return
        self._wait(self._spread((15, 0, 60), (60, 200, 1200), (25, 1200, 2400)))
        if kind in ("hello", "hello_again", "after_ringing", "household"):
            self._say(self._text(texts.HELLO), (0, 0))
        elif kind == "hello_twice":
            self._say(self._text(texts.HELLO_TWICE), (250, 750))
        else:
            self._say(self._text(texts.NAMED if kind == "named" else texts.RECEPTION), (0, 0))
        if kind == "hello_again":
            self._wait(rng.uniform(900, 2600))
            self._say(self._text(texts.HELLO), (0, 0))

    def _machine(self, kind: str) -> None:
        if kind == "after_ringing":
            self._ringing()
        self._wait(self._spread((55, 100, 1000), (30, 1000, 2400), (15, 2400, 7000)))
        if kind == "fax":
            self._fax()
        elif kind == "music":
            self._play_music(self._rng.uniform(5000, 12_000))
        elif kind == "menu":
            if self._rng.random() < 0.5:
                self._play_music(self._rng.uniform(600, 3000))
            self._announce(texts.MENU)
        elif kind in ("carrier", "sit"):
            if kind == "sit":
                self._sit()
            self._announce(texts.CARRIER)
        else:
            if kind != "beep_alone":
                self._announce(texts.VOICEMAIL)
            if kind != "voicemail_no_beep":
                self._wait(self._spread((85, 100, 1500), (15, 1500, 3000)))
                self._beep()

    # -- what is heard

    def _announce(self, choices: tuple[str, ...]) -> None:
        self._say(self._text(choices), (150, 1400))

    def _say(self, text: str, pauses_ms: tuple[int, int]) -> None:
        low, high = pauses_ms
        for number, phrase in enumerate(text.split("|")):
            if number:
                self._wait(min(high, max(low, 420 * self._rng.lognormvariate(0, 0.45))))
            spoken = speak(phrase.strip(), self._voice)
            begin_ms = self._now_ms
            self._add(at_loudness(spoken, self._db + self._rng.uniform(-2, 2)))
            self._spoken_ms.append((begin_ms, self._now_ms))

    def _beep(self) -> None:
        rng = self._rng
        hertz = float(rng.choice(BEEPS)) if rng.random() < 0.6 else rng.uniform(400, 1400)
        ms, db = rng.uniform(100, 700), rng.uniform(-28, -8)
        begin_ms = self._now_ms
        self._add(tone((hertz,), ms, db))
        if rng.random() < 0.15:
            self._wait(rng.uniform(60, 250))
            self._add(tone((hertz,), ms, db))
        self._beep_ms = (begin_ms, self._now_ms)

    def _ringing(self) -> None:
        hertz = self._rng.choice(((425.0,), (440.0, 480.0), (400.0, 450.0)))
        for _ in range(self._rng.choice((1, 1, 2))):
            self._wait(self._rng.uniform(0, 800))
            self._add(tone(hertz, self._rng.choice((800, 1000, 2000)), -20))
            self._wait(self._rng.uniform(300, 3000))

    def _sit(self) -> None:
        for hertz, ms in self._rng.choice((SIT, SIT_SHORT)):
            self._add(tone((hertz,), ms, -16))
        self._wait(self._rng.uniform(100, 900))

    def _fax(self) -> None:
        if self._rng.random() < 0.6:
            self._add(tone((2100.0,), 3000, -14))
            return
        for _ in range(3):
            self._add(tone((1100.0,), 500, -14))
            self._wait(3000)

    def _play_music(self, ms: float) -> None:
        piece = at_loudness(music(self._rng.randrange(3)), max(-24, self._db))
        self._add(np.resize(np.roll(piece, -self._rng.randrange(RATE) * 2), int(ms * RATE / 1000)))
        self._wait(self._rng.uniform(0, 400))

    # -- what the line adds

    def _line(self, kind: str) -> tuple[Pcm, str]:
        rng = self._rng
        clean = np.concatenate(self._parts)
        heard = self._with_household(clean) if kind == "household" else clean
        name, snr = self._pick(NOISES), self._pick(SNRS)
        if name == "comfort":
            heard = mixed(heard, noise("white", rng.uniform(-72, -60)), rng.randrange(RATE))
        elif name != "none":
            heard = mixed(heard, noise(name, max(-75.0, self._db - snr)), rng.randrange(10 * RATE))
            if rng.random() < 0.2:
                heard = _gated(heard, clean)
        if rng.random() < 0.25:
            heard = self._with_pop(heard)
        pcm = through_g711(heard, rng.choice(("a", "mu")))
        if rng.random() < 0.1:
            for at in range(0, len(pcm) - FRAME, FRAME):
                if rng.random() < 0.02:
                    pcm[at : at + FRAME] = 0
        return pcm, name if name in ("none", "comfort") else f"{name} {snr}"

    def _with_household(self, heard: Samples) -> Samples:
        behind: list[Samples] = []
        while sum(map(len, behind)) < len(heard):
            voice = self._rng.choice(voices_of(self._part))._replace(height=self._rng.choice((0.8, 1.0)))
            behind += [speak(self._text(texts.BACKGROUND), voice), silence(self._rng.uniform(100, 1500))]
        return mixed(heard, at_loudness(np.concatenate(behind), self._db - self._rng.uniform(12, 25)))

    def _with_pop(self, heard: Samples) -> Samples:
        count = int(self._rng.uniform(5, 40) * RATE / 1000)
        peak = 10 ** (self._rng.uniform(-24, -3) / 20)
        at = self._rng.randrange(RATE // 8)
        heard = heard.copy()
        heard[at : at + count] = [self._rng.uniform(-peak, peak) for _ in range(count)]
        return heard

    # -- chance

    @property
    def _now_ms(self) -> int:
        return self._length * 1000 // RATE

    def _add(self, samples: Samples) -> None:
        self._parts.append(samples)
        self._length += len(samples)

    def _wait(self, ms: float) -> None:
        self._add(silence(ms))

    def _text(self, choices: tuple[str, ...]) -> str:
        return self._rng.choice(choices[self._part :: 2])

    def _pick(self, weights: dict[Key, int]) -> Key:
        return self._rng.choices(list(weights), list(weights.values()))[0]

    def _spread(self, *spans: tuple[int, float, float]) -> float:
        """A number out of spans (weight, low, high)."""
        _, low, high = self._rng.choices(spans, [span[0] for span in spans])[0]
        return self._rng.uniform(low, high)


def _gated(heard: Samples, clean: Samples) -> Samples:
    """As a telephone that sends nothing while nobody speaks: the noise comes and goes with the voice."""
    frames = len(heard) // FRAME
    is_open = clean[: frames * FRAME].reshape(frames, FRAME).any(axis=1)
    is_open = np.convolve(is_open, np.ones(GATE_FRAMES))[:frames] > 0
    return np.asarray(heard[: frames * FRAME] * np.repeat(is_open, FRAME), np.float32)
