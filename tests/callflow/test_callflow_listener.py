"""Human or machine, and the end of a greeting: the rules, on frames."""

from __future__ import annotations

import pytest
from heard import NOISE, VOICE, Span, frames
from hypothesis import given
from hypothesis import strategies as st

from callflow.listener import (
    AFTER_LONGER_MS,
    AFTER_RINGING_MS,
    AFTER_SHORT_MS,
    AFTER_TONE_MS,
    ANALYSIS_MS,
    BEEP_END_SILENCE_MS,
    GREETING_END_MS,
    GREETING_END_SILENCE_MS,
    GREETING_MS,
    INITIAL_SILENCE_MS,
    RINGING_MAX_MS,
    Detector,
    GreetingEnd,
)
from callflow.sound import FRAME_MS, Frame
from callflow.talk import Talk

SPOKEN: list[Span] = [(100, VOICE), (40, 900.0), (120, 2100.0), (60, NOISE), (80, 4000.0)]
SPOKEN_MS = 400
TALK = SPOKEN * 12
RING: Span = (1000, VOICE, 425.0)


def verdict(*spans: Span) -> tuple[str, int]:
    """The verdict, and after how many ms. Endless silence follows the spans."""
    detector, talk = Detector(), Talk()
    for frame in frames(*spans, (RINGING_MAX_MS + ANALYSIS_MS, NOISE)):
        talk.hear(frame)
        said = detector.judge(talk)
        if said:
            return said, talk.ms
    raise AssertionError("no verdict")


def test_a_short_hello_and_silence_is_a_human() -> None:
    assert verdict((600, NOISE), (400, VOICE)) == ("human", 600 + 400 + AFTER_SHORT_MS)


def test_after_a_longer_greeting_the_silence_must_be_longer() -> None:
    assert verdict((300, NOISE), *SPOKEN * 3) == ("human", 300 + 3 * SPOKEN_MS + AFTER_LONGER_MS)


def test_a_long_greeting_is_a_machine_as_soon_as_it_is_long() -> None:
    assert verdict((400, NOISE), *TALK) == ("machine", 400 + GREETING_MS)


def test_a_machine_may_pause() -> None:
    spoken = SPOKEN * 3
    assert verdict((400, NOISE), *spoken, (600, NOISE), *spoken, (300, NOISE), *TALK)[0] == "machine"


def test_who_has_just_finished_may_be_a_human() -> None:
    long = SPOKEN * 7
    assert verdict((400, NOISE), *long) == ("unknown", 400 + ANALYSIS_MS)


def test_a_word_now_and_then_is_no_greeting() -> None:
    slow: list[Span] = [(160, VOICE), (640, NOISE)]
    assert verdict((400, NOISE), *slow * 8) == ("unknown", 400 + ANALYSIS_MS)


def test_who_talks_behind_a_short_hello_is_no_machine() -> None:
    behind = [(ms, level / 4) for ms, level in TALK]
    assert verdict((400, NOISE), *SPOKEN * 2, *behind)[0] == "unknown"


def test_nobody_speaking_is_unknown() -> None:
    assert verdict() == ("unknown", INITIAL_SILENCE_MS)


def test_the_clock_starts_at_the_first_word_though_it_comes_late() -> None:
    assert verdict((2200, 0), (400, VOICE)) == ("human", 2200 + 400 + AFTER_SHORT_MS)


def test_a_click_is_no_word_and_does_not_end_a_silence() -> None:
    assert verdict((500, NOISE), (60, VOICE), (3000, NOISE)) == ("unknown", INITIAL_SILENCE_MS)
    assert verdict((200, NOISE), (400, VOICE), (400, NOISE), (60, VOICE))[1] == 200 + 400 + AFTER_SHORT_MS


def test_the_noise_of_a_street_is_no_voice() -> None:
    assert verdict((9000, 300)) == ("unknown", INITIAL_SILENCE_MS)
    assert verdict((600, 300), (400, VOICE), (9000, 300)) == ("human", 600 + 400 + AFTER_SHORT_MS)


def test_noise_that_begins_late_is_taken_for_a_human_at_worst() -> None:
    assert verdict((1000, 0), (9000, 300))[0] in ("human", "unknown")


def test_ringing_after_the_answer_is_waited_out() -> None:
    assert verdict((300, NOISE), RING, (4000, NOISE), RING, (1500, NOISE), (400, VOICE))[0] == "human"
    assert verdict((300, NOISE), RING) == ("unknown", 300 + 1000 + AFTER_RINGING_MS)


def test_ringing_is_not_waited_out_for_ever() -> None:
    assert verdict(*[RING, (3000, NOISE)] * 8) == ("unknown", RINGING_MAX_MS)


def test_after_another_tone_words_may_still_come() -> None:
    assert verdict((2000, NOISE), (300, VOICE, 900)) == ("unknown", 2300 + AFTER_TONE_MS)
    assert verdict((300, NOISE), (300, VOICE, 900)) == ("unknown", INITIAL_SILENCE_MS)


