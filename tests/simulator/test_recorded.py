"""The simulated switch held against what a real FreeSWITCH 1.10.12 said (recorded.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import pytest

from orchestrator.simulator.throttle import Limits
from tests.simulator.bench import Bench, Client, line, population, wait_until

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text("utf-8"))
NAMES = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
    "BACKGROUND_JOB",
)

# What differs from one run of a real switch to the next
VARYING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"UP \d+ years.*"), "<up>"),
    (re.compile(r"\d+ session\(s\) since startup"), "<sessions>"),
    (re.compile(r"peak \d+, last 5min \d+"), "<peak>"),
    (re.compile(r"min idle cpu .*"), "<idle>"),
)


def _without_varying(text: str) -> str:
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text


@pytest.mark.parametrize("name", sorted(RECORDED["sessions"]))
def test_commands_are_answered_as_by_the_real_switch(name: str, bench: Callable[..., Bench]) -> None:
    recorded = RECORDED["sessions"][name]
    wanted = [(kind, _without_varying(text)) for kind, text in recorded["received"]]
    client = bench(limits=Limits(sessions_per_second=100, max_sessions=1000)).connect()
    client.send(recorded["sent"])
    wait_until(lambda: len(_answers(client)) >= len(wanted) or client.is_closed, "all answers", 2.0)
    assert _answers(client) == wanted


def _answers(client: Client) -> list[tuple[str, str]]:
    kinds = ("command/reply", "api/response", "text/disconnect-notice")
    return [
        (head["Content-Type"], _without_varying(head.get("Reply-Text") or body.decode()))
        for head, body in client.received
        if head["Content-Type"] in kinds
    ]


# Recorded call -> (callee, what else happens)
CALLEES: dict[str, dict[str, Any]] = {
    "answered-we-hangup": {"kind": "person", "rings": 0},
    "answered-callee-hangup": {"kind": "person", "rings": 0, "stays": 2},
    "ringing-answered": {"kind": "person", "rings": 1.5},
    "early-media-answered": {"kind": "person", "rings": 1.5, "early_media": 1},
    "busy": {"kind": "busy", "sip": {"486": 1}},
    "rejected": {"kind": "rejected", "sip": {"603": 1}},
    "ring-timeout": {"kind": "no_answer"},
    "noreply-timeout": {"kind": "silent"},
    "kill-ringing": {"kind": "no_answer"},
    "kill-answered": {"kind": "person", "rings": 0},
    "no-extension": {"kind": "person", "rings": 0},
    "down-gateway": {"kind": "person"},
    "nothing-listens": {"kind": "person"},
}

EXTENSIONS = {"no-extension": "nosuchext", "kill-answered": "long"}

# The simulated callee says that it rings before it rejects
RINGS_TOO = ("rejected",)
# The originate's own variables differ, and where the script was when it ended
OWN = re.compile(
    r"variable_(prozvon_.*|current_application.*|playback_.*|last_app|last_arg|progress_stamp"
    r"|pre_transfer_caller_id_name)"
)
PROGRESS = re.compile(r"variable_sip_(recover|full|from|to|contact|cseq).*")


@pytest.mark.parametrize("name", sorted(CALLEES))
def test_events_of_a_call_have_the_headers_of_the_real_switch(name: str, bench: Callable[..., Bench]) -> None:
    recorded = RECORDED["calls"][name]["events"]
    real = _by_name(recorded)
    made = bench(population=population(callee=CALLEES[name]), speed=_speed(name))
    made.switch.calls.gateways |= {"down": "down", "main": "dead" if name == "nothing-listens" else "up"}
    client = made.client(*NAMES)
    _make_call(name, client)
    wait_until(lambda: client.named("CHANNEL_DESTROY"), "the end", 5.0)
    client.job("job")
    simulated = {event["Event-Name"]: event for event in client.events}
    extra = {"CHANNEL_PROGRESS"} if name in RINGS_TOO else set()
    assert set(simulated) == set(real) | extra
    for event_name, (keys, _) in real.items():
        ours, theirs = _comparable(set(simulated[event_name]), name), _comparable(keys, name)
        assert (ours - theirs, theirs - ours) == (set(), set()), event_name


def _speed(name: str) -> float:
    """What is killed must still be there when the command comes, also on a busy machine."""
    return 5 if name.startswith("kill") else 50


def _make_call(name: str, client: Client) -> None:
    gateway = "down" if name == "down-gateway" else "main"
    client.originate(line("call", extension=EXTENSIONS.get(name, "tone"), gateway=gateway), "job")
    if name.startswith("kill"):
        wait_for = "CHANNEL_ANSWER" if name == "kill-answered" else "CHANNEL_PROGRESS"
        wait_until(lambda: client.named(wait_for), wait_for)
        gevent.sleep(0.01)
        cause = "" if name == "kill-answered" else " MANAGER_REQUEST"
        assert client.command(f"api uuid_kill call{cause}") == "+OK\n"


def _by_name(events: list[dict[str, Any]]) -> dict[str, tuple[set[str], dict[str, str]]]:
    found: dict[str, tuple[set[str], dict[str, str]]] = {}
    keys: set[str] = set()
    for event in events:
        if event["name"] == "BACKGROUND_JOB":
            found[event["name"]] = (set(event["adds"].split()), event["values"])
            continue
        keys = (keys | set(event["adds"].split())) - set(event["drops"].split())
        found[event["name"]] = (keys, event["values"])
    return found


def _comparable(keys: set[str], name: str) -> set[str]:
    return {
        key for key in keys if not OWN.fullmatch(key) and not (name == "rejected" and PROGRESS.fullmatch(key))
    }


@pytest.mark.parametrize("name", sorted(set(CALLEES) - {"rejected"}))
def test_events_of_a_call_say_what_the_real_switch_says(name: str, bench: Callable[..., Bench]) -> None:
    real = _by_name(RECORDED["calls"][name]["events"])
    made = bench(population=population(callee=CALLEES[name]), speed=_speed(name))
    made.switch.calls.gateways |= {"down": "down", "main": "dead" if name == "nothing-listens" else "up"}
    client = made.client(*NAMES)
    _make_call(name, client)
    wait_until(lambda: client.named("CHANNEL_DESTROY"), "the end", 5.0)
    for event in client.events:
        for key, value in real.get(event["Event-Name"], (set(), {}))[1].items():
            wanted = re.sub(r"7999\d{7}", "79990000001", value)
            wanted = EXTENSIONS.get(name, "tone") if wanted == "robocall" else wanted
            assert (event["Event-Name"], key, event.get(key)) == (event["Event-Name"], key, wanted)


@pytest.mark.parametrize("name", sorted(set(CALLEES) - {"down-gateway"}))
def test_cdrs_are_laid_out_as_the_real_ones(name: str, bench: Callable[..., Bench]) -> None:
    recorded = RECORDED["calls"][name]["cdr"]
    made = bench(population=population(callee=CALLEES[name]), speed=_speed(name))
    made.switch.calls.gateways |= {"main": "dead" if name == "nothing-listens" else "up"}
    client = made.client(*NAMES)
    _make_call(name, client)
    wait_until(lambda: client.named("CHANNEL_DESTROY"), "the end", 5.0)
    cdr = made.cdr("call")
    assert list(cdr) == recorded["keys"]
    assert [list(part) for part in cdr["callflow"]] == recorded["callflow"]
    (complete,) = client.named("CHANNEL_HANGUP_COMPLETE")
    assert set(cdr["variables"]) == {
        key.removeprefix("variable_") for key in complete if key.startswith("variable_")
    }


def test_a_gateway_that_is_down_leaves_no_cdr(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.switch.calls.gateways["down"] = "down"
    client = made.client("BACKGROUND_JOB")
    client.originate(line("call", gateway="down"), "job")
    assert client.job("job") == "-ERR GATEWAY_DOWN\n"
    assert made.cdrs() == []
