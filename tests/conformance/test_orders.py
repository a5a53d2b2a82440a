"""The whole course of a call as its events tell it, and its record on disk."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable

import pytest

from tests.conformance.desk import Desk
from tests.conformance.numbers import LEAVES, PICKS_UP, RINGS, refusing
from tests.conformance.programs import LONG
from tests.conformance.project import UNRUNNABLE

EVENTS = (
    *("CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER", "CHANNEL_EXECUTE"),
    *("CHANNEL_EXECUTE_COMPLETE", "PLAYBACK_START", "PLAYBACK_STOP", "DTMF", "CHANNEL_HANGUP"),
    *("CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"),
)
ENDS = ["CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"]


@pytest.fixture
def watching(desk_with: Callable[..., Desk]) -> Desk:
    return desk_with(*EVENTS, "BACKGROUND_JOB")


def course(desk: Desk, call: str) -> list[str]:
    """All of a call's events, its job apart, and which application where one begins or ends."""
    desk.event("CHANNEL_DESTROY", call)
    events = [e for e in desk.client.events if e.get("Unique-ID") == call]
    return [f"{e['Event-Name']} {e.get('Application', '')}".strip() for e in events]


def test_the_events_of_a_call_that_is_told_something(watching: Desk) -> None:
    call = watching.call(PICKS_UP)
    assert course(watching, call) == [
        "CHANNEL_CREATE",
        "CHANNEL_PROGRESS",
        "CHANNEL_ANSWER",
        "CHANNEL_EXECUTE set",  # where prompts are
        "CHANNEL_EXECUTE_COMPLETE set",
        "CHANNEL_EXECUTE python",
        "PLAYBACK_START",
        "PLAYBACK_STOP",
        "CHANNEL_HANGUP",
        "CHANNEL_EXECUTE_COMPLETE python",
        *ENDS,
    ]


def test_the_events_of_a_call_whose_callee_leaves(watching: Desk) -> None:
    call = watching.call(LEAVES, program=LONG)
    assert course(watching, call)[5:] == [
        "CHANNEL_EXECUTE python",
        "PLAYBACK_START",
        "CHANNEL_HANGUP",
        "PLAYBACK_STOP",
        "CHANNEL_EXECUTE_COMPLETE python",
        *ENDS,
    ]


def test_the_events_of_a_call_whose_script_cannot_be_run(watching: Desk) -> None:
    call = watching.call(PICKS_UP, context=UNRUNNABLE)
    assert course(watching, call)[3:] == [
        "CHANNEL_EXECUTE python",
        "CHANNEL_EXECUTE_COMPLETE python",
        "CHANNEL_EXECUTE set",
        "CHANNEL_EXECUTE_COMPLETE set",
        "CHANNEL_EXECUTE hangup",
        "CHANNEL_HANGUP",
        "CHANNEL_EXECUTE_COMPLETE hangup",
        *ENDS,
    ]


def test_the_events_of_a_call_that_is_refused(watching: Desk) -> None:
    call = watching.call(refusing(486))
    assert course(watching, call) == ["CHANNEL_CREATE", "CHANNEL_HANGUP", *ENDS]


def test_the_events_of_a_call_that_nobody_answers(watching: Desk) -> None:
    call = watching.call(RINGS, ring_s=2)
    assert course(watching, call) == ["CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_HANGUP", *ENDS]


def test_events_of_another_subscription_are_not_sent(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with("CHANNEL_HANGUP_COMPLETE")
    call = desk.call(refusing(486))
    desk.event("CHANNEL_HANGUP_COMPLETE", call)
    assert desk.events(call) == ["CHANNEL_HANGUP_COMPLETE"]


@pytest.mark.parametrize("number", [PICKS_UP, refusing(486)])
def test_the_record_is_on_disk_before_the_last_event_and_says_the_same(desk: Desk, number: str) -> None:
    call = desk.call(number)
    desk.wait(lambda: desk.events_of("CHANNEL_HANGUP_COMPLETE", call), "the end", 20)
    path = desk.switch.cdr_dir / f"{call}.cdr.json"
    record = json.loads(path.read_bytes())  # at once
    (event,) = desk.events_of("CHANNEL_HANGUP_COMPLETE", call)
    assert [path.name for path in desk.switch.cdr_dir.iterdir() if call in path.name] == [path.name]
    told = {name.removeprefix("variable_"): value for name, value in event.items() if "variable_" in name}
    written = {name: urllib.parse.unquote(value) for name, value in record["variables"].items()}
    assert written == told
    assert record["core-uuid"] == event["Core-UUID"]
    profile = record["callflow"][0]["caller_profile"]
    assert (profile["uuid"], profile["destination_number"]) == (
        call,
        "robocall" if number == PICKS_UP else number,
    )


def test_values_of_any_characters_come_back_as_they_were(desk: Desk) -> None:
    """Whoever reads the event or the record reads the same; data of contacts travels as base64url besides."""
    hostile = "%0AEvent-Name: X, ${system(true)} {a=b} it's \\ \u2028 Анна"
    call = desk.call(RINGS, ring_s=60)
    desk.wait(lambda: desk.api(f"uuid_exists {call}") == "true", "the channel")
    assert desk.api(f"uuid_setvar {call} prozvon_note {hostile}") == "+OK\n"
    assert desk.api(f"uuid_getvar {call} prozvon_note") == hostile
    assert desk.api(f"uuid_kill {call}") == "+OK\n"
    desk.facts(call)
    (event,) = desk.events_of("CHANNEL_HANGUP_COMPLETE", call)
    assert event["variable_prozvon_note"] == hostile
    assert event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"