def test_a_carrier_s_tones_and_a_fax_are_a_machine_at_once() -> None:
    assert verdict((300, NOISE), (330, VOICE, 950), (330, VOICE, 1400), (330, VOICE, 1800))[0] == "machine"
    assert verdict((300, NOISE), (3000, VOICE, 2100)) == ("machine", 300 + 500 - FRAME_MS)


def test_a_beep_after_words_is_a_machine() -> None:
    words: list[Span] = [(400, NOISE), *SPOKEN * 2, (300, NOISE)]
    assert verdict(*words, (300, VOICE, 1000)) == ("machine", 400 + 2 * SPOKEN_MS + 300 + 300 + FRAME_MS)
    assert verdict(*words, (80, VOICE, 1000))[0] == "human"
    assert verdict(*words, (300, VOICE, 425))[0] == "human"  # being put through rings


def test_a_human_is_not_told_while_a_tone_sounds() -> None:
    assert verdict((400, NOISE), (400, VOICE), (4000, VOICE, 425)) == ("unknown", 400 + ANALYSIS_MS)


@given(st.lists(st.tuples(st.floats(0, 32768), st.sampled_from([0.0, 0.0, 425.0, 1000.0])), max_size=400))
def test_a_verdict_comes_in_time_whatever_is_heard(heard: list[tuple[float, float]]) -> None:
    talk, detector = Talk(), Detector()
    rings = any(hertz for _, hertz in heard)
    verdicts, began = [], []
    for frame in [*(Frame(*each) for each in heard), *frames((RINGING_MAX_MS, 0.0))]:
        talk.hear(frame)
        verdicts.append(detector.judge(talk))
        began.append(talk.began_ms)
    at = next(number for number, said in enumerate(verdicts) if said)
    assert set(verdicts) <= {"", "human", "machine", "unknown"}
    now_ms = (at + 1) * FRAME_MS
    assert now_ms <= max(RINGING_MAX_MS if rings else INITIAL_SILENCE_MS, (began[at] or 0) + ANALYSIS_MS)


def end_of_greeting(*spans: Span) -> int:
    greeting, talk = GreetingEnd(), Talk()
    for frame in frames(*spans, (GREETING_END_MS, NOISE)):
        talk.hear(frame)
        if greeting.judge(talk):
            return talk.ms
    raise AssertionError("no end")


TALK_MS = 12 * SPOKEN_MS
BEEP: Span = (400, 5000.0, 1000.0)


def test_a_greeting_ends_with_a_long_silence() -> None:
    assert end_of_greeting(*TALK) == TALK_MS + GREETING_END_SILENCE_MS


def test_a_beep_and_a_little_silence_end_it_sooner() -> None:
    assert end_of_greeting(*TALK, (900, NOISE), BEEP) == TALK_MS + 900 + 400 + BEEP_END_SILENCE_MS


def test_a_beep_may_begin_and_end_within_a_frame() -> None:
    beep: list[Span] = [(20, 1700.0), BEEP, (20, 3100.0)]
    assert end_of_greeting(*TALK, (900, NOISE), *beep) == TALK_MS + 900 + 440 + BEEP_END_SILENCE_MS


def test_a_beep_of_a_tenth_of_a_second_is_one_when_it_comes_out_of_silence() -> None:
    short: list[Span] = [(20, 5000.0), (60, 5000.0, 1000.0), (20, 2000.0)]
    assert end_of_greeting(*TALK, (400, NOISE), *short) == TALK_MS + 400 + 100 + BEEP_END_SILENCE_MS
    assert end_of_greeting(*TALK, *short) > TALK_MS + 100 + BEEP_END_SILENCE_MS


@pytest.mark.parametrize("gap_ms", [60, 160, 240])
def test_two_beeps_are_a_beep(gap_ms: int) -> None:
    before = [*TALK, (900.0, NOISE), BEEP, (float(gap_ms), NOISE)]
    assert end_of_greeting(*before, BEEP) == TALK_MS + 900 + 800 + gap_ms + BEEP_END_SILENCE_MS


def test_a_tone_that_words_follow_is_no_beep() -> None:
    assert end_of_greeting(BEEP, (100, NOISE), *TALK) == 500 + TALK_MS + GREETING_END_SILENCE_MS
    spoken = [*TALK, (100.0, NOISE), BEEP, (100.0, NOISE), *TALK]
    assert end_of_greeting(*spoken) == 2 * TALK_MS + 600 + GREETING_END_SILENCE_MS


def test_a_carrier_s_tones_before_any_word_are_no_beep() -> None:
    tones: list[Span] = [(320, VOICE, 950), (320, VOICE, 1400), (320, VOICE, 1800)]
    assert end_of_greeting(*tones, (900, NOISE), *TALK) == 1860 + TALK_MS + GREETING_END_SILENCE_MS


def test_silence_is_not_counted_while_a_tone_sounds() -> None:
    assert end_of_greeting(*TALK, (4000, VOICE, 1000)) == TALK_MS + 4000 + BEEP_END_SILENCE_MS


def test_a_machine_that_never_stops_is_spoken_to_at_last() -> None:
    assert end_of_greeting(*TALK * 10) == GREETING_END_MS
    assert end_of_greeting(*TALK, (GREETING_END_MS, VOICE, 1000)) == GREETING_END_MS
