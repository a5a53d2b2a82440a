"""Frames for the pure part of the detector, in spans: (ms, level) of a voice or noise, (ms, level, Hz) of a tone."""

from __future__ import annotations

from callflow.sound import FRAME_MS, Frame
from callflow.talk import Talk

Span = tuple[float, ...]
VOICE, NOISE = 3000.0, 20.0


def frames(*spans: Span) -> list[Frame]:
    return [
        Frame(level, hertz[0] if hertz else 0.0)
        for ms, level, *hertz in spans
        for _ in range(round(ms / FRAME_MS))
    ]


def talk_of(*spans: Span) -> Talk:
    talk = Talk()
    for frame in frames(*spans):
        talk.hear(frame)
    return talk
