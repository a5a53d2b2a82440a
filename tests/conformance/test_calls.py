"""Calls from originate to CDR: the order of their events, and what the product reads from them."""

from __future__ import annotations

import pytest

from orchestrator.domain.call_event import FlowEnd, Party
from orchestrator.domain.disposition import Disposition
from tests.conformance.desk import Desk, disposition, in_order
from tests.conformance.numbers import (
    LEAVES,
    PICKS_UP,
    REFUSALS,
    RINGS,
    RINGS_BEFORE,
    RINGS_S,
    SILENT,
    STAYS_S,
    refusing,
)
from tests.conformance.programs import LONG, SHORT_S
from tests.conformance.project import UNRUNNABLE

# As the real switch tells them (sofia.c, sofia_glue_sip_to_cause)
CAUSES = {
    400: "NORMAL_TEMPORARY_FAILURE",
    401: "CALL_REJECTED",
    402: "CALL_REJECTED",
    403: "CALL_REJECTED",
    404: "UNALLOCATED_NUMBER",
    405: "SERVICE_UNAVAILABLE",
    406: "SERVICE_NOT_IMPLEMENTED",
    407: "CALL_REJECTED",
    408: "RECOVERY_ON_TIMER_EXPIRE",
    410: "NUMBER_CHANGED",
    480: "NO_USER_RESPONSE",
    481: "NORMAL_TEMPORARY_FAILURE",
    484: "INVALID_NUMBER_FORMAT",
    485: "NO_ROUTE_DESTINATION",
    486: "USER_BUSY",
    487: "ORIGINATOR_CANCEL",
    488: "INCOMPATIBLE_DESTINATION",
    500: "NORMAL_TEMPORARY_FAILURE",
    501: "SERVICE_NOT_IMPLEMENTED",
    502: "NETWORK_OUT_OF_ORDER",
    503: "NORMAL_TEMPORARY_FAILURE",
    504: "RECOVERY_ON_TIMER_EXPIRE",
    600: "USER_BUSY",
    603: "CALL_REJECTED",
    604: "NO_ROUTE_DESTINATION",
    606: "INCOMPATIBLE_DESTINATION",
    608: "CALL_REJECTED",
}
MEANINGS = {
    404: Disposition.INVALID_NUMBER,
    480: Disposition.NO_ANSWER,
    486: Disposition.BUSY,
    503: Disposition.CONGESTION,
    603: Disposition.REJECTED,
}


