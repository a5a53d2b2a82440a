"""Queues: joins that come late, twice or in vain, callbacks that keep a place, and rules that change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind, Strategy
from orchestrator.engine.floor.news import (
    CallerHere,
    CallerJoined,
    CallerLeft,
    Command,
    GhostGone,
    JoinFailed,
    LegFailed,
    Queues,
    Staff,
    TalkBegan,
    TalkEnded,
)
from orchestrator.engine.floor.orders import Answer, DropLeg, Figure, LetGo, Offer, PlaceReserved, RingAgent
from tests.engine.floor.factories import T0, Bench, Q, a_queue, a_spec, only

ABC = ("anna", "boris", "clara")


def a_bench(*agents: str | tuple[str, int], names: tuple[str, ...] = ABC, **rules: object) -> Bench:
    return Bench(*(a_spec(name) for name in names), rules=[a_queue(*(agents or names), **rules)])


def test_a_second_join_is_the_first_one_told_again() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.join("c2")
    again = bench.join("c1", switch="spare", joined_at=T0 + 5)
    assert only(again, Answer)[0].position == 1
    assert bench.counted(Figure.OFFERED) == 2
    bench.come("boris")
    assert only(bench.orders, RingAgent)[0].target_switch == "spare"
    assert bench.answer(bench.join("c1")).is_free


def test_a_join_of_another_queue_is_the_end_of_the_first() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna"), a_queue("anna", queue_id="shop:help")])
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.join("c1", queue_id="shop:help")
    assert bench.counted(Figure.OVERFLOWED, queue_id=Q) == 1
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).position == 1


def test_a_join_in_a_talk_is_a_late_one_or_the_end_of_the_talk() -> None:
    bench = a_bench(names=("anna",))
    bench.come("anna")
    joined_at = bench.now
    bench.join("c1")
    bench.wait(5)
    bench.talk("c1", "anna")
    bench.wait(5)
    assert bench.answer(bench.join("c1", joined_at=joined_at)).is_free
    assert bench.state("anna") is AgentState.TALKING
    bench.join("c1")
    assert bench.counted(Figure.HANDLED) == 1
    assert bench.counted(Figure.OFFERED) == 2


def test_a_join_told_after_the_caller_hung_up_is_not_believed() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    joined_at = bench.now
    bench.join("c1")
    bench.wait(1)
    bench.feed(CallerLeft(call_id="c1"))
    assert bench.answer(bench.join("c1", joined_at=joined_at)).why == "unknown"
    assert bench.answer(bench.join("c1")).why == "", "but they may come again"


def test_a_caller_who_says_nothing_any_more_is_gone_and_may_come_back_with_their_time() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna")], lost_ms=60_000)
    bench.say("anna", Command.BREAK)
    joined_at = bench.now
    bench.join("c1")
    for _ in range(5):
        bench.wait(10)
        bench.feed(CallerHere(call_id="c1"))
    bench.wait(59)
    assert bench.counted(Figure.ABANDONED) == 0
    bench.wait(1)
    assert bench.counted(Figure.ABANDONED) == 1
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).why == "unknown"
    bench.join("c2")
    assert bench.answer(bench.join("c1", joined_at=joined_at)).position == 1
    assert bench.counted(Figure.OFFERED) == 2, "it is the same wait"


def test_callers_need_not_say_anything_where_nobody_asks_them_to() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.wait(3_000)
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).position == 1


def test_a_join_from_long_ago_or_from_the_future_is_taken_for_a_sensible_one() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1", joined_at=0)
    bench.join("c2", joined_at=bench.now + 10**9)
    waiting = bench.floor.state().callers
    assert [bench.now - each.joined_at for each in waiting] == [86_400_000, 0]


def test_a_caller_who_leaves_while_an_agent_is_rung_sets_the_agent_free() -> None:
    bench = a_bench()
    bench.come("anna")
    bench.join("c1")
    bench.join("c2")
    orders = bench.feed(CallerLeft(call_id="c1"))
    assert only(orders, DropLeg)
    assert only(orders, RingAgent)[0].call_id == "c2"
    assert bench.feed(CallerLeft(call_id="c1")) == [], "told twice"


def test_a_join_that_fails_is_tried_with_others_and_three_times_in_all() -> None:
    bench = Bench(
        *(a_spec(name, is_standing=True) for name in ABC), rules=[a_queue(*ABC, strategy=Strategy.TOP_DOWN)]
    )
    bench.come(*ABC)
    offer = only(bench.join("c1"), Offer)[0]
    bench.feed(JoinFailed(call_id="c1", leg_id="other"))
    offers = [offer.agent_id]
    for _ in range(2):
        offer = only(bench.feed(JoinFailed(call_id="c1", leg_id=offer.leg_id)), Offer)[0]
        offers.append(offer.agent_id)
    assert offers == list(ABC)
    orders = bench.feed(JoinFailed(call_id="c1", leg_id=offer.leg_id))
    assert only(orders, LetGo)[0].why == "unreachable"
    assert bench.counted(Figure.OVERFLOWED) == 1
    assert bench.feed(JoinFailed(call_id="c1", leg_id=offer.leg_id)) == []
    assert only(bench.join("c2"), Offer) == [], "their legs rest"
    assert only(bench.wait(3), Offer)


def test_an_offer_of_which_nothing_is_heard_has_failed() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")])
    bench.come("anna")
    bench.join("c1")
    assert only(bench.wait(9), Offer) == []
    bench.feed(CallerHere(call_id="c1"))
    bench.wait(1)
    assert bench.state("anna") is AgentState.AVAILABLE
    assert only(bench.wait(3), Offer)


def test_a_talk_that_began_after_the_offer_was_given_up_is_a_talk() -> None:
    bench = Bench(
        *(a_spec(name, is_standing=True) for name in ABC), rules=[a_queue(*ABC, strategy=Strategy.TOP_DOWN)]
    )
    bench.come(*ABC)
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    bench.wait(3)
    bench.join("c2")
    assert bench.agent("anna").call_id == "c2"
    assert bench.agent("boris").call_id == "c1"
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert bench.agent("boris").call_id == "c1", "it was offered another leg since"
    bench.feed(TalkBegan(call_id="c2", leg_id=leg_id))
    bench.feed(TalkBegan(call_id="c2", leg_id=leg_id))
    assert bench.counted(Figure.HANDLED) == 1


def test_the_talk_of_an_offer_given_up_goes_before_what_the_agent_was_given_since() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna", wrap_up_s=10)])
    bench.come("anna")
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    bench.join("vip", ahead_s=500)
    bench.wait(3)
    assert bench.agent("anna").call_id == "vip"
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c1"
    assert bench.answer(bench.feed(CallerHere(call_id="vip"))).position == 1
    bench.feed(TalkEnded(call_id="c1", leg_id="other"))
    assert bench.state("anna") is AgentState.TALKING
    bench.feed(TalkEnded(call_id="c1", leg_id=leg_id))
    assert bench.state("anna") is AgentState.WRAP_UP


def test_a_talk_that_nobody_knows_is_taken_over_once() -> None:
    bench = Bench(a_spec("anna", is_standing=True), a_spec("boris"), rules=[a_queue("anna")])
    bench.come("anna")
    leg_id = bench.agent("anna").leg_id
    bench.feed(TalkBegan(call_id="c9", leg_id=leg_id))
    assert bench.state("anna") is AgentState.TALKING
    bench.feed(TalkBegan(call_id="c8", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c9"
    bench.end_talk("c9", "anna")
    assert bench.state("anna") is AgentState.AVAILABLE
    bench.feed(TalkBegan(call_id="c9", leg_id=leg_id))
    assert bench.state("anna") is AgentState.AVAILABLE, "told late"


def test_a_callback_keeps_the_place_in_line() -> None:
    bench = a_bench(names=("anna",))
    bench.say("anna", Command.BREAK)
    for number, call_id in enumerate(("c1", "c2", "c3")):
        bench.join(call_id, number=f"+7999000000{number}")
        bench.wait(1)
    bench.feed(CallerLeft(call_id="c2", why="callback"))
    assert bench.counted(Figure.CALLED_BACK) == 1
    assert bench.answer(bench.feed(CallerHere(call_id="c3"))).position == 3
    bench.come("anna")
    bench.talk("c1", "anna")
    bench.end_talk("c1", "anna")
    assert bench.state("anna") is AgentState.RINGING, "first the agent, so that somebody is there who answers"
    order = only(bench.park("anna"), PlaceReserved)[0]
    assert (order.campaign_id, order.agent_id, order.call_id) == ("", "anna", "c2")
    assert bench.state("anna") is AgentState.RESERVED


def test_who_withholds_their_number_keeps_no_place() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.feed(CallerLeft(call_id="c1", why="callback"))
    assert bench.floor.state().callers == ()


def test_who_calls_again_before_being_called_back_has_their_place() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1", number="+79990000001")
    bench.feed(CallerLeft(call_id="c1", why="callback"))
    bench.wait(5)
    bench.join("c2", number="+79990000002")
    orders = bench.join("c3", number="+79990000001")
    assert (only(orders, LetGo)[0].call_id, only(orders, LetGo)[0].why) == ("c1", "served")
    assert bench.answer(orders).position == 1


def test_a_place_is_kept_for_hours_and_until_it_is_given_up() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    for number, call_id in enumerate(("c1", "c2")):
        bench.join(call_id, number=f"+7999000000{number}")
        bench.feed(CallerLeft(call_id=call_id, why="callback"))
    assert bench.feed(GhostGone(call_id="c1")) == []
    assert bench.feed(GhostGone(call_id="c1")) == []
    orders = bench.wait(4 * 3_600)
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("c2", "too_long")]


def test_new_rules_act_on_those_who_wait() -> None:
    bench = Bench(
        a_spec("anna"),
        a_spec("boris"),
        rules=[a_queue("anna"), a_queue("anna", queue_id="shop:help", max_wait_s=99)],
    )
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.wait(10)
    bench.join("c2", ahead_s=5)
    bench.join("c3", queue_id="shop:help")
    bench.join("c4", queue_id="shop:help", number="+79990000001")
    bench.feed(CallerLeft(call_id="c4", why="callback"))
    orders = bench.feed(Queues(rules=(replace(a_queue("boris"), weight_s=30, max_wait_s=20),)))
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("c3", "gone"), ("c4", "gone")]
    bench.say("boris", Command.AVAILABLE)
    assert bench.agent("boris").call_id == "c1"
    bench.feed(Staff(specs=(a_spec("anna"), a_spec("boris", is_standing=True))))
    assert bench.agent("boris").call_id == "c1"


def test_a_talk_outlives_its_queue_and_a_caller_who_is_handed_on_does_not() -> None:
    bench = Bench(a_spec("anna"), a_spec("boris"), rules=[a_queue("anna")])
    bench.come("anna", "boris")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.join("c2", number="+79990000001")
    bench.feed(Queues(rules=()))
    bench.say("anna", Command.TRANSFER, to="boris")
    orders = bench.feed(LegFailed(leg_id=bench.agent("boris").leg_id))
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("c1", "gone")]


def test_callers_who_are_called_without_a_limit_wait_like_others() -> None:
    bench = a_bench()
    bench.come("anna")
    bench.join("d1", kind=CallerKind.DIALED, campaign_id="camp", attempt_id="d1")
    bench.wait(30)
    bench.talk("d1", "anna")
    assert bench.counted(Figure.ANSWERED, campaign_id="camp") == 1


@pytest.mark.parametrize("kind", [CallerKind.DIALED, CallerKind.INBOUND])
def test_a_limit_is_for_those_whom_we_called(kind: CallerKind) -> None:
    bench = a_bench(within_s=2.0)
    bench.say("anna", Command.BREAK)
    bench.join("c1", kind=kind)
    let_go = only(bench.wait(2), LetGo)
    assert [each.why for each in let_go] == (["abandoned"] if kind is CallerKind.DIALED else [])


def test_what_an_estimate_says_from_outside() -> None:
    bench = a_bench(names=("anna",))
    assert bench.floor.estimate_ms("no:such", bench.now) is None
    assert bench.floor.estimate_ms(Q, bench.now) is None
    bench.come("anna")
    assert bench.floor.estimate_ms(Q, bench.now) == 0
    bench.feed(CallerJoined(call_id="c1", queue_id=Q, switch="main", joined_at=bench.now))
    assert bench.floor.estimate_ms(Q, bench.now) == pytest.approx(180_000)
