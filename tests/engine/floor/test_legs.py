"""Legs of agents: standing ones, ones that agents make themselves, and what becomes of them."""

from __future__ import annotations

import pytest

from orchestrator.domain.agent import NOT_ANSWERING, AgentState
from orchestrator.engine.floor.news import (
    Command,
    LegEnded,
    LegFailed,
    LegReady,
    LegRings,
    TalkBegan,
)
from orchestrator.engine.floor.orders import (
    DropLeg,
    Figure,
    Offer,
    RingAgent,
)
from tests.engine.floor.factories import a_mixed_bench, only

S = AgentState


def test_a_standing_leg_that_is_not_answered_takes_its_agent_out() -> None:
    bench = a_mixed_bench()
    bench.say("boris", Command.AVAILABLE)
    bench.wait(45)
    assert (bench.state("boris"), bench.agent("boris").reason) == (S.BREAK, NOT_ANSWERING)


@pytest.mark.parametrize(
    ("cause", "state"), [("NORMAL_CLEARING", S.OFFLINE), ("NETWORK_OUT_OF_ORDER", S.RINGING)]
)
def test_hanging_up_a_standing_leg_between_calls_is_going_home_but_a_dead_switch_is_not(
    cause: str, state: AgentState
) -> None:
    bench = a_mixed_bench()
    bench.come("boris")
    bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id, cause=cause))
    assert bench.state("boris") is state


def test_hanging_up_at_the_end_of_a_talk_is_not_going_home() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.come("boris")
    bench.join("c1")
    bench.talk("c1", "boris")
    leg_id = bench.agent("boris").leg_id
    bench.end_talk("c1", "boris")
    assert only(bench.feed(LegEnded(leg_id=leg_id, cause="NORMAL_CLEARING")), RingAgent)[0].is_standing


def test_a_leg_that_ends_in_the_wrap_up_is_made_anew_after_it() -> None:
    bench = a_mixed_bench()
    bench.come("boris")
    bench.join("c1")
    bench.talk("c1", "boris")
    bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id))
    assert bench.state("boris") is S.WRAP_UP
    assert only(bench.wait(40), RingAgent)[0].is_standing


def test_a_standing_leg_that_does_not_come_back_from_a_talk_is_made_anew() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.come("boris")
    bench.join("c1")
    bench.talk("c1", "boris")
    bench.end_talk("c1", "boris")
    bench.join("c2")
    assert bench.state("boris") is S.AVAILABLE
    orders = bench.wait(5)
    assert [type(each) for each in orders if isinstance(each, (DropLeg, RingAgent))] == [DropLeg, RingAgent]


def test_an_agent_who_hangs_up_before_being_joined_has_missed_the_call() -> None:
    bench = a_mixed_bench()
    bench.come("boris")
    bench.join("c1")
    bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id))
    assert bench.counted(Figure.MISSED, agent_id="boris") == 1
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.wait(3), RingAgent)[0].is_standing, "after a rest the leg is made anew"


def test_an_agent_may_call_in_and_stay_on_the_line() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.feed(LegReady(leg_id="own", switch="main", agent_id="anna"))
    assert bench.state("anna") is S.AVAILABLE
    assert only(bench.join("c1"), Offer)[0].leg_id == "own"
    bench.talk("c1", "anna")
    bench.end_talk("c1", "anna")
    bench.wait(5)
    assert bench.state("anna") is S.OFFLINE, "the leg did not come back"


def test_a_break_keeps_the_leg_on_which_an_agent_stays() -> None:
    bench = a_mixed_bench()
    bench.say("anna", Command.BREAK)
    bench.feed(LegReady(leg_id="own", switch="main", agent_id="anna"))
    assert bench.state("anna") is S.BREAK
    bench.say("anna", Command.AVAILABLE)
    assert only(bench.join("c1"), Offer)


def test_an_agent_in_two_places_is_in_the_new_one_between_calls_and_in_the_old_one_in_a_call() -> None:
    bench = a_mixed_bench()
    bench.feed(LegReady(leg_id="old", switch="main", agent_id="anna"))
    assert (
        only(bench.feed(LegReady(leg_id="new", switch="spare", agent_id="anna")), DropLeg)[0].leg_id == "old"
    )
    bench.join("c1")
    assert (
        only(bench.feed(LegReady(leg_id="newer", switch="main", agent_id="anna")), DropLeg)[0].leg_id
        == "newer"
    )
    bench.talk("c1", "anna")
    assert (
        only(bench.feed(LegReady(leg_id="last", switch="main", agent_id="anna")), DropLeg)[0].leg_id == "last"
    )


def test_an_agent_who_calls_in_while_the_standing_leg_rings_is_taken_as_they_come() -> None:
    bench = a_mixed_bench()
    bench.say("boris", Command.AVAILABLE)
    assert only(bench.feed(LegReady(leg_id="own", switch="main", agent_id="boris")), DropLeg)
    assert (bench.state("boris"), bench.agent("boris").leg_id) == (S.AVAILABLE, "own")


def test_a_leg_of_nobody_and_one_that_was_given_up_are_dropped() -> None:
    bench = a_mixed_bench()
    assert only(bench.feed(LegReady(leg_id="x", switch="main", agent_id="nobody")), DropLeg)
    bench.come("anna")
    leg_id = only(bench.join("c1"), RingAgent)[0].leg_id
    bench.say("anna", Command.OFFLINE)
    assert (
        only(bench.feed(LegReady(leg_id=leg_id, switch="main", agent_id="anna")), DropLeg)[0].leg_id == leg_id
    )
    assert bench.state("anna") is S.OFFLINE


def test_news_of_unknown_legs_changes_nothing() -> None:
    bench = a_mixed_bench()
    for news in (
        LegRings(leg_id="x"),
        LegFailed(leg_id="x"),
        LegEnded(leg_id="x"),
        TalkBegan(call_id="c", leg_id="x"),
    ):
        assert bench.feed(news) == []


def test_a_leg_is_forgotten_after_thousands_of_others() -> None:
    bench = a_mixed_bench()
    board = bench.floor._board
    bench.come("anna")
    leg_id = only(bench.join("c1"), RingAgent)[0].leg_id
    bench.say("anna", Command.OFFLINE)
    for number in range(2_000):
        board.remember_gone(board.gone_legs, f"leg-{number}")
    assert leg_id not in board.gone_legs
    assert len(board.gone_legs) == 2_000


def test_a_switch_that_goes_and_comes_back_finds_its_agents_at_work() -> None:
    bench = a_mixed_bench(misses=1)
    bench.come("boris")
    orders = bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id, cause="SYSTEM_SHUTDOWN"))
    for cause in ("NETWORK_OUT_OF_ORDER", "DESTINATION_OUT_OF_ORDER", "NETWORK_OUT_OF_ORDER"):
        assert only(orders, RingAgent)[0].is_standing
        bench.feed(LegFailed(leg_id=bench.agent("boris").leg_id, cause=cause))
        assert bench.state("boris") is S.AVAILABLE
        orders = bench.wait(3)
    bench.park("boris")
    assert only(bench.join("c1"), Offer)[0].agent_id == "boris"


def test_a_leg_that_ended_for_an_unknown_reason_is_made_anew() -> None:
    bench = a_mixed_bench()
    bench.come("boris")
    assert only(bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id)), RingAgent)[0].is_standing