def test_a_call_that_our_flow_ends(desk: Desk) -> None:
    call = desk.call(PICKS_UP)
    facts = desk.facts(call)
    desk.event("CHANNEL_DESTROY", call)
    events = desk.events(call)
    assert in_order(events, "CHANNEL_ANSWER", "BACKGROUND_JOB", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")
    assert desk.job(call) == f"+OK {call}\n"
    assert (facts.cause, facts.sip_status) == ("NORMAL_CLEARING", None)
    assert (facts.party, facts.flow, facts.result) == (Party.UNKNOWN, FlowEnd.ENDED, "told")
    assert (facts.path, facts.heard, facts.values) == (("0.0 start",), ("hello",), (("who", "Анна"),))
    assert facts.rang_at
    assert facts.answered_at
    assert facts.ended_at
    assert facts.answered_at - facts.rang_at == pytest.approx(RINGS_S * 1000, abs=300)
    assert facts.ended_at - facts.answered_at == pytest.approx(SHORT_S * 1000, abs=300)
    assert disposition(facts) is Disposition.ANSWERED


def test_an_answer_carries_the_attempt_and_its_worker(desk: Desk) -> None:
    call = desk.call(PICKS_UP)
    event = desk.event("CHANNEL_ANSWER", call)
    assert (event["variable_prozvon_attempt"], event["variable_prozvon_worker"]) == (call, desk.worker_id)
    assert event["variable_origination_uuid"] == call
    last = desk.event("CHANNEL_HANGUP_COMPLETE", call)
    assert (last["variable_prozvon_attempt"], last["variable_prozvon_worker"]) == (call, desk.worker_id)
    assert last["Hangup-Cause"] == last["variable_hangup_cause"]
    assert last["Core-UUID"] == desk.api("global_getvar core_uuid")


def test_a_callee_that_hangs_up_first(desk: Desk) -> None:
    call = desk.call(LEAVES, program=LONG)
    facts = desk.facts(call)
    assert (facts.cause, facts.sip_status) == ("NORMAL_CLEARING", "200")
    assert (facts.flow, facts.result, facts.heard) == (FlowEnd.LEFT, None, ("hello",))
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at == pytest.approx(STAYS_S * 1000, abs=300)


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_says_its_cause_and_its_sip_status(desk: Desk, status: int) -> None:
    call = desk.call(refusing(status))
    facts = desk.facts(call)
    cause = CAUSES[status]
    assert (facts.cause, facts.sip_status, facts.answered_at) == (cause, str(status), None)
    assert (facts.rang_at is not None) == (status == RINGS_BEFORE)
    assert (facts.flow, facts.result) == (FlowEnd.UNKNOWN, None)
    assert desk.job(call) == f"-ERR {cause}\n"
    desk.event("CHANNEL_DESTROY", call)
    assert sorted(desk.events(call)) == ["BACKGROUND_JOB", "CHANNEL_DESTROY", "CHANNEL_HANGUP_COMPLETE"]
    assert in_order(desk.events(call), "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")
    if status in MEANINGS:
        assert disposition(facts) is MEANINGS[status]


@pytest.mark.parametrize(("number", "rings"), [(RINGS, True), (SILENT, False)])
def test_nobody_answers_within_originate_timeout(desk: Desk, number: str, rings: bool) -> None:
    call = desk.call(number, ring_s=5)
    facts = desk.facts(call)
    assert desk.job(call) == "-ERR NO_ANSWER\n"
    assert (facts.cause, facts.sip_status, facts.answered_at) == ("NO_ANSWER", "487", None)
    assert (facts.rang_at is not None) == rings
    created = int(desk.event("CHANNEL_HANGUP_COMPLETE", call)["Caller-Channel-Created-Time"]) // 1000
    assert facts.ended_at
    assert 3_900 <= facts.ended_at - created <= 5_300  # it counts whole seconds
    assert "CHANNEL_ANSWER" not in desk.events(call)
    assert disposition(facts) is Disposition.NO_ANSWER


@pytest.mark.parametrize(
    ("words", "cause"), [("", "NORMAL_CLEARING"), (" MANAGER_REQUEST", "MANAGER_REQUEST")]
)
def test_a_call_killed_while_it_rings(desk: Desk, words: str, cause: str) -> None:
    call = desk.ringing(RINGS)
    assert desk.api(f"uuid_kill {call}{words}") == "+OK\n"
    facts = desk.facts(call)
    assert desk.job(call) == f"-ERR {cause}\n"
    assert (facts.cause, facts.sip_status, facts.answered_at) == (cause, "487", None)


def test_a_call_killed_while_it_talks(desk: Desk) -> None:
    desk.client.listen("PLAYBACK_START")
    call = desk.call(PICKS_UP, program=LONG)
    desk.event("PLAYBACK_START", call)
    assert desk.api(f"uuid_kill {call} MANAGER_REQUEST") == "+OK\n"
    facts = desk.facts(call)
    assert (facts.cause, facts.sip_status, facts.flow) == ("MANAGER_REQUEST", None, FlowEnd.LEFT)


def test_a_script_that_cannot_be_run_is_told_as_an_error(desk: Desk) -> None:
    call = desk.call(PICKS_UP, context=UNRUNNABLE)
    facts = desk.facts(call)
    assert (facts.cause, facts.flow, facts.result) == ("NORMAL_CLEARING", FlowEnd.ERROR, None)
    assert facts.heard == ()


def test_a_program_that_is_not_there_is_told_as_an_error(desk: Desk) -> None:
    call = desk.call(PICKS_UP, program="f" * 32)
    facts = desk.facts(call)
    assert (facts.cause, facts.flow, facts.result) == ("NORMAL_CLEARING", FlowEnd.ERROR, None)


def test_a_dialplan_that_is_not_there_is_seen_by_the_cause(desk: Desk) -> None:
    call = desk.call(PICKS_UP, context="nosuch")
    facts = desk.facts(call)
    assert desk.job(call) == f"+OK {call}\n"
    assert (facts.cause, facts.flow) == ("NO_ROUTE_DESTINATION", FlowEnd.UNKNOWN)
    assert facts.answered_at is not None
