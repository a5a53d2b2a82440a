"""Every cause has one meaning, and docs/dispositions.md tells the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.disposition import Disposition
from orchestrator.engine.causes import CAUSES, EXCEPTIONS, SIP
from orchestrator.engine.classify import classify, is_override_key
from orchestrator.engine.dispositions_page import dispositions_page

D = Disposition
CAUSES_OF_1_10_12 = """
NONE UNALLOCATED_NUMBER NO_ROUTE_TRANSIT_NET NO_ROUTE_DESTINATION CHANNEL_UNACCEPTABLE CALL_AWARDED_DELIVERED
NORMAL_CLEARING USER_BUSY NO_USER_RESPONSE NO_ANSWER SUBSCRIBER_ABSENT CALL_REJECTED NUMBER_CHANGED
REDIRECTION_TO_NEW_DESTINATION EXCHANGE_ROUTING_ERROR DESTINATION_OUT_OF_ORDER INVALID_NUMBER_FORMAT
FACILITY_REJECTED RESPONSE_TO_STATUS_ENQUIRY NORMAL_UNSPECIFIED NORMAL_CIRCUIT_CONGESTION NETWORK_OUT_OF_ORDER
NORMAL_TEMPORARY_FAILURE SWITCH_CONGESTION ACCESS_INFO_DISCARDED REQUESTED_CHAN_UNAVAIL PRE_EMPTED
FACILITY_NOT_SUBSCRIBED OUTGOING_CALL_BARRED INCOMING_CALL_BARRED BEARERCAPABILITY_NOTAUTH
BEARERCAPABILITY_NOTAVAIL SERVICE_UNAVAILABLE BEARERCAPABILITY_NOTIMPL CHAN_NOT_IMPLEMENTED
FACILITY_NOT_IMPLEMENTED SERVICE_NOT_IMPLEMENTED INVALID_CALL_REFERENCE INCOMPATIBLE_DESTINATION
INVALID_MSG_UNSPECIFIED MANDATORY_IE_MISSING MESSAGE_TYPE_NONEXIST WRONG_MESSAGE IE_NONEXIST
INVALID_IE_CONTENTS WRONG_CALL_STATE RECOVERY_ON_TIMER_EXPIRE MANDATORY_IE_LENGTH_ERROR PROTOCOL_ERROR
INTERWORKING SUCCESS ORIGINATOR_CANCEL CRASH SYSTEM_SHUTDOWN LOSE_RACE MANAGER_REQUEST BLIND_TRANSFER
ATTENDED_TRANSFER ALLOTTED_TIMEOUT USER_CHALLENGE MEDIA_TIMEOUT PICKED_OFF USER_NOT_REGISTERED
PROGRESS_TIMEOUT INVALID_GATEWAY GATEWAY_DOWN INVALID_URL INVALID_PROFILE NO_PICKUP SRTP_READ_ERROR BOWOUT
BUSY_EVERYWHERE DECLINE DOES_NOT_EXIST_ANYWHERE NOT_ACCEPTABLE UNWANTED NO_IDENTITY BAD_IDENTITY_INFO
UNSUPPORTED_CERTIFICATE INVALID_IDENTITY STALE_DATE REJECT_ALL
"""

causes = st.sampled_from(sorted(CAUSES)) | st.text(max_size=80)
statuses = st.none() | st.integers(100, 699).map(str) | st.text(min_size=1, max_size=5)
overrides = st.dictionaries(causes | statuses.filter(bool), st.sampled_from(Disposition), max_size=4)


def unanswered(cause: str, sip: str | None = None, **overrides: Disposition) -> Disposition:
    return classify(cause, answered=False, sip_status=sip, overrides=overrides)


def test_the_table_has_exactly_the_causes_of_freeswitch_1_10_12() -> None:
    assert sorted(CAUSES) == sorted(CAUSES_OF_1_10_12.split())


@pytest.mark.parametrize("cause", ["NORMAL_CLEARING", "MEDIA_TIMEOUT", "SYSTEM_SHUTDOWN", "", "garbage"])
def test_an_answered_call_is_answered_whatever_it_ended_with(cause: str) -> None:
    assert classify(cause, answered=True, party="human") is D.ANSWERED
    assert classify(cause, answered=True, party="unknown") is D.ANSWERED
    assert classify(cause, answered=True, party="machine") is D.MACHINE


@pytest.mark.parametrize(
    ("cause", "sip", "meaning"),
    [
        ("USER_BUSY", "486", D.BUSY),
        ("NO_ANSWER", None, D.NO_ANSWER),
        ("NO_USER_RESPONSE", "480", D.NO_ANSWER),
        ("ALLOTTED_TIMEOUT", None, D.NO_ANSWER),
        ("PROGRESS_TIMEOUT", None, D.NO_ANSWER),
        ("ORIGINATOR_CANCEL", "487", D.NO_ANSWER),
        ("CALL_REJECTED", "603", D.REJECTED),
        ("UNALLOCATED_NUMBER", "404", D.INVALID_NUMBER),
        ("NORMAL_TEMPORARY_FAILURE", "503", D.CONGESTION),
        ("GATEWAY_DOWN", None, D.CONGESTION),
        ("INVALID_GATEWAY", None, D.CONGESTION),
        ("CHAN_NOT_IMPLEMENTED", None, D.CONGESTION),
        ("MANAGER_REQUEST", None, D.CANCELLED),
        ("SYSTEM_SHUTDOWN", None, D.CANCELLED),
        ("RECOVERY_ON_TIMER_EXPIRE", "408", D.FAILED),
        ("  user_busy\n", None, D.BUSY),
        ("originate Command not found!", None, D.FAILED),
    ],
)
def test_a_cause_has_its_meaning(cause: str, sip: str | None, meaning: Disposition) -> None:
    assert unanswered(cause, sip) is meaning


def test_the_switchs_own_throttles_are_congestion_but_the_networks_word_is_not() -> None:
    assert unanswered("DESTINATION_OUT_OF_ORDER") is D.CONGESTION
    assert unanswered("DESTINATION_OUT_OF_ORDER", "500") is D.FAILED


def test_a_trunk_that_knows_no_way_does_not_make_the_number_bad() -> None:
    assert unanswered("NO_ROUTE_DESTINATION", "404") is D.INVALID_NUMBER
    assert unanswered("NO_ROUTE_DESTINATION", "503") is D.FAILED
    assert unanswered("NO_ROUTE_DESTINATION") is D.FAILED


def test_a_refused_password_is_not_a_customer_who_declines() -> None:
    assert unanswered("CALL_REJECTED", "407") is D.CONGESTION


def test_a_vague_cause_leaves_the_word_to_the_sip_status() -> None:
    assert unanswered("NORMAL_CLEARING") is D.NO_ANSWER
    assert unanswered("NORMAL_CLEARING", "486") is D.BUSY
    assert unanswered("NORMAL_UNSPECIFIED", "604") is D.INVALID_NUMBER
    assert unanswered("NORMAL_UNSPECIFIED", "499") is D.FAILED
    assert unanswered("NO_ANSWER", "486") is D.NO_ANSWER
    assert unanswered("something new", "486") is D.BUSY


def test_a_gateways_word_goes_before_the_table_and_its_status_before_its_cause() -> None:
    assert unanswered("USER_BUSY", USER_BUSY=D.REJECTED) is D.REJECTED
    both = {"503": D.INVALID_NUMBER, "NORMAL_TEMPORARY_FAILURE": D.FAILED}
    assert unanswered("NORMAL_TEMPORARY_FAILURE", "503", **both) is D.INVALID_NUMBER
    assert unanswered("NORMAL_TEMPORARY_FAILURE", "500", **both) is D.FAILED


def test_a_gateways_word_does_not_undo_an_answer() -> None:
    busy = {"NORMAL_CLEARING": D.BUSY}
    assert classify("NORMAL_CLEARING", answered=True, overrides=busy) is D.ANSWERED


@given(causes, st.booleans(), st.text(max_size=9), statuses, overrides)
def test_every_call_has_exactly_one_disposition(
    cause: str, answered: bool, party: str, sip: str | None, given: dict[str, Disposition]
) -> None:
    meaning = classify(cause, answered=answered, party=party, sip_status=sip, overrides=given)
    assert meaning in Disposition
    assert answered == (meaning in (D.ANSWERED, D.MACHINE)) or meaning in given.values()


def test_no_cause_says_lost_or_abandoned() -> None:
    said = {c.disposition for c in (*CAUSES.values(), *EXCEPTIONS.values())} | set(SIP.values())
    assert said.isdisjoint({D.LOST, D.ABANDONED, D.ANSWERED, D.MACHINE})


@pytest.mark.parametrize("key", ["USER_BUSY", "503", "300", "699"])
def test_causes_and_sip_statuses_can_be_overridden(key: str) -> None:
    assert is_override_key(key)


@pytest.mark.parametrize("key", ["BUSY", "200", "700", "48", "4800", "²²²", "user_busy", ""])
def test_nothing_else_can_be_overridden(key: str) -> None:
    assert not is_override_key(key)


def test_the_page_of_dispositions_shows_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "dispositions.md"
    assert page.read_text(encoding="utf-8") == dispositions_page(), "run `make docs`"
