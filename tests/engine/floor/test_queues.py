"""Strategies and levels: which of the agents gets a caller."""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import Strategy
from orchestrator.engine.floor.news import (
    Command,
    LegFailed,
)
from orchestrator.engine.floor.orders import DropLeg, Figure, Offer, RingAgent
from tests.engine.floor.factories import Bench, a_queue, a_spec, only

ABC = ("anna", "boris", "clara")


def a_bench(*agents: str | tuple[str, int], names: tuple[str, ...] = ABC, **rules: object) -> Bench:
    return Bench(*(a_spec(name) for name in names), rules=[a_queue(*(agents or names), **rules)])


def serve(bench: Bench, call_id: str, talk_s: float = 10) -> str:
    """A caller comes, is served, and hangs up; who served them."""
    ring = only(bench.join(call_id), RingAgent)[0]
    bench.talk(call_id, ring.agent_id)
    bench.wait(talk_s)
    bench.end_talk(call_id, ring.agent_id)
    return ring.agent_id


def test_longest_idle_is_whose_last_call_ended_first() -> None:
    bench = a_bench()
    for name in ("clara", "anna", "boris"):
        bench.come(name)
        bench.wait(1)
    assert [serve(bench, f"c{i}") for i in range(4)] == ["clara", "anna", "boris", "clara"]


def test_a_break_does_not_make_longer_idle() -> None:
    bench = a_bench()
    bench.come("anna")
    bench.wait(10)
    bench.come("boris")
    bench.say("anna", Command.BREAK)
    bench.wait(10)
    bench.come("anna")
    assert serve(bench, "c1") == "anna"


def test_round_robin_goes_through_the_list_by_level() -> None:
    bench = a_bench(("anna", 2), ("boris", 1), ("clara", 1), strategy=Strategy.ROUND_ROBIN)
    bench.come(*ABC)
    assert [serve(bench, f"c{i}") for i in range(3)] == ["boris", "clara", "boris"]
    for name in ("boris", "clara"):
        bench.say(name, Command.BREAK)
    assert serve(bench, "c4") == "anna"


def test_fewest_calls_and_least_talk_are_of_today() -> None:
    bench = a_bench(strategy=Strategy.FEWEST_CALLS)
    bench.come(*ABC)
    assert sorted(serve(bench, f"c{i}") for i in range(3)) == list(ABC)
    bench = a_bench(names=("anna", "boris"), strategy=Strategy.LEAST_TALK)
    bench.come("anna", "boris")
    assert [serve(bench, f"c{i}", talk) for i, talk in enumerate((100, 30, 30, 50))] == [
        "anna", "boris", "boris", "boris",
    ]  # fmt: skip
    assert serve(bench, "c5") == "anna"


def test_top_down_is_the_first_of_the_list_who_is_free() -> None:
    bench = a_bench(strategy=Strategy.TOP_DOWN)
    bench.come("clara", "boris")
    assert [serve(bench, f"c{i}") for i in range(2)] == ["boris", "boris"]


def test_who_did_not_answer_a_caller_is_rung_for_them_again_only_when_nobody_else_is_left() -> None:
    bench = a_bench(strategy=Strategy.TOP_DOWN, misses=0)
    bench.come(*ABC)
    bench.join("c1")
    rung = []
    for _ in range(3):
        rung.append(next(name for name in ABC if bench.state(name) is AgentState.RINGING))
        bench.wait(5)
        bench.feed(LegFailed(leg_id=bench.agent(rung[-1]).leg_id))
    assert rung == list(ABC)
    assert bench.state("anna") is AgentState.RINGING, "from the top again"


def test_all_are_rung_and_who_answers_first_has_the_call() -> None:
    bench = a_bench(("anna", 1), ("boris", 1), ("clara", 2), strategy=Strategy.RING_ALL, levels_after_s=10)
    bench.come(*ABC)
    assert [each.agent_id for each in only(bench.join("c1"), RingAgent)] == ["anna", "boris"]
    assert [each.agent_id for each in only(bench.wait(10), RingAgent)] == ["clara"]
    orders = bench.park("boris")
    assert len(only(orders, DropLeg)) == 2
    assert only(orders, Offer)[0].agent_id == "boris"
    assert bench.counted(Figure.MISSED) == 0
    assert bench.state("anna") is AgentState.AVAILABLE


def test_whoever_gets_free_while_all_are_rung_is_rung_too() -> None:
    bench = a_bench(strategy=Strategy.RING_ALL)
    bench.come("anna")
    bench.join("c1")
    assert only(bench.say("boris", Command.AVAILABLE), RingAgent)[0].call_id == "c1"
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    assert bench.state("boris") is AgentState.RINGING
    bench.park("boris")
    assert only(bench.say("clara", Command.AVAILABLE), RingAgent) == [], "somebody has answered"


def test_with_ring_all_a_parked_leg_has_the_call_at_once() -> None:
    bench = Bench(
        a_spec("anna"),
        a_spec("boris", is_standing=True),
        rules=[a_queue("anna", "boris", strategy=Strategy.RING_ALL)],
    )
    bench.come("anna", "boris")
    orders = bench.join("c1")
    assert only(orders, RingAgent) == []
    assert only(orders, Offer)[0].agent_id == "boris"
    bench.join("c2")
    bench.say("boris", Command.OFFLINE)
    bench.talk("c1", "boris")
    bench.end_talk("c1", "boris")
    assert bench.state("anna") is AgentState.RINGING
    bench.say("boris", Command.AVAILABLE)
    assert only(bench.park("boris"), Offer)[0].call_id == "c2"
    assert bench.state("anna") is AgentState.AVAILABLE


def test_the_next_level_is_only_rung_for_who_has_waited_for_it() -> None:
    bench = a_bench(("anna", 1), ("boris", 4), ("clara", 9), levels_after_s=20)
    bench.come("boris", "clara")
    assert only(bench.join("c1"), RingAgent) == []
    assert bench.wait(19.9) == []
    assert only(bench.wait(0.1), RingAgent)[0].agent_id == "boris"
    assert only(bench.join("vip", ahead_s=40), RingAgent)[0].agent_id == "clara", (
        "as if they had waited so long"
    )


def test_an_agent_of_a_later_level_who_gets_free_waits_for_the_time_too() -> None:
    bench = a_bench(("anna", 1), ("boris", 2), levels_after_s=20)
    bench.come("anna")
    bench.join("c1")
    bench.join("c2")
    bench.wait(5)
    bench.say("boris", Command.AVAILABLE)
    assert bench.state("boris") is AgentState.AVAILABLE
    assert only(bench.wait(15), RingAgent)[0].call_id == "c2"
