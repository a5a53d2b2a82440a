"""Calls that are made for one agent: at a cap of nothing, for those abandoned before, and callbacks."""

from __future__ import annotations

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.news import (
    AttemptEnded,
    CallerLeft,
    CampaignRests,
    Command,
    JoinFailed,
    LegEnded,
    LegFailed,
    Placed,
    Queues,
    ReservedFailed,
    Staff,
    TalkBegan,
)
from orchestrator.engine.floor.orders import (
    CancelCalls,
    DropLeg,
    Figure,
    LetGo,
    Offer,
    Place,
    PlaceReserved,
    RingAgent,
)
from tests.engine.floor.dialed import NAMES, a_bench, answer, arrive, run
from tests.engine.floor.factories import Bench, Q, a_pacing, only

S = AgentState


def test_a_cap_of_nothing_makes_each_call_for_an_agent_of_its_own() -> None:
    bench = a_bench(runs=False)
    orders = run(bench, pacing=a_pacing(abandoned=0.0))
    assert [each.agent_id for each in only(orders, PlaceReserved)] == list(NAMES)
    assert bench.state("anna") is S.RESERVED
    assert only(bench.wait(5), Place) == []
    bench.feed(Placed(attempt_id="d1", campaign_id="camp", agent_id="anna"))
    bench.feed(Placed(attempt_id="d2", campaign_id="camp", agent_id="boris"))
    answer(bench, "d2", party="unknown")
    assert bench.agent("boris").call_id == "d2"
    assert only(arrive(bench, "d2"), Offer)[0].agent_id == "boris"
    bench.talk("d2", "boris")
    bench.feed(AttemptEnded(attempt_id="d1", disposition="no_answer"))
    assert bench.state("anna") is S.AVAILABLE
    assert only(bench.wait(1), PlaceReserved)[0].agent_id == "anna"
    assert bench.counted(Figure.RESERVED_MS) > 0


def test_an_agent_whose_call_cannot_be_made_is_free_again() -> None:
    bench = a_bench(names=("anna",), runs=False)
    run(bench, pacing=a_pacing(abandoned=0.0))
    bench.feed(ReservedFailed(campaign_id="other", agent_id="anna"))
    assert bench.state("anna") is S.RESERVED
    bench.feed(ReservedFailed(campaign_id="camp", agent_id="anna", why="next", again_at=bench.now + 5_000))
    assert bench.state("anna") is S.AVAILABLE
    assert only(bench.wait(4.9), PlaceReserved) == []
    assert only(bench.wait(1.5), PlaceReserved)
    bench.feed(Placed(attempt_id="d1", campaign_id="camp", agent_id="anna"))
    bench.feed(ReservedFailed(campaign_id="camp", agent_id="anna"))
    assert bench.state("anna") is S.RESERVED, "it was made"


def test_an_agent_who_goes_or_is_dismissed_gives_up_the_call_that_is_made_for_them() -> None:
    for how in ("says", "dismissed", "hangs up"):
        bench = a_bench(names=("anna",), runs=False)
        run(bench, pacing=a_pacing(abandoned=0.0))
        bench.feed(Placed(attempt_id="d1", campaign_id="camp", agent_id="anna"))
        if how == "says":
            orders = bench.say("anna", Command.BREAK)
        elif how == "dismissed":
            orders = bench.feed(Staff(specs=()))
        else:
            orders = bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
        assert only(orders, CancelCalls)[0].attempt_ids == ("d1",), how
        bench.feed(AttemptEnded(attempt_id="d1"))


def test_a_call_of_which_nothing_is_heard_reserves_nobody_for_ever() -> None:
    bench = a_bench(names=("anna",), runs=False)
    run(bench, pacing=a_pacing(abandoned=0.0))
    bench.feed(CampaignRests(campaign_id="camp"))
    bench.wait(179)
    assert bench.state("anna") is S.RESERVED
    bench.wait(1)
    assert bench.state("anna") is S.AVAILABLE


def test_an_agent_who_is_rung_for_each_call_is_rung_before_the_customer() -> None:
    bench = a_bench(standing=False, names=("anna",), runs=False)
    ring = only(run(bench, pacing=a_pacing(abandoned=0.0)), RingAgent)[0]
    assert (ring.call_id, ring.queue_id, ring.is_standing) == ("", Q, False)
    assert only(bench.park("anna"), PlaceReserved)
    bench.feed(Placed(attempt_id="d1", campaign_id="camp", agent_id="anna"))
    bench.feed(AttemptEnded(attempt_id="d1", disposition="busy"))
    assert bench.agent("anna").is_parked, "the leg may serve for the next one"
    assert only(bench.wait(1), PlaceReserved)
    bench.feed(CampaignRests(campaign_id="camp"))
    bench.feed(ReservedFailed(campaign_id="camp", agent_id="anna"))
    orders = bench.wait(5)
    assert only(orders, DropLeg)
    assert bench.state("anna") is S.AVAILABLE
    assert only(bench.join("c1"), RingAgent)


