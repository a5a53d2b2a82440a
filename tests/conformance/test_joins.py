"""Legs that are parked, joined by a caller's script, and taken away again by command."""

from __future__ import annotations

import uuid
import wave
from collections.abc import Callable

import pytest

from tests.conformance.desk import Desk, in_order
from tests.conformance.floor import EVENTS, Floor
from tests.conformance.numbers import LEAVES, RINGS
from tests.conformance.project import (
    JOINS,
    JOINS_CARELESSLY,
    JOINS_TAPED,
    JOINS_WITH_CALLBACK,
    JOINS_WITH_MUSIC,
    TAPE,
)

STANDS = "park_after_bridge=true"


@pytest.fixture
def floor(desk_with: Callable[..., Desk]) -> Floor:
    return Floor(desk_with(*EVENTS))


def test_a_leg_is_parked_and_says_so(floor: Floor) -> None:
    leg = floor.agent("prozvon_agent=anna")
    parked = floor.desk.event("CHANNEL_PARK", leg)
    assert (parked["variable_prozvon_agent"], parked["Channel-State"]) == ("anna", "CS_EXECUTE")
    assert floor.desk.job(leg) == f"+OK {leg}\n"
    floor.shows(leg, state="CS_EXECUTE", application="park", callstate="ACTIVE")
    assert floor.desk.api(f"uuid_exists {leg}") == "true"
    floor.kill(leg)
    assert in_order(
        floor.desk.events(leg), "CHANNEL_ANSWER", "CHANNEL_PARK", "CHANNEL_HANGUP", "CHANNEL_UNPARK"
    )
    assert floor.desk.cdr(leg) is not None


