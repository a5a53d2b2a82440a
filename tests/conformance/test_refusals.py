"""Originates that a switch turns down: no call, and next to nothing to hear of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.conformance.desk import Desk
from tests.conformance.numbers import PICKS_UP, RINGS, refusing

OUT_OF_ORDER = "-ERR DESTINATION_OUT_OF_ORDER\n"
BUSY = refusing(486)
CHANNEL_EVENTS = ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")


def is_without_trace(desk: Desk, call: str) -> bool:
    return desk.events(call) == ["BACKGROUND_JOB"] and desk.cdr(call) is None


def test_an_unknown_gateway_leaves_a_lone_destroy_and_no_record(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with(*CHANNEL_EVENTS, "CHANNEL_DESTROY", "BACKGROUND_JOB")
    call = desk.call(PICKS_UP, gateway="nosuch")
    assert desk.job(call) == "-ERR INVALID_GATEWAY\n"
    event = desk.event("CHANNEL_DESTROY", call)
    assert not [name for name in event if name.startswith("variable_prozvon")]
    assert sorted(desk.events(call)) == ["BACKGROUND_JOB", "CHANNEL_DESTROY"]
    assert desk.cdr(call) is None


@pytest.mark.parametrize(
    ("dial", "cause"),
    [("nosuch/{number}", "CHAN_NOT_IMPLEMENTED"), ("sofia/nosuch/{number}@127.0.0.1", "INVALID_PROFILE")],
)
def test_a_dial_string_that_leads_nowhere(desk: Desk, dial: str, cause: str) -> None:
    call = str(uuid.uuid4())
    command = desk.command(PICKS_UP, call)
    desk.originate(command.replace(f"sofia/gateway/main/{PICKS_UP}", dial.format(number=PICKS_UP)), call)
    assert desk.job(call) == f"-ERR {cause}\n"
    assert "CHANNEL_HANGUP_COMPLETE" not in desk.events(call)
    assert desk.cdr(call) is None


def test_an_id_that_is_in_use_is_refused_and_the_first_call_goes_on(desk: Desk) -> None:
    call = desk.call(RINGS, ring_s=60)
    desk.wait(lambda: desk.api(f"uuid_exists {call}") == "true", "the channel")
    desk.originate(desk.command(RINGS, call, ring_s=60), "second")
    assert desk.job("second") == OUT_OF_ORDER
    assert desk.events(call) == []
    assert desk.api(f"uuid_kill {call}") == "+OK\n"
    desk.facts(call)
    assert desk.job(call) == "-ERR NORMAL_CLEARING\n"


def test_sessions_per_second_admit_one_less_and_refuse_the_rest_without_a_trace(desk: Desk) -> None:
    assert desk.api("fsctl sps 3") == "+OK sessions per second: 3\n"
    try:
        _let_seconds_pass(desk, 2)  # a new rate counts from the next second
        began = int(desk.api("uptime s"))
        calls = [desk.call(BUSY) for _ in range(12)]
        answers = {call: desk.job(call) for call in calls}
        seconds = int(desk.api("uptime s")) - began + 1
    finally:
        assert desk.api("fsctl sps 100") == "+OK sessions per second: 100\n"
        _let_seconds_pass(desk, 2)
    admitted = [call for call, answer in answers.items() if answer == "-ERR USER_BUSY\n"]
    refused = [call for call, answer in answers.items() if answer == OUT_OF_ORDER]
    assert len(admitted) + len(refused) == 12
    assert 2 <= len(admitted) <= 2 * (seconds + 1)  # its seconds are others than those of `uptime`
    assert refused
    for call in admitted:
        desk.facts(call)
    assert all(is_without_trace(desk, call) for call in refused)


def test_a_paused_switch_refuses_without_a_trace(desk: Desk) -> None:
    assert desk.api("fsctl pause outbound") == "+OK\n"
    try:
        assert desk.api("fsctl pause_check outbound") == "true"
        call = desk.call(BUSY)
        assert desk.job(call) == OUT_OF_ORDER
    finally:
        assert desk.api("fsctl resume outbound") == "+OK\n"
    assert is_without_trace(desk, call)
    desk.facts(desk.call(BUSY))


def test_a_full_switch_refuses_without_a_trace(desk: Desk) -> None:
    assert desk.api("fsctl max_sessions 1") == "+OK max sessions: 1\n"
    try:
        first = desk.call(RINGS, ring_s=60)
        desk.wait(lambda: desk.api(f"uuid_exists {first}") == "true", "the channel")
        second = desk.call(RINGS)
        assert desk.job(second) == OUT_OF_ORDER
    finally:
        assert desk.api("fsctl max_sessions 100") == "+OK max sessions: 100\n"
    assert is_without_trace(desk, second)
    assert desk.api(f"uuid_kill {first}") == "+OK\n"
    desk.facts(first)


def _let_seconds_pass(desk: Desk, seconds: int) -> None:
    until = int(desk.api("uptime s")) + seconds
    desk.wait(lambda: int(desk.api("uptime s")) >= until, f"{seconds} s on the switch's clock")
