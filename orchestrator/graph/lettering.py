"""How wide a text comes out, near enough to put boxes around it. Measured on DejaVu Sans, the widest of our fonts."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NARROW = dict.fromkeys("ijl|'.,:;!‘’`", 0.32) | dict.fromkeys('ftrIJ()[]{}/\\"-·“” ', 0.42)
_WIDE = dict.fromkeys("mwMWЖМШЩЮЫФжмшщюыф@%…—", 0.96)
_BOLD = 1.12


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    if char in _NARROW:
        return _NARROW[char]
    if char in _WIDE:
        return _WIDE[char]
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    return 0.74 if char.isupper() else 0.64


def width_of(text: str, px: float, *, bold: bool = False) -> float:
    """Pixels of one line in letters of `px`."""
    return sum(map(_em, text)) * px * (_BOLD if bold else 1.0)


def fitted(text: str, px: float, room: float, *, bold: bool = False) -> str:
    """The text, or as much of it as goes into `room` pixels, with an ellipsis."""
    if width_of(text, px, bold=bold) <= room + 0.01:
        return text
    kept = text
    while kept and width_of(kept + "…", px, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
