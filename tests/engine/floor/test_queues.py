"""Queues: who gets whom, who is let in, and who is let go."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.domain.hours import Span, WeeklyHours
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


def test_who_waits_longest_is_next_and_a_boost_is_like_time_that_was_waited() -> None:
    bench = a_bench(names=("anna",))
    bench.say("anna", Command.BREAK)
    for call_id, ahead_s in (("c1", 0), ("gold", 300), ("c2", 0), ("silver", 120)):
        bench.join(call_id, ahead_s=ahead_s)
        bench.wait(1)
    places = [
        bench.answer(bench.feed(CallerHere(call_id=each))).position for each in ("c1", "gold", "c2", "silver")
    ]
    assert places == [3, 1, 4, 2]
    bench.wait(119)
    late = bench.answer(bench.join("c3", ahead_s=120))
    assert late.position == 5, "c1 has waited longer than the boost is worth, c2 has not"


def test_an_agent_of_several_queues_takes_who_waits_longest_over_all_of_them() -> None:
    bench = Bench(
        a_spec("anna"),
        rules=[a_queue("anna"), a_queue("anna", queue_id="shop:help", weight_s=60)],
    )
    bench.say("anna", Command.BREAK)
    bench.join("old")
    bench.wait(70)
    bench.join("heavy", queue_id="shop:help")
    bench.join("new")
    bench.come("anna")
    assert bench.agent("anna").call_id == "old"
    bench.talk("old", "anna")
    bench.end_talk("old", "anna")
    assert bench.agent("anna").call_id == "heavy"


def test_a_queue_is_full_by_number_and_by_agents_at_work() -> None:
    bench = a_bench(max_waiting=1)
    bench.say("anna", Command.BREAK)
    assert bench.answer(bench.join("c1")).why == ""
    assert bench.answer(bench.join("c2")).why == "full"
    assert bench.counted(Figure.REFUSED, queue_id=Q) == 1
    assert bench.answer(bench.join("c3", max_waiting=5)).why == "", "the step's own goes before"
    assert bench.answer(bench.join("c4", per_agent=2)).why == "full", "nobody is at work"
    bench.come("boris")
    bench.talk("c1", "boris")
    assert bench.answer(bench.join("c5", per_agent=2)).why == ""
    assert bench.answer(bench.join("c6", per_agent=2, max_waiting=2)).why == "full"
    assert bench.answer(bench.join("c7", joined_at=bench.now - 6_000)).why == "", "was let in before"


def test_nobody_is_turned_away_from_a_free_agent() -> None:
    bench = a_bench(max_waiting=0)
    bench.come("anna")
    assert bench.answer(bench.join("c1")).is_free
    assert bench.answer(bench.join("c2")).why == "full"


def test_a_queue_that_is_not_known_or_has_nobody_lets_nobody_in() -> None:
    bench = a_bench()
    assert bench.answer(bench.join("c1", queue_id="no:such")).why == "unknown"
    assert bench.answer(bench.join("c1")).why == "no_agents"
    bench.feed(Queues(rules=(a_queue(),)))
    bench.come("anna")
    assert bench.answer(bench.join("c1")).why == "no_agents", "a queue without agents"


def test_when_all_agents_leave_those_who_wait_are_let_go_a_little_later() -> None:
    bench = a_bench()
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.say("anna", Command.OFFLINE)
    bench.wait(9)
    bench.say("boris", Command.BREAK)  # a change of shifts
    assert only(bench.wait(60), LetGo) == []
    bench.say("boris", Command.OFFLINE)
    assert only(bench.wait(10), LetGo)[0].why == "no_agents"
    assert bench.counted(Figure.OVERFLOWED) == 1


def test_who_has_waited_too_long_is_let_go_but_not_while_an_agent_is_rung_for_them() -> None:
    bench = a_bench(names=("anna",), max_wait_s=60)
    bench.come("anna")
    bench.join("c1")
    bench.join("c2")
    bench.join("c3", max_wait_s=100)
    bench.wait(5)
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    bench.wait(53)  # anna has rung for c1 since second 8, and was given up at 43; rings again since 46
    assert bench.agent("anna").call_id == "c1"
    assert [each.call_id for each in only(bench.wait(10), LetGo)] == ["c2"]
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    assert [each.call_id for each in only(bench.wait(0), LetGo)] == ["c1"]
    assert [each.call_id for each in only(bench.wait(60), LetGo)] == ["c3"]


def test_outside_the_hours_nobody_is_let_in_and_who_waits_is_let_go() -> None:
    all_week = WeeklyHours(days=tuple((Span(start=9 * 60, end=12 * 60),) for _ in range(7)))
    bench = a_bench(hours=all_week)
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.join("ghost", number="+79990000001")
    bench.feed(CallerLeft(call_id="ghost", why="callback"))
    orders = bench.wait(53 * 60 + 20)  # it was 11:06:40
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [
        ("c1", "closed"),
        ("ghost", "closed"),
    ]
    assert bench.answer(bench.join("c2")).why == "closed"
    bench.wait(21 * 3_600)
    assert bench.answer(bench.join("c2")).why == ""


def test_hours_that_never_come_keep_the_queue_closed() -> None:
    never = WeeklyHours(days=((),) * 7, closed=frozenset({dt.date(2026, 11, 18)}))
    bench = a_bench(hours=never)
    bench.come("anna")
    assert bench.answer(bench.join("c1")).why == "closed"


def test_figures_of_a_queue() -> None:
    bench = a_bench(names=("anna",), service_level_s=20)
    bench.come("anna")
    bench.join("fast")
    bench.wait(5)
    bench.talk("fast", "anna")
    bench.join("slow")
    bench.join("early")
    bench.wait(4)
    bench.feed(CallerLeft(call_id="early"))
    bench.join("late")
    bench.wait(16)
    bench.feed(CallerLeft(call_id="late"))
    bench.join("let go")
    bench.feed(CallerLeft(call_id="let go", why="silent"))
    bench.end_talk("fast", "anna")
    bench.talk("slow", "anna")
    of = {figure: bench.counted(figure, queue_id=Q) for figure in Figure}
    assert of[Figure.OFFERED] == 5
    assert (of[Figure.ANSWERED], of[Figure.ANSWERED_IN_TIME], of[Figure.WAIT_MS]) == (2, 1, 25_000)
    assert (of[Figure.ABANDONED], of[Figure.ABANDONED_EARLY], of[Figure.ABANDONED_WAIT_MS]) == (2, 1, 20_000)
    assert of[Figure.OVERFLOWED] == 1


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
