"""Segments of SMS: what gateways bill."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.sms_size import SmsEncoding, SmsSize, sms_size

GSM, UCS2 = SmsEncoding.GSM, SmsEncoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "characters", "segments"),
    [
        ("", GSM, 0, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        (
            "a" * 152 + "€" + "a" * 153,
            GSM,
            307,
            3,
        ),  # the euro does not fit into the first: its escape stays with it
        ("ж" * 70, UCS2, 70, 1),
        ("ж" * 71, UCS2, 71, 2),
        ("ж" * 134, UCS2, 134, 2),
        ("ж" * 135, UCS2, 135, 3),
        ("😀" * 35, UCS2, 70, 1),
        ("😀" * 36, UCS2, 72, 2),
        ("ж" * 66 + "😀" + "ж" * 67, UCS2, 135, 3),  # nor is an emoji cut in two
        ("Ça va? ñ Ñ ß @ £ {1}", GSM, 22, 1),
        ("ça va", UCS2, 5, 1),  # only the capital is in the alphabet
        ("№ 5", UCS2, 3, 1),
    ],
)
def test_an_sms_is_as_long_as_the_network_counts(
    text: str, encoding: SmsEncoding, characters: int, segments: int
) -> None:
    assert sms_size(text) == SmsSize(encoding=encoding, characters=characters, segments=segments)


def test_the_size_reads_aloud() -> None:
    assert str(sms_size("hello")) == "5 characters of GSM-7, 1 segment"
    assert str(sms_size("ж" * 71)) == "71 characters of UCS-2, 2 segments"


@given(st.text(st.characters(codec="utf-8"), max_size=500))
def test_no_text_fits_into_less_than_its_segments(text: str) -> None:
    size = sms_size(text)
    alone, joined = (160, 153) if size.encoding is GSM else (70, 67)
    least = 1 if size.characters <= alone else -(-size.characters // joined)
    # at most one place of each segment is left empty, where a character of two would have been cut
    assert least <= size.segments <= max(1, -(-size.characters // (joined - 1)))