def test_a_caller_is_told_of_a_leg_joins_it_and_goes_on_when_it_leaves(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent(number=LEAVES)
    bridge = floor.joins(call, leg)
    assert (bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (call, leg)
    assert "variable_signal_bond" not in bridge
    floor.goes_on(call, leg)
    agent = floor.over(leg)
    assert (agent["last_bridge_to"], agent["bridge_uuid"], agent["last_bridge_role"]) == (
        call,
        call,
        "originatee",
    )
    assert (agent["hangup_cause"], agent["sip_hangup_disposition"]) == ("NORMAL_CLEARING", "recv_bye")
    desk = floor.desk
    assert 500 < int(desk.api(f"uuid_getvar {call} talked_ms")) <= 1600
    for name, value in {
        "last_bridge_to": leg,
        "bridge_uuid": leg,
        "signal_bond": leg,
        "bridge_hangup_cause": "NORMAL_CLEARING",
        "last_bridge_hangup_cause": "NORMAL_CLEARING",
        "last_bridge_proto_specific_hangup_cause": "sip:200",
        "bridge_to": "_undef_",
        "originate_disposition": "_undef_",
    }.items():
        assert (name, desk.api(f"uuid_getvar {call} {name}")) == (name, value)
    names = [(event["Event-Name"], event.get("Unique-ID")) for event in desk.client.events]
    assert names.index(("CHANNEL_HANGUP_COMPLETE", leg)) < names.index(("CHANNEL_UNBRIDGE", call))
    again = floor.agent(number=LEAVES)
    floor.joins(call, again)
    floor.goes_on(call, again)
    floor.offer(call, "end")
    last = floor.over(call)
    assert (last["went_on"], last["was_ready"], last["last_bridge_to"]) == ("yes", "True", again)


def test_an_agents_leg_ends_with_its_caller(floor: Floor) -> None:
    caller, call = floor.calls()
    leg = floor.agent()
    floor.joins(call, leg)
    caller.hang_up()
    agent, last = floor.over(leg), floor.over(call)
    assert (agent["hangup_cause"], agent["sip_hangup_disposition"]) == ("NORMAL_CLEARING", "send_bye")
    assert (last["is_here"], last["last_bridge_role"], last["last_bridge_to"]) == ("False", "originator", leg)
    assert agent["bridge_uepoch"] == last["bridge_uepoch"] != "0"
    assert desk_counts(floor, call, leg) == (1, 1)


def desk_counts(floor: Floor, call: str, leg: str) -> tuple[int, int]:
    return len(floor.bridges(call, leg)), len(floor.bridges(call, leg, "CHANNEL_UNBRIDGE"))


def test_a_standing_leg_is_parked_after_each_talk(floor: Floor) -> None:
    leg = floor.agent(STANDS)
    for _ in range(2):
        caller, call = floor.calls()
        floor.joins(call, leg)
        floor.shows(leg, state="CS_EXCHANGE_MEDIA")
        caller.hang_up()
        floor.is_parked(leg)
        floor.over(call)
        floor.shows(leg, state="CS_PARK")
    assert floor.desk.api(f"uuid_getvar {leg} park_after_bridge") == "true"
    floor.kill(leg)


def test_what_a_leg_does_after_a_talk_is_said_by_its_variables(floor: Floor) -> None:
    caller, call = floor.calls()
    leg = floor.agent(STANDS, "hangup_after_bridge=true")  # parking wins
    floor.joins(call, leg)
    caller.hang_up()
    floor.is_parked(leg)
    floor.kill(leg)
    caller, call = floor.calls()
    moved = floor.agent("transfer_after_bridge=park:inline")
    floor.joins(call, moved)
    caller.hang_up()
    floor.is_parked(moved)
    assert floor.desk.api(f"uuid_getvar {moved} transfer_after_bridge") == "_undef_"
    caller, call = floor.calls()
    floor.joins(call, moved)
    caller.hang_up()
    assert floor.over(moved)["hangup_cause"] == "NORMAL_CLEARING"


def test_an_agent_is_taken_out_of_a_talk_and_the_caller_goes_on(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent()
    floor.joins(call, leg)
    assert floor.desk.api(f"uuid_park {leg}") == "+OK\n"
    floor.is_parked(leg)
    floor.goes_on(call, leg)
    assert floor.desk.api(f"uuid_getvar {call} other_state") == "CS_PARK"
    floor.offer(call, "none")  # the script does what is new to it
    floor.desk.wait(lambda: floor.desk.api(f"uuid_getvar {call} done") == "none", "the script's look")
    floor.joins(call, leg)
    floor.kill(leg)
    floor.parted(call, leg, 2)
    floor.kill(call)
    assert floor.desk.api("uuid_park nobody") == "-ERR No such channel!\n"


def test_a_caller_who_is_taken_out_of_a_talk_has_left_the_script(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent()
    floor.joins(call, leg)
    assert floor.desk.api(f"uuid_park {call}") == "+OK\n"
    floor.is_parked(call)
    floor.over(leg)
    assert floor.desk.api(f"uuid_getvar {call} was_ready") == "False"
    floor.kill(call)


def test_two_parked_legs_talk_and_are_parked_again(floor: Floor) -> None:
    one, two = floor.agent(STANDS), floor.agent(STANDS)
    assert floor.desk.api(f"uuid_bridge {one} {two}") == f"+OK {two}\n"
    floor.desk.wait(lambda: floor.bridges(one, two), "the talk")
    assert floor.desk.api(f"uuid_park {one}") == "+OK\n"
    floor.is_parked(one)
    floor.is_parked(two)
    floor.parted(one, two)
    floor.kill(one, two)
    assert floor.desk.api(f"uuid_bridge {one} {two}") == "-ERR Invalid uuid\n"
    assert floor.desk.api("uuid_bridge x").startswith("-USAGE: ")


def test_who_is_left_in_a_talk_of_two_legs_is_parked_or_hung_up(floor: Floor) -> None:
    one, two = floor.agent(STANDS), floor.agent()
    floor.desk.api(f"uuid_bridge {one} {two}")
    floor.desk.wait(lambda: floor.bridges(one, two), "the talk")
    floor.desk.api(f"uuid_kill {one}")
    floor.over(one)
    assert floor.over(two)["hangup_cause"] == "NORMAL_CLEARING"


def test_an_agent_is_bridged_to_another_out_of_a_talk(floor: Floor) -> None:
    """A consultation: the caller's script goes on, and then joins the other one."""
    _, call = floor.calls()
    one, two = floor.agent(STANDS), floor.agent(STANDS)
    floor.joins(call, one)
    assert floor.desk.api(f"uuid_bridge {one} {two}") == f"+OK {two}\n"
    floor.goes_on(call, one)
    floor.desk.wait(lambda: floor.bridges(one, two), "the talk of the two")
    floor.desk.api(f"uuid_park {one}")
    floor.desk.api(f"uuid_park {two}")
    floor.is_parked(one)
    floor.is_parked(two)
    floor.joins(call, two)
    floor.kill(one, two, call)


def test_a_caller_bridged_by_command_has_left_the_script_for_good(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent()
    assert floor.desk.api(f"uuid_bridge {call} {leg}") == f"+OK {leg}\n"
    floor.desk.wait(lambda: floor.bridges(call, leg), "the talk")
    floor.desk.api(f"uuid_kill {leg}")
    floor.over(leg)
    last = floor.over(call)
    assert last["was_ready"] == "False"


def test_a_parked_leg_hears_a_tone_and_stays(floor: Floor) -> None:
    leg = floor.agent()
    said = floor.desk.api(f"uuid_broadcast {leg} tone_stream://%(300,0,440) aleg")
    assert said == "+OK Message sent\n"
    floor.desk.wait(lambda: floor.desk.events_of("PLAYBACK_STOP", leg), "the tone")
    assert (
        floor.desk.events_of("PLAYBACK_START", leg)[0]["Playback-File-Path"] == "tone_stream://%(300,0,440)"
    )
    assert floor.desk.events_of("CHANNEL_UNPARK", leg) == []
    assert floor.desk.api(f"uuid_broadcast {uuid.uuid4()} x aleg") == "-ERR invalid uuid\n"
    floor.kill(leg)


def test_a_tone_to_a_leg_ends_when_it_is_joined(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent()
    floor.desk.api(f"uuid_broadcast {leg} tone_stream://%(60000,0,440) aleg")
    floor.desk.wait(lambda: floor.desk.events_of("PLAYBACK_START", leg), "the tone")
    floor.joins(call, leg)
    floor.desk.wait(lambda: floor.desk.events_of("PLAYBACK_STOP", leg), "the end of the tone", 5)
    floor.kill(leg, call)


def test_keys_in_a_talk_are_events_without_variables(floor: Floor) -> None:
    caller, call = floor.calls(JOINS_WITH_MUSIC)  # for keys travel with sound
    floor.desk.wait(lambda: caller.hears, "sound")
    leg = floor.agent("bridge_filter_dtmf=true", "prozvon_agent=anna")
    floor.joins(call, leg)
    caller.press("5")
    floor.desk.wait(lambda: floor.desk.events_of("DTMF", call), "the caller's key")
    (key,) = floor.desk.events_of("DTMF", call)
    assert key["DTMF-Digit"] == "5"
    assert [name for name in key if name.startswith("variable_")] == []
    floor.desk.api(f"uuid_recv_dtmf {leg} 7")
    floor.desk.wait(lambda: floor.desk.events_of("DTMF", leg), "the agent's key")
    assert desk_counts(floor, call, leg) == (1, 0)
    floor.kill(leg, call)


def test_a_callback_that_is_set_lets_the_agents_key_end_the_talk(floor: Floor) -> None:
    _, call = floor.calls(JOINS_WITH_CALLBACK)
    leg = floor.agent()
    floor.joins(call, leg)
    floor.desk.api(f"uuid_recv_dtmf {leg} 7")
    assert floor.over(leg)["hangup_cause"] == "NORMAL_CLEARING"
    floor.goes_on(call, leg)
    floor.kill(call)


def test_legs_that_cannot_be_joined_are_known(floor: Floor) -> None:
    _, first = floor.calls()
    _, second = floor.calls()
    talking, ringing = floor.agent(), floor.rung(number=RINGS)
    floor.desk.event("CHANNEL_PROGRESS", ringing)
    floor.joins(first, talking)
    for leg in (talking, ringing, str(uuid.uuid4())):
        floor.offer(second, leg)
        floor.desk.wait(
            lambda leg=leg: floor.desk.api(f"uuid_getvar {second} done") == leg, f"{leg} was looked at"
        )
        assert floor.desk.api(f"uuid_getvar {second} fit") == "False"
    assert floor.desk.events_of("CHANNEL_BRIDGE", second) == []
    floor.kill(talking, ringing, first, second)


def test_joining_a_leg_that_rings_costs_both(floor: Floor) -> None:
    _, call = floor.calls(JOINS_CARELESSLY)
    ringing = floor.rung(number=RINGS)
    floor.desk.event("CHANNEL_PROGRESS", ringing)
    floor.offer(call, ringing)
    causes = floor.over(ringing)["hangup_cause"], floor.over(call)["hangup_cause"]
    assert causes == ("DESTINATION_OUT_OF_ORDER", "DESTINATION_OUT_OF_ORDER")


def test_a_break_waits_for_a_sleep_and_is_lost_in_a_talk(floor: Floor) -> None:
    _, call = floor.calls()
    leg = floor.agent()
    floor.joins(call, leg)
    for one in (call, leg):
        assert floor.desk.api(f"uuid_break {one}") == "+OK\n"
    floor.desk.wait(lambda: floor.desk.api(f"uuid_getvar {call} conformance_leg") == leg, "a moment")
    assert desk_counts(floor, call, leg) == (1, 0)
    floor.desk.api(f"uuid_kill {leg}")
    floor.goes_on(call, leg)
    floor.offer(call, "end")
    last = floor.over(call)
    assert last["went_on"] == "yes"


def test_a_parked_leg_is_sent_elsewhere(floor: Floor) -> None:
    leg = floor.agent()
    assert floor.desk.api(f"uuid_transfer {leg} {JOINS} XML prozvon_inbound") == "+OK\n"
    floor.desk.wait(
        lambda: [
            one for one in floor.desk.events_of("CHANNEL_EXECUTE", leg) if one["Application"] == "python"
        ],
        "the extension",
    )
    floor.offer(leg, "end")
    last = floor.over(leg)
    assert last["went_on"] == "yes"
    assert last["transfer_source"].endswith(f":bl_xfer:{JOINS}/prozvon_inbound/XML")
    assert floor.desk.api("uuid_transfer nobody x") == "-ERR No such channel!\n"


def test_talks_alone_are_on_the_tape(floor: Floor) -> None:
    caller, call = floor.calls(JOINS_TAPED)
    leg = floor.agent(number=LEAVES)
    floor.joins(call, leg)
    caller.speak(2.0)
    floor.goes_on(call, leg)
    talked_ms = int(floor.desk.api(f"uuid_getvar {call} talked_ms"))
    floor.offer(call, "end")
    floor.over(call)
    with wave.open(str(floor.desk.switch.root / TAPE)) as tape:
        assert tape.getnchannels() == 2
        assert tape.getnframes() / 8 == pytest.approx(talked_ms, abs=200)


def test_a_sound_behind_goes_on_while_the_script_sleeps(floor: Floor) -> None:
    caller, call = floor.calls(JOINS_WITH_MUSIC)
    floor.desk.wait(lambda: caller.hears_us, "the sound", 5)
    floor.offer(call, "end")
    assert floor.over(call)["went_on"] == "yes"


def test_a_leg_without_cdr_leaves_none(floor: Floor) -> None:
    leg = floor.agent("process_cdr=false")
    floor.kill(leg)
    floor.desk.event("CHANNEL_DESTROY", leg)
    assert not (floor.desk.switch.cdr_dir / f"{leg}.cdr.json").exists()


def test_a_leg_parked_for_a_time_is_hung_up_with_its_cause(floor: Floor) -> None:
    leg = floor.agent("park_timeout=2:USER_BUSY", STANDS)
    last = floor.over(leg)
    assert last["hangup_cause"] == "USER_BUSY"
    assert "park_after_bridge" not in last
