"""Events in, endings out: late, doubled, out of order, or missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import CallEvent, CallEventKind, CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.engine.track import Check, Settle, Tracker

from .factories import CLAIMED_AT, an_attempt

T0 = CLAIMED_AT
RING_S = 30
K = CallEventKind


def a_tracker(*attempt_ids: str, **settings: int) -> Tracker:
    tracker = Tracker(overrides=lambda _attempt: {}, **settings)
    for attempt_id in attempt_ids or ("a1",):
        tracker.add(an_attempt(attempt_id=attempt_id), RING_S, T0)
    return tracker


def an_event(
    kind: CallEventKind, cause: str = "", attempt_id: str = "a1", rang_at: int | None = None
) -> CallEvent:
    return CallEvent(kind=kind, attempt_id=attempt_id, facts=CallFacts(cause=cause, rang_at=rang_at))


def settled(actions: tuple[Settle | Check, ...]) -> Settle:
    (action,) = actions
    assert isinstance(action, Settle)
    return action


def test_the_final_event_settles_and_the_attempt_is_forgotten() -> None:
    tracker = a_tracker()
    settle = settled(tracker.feed(an_event(K.ENDED, "USER_BUSY"), T0 + 5_000))
    assert (settle.attempt.attempt_id, settle.ending.disposition) == ("a1", Disposition.BUSY)
    assert settle.ending.ended_at == T0 + 5_000
    assert "a1" not in tracker
    assert tracker.live() == ()
    assert tracker.next_at() is None


def test_a_doubled_final_event_and_a_late_job_settle_nothing_more() -> None:
    tracker = a_tracker()
    tracker.feed(an_event(K.ENDED, "USER_BUSY"), T0)
    assert tracker.feed(an_event(K.ENDED, "USER_BUSY"), T0) == ()
    assert tracker.feed(an_event(K.JOB_FAILED, "USER_BUSY"), T0) == ()
    assert tracker.tick(T0 + 10**9) == ()


def test_events_about_strangers_are_ignored() -> None:
    assert a_tracker().feed(an_event(K.ENDED, "USER_BUSY", "b9"), T0) == ()


def test_an_answer_seen_before_is_kept_when_the_final_event_says_nothing_of_it() -> None:
    for seen in (K.ANSWERED, K.JOB_OK):
        tracker = a_tracker()
        assert tracker.feed(an_event(seen), T0 + 4_000) == ()
        assert tracker.has_answered("a1")
        ending = settled(tracker.feed(an_event(K.ENDED), T0 + 9_000)).ending
        assert (ending.disposition, ending.answered_at) == (Disposition.ANSWERED, T0 + 4_000)


def test_answer_and_job_in_any_order_keep_the_first_time() -> None:
    tracker = a_tracker()
    tracker.feed(an_event(K.JOB_OK), T0 + 4_000)
    tracker.feed(an_event(K.ANSWERED), T0 + 5_000)
    assert settled(tracker.feed(an_event(K.ENDED), T0 + 9_000)).ending.answered_at == T0 + 4_000


def test_a_failed_job_waits_for_the_final_event_that_knows_more() -> None:
    tracker = a_tracker(grace_ms=2_000)
    assert tracker.feed(an_event(K.JOB_FAILED, "NO_ANSWER"), T0 + 30_000) == ()
    assert tracker.next_at() == T0 + 32_000
    final = an_event(K.ENDED, "NO_ANSWER", rang_at=T0 + 1_000)
    assert settled(tracker.feed(final, T0 + 31_000)).ending.rang_at == T0 + 1_000


def test_a_failed_job_without_a_final_event_settles_when_the_grace_is_over() -> None:
    tracker = a_tracker(grace_ms=2_000)
    tracker.feed(an_event(K.JOB_FAILED, "DESTINATION_OUT_OF_ORDER"), T0)
    tracker.feed(an_event(K.JOB_FAILED, "DESTINATION_OUT_OF_ORDER"), T0 + 1_500)
    assert tracker.tick(T0 + 1_999) == ()
    assert settled(tracker.tick(T0 + 2_000)).ending.disposition is Disposition.CONGESTION


def test_a_final_event_without_a_cause_takes_the_jobs() -> None:
    tracker = a_tracker()
    tracker.feed(an_event(K.JOB_FAILED, "USER_BUSY"), T0)
    assert settled(tracker.feed(an_event(K.ENDED), T0)).ending.disposition is Disposition.BUSY


def test_a_job_that_failed_without_any_channel_settles_at_once() -> None:
    for cause in ("GATEWAY_DOWN", "INVALID_GATEWAY", "CHAN_NOT_IMPLEMENTED"):
        ending = settled(a_tracker().feed(an_event(K.JOB_FAILED, cause), T0)).ending
        assert ending.disposition is Disposition.CONGESTION


def test_a_job_that_failed_after_an_answer_is_asked_about() -> None:
    for cause in ("NO_ANSWER", "GATEWAY_DOWN"):
        tracker = a_tracker(grace_ms=2_000)
        tracker.feed(an_event(K.ANSWERED), T0)
        assert tracker.feed(an_event(K.JOB_FAILED, cause), T0) == ()
        assert tracker.tick(T0 + 2_000) == (Check(attempt=an_attempt()),)
        assert "a1" in tracker


def test_silence_after_the_ring_time_is_asked_about_again_and_again() -> None:
    tracker = a_tracker(slack_ms=30_000, again_ms=60_000)
    assert tracker.next_at() == T0 + 60_000
    assert tracker.tick(T0 + 59_999) == ()
    assert tracker.tick(T0 + 60_000) == (Check(attempt=an_attempt()),)
    assert tracker.tick(T0 + 60_000) == ()
    assert tracker.tick(T0 + 120_000) == (Check(attempt=an_attempt()),)


def test_a_conversation_is_asked_about_only_after_the_longest_call() -> None:
    tracker = a_tracker(slack_ms=30_000, longest_call_ms=3_600_000)
    tracker.feed(an_event(K.ANSWERED), T0 + 10_000)
    assert tracker.tick(T0 + 3_609_999) == ()
    assert tracker.tick(T0 + 3_610_000) == (Check(attempt=an_attempt()),)


def test_a_call_found_alive_is_left_alone_for_a_while() -> None:
    tracker = a_tracker(slack_ms=30_000, again_ms=60_000)
    tracker.still_live("a1", T0 + 50_000)
    tracker.still_live("b9", T0)
    assert tracker.tick(T0 + 109_999) == ()
    assert len(tracker.tick(T0 + 110_000)) == 1


def test_what_is_forgotten_is_not_asked_about() -> None:
    tracker = a_tracker()
    tracker.forget("a1")
    tracker.forget("a1")
    assert (len(tracker), tracker.next_at(), tracker.has_answered("a1")) == (0, None, False)
    assert tracker.tick(T0 + 10**9) == ()


def test_adding_twice_is_adding_once() -> None:
    tracker = a_tracker()
    tracker.feed(an_event(K.ANSWERED), T0)
    tracker.add(an_attempt(), RING_S, T0 + 1)
    assert len(tracker) == 1
    assert tracker.has_answered("a1")


def test_an_attempt_added_again_after_its_end_starts_with_a_clean_slate() -> None:
    tracker = a_tracker()
    tracker.feed(an_event(K.ANSWERED), T0)
    tracker.feed(an_event(K.ENDED), T0)
    tracker.add(an_attempt(), RING_S, T0)
    assert not tracker.has_answered("a1")


def test_the_gateways_own_meaning_of_a_cause_is_used() -> None:
    tracker = Tracker(
        overrides=lambda attempt: {"USER_BUSY": Disposition.REJECTED} if attempt.gateway == "main" else {}
    )
    tracker.add(an_attempt(), RING_S, T0)
    assert (
        settled(tracker.feed(an_event(K.ENDED, "USER_BUSY"), T0)).ending.disposition is Disposition.REJECTED
    )


IDS = ("a1", "a2", "a3")
events = st.builds(
    an_event,
    st.sampled_from(CallEventKind),
    st.sampled_from(["", "USER_BUSY", "NO_ANSWER", "GATEWAY_DOWN", "DESTINATION_OUT_OF_ORDER"]),
    st.sampled_from((*IDS, "stranger")),
)


@given(st.lists(st.tuples(events, st.integers(0, 90_000)), max_size=40))
def test_whatever_comes_each_attempt_ends_once_and_none_is_forgotten(
    story: list[tuple[CallEvent, int]],
) -> None:
    tracker, now = a_tracker(*IDS), T0
    ends: list[str] = []

    def note(actions: tuple[Settle | Check, ...]) -> None:
        for action in actions:
            assert action.attempt.attempt_id not in ends
            if isinstance(action, Settle):
                ends.append(action.attempt.attempt_id)
                assert action.ending.attempt_id == action.attempt.attempt_id
                assert T0 <= action.ending.ended_at <= now

    for event, later_ms in story:
        now += later_ms
        note(tracker.tick(now))
        note(tracker.feed(event, now))
    assert {a.attempt_id for a in tracker.live()} == set(IDS) - set(ends)
    if len(tracker):
        next_at = tracker.next_at()
        assert next_at is not None
        now = max(now, next_at)
        assert tracker.tick(now)
