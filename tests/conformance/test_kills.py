"""Calls that are ended by command."""

from __future__ import annotations

import pytest

from tests.conformance.desk import Desk
from tests.conformance.numbers import RINGS


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("", "NORMAL_CLEARING"),
        ("MANAGER_REQUEST", "MANAGER_REQUEST"),
        ("ORIGINATOR_CANCEL", "ORIGINATOR_CANCEL"),
        ("USER_BUSY", "USER_BUSY"),
        ("user_busy", "USER_BUSY"),
        ("17", "USER_BUSY"),
        ("NO_SUCH_CAUSE", "NORMAL_CLEARING"),
        ("LOSE_RACE", "LOSE_RACE"),
    ],
)
def test_the_cause_is_the_one_that_was_given(desk: Desk, said: str, cause: str) -> None:
    call = desk.ringing(RINGS)
    assert desk.api(f"uuid_kill {call} {said}".rstrip()) == "+OK\n"
    facts = desk.facts(call)
    assert (facts.cause, facts.sip_status) == (cause, "487")
    assert desk.job(call) == f"-ERR {cause}\n"


def test_hupall_ends_the_calls_that_have_the_variable_and_no_other(desk: Desk) -> None:
    ours, theirs = desk.ringing(RINGS), desk.ringing(RINGS)
    said = desk.api(f"hupall MANAGER_REQUEST prozvon_attempt {ours}")
    assert (
        said == f"+OK hangup all channels matching [prozvon_attempt]=[{ours}] with cause: MANAGER_REQUEST\n"
    )
    assert desk.facts(ours).cause == "MANAGER_REQUEST"
    assert desk.api(f"uuid_exists {theirs}") == "true"
    assert desk.api("hupall NORMAL_CLEARING") == "+OK hangup all channels with cause NORMAL_CLEARING\n"
    assert desk.facts(theirs).cause == "NORMAL_CLEARING"


def test_a_call_that_is_over_is_not_there_and_its_id_may_be_used_again(desk: Desk) -> None:
    call = desk.ringing(RINGS)
    desk.api(f"uuid_kill {call}")
    desk.event("CHANNEL_DESTROY", call)
    assert desk.api(f"uuid_exists {call}") == "false"
    assert desk.api(f"uuid_getvar {call} prozvon_attempt") == "-ERR No such channel!\n"
    desk.wait(lambda: call not in desk.api("show channels as json"), "gone from the list, which comes after")
    desk.originate(desk.command(RINGS, call, ring_s=60), "again")
    desk.wait(lambda: desk.api(f"uuid_exists {call}") == "true", "the channel")
    desk.api(f"uuid_kill {call}")
    desk.wait(lambda: len(desk.events_of("CHANNEL_DESTROY", call)) == 2, "the second end")
