"""When somebody talks, through the noise of a line."""

from __future__ import annotations

import random

import pytest
from heard import NOISE, VOICE, Span, talk_of
from hypothesis import given
from hypothesis import strategies as st

from callflow.sound import FRAME_MS, Frame
from callflow.talk import QUIET, WORD_FRAMES, Talk


def hiss(ms: int, level: float, spread: float = 0.05) -> list[Span]:
    """Noise as uneven as `spread` says."""
    rng = random.Random(ms)
    return [(20, level * rng.uniform(1 - spread, 1 + spread)) for _ in range(ms // FRAME_MS)]


SPOKEN: list[Span] = [(80, VOICE), (40, VOICE / 3), (120, VOICE), (80, VOICE / 20), (100, VOICE)]


def test_the_first_word_is_dated_back_to_its_beginning() -> None:
    assert talk_of((600, NOISE), (60, VOICE)).began_ms is None
    talk = talk_of((600, NOISE), (80, VOICE))
    assert (talk.began_ms, talk.silent_ms, talk.talked_ms) == (600, 0, 80)


def test_a_click_is_no_word() -> None:
    assert talk_of((60, 20000), (2000, NOISE)).began_ms is None
    assert talk_of((200, NOISE), (400, VOICE), (400, NOISE), (60, VOICE), (400, NOISE)).silent_ms == 860


def test_soft_voices_are_voices() -> None:
    assert talk_of((600, 5.0), (400, QUIET * 1.1)).began_ms == 600


def test_silence_is_counted_from_the_last_word() -> None:
    talk = talk_of((600, NOISE), (400, VOICE), (500, NOISE))
    assert talk.silent_ms == 500
    assert talk.ms == 1500


def test_a_word_s_soft_end_belongs_to_it_and_does_not_go_on_for_ever() -> None:
    soft = VOICE / 10
    assert talk_of((600, NOISE), (400, VOICE), (200, soft), (500, NOISE)).silent_ms == 500
    assert talk_of((600, NOISE), (400, VOICE), (200, NOISE), (40, soft), (500, NOISE)).silent_ms == 500
    assert talk_of((600, NOISE), (400, VOICE), (400, NOISE), (40, soft), (500, NOISE)).silent_ms == 940


def test_short_holes_are_part_of_talking() -> None:
    talk = talk_of((200, NOISE), (200, VOICE), (100, NOISE), (200, VOICE), (1000, NOISE))
    assert talk.talked_ms == 500 + 160
    talk = talk_of((200, NOISE), (200, VOICE), (600, NOISE), (200, VOICE))
    assert talk.talked_ms == 200 + 160 + 140  # the second word is one from its fourth frame on


@pytest.mark.parametrize("level", [100.0, 1000.0, 5000.0])
def test_an_even_noise_is_none_and_a_voice_twice_as_loud_is(level: float) -> None:
    assert talk_of(*hiss(3000, level)).began_ms is None
    talk = talk_of(*hiss(1000, level), (400, 2 * level), *hiss(600, level))
    assert (talk.began_ms, talk.silent_ms) == (1000, 600)


def test_the_noise_of_a_street_must_be_exceeded_by_more() -> None:
    street = hiss(3000, 600, 0.5)
    assert talk_of(*hiss(900, 600, 0.5), *street).began_ms is None
    assert talk_of(*street, (400, 2400)).began_ms == 3000


def test_a_voice_at_the_very_beginning_is_one_though_nothing_is_known_of_the_noise() -> None:
    assert talk_of(*SPOKEN).began_ms == 0
    assert talk_of(*SPOKEN * 4).began_ms == 0


def test_what_is_loud_and_even_from_the_beginning_was_no_voice() -> None:
    assert talk_of(*hiss(200, 3000)).began_ms == 0
    talk = talk_of(*hiss(400, 3000))
    assert (talk.began_ms, talk.talked_ms) == (None, 0)


def test_a_lost_packet_is_no_silence() -> None:
    lossy: list[Span] = [*hiss(160, 3000), (20, 0.0)] * 6
    assert talk_of(*lossy, *hiss(400, 3000)).began_ms is None


def test_noise_that_begins_late_is_known_after_a_while() -> None:
    talk = talk_of((600, NOISE), (400, VOICE), (400, NOISE), *hiss(3000, 500))
    assert talk.silent_ms > 1000


def test_who_is_much_softer_than_the_loudest_is_behind() -> None:
    assert talk_of((600, NOISE), *SPOKEN * 4, (900, VOICE / 8)).silent_ms >= 400
    assert talk_of((600, NOISE), *SPOKEN * 4, (300, VOICE / 3)).silent_ms == 0


def test_who_talks_now_is_near_or_was_only_heard_behind_the_loudest() -> None:
    assert talk_of((600, NOISE), *SPOKEN * 5).is_near()
    assert not talk_of((600, NOISE), *SPOKEN * 2, *[(ms, level / 4) for ms, level in SPOKEN * 5]).is_near()


def test_a_tone_is_no_word_and_ends_no_silence() -> None:
    talk = talk_of((600, NOISE), (1000, VOICE, 1000))
    assert (talk.began_ms, talk.talked_ms) == (None, 0)
    talk = talk_of((600, NOISE), (400, VOICE), (500, NOISE), (20, VOICE), (400, VOICE, 1000))
    assert (talk.began_ms, talk.silent_ms, talk.quiet_ms) == (600, 920, 480)
    assert talk.hushed_ms == 0


def test_a_ragged_tone_is_no_word() -> None:
    ragged: list[Span] = [(20, VOICE), (20, VOICE, 700), (40, VOICE), (40, VOICE, 900), (200, VOICE, 1000)]
    assert talk_of((600, NOISE), *ragged).began_ms is None


def test_a_click_and_a_tone_s_beginning_are_no_word_together() -> None:
    click_and_tone: list[Span] = [(40, VOICE), (20, NOISE), (40, VOICE), (40, VOICE, 425)]
    assert talk_of((600, NOISE), *click_and_tone, (20, VOICE, 425)).began_ms is None
    assert talk_of((600, NOISE), (120, VOICE), (600, VOICE, 425)).began_ms == 600


def test_a_long_tone_is_no_noise_to_be_learned() -> None:
    assert talk_of((600, NOISE), (3000, VOICE, 1000), (400, VOICE)).began_ms == 3600


def test_a_hush_ends_with_any_sound() -> None:
    assert talk_of((200, NOISE), (400, VOICE), (300, NOISE)).hushed_ms == 300
    assert talk_of((200, NOISE), (400, VOICE), (300, NOISE), (20, VOICE), (100, NOISE)).hushed_ms == 100
    assert talk_of((200, NOISE), (400, VOICE), (300, NOISE), (2000, VOICE, 1000)).hushed_ms == 0


@given(st.lists(st.tuples(st.floats(0, 70000), st.sampled_from([0.0, 0.0, 425.0, 1000.0])), max_size=300))
def test_times_are_possible_whatever_is_heard(heard: list[tuple[float, float]]) -> None:
    talk = Talk()
    for level, hertz in heard:
        talk.hear(Frame(level, hertz))
        assert 0 <= talk.silent_ms <= talk.ms
        assert 0 <= talk.hushed_ms <= talk.ms
        if talk.began_ms is not None:
            assert 0 <= talk.began_ms <= talk.ms - WORD_FRAMES * FRAME_MS
            assert 0 <= talk.talked_ms <= talk.ms - talk.began_ms
