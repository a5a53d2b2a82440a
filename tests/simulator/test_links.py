"""Two simulated switches with a line between them: what happens at one end happens at the other."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.far_switch import Address
from tests.simulator.bench import PASSWORD, Bench, Client, line, wait_until
from tests.simulator.incoming import CALLER, come_in, experienced, with_dialplan
from tests.simulator.test_joining import AGENT, LEAVES, PEOPLE

MEETS = """
import freeswitch
def handler(session, args):
    leg = session.getVariable("destination_number")[5:]
    other = freeswitch.Session(leg)
    if other.ready() and other.answered() and not other.bridged():
        session.setVariable("hangup_after_bridge", "false")
        session.execute("answer", "")
        freeswitch.bridge(session, other)
        session.hangup()
    else:
        session.hangup("DESTINATION_OUT_OF_ORDER")
    other.destroy()
    session.destroy()
"""
DIAL = "{ignore_early_media=true,originate_timeout=5,sip_h_X-Prozvon-Call=${uuid}}sofia/gateway/to_b/join-"
CALLS = "answer\nset continue_on_fail=true\nset hangup_after_bridge=false\n"


class Pair:
    """A caller's switch and an agent's, on one clock."""

    def __init__(self, folder: Path, *, is_apart: bool) -> None:
        """is_apart: as switches of two processes are."""
        (folder / "there").mkdir()
        self.here = Bench(folder, population=PEOPLE)
        (folder / "there" / "clock").symlink_to(folder / "clock")
        self.there = Bench(folder / "there", population=PEOPLE, seed=2)
        there = self.there.switch
        address = Address(host="127.0.0.1", port=there.port, password=PASSWORD)
        self.here.switch.link("to_b", address if is_apart else there)
        self.there.script("meets", MEETS)
        with_dialplan(self.there, **{"join-.*": "python meets"})
        self.client, self.far = self.here.client("ALL"), self.there.client("ALL")

    def agent(self, leg: str, number: str = AGENT, **own: str) -> None:
        self.far.originate(line(leg, number, **own).replace("tone XML prozvon", "&park()"), f"job-{leg}")
        wait_until(lambda: of(self.far, "CHANNEL_PARK", leg), "parked")

    def calls(self, leg: str, *moves: list[Any], more: str = "set after=1") -> str:
        with_dialplan(self.here, here=f"{CALLS}bridge {DIAL}{leg}\n{more}")
        return come_in(self.client, "here", *moves)

    def close(self) -> None:
        self.here.close()
        self.there.close()


@pytest.fixture(params=["together", "apart"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path, is_apart=request.param == "apart")
    yield made
    made.close()


def of(client: Client, name: str, leg: str) -> list[dict[str, Any]]:
    return [event for event in client.named(name) if event.get("Unique-ID") == leg]


def ended(bench: Bench, client: Client, leg: str) -> dict[str, Any]:
    wait_until(lambda: of(client, "CHANNEL_HANGUP_COMPLETE", leg), f"the end of {leg}")
    variables: dict[str, Any] = bench.cdr(leg)["variables"]
    return variables


def test_a_caller_here_talks_with_an_agent_there_until_the_agent_leaves(pair: Pair) -> None:
    pair.agent("a", LEAVES)
    call = pair.calls("a")
    found = ended(pair.here, pair.client, call)
    assert (found["originate_disposition"], found["after"]) == ("SUCCESS", "1")
    (bridged,), (unbridged,) = (
        of(pair.client, "CHANNEL_BRIDGE", call),
        of(pair.client, "CHANNEL_UNBRIDGE", call),
    )
    took_us = int(unbridged["Event-Date-Timestamp"]) - int(bridged["Event-Date-Timestamp"])
    assert took_us == pytest.approx(3_000_000, abs=200_000)
    (arrived,) = [one for one in pair.far.named("CHANNEL_CREATE") if one["Call-Direction"] == "inbound"]
    assert arrived["Caller-Destination-Number"] == "join-a"
    assert arrived["Caller-Caller-ID-Number"] == CALLER
    assert arrived["variable_sip_h_X-Prozvon-Call"] == call
    assert ended(pair.there, pair.far, "a")["last_bridge_to"] == arrived["Unique-ID"]


def test_a_caller_who_leaves_leaves_both_switches(pair: Pair) -> None:
    pair.agent("a", park_after_bridge="true")
    call = pair.calls("a", ["talks", 5000, "hang_up"])
    ended(pair.here, pair.client, call)
    wait_until(lambda: len(of(pair.far, "CHANNEL_PARK", "a")) == 2, "the agent parked again")
    (far,) = experienced(pair.there)
    assert (far.by, far.cause) == ("caller", "NORMAL_CLEARING")
    assert far.answered_at
    assert far.ended_at - far.answered_at == pytest.approx(5000, abs=100)
    pair.far.command("api uuid_kill a")
    ended(pair.there, pair.far, "a")


def test_a_leg_that_is_not_there_is_refused_and_the_caller_goes_on(pair: Pair) -> None:
    found = ended(pair.here, pair.client, pair.calls("nobody"))
    assert (found["originate_disposition"], found["after"]) == ("DESTINATION_OUT_OF_ORDER", "1")
    assert found["sip_invite_failure_status"] == "502"


def test_a_switch_that_is_full_says_503(pair: Pair) -> None:
    pair.far.command("api fsctl pause")
    found = ended(pair.here, pair.client, pair.calls("a"))
    assert found["originate_disposition"] == "NORMAL_TEMPORARY_FAILURE"


def test_a_switch_that_is_away_is_a_failure_and_its_talks_end(pair: Pair) -> None:
    pair.agent("a")
    call = pair.calls("a", more=f"bridge {DIAL}a\nset after=1")
    wait_until(lambda: of(pair.client, "CHANNEL_BRIDGE", call), "the talk")
    pair.there.switch.stop()
    found = ended(pair.here, pair.client, call)
    assert found["after"] == "1"
    assert found["originate_disposition"] in ("NORMAL_TEMPORARY_FAILURE", "DESTINATION_OUT_OF_ORDER")


def test_keys_and_sound_go_over_the_line(pair: Pair) -> None:
    pair.agent("a")
    path = pair.here.root / "talk.wav"
    with_dialplan(pair.here, here=f"{CALLS}set RECORD_STEREO=true\nrecord_session {path}\nbridge {DIAL}a")
    call = come_in(
        pair.client,
        "here",
        ["talks", 500, "press", "7"],
        ["talks", 1000, "speak", 1500],
        ["talks", 40_000, "hang_up"],
    )
    ended(pair.here, pair.client, call)
    wait_until(lambda: pair.far.named("DTMF"), "the key")
    (key,) = pair.far.named("DTMF")
    assert (key["DTMF-Digit"], key["Call-Direction"]) == ("7", "inbound")
    with wave.open(str(path)) as tape:
        assert tape.getnchannels() == 2
        assert any(tape.readframes(tape.getnframes()))


def test_an_originated_call_goes_over_the_line_too(pair: Pair) -> None:
    pair.agent("a", LEAVES)
    pair.client.originate(line("b", "join-a", gateway="to_b").replace("tone XML prozvon", "&park()"), "job-b")
    assert pair.client.job("job-b") == "+OK b\n"
    assert ended(pair.here, pair.client, "b")["hangup_cause"] == "NORMAL_CLEARING"
    pair.client.originate(line("c", "join-x", gateway="to_b"), "job-c")
    assert pair.client.job("job-c") == "-ERR DESTINATION_OUT_OF_ORDER\n"
