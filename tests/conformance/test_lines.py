"""Queues of agents by the product's own scripts: a caller in the line, an agent's leg, offers, links, feature codes."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.engine.originate import agent_command, tone_command
from tests.conformance import inbound_scenarios as lines
from tests.conformance.desk import Caller, Desk, told
from tests.conformance.floor import EVENTS, Floor
from tests.conformance.numbers import AT_ONCE, LEAVES

ASKS = "CUSTOM prozvon::ask"


class Line:
    """The line, and this suite in the place of the orchestrator that leads it."""

    def __init__(self, desk: Desk) -> None:
        desk.client.listen(*EVENTS, ASKS)
        self.desk, self.floor = desk, Floor(desk)
        self._offers = 0

    def caller(self) -> tuple[Caller, str]:
        """Somebody who was let into the line."""
        caller, call = self.desk.call_in(lines.LINE)
        asked = self.asked(call, "line_join")
        assert (asked["queue"], asked["kind"]) == ("desk", "inbound")
        self.answer(call, asked["n"], {"ok": True, "position": 1, "wait_s": 5, "free": True})
        return caller, call

    def asked(self, call: str, what: str) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            questions = [told(event["Prozvon-Ask"]) for event in self.desk.events_of("CUSTOM", call)]
            return [question for question in questions if question["what"] == what]

        self.desk.wait(found, f"{what} of {call}", 20)
        return found()[-1]

    def answer(self, call: str, number: int, body: dict[str, Any]) -> None:
        assert self.desk.api(f"uuid_setvar {call} prozvon_answer_{number} {encoded(body)}") == "+OK\n"

    def offer(self, call: str, body: dict[str, Any]) -> None:
        self._offers += 1
        assert (
            self.desk.api(f"uuid_setvar {call} prozvon_offer {encoded({'n': self._offers, **body})}")
            == "+OK\n"
        )
        assert self.desk.api(f"uuid_break {call}") == "+OK\n"

    def joins(self, call: str, leg: str, **more: Any) -> None:
        count = len(self.floor.bridges(call, leg))
        self.offer(call, {"join": leg, "dial": "", "agent": "anna"} | more)
        if not more.get("dial"):
            self.desk.wait(lambda: len(self.floor.bridges(call, leg)) > count, f"{call} joined {leg}")

    def agent(self, number: str = AT_ONCE, *, is_standing: bool = False) -> str:
        """A leg made by the product's own line, answered and parked."""
        leg = str(uuid.uuid4())
        dial = f"sofia/gateway/main/{number}"
        self.desk.originate(
            agent_command(leg_id=leg, agent_id="anna", dial=dial, ring_s=20, is_standing=is_standing), leg
        )
        self.floor.is_parked(leg)
        return leg

    def done(self, call: str) -> dict[str, Any]:
        """Variables of the caller's end, the marker taken away."""
        last = self.desk.ended(call)
        assert self.desk.api(f"python prozvon_switch done {call}") == "+OK"
        return last


