"""A switch that is shut down with calls on it, and comes up again."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.desk import Desk, Switch
from tests.conformance.numbers import AT_ONCE, RINGS, refusing
from tests.conformance.programs import LONG
from tests.simulator.bench import wait_until

NOTICE = b"The system is being shut down.\n"


def test_a_shutdown_ends_live_calls_and_what_was_recorded_is_there_after_it(
    switch: Switch, desk_with: Callable[..., Desk]
) -> None:
    before = desk_with("SHUTDOWN", "CHANNEL_HANGUP_COMPLETE", "PLAYBACK_START", "BACKGROUND_JOB")
    core_uuid = before.api("global_getvar core_uuid")
    refused = before.call(refusing(486))
    before.facts(refused)
    talking, ringing = before.call(AT_ONCE, program=LONG), before.call(RINGS, ring_s=60)
    before.event("PLAYBACK_START", talking)
    before.wait(lambda: before.api(f"uuid_exists {ringing}") == "true", "the channel")
    switch.restart()
    wait_until(lambda: before.client.is_closed, "the goodbye")
    assert before.client.named("SHUTDOWN")[0]["Event-Info"] == "System Shutting Down"
    notices = [body for head, body in before.client.received if "disconnect" in head["Content-Type"]]
    assert notices in ([NOTICE], [])  # a busy one may go without a word
    for call in (talking, ringing):
        (event,) = before.events_of("CHANNEL_HANGUP_COMPLETE", call)
        assert event["Hangup-Cause"] == "SYSTEM_SHUTDOWN"
    assert before.job(ringing) == "-ERR SYSTEM_SHUTDOWN\n"

    after = desk_with()
    assert after.api("global_getvar core_uuid") != core_uuid
    assert after.api("show channels as json") == '{"row_count": 0}\n'
    for call, cause in ((talking, "SYSTEM_SHUTDOWN"), (ringing, "SYSTEM_SHUTDOWN"), (refused, "USER_BUSY")):
        facts = after.cdr(call)
        assert facts is not None
        assert facts.cause == cause
        assert after.api(f"python prozvon_switch cdr {call}").startswith('{"core-uuid":"' + core_uuid)
        assert after.api(f"uuid_exists {call}") == "false"
    assert after.facts(after.call(refusing(486))).cause == "USER_BUSY"


def test_a_switch_that_dies_leaves_no_record_of_its_live_calls_and_lists_none_of_them(
    switch: Switch, desk_with: Callable[..., Desk]
) -> None:
    before = desk_with("CHANNEL_HANGUP_COMPLETE", "PLAYBACK_START", "BACKGROUND_JOB")
    core_uuid = before.api("global_getvar core_uuid")
    refused, talking = before.call(refusing(486)), before.call(AT_ONCE, program=LONG)
    before.facts(refused)
    before.event("PLAYBACK_START", talking)
    before.wait(lambda: talking in before.api("show channels as json"), "the channel in the list")
    switch.die()
    wait_until(lambda: before.client.is_closed, "the end")
    assert before.events_of("CHANNEL_HANGUP_COMPLETE", talking) == []

    after = desk_with()
    assert after.api("global_getvar core_uuid") != core_uuid
    assert after.api("show channels as json") == '{"row_count": 0}\n'
    assert after.api(f"uuid_exists {talking}") == "false"
    assert after.cdr(talking) is None
    assert after.api(f"python prozvon_switch cdr {talking}") == "-ERR missing"
    assert after.cdr(refused) is not None
    assert after.facts(after.call(refusing(486))).cause == "USER_BUSY"
