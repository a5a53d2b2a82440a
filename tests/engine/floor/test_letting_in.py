"""Queues: whose turn it is, who is let in, who is let go, and what is counted of them."""

from __future__ import annotations

import datetime as dt

from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.engine.floor.news import (
    CallerHere,
    CallerLeft,
    Command,
    LegFailed,
    Queues,
)
from orchestrator.engine.floor.orders import Figure, LetGo
from tests.engine.floor.factories import Bench, Q, a_queue, a_spec, only

ABC = ("anna", "boris", "clara")


def a_bench(*agents: str | tuple[str, int], names: tuple[str, ...] = ABC, **rules: object) -> Bench:
    return Bench(*(a_spec(name) for name in names), rules=[a_queue(*(agents or names), **rules)])


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
