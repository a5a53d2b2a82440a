"""Calls that come in, held against what a real FreeSWITCH 1.10.12 said of them (recorded_inbound.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.population import Population
from tests.simulator.bench import Bench
from tests.simulator.incoming import come_in, with_dialplan

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded_inbound.json").read_text("utf-8"))
STAYS: dict[str, Any] = {"kind": "person", "rings": 0.5, "stays": 3600}
CALLEES: dict[str, dict[str, Any]] = {
    "0001": STAYS,
    "0002": STAYS | {"stays": 1.5},
    "0180": {"kind": "no_answer"},
    "0404": {"kind": "invalid", "sip": {"404": 1}},
    "0486": {"kind": "busy", "sip": {"486": 1}},
}
PEOPLE = Population.model_validate(
    {
        "population": "recorded",
        "callees": {f"callee_{number}": kind for number, kind in CALLEES.items()},
        "numbers": [{"match": f"*{number}", "callee": f"callee_{number}"} for number in CALLEES],
    }
)
# What the simulator has not: session data of the media and of the dialog, which nobody reads
NOT_SIMULATED = re.compile(
    r"FreeSWITCH-.*|variable_(switch_m_sdp|sip_hangup_phrase|last_sent_callee_id_.*|originator_codec|sip_cid_type"
    r"|rtp_.*|local_media_.*|advertised_media_.*|sip_(to_tag|cseq|recover_.*|full_.*|reply_.*|contact_.*|to_.*|from_.*)"
    r"|remote_.*_media_.*|video_media_flow|text_media_flow|audio_media_flow|originate_signal_bond|record_record_file_size"
    r"|(original_)?(read|write)_(codec|rate)|dtmf_type|ep_codec_string|switch_r_sdp|max_forwards|prozvon_.*)"
)


def lived(bench: Callable[..., Bench], name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The events of all legs of a recorded call made again, each with the letter of its leg; and its CDR."""
    made = bench(population=PEOPLE)
    recorded = RECORDED[name]
    with_dialplan(made, here=recorded["lines"].replace("{root}", str(made.root)))
    client = made.client("ALL", "CUSTOM prozvon::ask")
    call = come_in(client, "here", *recorded["moves"])
    made.wait_idle()
    client.command("api version")
    legs: list[str] = []
    found = []
    names = {event["name"] for one in RECORDED.values() for event in one["events"]}
    for event in client.events:
        if event["Event-Name"] in names:
            if event["Unique-ID"] not in legs:
                legs.append(event["Unique-ID"])
            found.append(event | {"leg": "abcd"[legs.index(event["Unique-ID"])]})
    return found, made.cdr(call)


def order(events: list[dict[str, Any]], name: str) -> dict[str, list[str]]:
    """For each leg, the names of its events."""
    legs: dict[str, list[str]] = {}
    for event in events:
        legs.setdefault(event["leg"], []).append(event[name])
    return legs


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_events_come_in_the_order_of_the_real_switch(name: str, bench: Callable[..., Bench]) -> None:
    events, _ = lived(bench, name)
    assert order(events, "Event-Name") == order(RECORDED[name]["events"], "name")


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_events_have_the_headers_of_the_real_switch(name: str, bench: Callable[..., Bench]) -> None:
    events, _ = lived(bench, name)
    ours = {(event["leg"], event["Event-Name"]): set(event) - {"leg"} for event in events}
    keys: dict[str, set[str]] = {}
    for event in RECORDED[name]["events"]:
        leg = event["leg"]
        keys[leg] = (keys.get(leg, set()) | set(event["adds"].split())) - set(event["drops"].split())
        mine = ours[leg, event["name"]]
        missing, more = (
            {key for key in found if not NOT_SIMULATED.fullmatch(key)}
            for found in (keys[leg] - mine, mine - keys[leg])
        )
        assert (leg, event["name"], missing, more) == (leg, event["name"], set(), set())


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_events_say_what_the_real_switch_says(name: str, bench: Callable[..., Bench]) -> None:
    events, _ = lived(bench, name)
    ours = {(event["leg"], event["Event-Name"]): event for event in events}
    known: dict[str, dict[str, str]] = {}
    for event in RECORDED[name]["events"]:
        mine = ours[event["leg"], event["name"]]
        values = known[event["leg"]] = {
            key: value
            for key, value in (known.get(event["leg"], {}) | event["values"]).items()
            if key not in event["drops"].split()
        }
        said = {key: mine.get(key) for key in values}
        assert (event["leg"], event["name"], said) == (event["leg"], event["name"], values)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_records_are_laid_out_as_the_real_ones(name: str, bench: Callable[..., Bench]) -> None:
    _, cdr = lived(bench, name)
    recorded = RECORDED[name]["cdr"]
    assert list(cdr) == recorded["keys"]
    assert [list(part) for part in cdr["callflow"]] == recorded["callflow"]
    assert cdr["channel_data"]["direction"] == recorded["direction"]
