"""How long an SMS is: its encoding, and the segments it is sent and paid for in.

3GPP TS 23.038 (the alphabet and its extension table), TS 23.040 9.2.3.24.1 (concatenation: 6 octets of each segment).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SEGMENTS_MAX: Final = 10  # more are refused or cut by most gateways

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")  # an escape and a character each


class SmsEncoding(StrEnum):
    GSM = "GSM-7"
    UCS2 = "UCS-2"


_ROOM: Final = {
    SmsEncoding.GSM: (160, 153),
    SmsEncoding.UCS2: (70, 67),
}  # of one segment alone, and of several


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSize:
    """characters: as the encoding counts them: two for those of the extension table, and of UCS-2 for emoji."""

    encoding: SmsEncoding
    characters: int
    segments: int

    def __str__(self) -> str:
        of = "segment" if self.segments == 1 else "segments"
        return f"{self.characters} characters of {self.encoding}, {self.segments} {of}"


def sms_size(text: str) -> SmsSize:
    """Of no text: one segment without anything in it."""
    encoding = SmsEncoding.GSM if set(text) <= _BASIC | _EXTENSION else SmsEncoding.UCS2
    widths = list(_widths(text, encoding))
    alone, joined = _ROOM[encoding]
    segments = 1 if sum(widths) <= alone else _segments(widths, joined)
    return SmsSize(encoding=encoding, characters=sum(widths), segments=segments)


def _widths(text: str, encoding: SmsEncoding) -> Iterator[int]:
    for char in text:
        is_double = char in _EXTENSION if encoding is SmsEncoding.GSM else ord(char) > 0xFFFF
        yield 2 if is_double else 1


def _segments(widths: list[int], room: int) -> int:
    """No character is cut in two: what does not fit goes to the next segment whole."""
    segments, left = 1, room
    for width in widths:
        if width > left:
            segments, left = segments + 1, room
        left -= width
    return segments
