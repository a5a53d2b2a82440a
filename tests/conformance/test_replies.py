"""What a switch replies, letter by letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.desk import Desk, Switch
from tests.conformance.numbers import RINGS
from tests.simulator.bench import Client, wait_until

NOBODY = "7f3c0000-0000-4000-8000-000000000099"


def test_a_client_is_greeted_and_taken_in(switch: Switch) -> None:
    client = Client(switch.port)
    wait_until(lambda: client.received, "a greeting")
    assert client.received == [({"Content-Type": "auth/request"}, b"")]
    assert client.command("api status") == "-ERR command not found"  # and may go on
    assert client.command(f"auth {switch.password}") == "+OK accepted"
    assert client.command("exit") == "+OK bye"
    wait_until(lambda: client.is_closed, "goodbye")
    client.close()


def test_a_wrong_password_ends_the_connection(switch: Switch) -> None:
    client = Client(switch.port)
    assert client.command("auth wrong") == "-ERR invalid"
    wait_until(lambda: client.is_closed, "goodbye")
    headers, body = client.received[-1]
    assert headers["Content-Type"] == "text/disconnect-notice"
    assert body == b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
    client.close()


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("event json CHANNEL_ANSWER BACKGROUND_JOB", "+OK event listener enabled json"),
        ("event json CHANNEL_ANSWER NO_SUCH_EVENT", "+OK event listener enabled json"),
        ("event json NO_SUCH_EVENT", "-ERR no keywords supplied"),
        ("event json", "-ERR no keywords supplied"),
        ("event plain CHANNEL_ANSWER", "+OK event listener enabled plain"),
        ("noevents", "+OK no longer listening for events"),
        ("nixevent CHANNEL_ANSWER", "+OK events nixed"),
        ("filter Event-Name BACKGROUND_JOB", "+OK filter added. [Event-Name]=[BACKGROUND_JOB]"),
        ("filter delete Event-Name", "+OK filter deleted. [Event-Name][]"),
        ("filter Event-Name", "-ERR invalid syntax"),
        ("filter", "-ERR command not found"),
        ("nosuch", "-ERR command not found"),
        ("api", "-ERR command not found"),
        ("bgapi", "-ERR command not found"),
        ("api nosuch", "-ERR nosuch Command not found!\n"),
        ("api prozvon_no_fault", "-ERR prozvon_no_fault Command not found!\n"),
        ("api global_getvar no_such_variable", "-ERR no reply\n"),
        ("api show channels as json", '{"row_count": 0}\n'),
        ("api show channels count as json", '{"row_count":0,"rows":[]}'),
        ("api show channels", "\n0 total.\n"),
        (f"api uuid_exists {NOBODY}", "false"),
        (f"api uuid_kill {NOBODY}", "-ERR No such channel!\n"),
        (f"api uuid_kill {NOBODY} USER_BUSY", "-ERR No such channel!\n"),
        ("api uuid_kill", "-USAGE: <uuid> [cause]\n"),
        (f"api uuid_getvar {NOBODY} x", "-ERR No such channel!\n"),
        (f"api uuid_setvar {NOBODY} x 1", "-ERR No such channel!\n"),
        (f"api uuid_dump {NOBODY}", "-ERR No such channel!\n"),
        ("api sofia status gateway nosuch", "Invalid Gateway!\n"),
        ("api reloadxml", "+OK [Success]\n"),
        ("api fsctl sps", "+OK sessions per second: 100\n"),
        ("api fsctl max_sessions", "+OK max sessions: 100\n"),
        ("api fsctl pause_check outbound", "false"),
        ("api fsctl ready_check", "true"),
        (
            "api hupall MANAGER_REQUEST prozvon_campaign none",
            "+OK hangup all channels matching [prozvon_campaign]=[none] with cause: MANAGER_REQUEST\n",
        ),
    ],
)
def test_commands_are_answered_in_these_words(desk: Desk, command: str, reply: str) -> None:
    assert desk.client.command(command) == reply


def test_a_switch_says_who_and_what_it_is(desk: Desk) -> None:
    core_uuid = desk.api("global_getvar core_uuid")
    assert len(core_uuid) == 36
    assert desk.api("version").startswith("FreeSWITCH Version 1.10.")
    assert " is ready\n" in desk.api("status")
    desk.client.send("bgapi version\nJob-UUID: own\n\n")
    assert desk.client.reply()[0] == {
        "Content-Type": "command/reply",
        "Reply-Text": "+OK Job-UUID: own",
        "Job-UUID": "own",
    }
    job = desk.event("BACKGROUND_JOB", "own")
    assert (job["Core-UUID"], job["_body"]) == (core_uuid, desk.api("version"))
    assert (job["Job-Command"], job.get("Job-Command-Arg")) == ("version", None)


def test_an_unknown_command_in_the_background_fails_in_its_job(desk: Desk) -> None:
    desk.originate("nosuch with words", "job-1")
    assert desk.job("job-1") == "-ERR nosuch Command not found!\n"


def test_commands_sent_together_are_answered_in_order(desk: Desk) -> None:
    desk.client.send("api hostname\n\nnosuch\n\napi uuid_exists x\n\nbgapi version\nJob-UUID: j\n\n")
    replies = [desk.client.reply() for _ in range(4)]
    assert [head.get("Reply-Text", body.decode()) for head, body in replies[1:]] == [
        "-ERR command not found",
        "false",
        "+OK Job-UUID: j",
    ]


def test_a_live_channel_is_listed_and_can_be_asked_about(desk: Desk) -> None:
    call = desk.call(RINGS)

    def listed() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(desk.api("show channels as json"))
        return found

    desk.wait(lambda: listed()["row_count"] == 1, "the channel in the list")
    desk.wait(lambda: listed()["rows"][0]["callstate"] == "RINGING", "ringing")
    (row,) = listed()["rows"]
    assert (row["uuid"], row["direction"], row["initial_dest"]) == (call, "outbound", RINGS)
    assert all(isinstance(value, str) for value in row.values())
    assert desk.api("show channels count") == "\n1 total.\n"
    assert desk.api(f"uuid_exists {call}") == "true"
    assert desk.api(f"uuid_getvar {call} prozvon_attempt") == call
    assert desk.api(f"uuid_getvar {call} nosuch") == "_undef_"
    assert desk.api(f"uuid_kill {call}") == "+OK\n"
    assert desk.api(f"uuid_exists {call}") == "false"
    assert desk.api(f"uuid_kill {call}") == "-ERR No such channel!\n"
    desk.facts(call)


def test_filters_let_through_what_any_of_them_matches(desk_with: Callable[..., Desk]) -> None:
    """As the worker sets them: its own calls, and all jobs."""
    ours, theirs = desk_with(), desk_with()
    for desk in (ours, theirs):
        name = f"variable_prozvon_worker {desk.worker_id}"
        assert desk.client.command(f"filter {name}").startswith("+OK filter added.")
        assert desk.client.command("filter Event-Name BACKGROUND_JOB").startswith("+OK filter added.")
    one, two = ours.call(RINGS, ring_s=30), theirs.call(RINGS, ring_s=30)
    for call in (one, two):
        ours.wait(lambda call=call: ours.api(f"uuid_kill {call}") == "+OK\n", "killed")
    for desk, own, other in ((ours, one, two), (theirs, two, one)):
        desk.event("CHANNEL_DESTROY", own)
        desk.event("BACKGROUND_JOB", other)
        assert set(desk.events(other)) == {"BACKGROUND_JOB"}


def test_an_event_of_our_own_reaches_those_who_asked_for_its_kind(desk_with: Callable[..., Desk]) -> None:
    desk, other = desk_with("CUSTOM prozvon::note"), desk_with("CUSTOM prozvon::other")
    said = desk.client.command("sendevent CUSTOM\nEvent-Subclass: prozvon::note\nprozvon_text: Анна")
    assert said.startswith("+OK ")
    desk.wait(lambda: desk.client.named("CUSTOM"), "the event")
    (event,) = desk.client.named("CUSTOM")
    assert (event["Event-Subclass"], event["prozvon_text"]) == ("prozvon::note", "Анна")
    assert other.client.events == []