def encoded(body: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@pytest.fixture
def line(desk_with: Callable[..., Desk]) -> Line:
    return Line(desk_with(*EVENTS))


def test_a_caller_in_the_line_joins_an_agent_and_the_flow_goes_on_when_they_leave(line: Line) -> None:
    caller, call = line.caller()
    line.desk.wait(lambda: caller.hears, "music")
    leg = line.agent(LEAVES)
    (parked,) = line.desk.events_of("CHANNEL_PARK", leg)
    assert (parked["variable_prozvon_agent"], parked["variable_prozvon_floor"]) == ("anna", "true")
    line.joins(call, leg)
    last = line.done(call)
    assert (last["prozvon_result"], last["prozvon_reached"]) == ("talked", "anna")
    assert any(step.endswith(" anna") and " talked " in step for step in told(last["prozvon_path"]))
    (met,) = told(last["prozvon_met"])
    assert met.split()[0] == leg
    assert float(met.split()[1]) == pytest.approx(1.5, abs=0.6)
    assert line.floor.over(leg)["last_bridge_to"] == call
    assert not (line.desk.switch.cdr_dir / f"{leg}.cdr.json").exists()


def test_a_standing_leg_hears_a_tone_and_takes_one_caller_after_the_other(line: Line) -> None:
    leg = line.agent(is_standing=True)
    for _ in range(2):
        caller, call = line.caller()
        tone = tone_command(leg)  # refused while the last one still sounds
        line.desk.wait(lambda tone=tone: line.desk.api(tone) == "+OK Success\n", "the tone", 5)
        line.joins(call, leg)
        line.floor.talks(leg)
        caller.hang_up()
        line.floor.is_parked(leg)
        assert line.done(call)["prozvon_reached"] == "anna"
    assert line.desk.api(f"uuid_displace {leg} stop nothing.wav") == "-ERR Cannot stop displace session!\n"
    assert line.desk.api("uuid_displace nobody start x") == "-ERR Cannot locate session!\n"
    line.floor.kill(leg)


def test_a_caller_is_held_and_taken_back(line: Line) -> None:
    caller, call = line.caller()
    leg = line.agent(is_standing=True)
    line.joins(call, leg)
    line.floor.talks(leg)
    held = encoded({"n": 7, "wait": True, "queue": ""})
    assert line.desk.api(f"uuid_setvar {call} prozvon_offer {held}") == "+OK\n"
    assert line.desk.api(f"uuid_park {leg}") == "+OK\n"
    line.floor.is_parked(leg)
    line.floor.parted(call, leg)
    line._offers = 7
    line.joins(call, leg)
    line.floor.talks(leg)
    caller.hang_up()
    line.floor.is_parked(leg)
    last = line.done(call)
    assert len(told(last["prozvon_met"])) == 2
    line.floor.kill(leg)


def test_a_line_that_nobody_leads_lets_its_callers_go(line: Line) -> None:
    _, call = line.desk.call_in(lines.LINE)
    line.asked(call, "line_join")
    assert line.done(call)["prozvon_result"] == "nobody"


def test_a_leg_that_is_gone_is_told_and_the_caller_waits_on(line: Line) -> None:
    caller, call = line.caller()
    line.offer(call, {"join": str(uuid.uuid4()), "dial": "", "agent": "anna"})
    assert line.asked(call, "line_unmet")["why"] == "gone"
    caller.hang_up()
    assert "prozvon_reached" not in line.done(call)


def test_a_caller_comes_over_a_line_between_switches(line: Line) -> None:
    """The line of this suite leads to the switch itself: the agent's leg is another one's for the caller."""
    _, call = line.caller()
    leg = line.agent(LEAVES)
    line.joins(call, leg, dial="sofia/gateway/loop/{leg}")
    last = line.done(call)
    assert (last["prozvon_result"], last["prozvon_reached"]) == ("talked", "anna")
    created = line.desk.client.named("CHANNEL_CREATE")
    there = next(event for event in created if is_brought(event, leg))
    assert there["variable_sip_h_X-Prozvon-Call"] == call
    assert line.floor.bridges(there["Unique-ID"], leg)
    line.floor.over(there["Unique-ID"])
    line.floor.over(leg)


def test_a_leg_that_is_not_there_is_refused_over_the_line(line: Line) -> None:
    caller, call = line.caller()
    line.offer(call, {"join": str(uuid.uuid4()), "dial": "sofia/gateway/loop/{leg}", "agent": "anna"})
    assert line.asked(call, "line_unmet")["why"] == "destination_out_of_order"
    caller.hang_up()
    line.done(call)


@pytest.mark.parametrize("code", ["*20", "*23"])
def test_a_telephones_code_is_asked_about_and_carried_out(line: Line, code: str) -> None:
    """The telephone has given its password: a leg of ours is in its place."""
    leg = line.floor.rung("sip_authorized=true", "sip_auth_username=1001", to=f"{code} XML prozvon_agents")
    asked = line.asked(leg, "agent_code")
    assert (asked["code"], asked["user"]) == (code[1:], "1001")
    line.answer(leg, asked["n"], {"ok": True, "say": "available", "agent": "anna"})
    if code == "*23":
        line.floor.is_parked(leg)
        (parked,) = line.desk.events_of("CHANNEL_PARK", leg)
        assert (parked["variable_prozvon_agent"], parked["variable_prozvon_standing"]) == ("anna", "true")
        line.floor.kill(leg)
    assert line.floor.over(leg)["hangup_cause"] == "NORMAL_CLEARING"


def is_brought(event: dict[str, Any], leg: str) -> bool:
    return event["Call-Direction"] == "inbound" and event["Caller-Destination-Number"] == f"join-{leg}"
