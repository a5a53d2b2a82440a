"""From facts to an ending."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import CallFacts, FlowEnd, Party
from orchestrator.domain.disposition import Disposition
from orchestrator.engine.ending import answered_by, ending_of

from .factories import CLAIMED_AT, an_attempt

NOW = CLAIMED_AT + 60_000


def test_the_facts_of_a_conversation_are_kept() -> None:
    facts = CallFacts(
        cause="NORMAL_CLEARING",
        sip_status="200",
        rang_at=CLAIMED_AT + 2_000,
        answered_at=CLAIMED_AT + 9_000,
        ended_at=CLAIMED_AT + 30_000,
        party=Party.HUMAN,
        flow=FlowEnd.LEFT,
        result="confirmed",
        path=("0.0 start",),
        heard=("hello",),
        values=(("code", "1"),),
    )
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={}, detail="reconciled from CDR")
    assert ending.disposition is Disposition.ANSWERED
    assert (ending.cause, ending.result, ending.path) == ("NORMAL_CLEARING", "confirmed", ("0.0 start",))
    assert (ending.heard, ending.values) == (("hello",), (("code", "1"),))
    assert (ending.rang_at, ending.answered_at) == (CLAIMED_AT + 2_000, CLAIMED_AT + 9_000)
    assert ending.ended_at == CLAIMED_AT + 30_000
    assert ending.detail == "reconciled from CDR; sip 200; hung up first"


def test_a_machine_and_a_broken_flow_are_told() -> None:
    facts = CallFacts(answered_at=CLAIMED_AT, party=Party.MACHINE, flow=FlowEnd.ERROR)
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={})
    assert (ending.disposition, ending.detail) == (Disposition.MACHINE, "the flow broke off")


ANSWERED = CallFacts(cause="NORMAL_CLEARING", answered_at=CLAIMED_AT + 1_000, party=Party.HUMAN)


@pytest.mark.parametrize(
    ("facts", "disposition", "detail"),
    [
        (replace(ANSWERED, flow=FlowEnd.ENDED), Disposition.ANSWERED, ""),
        (replace(ANSWERED, flow=FlowEnd.LEFT), Disposition.ANSWERED, "hung up first"),
        (
            replace(ANSWERED, flow=FlowEnd.LEFT, sip_status="200"),
            Disposition.ANSWERED,
            "sip 200; hung up first",
        ),
        (replace(ANSWERED, flow=FlowEnd.LEFT, cause="SYSTEM_SHUTDOWN"), Disposition.FAILED, "cut off"),
        (replace(ANSWERED, sip_status="200"), Disposition.ANSWERED, "sip 200; hung up at once"),
        (ANSWERED, Disposition.FAILED, "the flow did not run"),
        (replace(ANSWERED, flow=FlowEnd.ERROR), Disposition.FAILED, "the flow broke off"),
        (
            replace(ANSWERED, flow=FlowEnd.ERROR, sip_status="200"),
            Disposition.FAILED,
            "sip 200; the flow broke off",
        ),
        (
            replace(ANSWERED, flow=FlowEnd.ERROR, result="confirmed"),
            Disposition.ANSWERED,
            "the flow broke off",
        ),
        (replace(ANSWERED, flow=FlowEnd.LEFT, cause="X", result="heard"), Disposition.ANSWERED, "cut off"),
    ],
)
def test_a_call_that_we_broke_off_before_a_result_is_no_answer_that_counts(
    facts: CallFacts, disposition: Disposition, detail: str
) -> None:
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={})
    assert (ending.disposition, ending.detail) == (disposition, detail)
    assert ending.answered_at == CLAIMED_AT + 1_000


def test_a_record_that_misses_the_answer_calls_nobody_again() -> None:
    facts = answered_by(CallFacts(cause="NORMAL_CLEARING"), CLAIMED_AT + 5_000)
    assert ending_of(an_attempt(), facts, now=NOW, overrides={}).disposition is Disposition.ANSWERED


def test_the_gateways_own_meaning_of_a_cause_is_used() -> None:
    facts = CallFacts(cause="USER_BUSY")
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={"USER_BUSY": Disposition.REJECTED})
    assert (ending.disposition, ending.ended_at) == (Disposition.REJECTED, NOW)


times = st.none() | st.integers(0, 2 * NOW)


@given(times, times, times)
def test_a_switch_whose_clock_is_off_cannot_move_an_ending_out_of_the_attempt(
    rang: int | None, answered: int | None, ended: int | None
) -> None:
    facts = CallFacts(rang_at=rang, answered_at=answered, ended_at=ended)
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={})
    for at in (ending.rang_at, ending.answered_at, ending.ended_at):
        assert at is None or CLAIMED_AT <= at <= ending.ended_at <= NOW
    assert (ending.rang_at is None, ending.answered_at is None) == (rang is None, answered is None)


def test_an_answer_that_was_seen_stays_seen() -> None:
    assert answered_by(CallFacts(), 5).answered_at == 5
    assert answered_by(CallFacts(answered_at=3), 5).answered_at == 3
    assert answered_by(CallFacts(), None).answered_at is None


WAITED = replace(ANSWERED, flow=FlowEnd.ENDED, is_abandoned=True)


@pytest.mark.parametrize(
    ("facts", "disposition", "was_abandoned"),
    [
        (WAITED, Disposition.ABANDONED, True),
        (replace(WAITED, flow=FlowEnd.LEFT), Disposition.ABANDONED, True),
        (replace(WAITED, flow=FlowEnd.ERROR), Disposition.ABANDONED, True),
        (replace(WAITED, party=Party.UNKNOWN), Disposition.ABANDONED, True),
        (replace(WAITED, reached="anna"), Disposition.ANSWERED, True),
        (replace(WAITED, party=Party.MACHINE), Disposition.MACHINE, False),
        (replace(WAITED, answered_at=None, cause="NO_ANSWER"), Disposition.NO_ANSWER, False),
    ],
)
def test_who_answered_and_was_reached_by_nobody_within_the_limit_was_abandoned(
    facts: CallFacts, disposition: Disposition, *, was_abandoned: bool
) -> None:
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={})
    assert (ending.disposition, ending.was_abandoned) == (disposition, was_abandoned)


def test_who_talked_with_somebody_was_answered_however_the_flow_ended() -> None:
    facts = replace(ANSWERED, flow=FlowEnd.ERROR, reached="anna", met=(("leg-1", 61.5),))
    ending = ending_of(an_attempt(), facts, now=NOW, overrides={})
    assert (ending.disposition, ending.reached, ending.met) == (
        Disposition.ANSWERED,
        "anna",
        (("leg-1", 61.5),),
    )
