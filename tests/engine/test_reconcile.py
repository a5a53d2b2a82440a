"""Ask the switch, don't assume."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Ending
from orchestrator.engine.reconcile import LOOKS_APART_MS, Look, StillLive, Verdict, Wait, decide

from .factories import CLAIMED_AT, an_attempt

NOW = CLAIMED_AT + 90_000
SAME, OTHER = "core-1", "core-2"


def verdict(look: Look, empty_for_ms: int | None = LOOKS_APART_MS) -> Verdict:
    return decide(an_attempt(), look, now=NOW, empty_for_ms=empty_for_ms, overrides={})


def ending(look: Look) -> Ending:
    found = verdict(look)
    assert isinstance(found, Ending)
    assert found.ended_at == NOW
    return found


def test_a_switch_that_cannot_be_reached_says_nothing() -> None:
    assert verdict(Look(switch_uuid=None, is_live=True, cdr=CallFacts())) == Wait()


def test_a_call_whose_channel_is_there_goes_on() -> None:
    assert verdict(Look(switch_uuid=SAME, is_live=True)) == StillLive()


def test_the_cdr_is_the_ending_even_after_a_restart() -> None:
    for uuid in (SAME, OTHER):
        found = verdict(Look(switch_uuid=uuid, cdr=CallFacts(cause="USER_BUSY")), None)
        assert isinstance(found, Ending)
        assert (found.disposition, found.detail) == (Disposition.BUSY, "reconciled from CDR")


def test_an_answer_that_was_heard_is_in_the_ending_though_the_cdr_misses_it() -> None:
    assert ending(Look(switch_uuid=SAME, cdr=CallFacts(), was_seen=True)).disposition is Disposition.ANSWERED


@pytest.mark.parametrize("empty_for_ms", [None, 0, LOOKS_APART_MS - 1])
def test_one_empty_look_proves_nothing(empty_for_ms: int | None) -> None:
    for uuid in (SAME, OTHER):
        assert verdict(Look(switch_uuid=uuid), empty_for_ms) == Wait()


def test_how_far_looks_are_apart_can_be_said() -> None:
    look = Look(switch_uuid=SAME)
    for empty_for_ms, proves in ((999, False), (1_000, True)):
        found = decide(an_attempt(), look, now=NOW, empty_for_ms=empty_for_ms, overrides={}, apart_ms=1_000)
        assert isinstance(found, Ending) == proves


def test_two_empty_looks_at_a_switch_that_never_went_down_prove_that_no_call_was_made() -> None:
    found = ending(Look(switch_uuid=SAME))
    assert (found.disposition, found.cause, found.detail) == (Disposition.CANCELLED, "", "no call was made")


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (Look(switch_uuid=OTHER), "the switch was restarted, and has no CDR"),
        (Look(switch_uuid=SAME, was_seen=True), "it was answered, and there is no CDR"),
        (Look(switch_uuid=SAME, has_broken_cdr=True), "its CDR is there and cannot be read"),
        (Look(switch_uuid=OTHER, has_broken_cdr=True), "its CDR is there and cannot be read"),
        (Look(switch_uuid=SAME, can_read_cdrs=False), "the CDRs cannot be read"),
    ],
)
def test_where_a_call_may_have_been_made_it_is_lost_and_never_redialed(look: Look, why: str) -> None:
    found = ending(look)
    assert (found.disposition, found.detail) == (Disposition.LOST, why)


looks = st.builds(
    Look,
    switch_uuid=st.sampled_from([None, SAME, OTHER]),
    is_live=st.booleans(),
    cdr=st.none() | st.builds(CallFacts, cause=st.text(max_size=9), answered_at=st.none() | st.just(NOW)),
    can_read_cdrs=st.booleans(),
    has_broken_cdr=st.booleans(),
    was_seen=st.booleans(),
)


@given(looks, st.none() | st.integers(0, 10**7))
def test_no_call_was_made_is_only_said_with_proof(look: Look, empty_for_ms: int | None) -> None:
    found = verdict(look, empty_for_ms)
    if not isinstance(found, Ending) or found.detail != "no call was made":
        return
    assert look.switch_uuid == SAME
    assert not look.is_live
    assert look.cdr is None
    assert look.can_read_cdrs
    assert not look.has_broken_cdr
    assert not look.was_seen
    assert empty_for_ms is not None
    assert empty_for_ms >= LOOKS_APART_MS


def test_a_lost_call_that_was_answered_says_so_to_the_person_who_decides() -> None:
    found = ending(Look(switch_uuid=OTHER, was_seen=True))
    assert (found.disposition, found.detail) == (
        Disposition.LOST,
        "it was answered; the switch was restarted, and has no CDR",
    )
