"""What the floor orders, as switches are told it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.agent import AgentSpec
from orchestrator.engine.floor.news import AgentSays, CallerLeft, Command, JoinFailed, LegFailed, News
from orchestrator.engine.floor.orders import (
    BridgeLegs,
    CancelCalls,
    DropLeg,
    LetGo,
    Offer,
    Order,
    ParkLeg,
    RingAgent,
    WaitOn,
)
from orchestrator.esl.errors import NotConnected
from orchestrator.runtime.operators.book import Book, Caller, Leg
from orchestrator.runtime.operators.carrier import Carrier
from orchestrator.runtime.settings import Settings, load_settings
from tests.runtime.operators.bench import until
from tests.runtime.operators.lines import Line

LEG = "a9e70000-0000-4000-8000-000000000001"
SETTINGS = """\
switches:
  main:
    links: {other: "sofia/gateway/to_other/{leg}"}
    gateways: {main: {}}
  other:
    port: 8022
    gateways: {main: {caller_ids: "+74951234567"}}
"""
ANNA = AgentSpec(agent_id="anna", dial=(("", "user/1001"),), switch="other")
BORIS = AgentSpec(agent_id="boris", dial=(("", "+79990000002"),))


class Bench:
    def __init__(self, settings: Settings) -> None:
        self.lines = {"main": Line(), "other": Line()}
        self.book = Book()
        self.heard: list[News] = []
        self.may_write = True
        self.book.add_caller(
            Caller(call_id="c1", switch="main", queue_id="shop:sales", scenario="shop", number="+79160000001")
        )
        self.carrier = Carrier(
            self.lines,
            settings,
            self.book,
            spec_of={"anna": ANNA, "boris": BORIS}.get,
            attempt_switch={"a1": "main", "a2": "other"}.get,  # type: ignore[arg-type]  # all are known
            now_ms=lambda: 1_000,
            may_write=lambda: self.may_write,
            settle_s=0.05,
            tell=self.heard.append,
            broke=lambda greenlet: greenlet.get(),
        )
        self.carrier.start()

    def carry(self, *orders: Order) -> None:
        self.carrier.carry(orders)
        until(lambda: not self.carrier.is_busy, "all is carried out")
        gevent.sleep(0)

    def add_leg(self, switch: str = "main", *, joined_at: float | None = None) -> None:
        leg = Leg(leg_id=LEG, switch=switch, agent_id="anna", is_parked=True)
        if joined_at is not None:
            leg.is_joined, leg.joined_at, leg.call_id = True, joined_at, "c1"
        self.book.add_leg(leg)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "prozvon.yaml").write_text(SETTINGS, "utf-8")
    made = Bench(load_settings(tmp_path))
    yield made
    made.carrier.stop()


def ring(agent_id: str, switch: str = "main") -> RingAgent:
    return RingAgent(
        leg_id=LEG,
        agent_id=agent_id,
        call_id="c1",
        queue_id="shop:sales",
        target_switch=switch,
        ring_s=15,
        is_standing=False,
    )


def test_an_agent_is_rung_from_their_own_switch_or_by_a_gateway_of_the_callers(bench: Bench) -> None:
    bench.carry(ring("anna"), ring("boris"))
    [by_switch] = bench.lines["other"].rung
    assert "}user/1001 agent XML prozvon" in by_switch
    assert "origination_caller_id_number=+79160000001" in by_switch
    [by_gateway] = bench.lines["main"].rung
    assert "}sofia/gateway/main/+79990000002 agent XML prozvon" in by_gateway


def test_agents_whose_legs_cannot_be_bridged_consult_no_more_and_the_caller_comes_back(bench: Bench) -> None:
    bench.add_leg()
    bench.carry(BridgeLegs(leg_id=LEG, leg_id2="b"))
    assert bench.lines["main"].told == [f"uuid_bridge {LEG} b"]
    assert bench.heard == []
    bench.lines["main"].answer = lambda _: "-ERR Invalid uuid"  # it is on another switch
    bench.carry(BridgeLegs(leg_id=LEG, leg_id2="b"))
    assert bench.heard == [AgentSays(agent_id="anna", command=Command.CANCEL, by="api")]


def test_a_number_that_a_gateway_may_not_show_is_not_shown(bench: Bench) -> None:
    bench.lines["main"].is_up = False
    bench.carry(ring("boris"))
    [command] = bench.lines["other"].rung
    assert "caller_id" not in command


def test_an_agent_who_cannot_be_rung_is_told_of_at_once(bench: Bench) -> None:
    bench.lines["other"].is_up = False
    bench.carry(ring("anna"))
    bench.carry(ring("nobody"))
    assert bench.heard == [LegFailed(leg_id=LEG, cause="NO_ROUTE_DESTINATION")] * 2
    bench.lines["main"].refuses = NotConnected("lost", written=False)
    bench.carry(ring("boris"))
    assert len(bench.heard) == 3
    bench.lines["main"].refuses = NotConnected("lost", written=True)  # it may ring: its events will tell
    bench.carry(ring("boris"))
    assert len(bench.heard) == 3


def test_a_caller_is_told_which_leg_to_join_after_the_leg_knows_for_whom_it_is(bench: Bench) -> None:
    bench.add_leg()
    bench.carry(Offer(call_id="c1", leg_id=LEG, leg_switch="main", agent_id="anna"))
    first, second, third = bench.lines["main"].told[:3]
    assert first == f"uuid_setvar {LEG} prozvon_for c1"
    assert second.startswith("uuid_setvar c1 prozvon_offer ")
    assert third == "uuid_break c1"
    assert bench.lines["main"].offers == [{"n": 1_000, "join": LEG, "dial": "", "agent": "anna"}]
    until(lambda: bench.lines["main"].told[3:] == ["uuid_break c1"], "who did not join is told again")


def test_over_a_link_the_leg_is_marked_first_and_the_caller_told_how_to_dial(bench: Bench) -> None:
    bench.add_leg("other")
    bench.carry(Offer(call_id="c1", leg_id=LEG, leg_switch="other", agent_id="anna"))
    until(lambda: bench.lines["main"].offers, "the caller is told")
    assert bench.lines["other"].told == [f"uuid_setvar {LEG} prozvon_for c1"]
    assert bench.lines["main"].offers[0]["dial"] == "sofia/gateway/to_other/{leg}"


def test_without_a_link_and_without_a_switch_the_floor_hears_that_it_failed(bench: Bench) -> None:
    bench.add_leg("main")
    caller = bench.book.caller("c1")
    assert caller is not None
    caller.switch = "other"
    bench.carry(Offer(call_id="c1", leg_id=LEG, leg_switch="main", agent_id="anna"))
    until(lambda: bench.heard, "it is said")
    [failed] = bench.heard
    assert isinstance(failed, JoinFailed)
    assert "`links:`" in failed.why


def test_a_caller_who_is_gone_is_known_to_be_when_told(bench: Bench) -> None:
    bench.lines["main"].answer = lambda _: "-ERR No such channel!"
    bench.carry(LetGo(call_id="c1", why="max_wait"))
    assert bench.heard == [CallerLeft(call_id="c1", why="hung_up")]


def test_numbers_of_what_a_caller_is_told_only_grow(bench: Bench) -> None:
    bench.carry(WaitOn(call_id="c1", queue_id="shop:support"), LetGo(call_id="c1", why="closed"))
    assert bench.lines["main"].offers == [
        {"n": 1_000, "wait": True, "queue": "support"},
        {"n": 1_001, "go": "closed"},
    ]
    bench.carry(WaitOn(call_id="c1", queue_id="office:all"))
    assert bench.lines["main"].offers[-1]["queue"] == "office:all"


def test_a_leg_that_was_just_joined_is_left_alone_for_a_moment(bench: Bench) -> None:
    bench.add_leg(joined_at=time.monotonic())
    bench.carry(ParkLeg(leg_id=LEG))
    assert bench.lines["main"].told == []
    until(lambda: bench.lines["main"].told == [f"uuid_park {LEG}"], "it is parked later")


def test_a_leg_on_another_switch_is_taken_away_after_the_caller_knows_to_wait(bench: Bench) -> None:
    bench.add_leg("other", joined_at=0.0)
    order: list[str] = []
    for name, line in bench.lines.items():
        line.answer = lambda command, name=name: order.append(f"{name} {command.split(' ')[0]}")  # type: ignore[misc]
    bench.carry(WaitOn(call_id="c1", queue_id=""), ParkLeg(leg_id=LEG))
    until(lambda: len(order) == 2, "both are done")
    assert order == ["main uuid_setvar", "other uuid_park"]


def test_calls_are_cancelled_where_they_were_made(bench: Bench) -> None:
    bench.carry(CancelCalls(attempt_ids=("a1", "a2")))
    assert bench.lines["main"].told == ["uuid_kill a1 ORIGINATOR_CANCEL"]
    assert bench.lines["other"].told == ["uuid_kill a2 ORIGINATOR_CANCEL"]


def test_whoever_leads_no_more_tells_switches_nothing(bench: Bench) -> None:
    bench.add_leg()
    bench.may_write = False
    bench.carry(ring("boris"), DropLeg(leg_id=LEG), LetGo(call_id="c1", why="closed"))
    assert bench.lines["main"].told == bench.lines["main"].rung == []


def test_a_switch_that_hangs_holds_up_no_other(bench: Bench) -> None:
    bench.lines["other"].answer = lambda _: gevent.sleep(60)
    bench.add_leg("other")
    bench.carrier.carry([DropLeg(leg_id=LEG), LetGo(call_id="c1", why="closed")])
    until(lambda: bench.lines["main"].offers, "the other one is told at once")
