"""What a tone in a call says."""

from __future__ import annotations

import pytest
from heard import NOISE, Span, frames

from callflow.tones import Tone, Tones

LOUD = 5000.0


def tones_of(*spans: Span) -> tuple[Tones, list[Tone]]:
    """After the spans, and the tones that ended."""
    tones, ended = Tones(), []
    for frame in frames(*spans):
        tones.hear(frame)
        ended += [tones.ended] if tones.ended else []
    return tones, ended


def is_machine(*spans: Span) -> bool:
    tones = Tones()
    found = False
    for frame in frames(*spans):
        tones.hear(frame)
        found = found or tones.is_machine()
    return found


def test_three_frames_of_one_frequency_are_a_tone_that_began_a_frame_before() -> None:
    assert tones_of((100, NOISE), (40, LOUD, 1000))[0].now is None
    assert tones_of((100, NOISE), (60, LOUD, 1000))[0].now == Tone(1000.0, 80, 80)


def test_a_tone_has_ended_for_one_frame() -> None:
    tones, ended = tones_of((100, NOISE), (300, LOUD, 1000), (200, NOISE))
    assert (tones.now, tones.ended) == (None, None)
    assert ended == [Tone(1000.0, 80, 320)]


def test_frames_of_many_frequencies_are_no_tone() -> None:
    assert tones_of(*[(20, LOUD, hertz) for hertz in (400, 500, 600, 700) * 5])[1] == []


def test_a_tone_may_waver_a_little() -> None:
    assert tones_of(*[(20, LOUD, hertz) for hertz in (1000, 1012, 990, 1005)])[0].now is not None
    assert tones_of(*[(20, LOUD, hertz) for hertz in (441, 476, 450, 470)])[0].now is not None


@pytest.mark.parametrize(
    ("hertz", "ms", "is_ringing"),
    [(425, 1000, True), (460, 300, True), (425, 200, False), (1000, 1000, False)],
)
def test_ringing_is_low_and_long(hertz: float, ms: int, is_ringing: bool) -> None:
    assert Tone(hertz, 0, ms).is_ringing is is_ringing
    assert Tone(hertz, 0, ms).may_ring is (hertz < 500)


def test_a_carrier_s_three_tones_are_a_machine_s_at_the_second() -> None:
    assert is_machine((300, LOUD, 950), (200, LOUD, 1400))
    assert is_machine((260, LOUD, 914), (40, NOISE), (200, LOUD, 1371))
    assert not is_machine((300, LOUD, 950), (100, LOUD, 1400))
    assert not is_machine((300, LOUD, 1400), (300, LOUD, 950))
    assert not is_machine((80, LOUD, 950), (300, LOUD, 1400))
    assert not is_machine((300, LOUD, 440), (300, LOUD, 880))


def test_a_fax_is_a_machine() -> None:
    assert is_machine((520, LOUD, 2100))
    assert not is_machine((300, LOUD, 2100), (100, NOISE))
    assert is_machine((480, LOUD, 1100), (20, NOISE))
    assert not is_machine((200, LOUD, 1100), (20, NOISE))
    assert not is_machine((1000, LOUD, 1100), (20, NOISE))
    assert not is_machine((480, LOUD, 1000), (20, NOISE))