def test_a_leg_that_lingers_serves_a_caller_at_once_and_may_end_without_harm() -> None:
    bench = a_bench(standing=False, names=("anna",), runs=False)
    for serves in (True, False):
        bench.wait(5)
        run(bench, pacing=a_pacing(abandoned=0.0))
        bench.park("anna")
        bench.feed(CampaignRests(campaign_id="camp"))
        bench.feed(ReservedFailed(campaign_id="camp", agent_id="anna"))
        if serves:
            assert only(bench.join("c1"), Offer)
            bench.talk("c1", "anna")
            bench.end_talk("c1", "anna")
            bench.say("anna", Command.READY)
        else:
            bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
            assert bench.state("anna") is S.AVAILABLE


def test_an_agent_who_does_not_answer_for_a_reserved_call_has_missed_it() -> None:
    bench = a_bench(standing=False, names=("anna",), runs=False)
    run(bench, pacing=a_pacing(abandoned=0.0))
    orders = bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    assert bench.counted(Figure.MISSED, agent_id="anna", queue_id=Q) == 1
    assert only(orders, CancelCalls) == []


def test_some_leads_are_only_called_with_an_agent_reserved() -> None:
    bench = a_bench(names=tuple(f"a{i}" for i in range(9)), runs=False)
    orders = run(bench, reserved_left=4)
    assert len(only(orders, PlaceReserved)) == 2, "not all agents at once"
    assert only(orders, Place)[0].calls == 7
    bench.feed(CampaignRests(campaign_id="camp"))
    reserved = [each.agent_id for each in only(orders, PlaceReserved)]
    for name in reserved:
        bench.feed(ReservedFailed(campaign_id="camp", agent_id=name))
    assert {bench.state(name) for name in reserved} == {S.AVAILABLE}


def ghost(bench: Bench, call_id: str = "g1") -> None:
    bench.say("anna", Command.BREAK)
    bench.join(call_id, number="+79990000001")
    bench.feed(CallerLeft(call_id=call_id, why="callback"))


def test_a_callback_keeps_its_place_until_it_is_answered() -> None:
    bench = a_bench(names=("anna",), runs=False)
    ghost(bench)
    order = only(bench.say("anna", Command.AVAILABLE), PlaceReserved)[0]
    assert (order.campaign_id, order.call_id) == ("", "g1")
    bench.feed(Placed(attempt_id="d1", campaign_id="shop-missed", agent_id="anna", call_id="g1"))
    answer(bench, "d1", number="+79990000001")
    assert only(arrive(bench, "d1", kind=CallerKind.CALLBACK, within_s=None), Offer)[0].agent_id == "anna"
    bench.talk("d1", "anna")
    assert bench.counted(Figure.ANSWERED, queue_id=Q) == 1
    assert bench.floor._board.ghosts == {}


def test_a_callback_that_nobody_answers_keeps_no_place_any_more() -> None:
    bench = a_bench(names=("anna",), runs=False)
    ghost(bench)
    bench.say("anna", Command.AVAILABLE)
    bench.feed(Placed(attempt_id="d1", campaign_id="shop-missed", agent_id="anna", call_id="g1"))
    bench.feed(AttemptEnded(attempt_id="d1", disposition="no_answer"))
    assert bench.floor._board.ghosts == {}
    assert bench.state("anna") is S.AVAILABLE


@pytest.mark.parametrize("is_final", [True, False])
def test_a_callback_that_cannot_be_made_is_tried_later_or_given_up(is_final: bool) -> None:
    bench = a_bench(names=("anna",), runs=False)
    ghost(bench)
    bench.say("anna", Command.AVAILABLE)
    bench.feed(ReservedFailed(campaign_id="", agent_id="anna", call_id="g1", is_final=is_final))
    assert bench.state("anna") is S.AVAILABLE
    assert only(bench.wait(29), PlaceReserved) == []
    assert len(only(bench.wait(1), PlaceReserved)) == (not is_final)


def test_an_agent_who_goes_leaves_the_callback_to_the_next_one() -> None:
    bench = a_bench(runs=False)
    bench.say("boris", Command.BREAK)
    ghost(bench)
    bench.say("anna", Command.AVAILABLE)
    bench.say("anna", Command.OFFLINE)
    assert only(bench.say("boris", Command.AVAILABLE), PlaceReserved)[0].call_id == "g1"
    bench.feed(Queues(rules=()))
    orders = bench.say("boris", Command.OFFLINE)
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("g1", "gone")]


def test_a_talk_that_is_found_goes_before_a_call_that_is_made_for_the_agent() -> None:
    bench = a_bench(names=("anna",), runs=False)
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    bench.join("g1", number="+79990000001", ahead_s=900)
    bench.feed(CallerLeft(call_id="g1", why="callback"))
    bench.wait(3)
    assert bench.state("anna") is S.RESERVED
    bench.feed(Placed(attempt_id="d1", campaign_id="m", agent_id="anna", call_id="g1"))
    orders = bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert only(orders, CancelCalls)[0].attempt_ids == ("d1",)
    assert bench.state("anna") is S.TALKING
