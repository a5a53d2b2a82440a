"""What events of switches mean for the floor."""

from __future__ import annotations

from orchestrator.engine.floor.news import (
    CallerLeft,
    LegEnded,
    LegFailed,
    LegReady,
    LegRings,
    News,
    TalkBegan,
    TalkEnded,
)
from orchestrator.runtime.operators.book import Book, Caller, Leg
from orchestrator.runtime.operators.hearing import heard

LEG, OTHER = "a9e70000-0000-4000-8000-000000000001", "a9e70000-0000-4000-8000-000000000002"


def book() -> Book:
    made = Book()
    made.add_leg(Leg(leg_id=LEG, switch="main", agent_id="anna", call_id="c1"))
    made.add_leg(Leg(leg_id=OTHER, switch="main", agent_id="boris"))
    made.add_caller(Caller(call_id="c1", switch="main", queue_id="shop:sales"))
    return made


def told(name: str, channel: str, **headers: str) -> list[News]:
    event = {
        "Event-Name": name,
        "Unique-ID": channel,
        **{key.replace("_", "-"): v for key, v in headers.items()},
    }
    event = {key.replace("variable-prozvon-", "variable_prozvon_"): value for key, value in event.items()}
    event = {key.replace("variable-sip-hangup-", "variable_sip_hangup_"): v for key, v in event.items()}
    return list(heard("main", event, book()))


def test_a_parked_leg_of_an_agent_is_ready() -> None:
    ready = [LegReady(leg_id="x1", switch="main", agent_id="vera")]
    assert told("CHANNEL_PARK", "x1", variable_prozvon_agent="vera") == ready
    assert told("CHANNEL_PARK", "x1") == []


def test_a_leg_that_rings_says_so() -> None:
    assert told("CHANNEL_PROGRESS", LEG) == [LegRings(leg_id=LEG)]


def test_a_leg_that_was_never_answered_has_failed_another_one_has_ended() -> None:
    failed = told("CHANNEL_HANGUP_COMPLETE", LEG, Caller_Channel_Answered_Time="0", Hangup_Cause="NO_ANSWER")
    assert failed == [LegFailed(leg_id=LEG, cause="NO_ANSWER")]
    ended = told(
        "CHANNEL_HANGUP_COMPLETE", LEG, Caller_Channel_Answered_Time="17", Hangup_Cause="no\nanswer x"
    )
    assert ended == [LegEnded(leg_id=LEG, cause="NOANSWERX")]


def test_who_hung_up_is_known_by_the_agents_leg() -> None:
    ended = told(
        "CHANNEL_HANGUP_COMPLETE",
        LEG,
        Caller_Channel_Answered_Time="17",
        variable_sip_hangup_disposition="recv_bye",
    )
    assert ended == [TalkEnded(call_id="c1", leg_id=LEG, by="agent"), LegEnded(leg_id=LEG, cause="")]


def test_a_caller_who_ends_has_left() -> None:
    assert told("CHANNEL_HANGUP_COMPLETE", "c1") == [CallerLeft(call_id="c1", why="hung_up")]


def test_a_bridge_with_a_leg_is_a_talk() -> None:
    ends = {"Bridge_A_Unique_ID": "c1", "Bridge_B_Unique_ID": LEG}
    assert told("CHANNEL_BRIDGE", "c1", **ends) == [TalkBegan(call_id="c1", leg_id=LEG)]
    assert told("CHANNEL_UNBRIDGE", "c1", **ends) == [TalkEnded(call_id="c1", leg_id=LEG)]


def test_over_a_link_the_caller_says_which_leg_it_joins() -> None:
    ends = {"Bridge_A_Unique_ID": "c1", "Bridge_B_Unique_ID": "link"}
    began = [TalkBegan(call_id="c1", leg_id=LEG)]
    assert told("CHANNEL_BRIDGE", "c1", variable_prozvon_joins=LEG, **ends) == began


def test_two_agents_who_are_bridged_are_no_talk_with_a_caller() -> None:
    assert told("CHANNEL_BRIDGE", LEG, Bridge_A_Unique_ID=LEG, Bridge_B_Unique_ID=OTHER) == []


def test_what_is_no_id_is_nobody() -> None:
    assert told("CHANNEL_PARK", "a b\nc", variable_prozvon_agent="anna") == []
    assert told("CHANNEL_PARK", "x1", variable_prozvon_agent="an na") == []
    assert told("CHANNEL_BRIDGE", "c1", Bridge_A_Unique_ID="c1", Bridge_B_Unique_ID="who") == []
