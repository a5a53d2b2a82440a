"""Predictive campaigns on the floor: who gets the customers who answer, and calls made for one agent."""

from __future__ import annotations

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.news import (
    AttemptEnded,
    CallerLeft,
    CampaignRests,
    Command,
    CustomerAnswered,
    JoinFailed,
    Placed,
    PlaceDone,
    Queues,
    ReservedFailed,
)
from orchestrator.engine.floor.orders import (
    CancelCalls,
    DropLeg,
    Figure,
    LetGo,
    Moment,
    Offer,
    Place,
    RingAgent,
    ScreenPop,
)
from tests.engine.floor.dialed import a_bench, answer, arrive, place, run
from tests.engine.floor.factories import Q, a_pacing, only

S = AgentState


def test_calls_are_placed_for_free_agents_and_counted_while_nothing_is_heard_of_them() -> None:
    bench = a_bench()
    assert [each.calls for each in only(bench.orders, Place)] == [2]
    assert only(bench.wait(9), Place) == []
    place(bench, "d1", "d2")
    assert bench.counted(Figure.PLACED, campaign_id="camp") == 2
    assert only(bench.wait(20), Place) == []
    bench.feed(AttemptEnded(attempt_id="d1", disposition="busy"))
    assert [each.calls for each in only(bench.wait(1), Place)] == [1]
    bench.feed(AttemptEnded(attempt_id="d1", disposition="busy"))
    assert only(bench.wait(9), Place) == []
    assert [each.calls for each in only(bench.wait(2), Place)] == [1], "nothing was heard of the order"


def test_what_could_not_be_placed_is_ordered_again_later() -> None:
    bench = a_bench()
    bench.feed(PlaceDone(campaign_id="camp", asked=2, placed=0, why="next", again_at=bench.now + 5_000))
    assert only(bench.wait(4.9), Place) == []
    assert [each.calls for each in only(bench.wait(1), Place)] == [2]


def test_no_leads_no_calls() -> None:
    bench = a_bench(runs=False)
    assert only(run(bench, leads_left=0), Place) == []
    run(bench, leads_left=1)
    assert [each.calls for each in only(bench.wait(1), Place)] == [1]
    place(bench, "d1")
    bench.feed(AttemptEnded(attempt_id="d1"))
    assert only(bench.wait(30), Place) == []


def test_a_customer_who_answers_has_the_best_free_agent_before_their_script_asks() -> None:
    bench = a_bench()
    place(bench, "d1", "d2")
    orders = answer(bench, "d1", number="+79990000001", lead_id=7, contact=(("name", "Olga"),))
    assert bench.agent("anna").call_id == "d1"
    pop = only(orders, ScreenPop)[0]
    assert (pop.moment, pop.lead_id, pop.contact, pop.campaign_id) == (
        Moment.RINGS,
        7,
        (("name", "Olga"),),
        "camp",
    )
    assert only(orders, Offer) == []
    bench.wait(0.05)
    orders = arrive(bench, "d1")
    assert bench.answer(orders).is_free
    assert only(orders, Offer)[0].agent_id == "anna"
    bench.wait(0.07)
    bench.talk("d1", "anna")
    assert bench.counted(Figure.CONNECTED, campaign_id="camp") == 1
    assert bench.counted(Figure.CONNECT_MS) == 120
    assert bench.counted(Figure.DIALED_ANSWERED, queue_id=Q) == 1
    assert bench.counted(Figure.OFFERED) == bench.counted(Figure.ANSWERED) == 0
    assert answer(bench, "d1") == [], "told twice"


def test_whom_nobody_takes_in_time_is_abandoned_and_may_not_wait() -> None:
    bench = a_bench(names=("anna",))
    place(bench, "d1", "d2")
    answer(bench, "d1")
    answer(bench, "d2")
    arrive(bench, "d2")
    orders = bench.wait(2)
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("d2", "abandoned")]
    assert bench.counted(Figure.DIALED_ABANDONED, campaign_id="camp", queue_id=Q) == 1
    bench.feed(CallerLeft(call_id="d2"))
    bench.feed(AttemptEnded(attempt_id="d2", was_abandoned=True))
    assert bench.counted(Figure.DIALED_ABANDONED) == 1


def test_an_agent_who_does_not_pick_up_in_time_is_no_agent_in_time() -> None:
    bench = a_bench(standing=False)
    place(bench, "d1")
    orders = answer(bench, "d1")
    assert only(orders, RingAgent)[0].call_id == "d1"
    arrive(bench, "d1")
    orders = bench.wait(2)
    assert only(orders, LetGo)[0].why == "abandoned"
    assert only(orders, DropLeg)
    assert bench.state("anna") is S.AVAILABLE
    assert bench.counted(Figure.MISSED) == 0


def test_with_a_hold_message_the_first_free_agent_has_the_abandoned_one_who_waited() -> None:
    bench = a_bench(names=("anna",), is_held=True, max_wait_s=60)
    place(bench, "d1", "d2")
    answer(bench, "d1")
    arrive(bench, "d1")
    bench.talk("d1", "anna")
    answer(bench, "d2")
    arrive(bench, "d2")
    assert only(bench.wait(20), LetGo) == []
    assert bench.counted(Figure.DIALED_ABANDONED) == 1
    bench.end_talk("d1", "anna")
    bench.park("anna")
    bench.say("anna", Command.READY)
    bench.talk("d2", "anna")
    assert (bench.counted(Figure.CONNECTED), bench.counted(Figure.CONNECTED_LATE)) == (1, 1)
    assert bench.counted(Figure.DIALED_ABANDONED) == 1
    answer(bench, "d3")


def test_a_held_customer_who_leaves_late_is_counted_once() -> None:
    bench = a_bench(names=("anna",), is_held=True, max_wait_s=60)
    bench.say("anna", Command.BREAK)
    for call_id in ("d1", "d2"):
        arrive(bench, call_id)
    bench.wait(10)
    bench.feed(CallerLeft(call_id="d1"))
    orders = bench.wait(50)
    assert [(each.call_id, each.why) for each in only(orders, LetGo)] == [("d2", "max_wait")]
    assert bench.counted(Figure.DIALED_ABANDONED) == 2
    assert bench.counted(Figure.ABANDONED) == bench.counted(Figure.OVERFLOWED) == 0


def test_a_join_under_way_at_the_limit_is_not_broken_off_but_it_was_too_late() -> None:
    bench = a_bench()
    place(bench, "d1")
    answer(bench, "d1")
    arrive(bench, "d1")
    assert only(bench.wait(2.5), LetGo) == []
    bench.talk("d1", "anna")
    assert (bench.counted(Figure.CONNECTED_LATE), bench.counted(Figure.DIALED_ABANDONED)) == (1, 1)
    assert bench.counted(Figure.CONNECTED) == 0


def test_a_customer_whose_join_fails_has_another_agent_as_long_as_there_is_time() -> None:
    bench = a_bench()
    place(bench, "d1")
    answer(bench, "d1")
    leg_id = only(arrive(bench, "d1"), Offer)[0].leg_id
    bench.wait(1)
    assert only(bench.feed(JoinFailed(call_id="d1", leg_id=leg_id)), Offer)[0].agent_id == "boris"


@pytest.mark.parametrize(("after_s", "figure"), [(1, Figure.DIALED_LEFT), (2.5, Figure.DIALED_ABANDONED)])
def test_a_customer_who_hangs_up_left_or_was_abandoned_by_the_time(after_s: float, figure: Figure) -> None:
    bench = a_bench(names=("anna",))
    place(bench, "d1")
    answer(bench, "d1")
    arrive(bench, "d1")
    bench.wait(after_s)
    bench.feed(CallerLeft(call_id="d1"))
    assert bench.counted(figure) == 1


def test_a_script_that_says_that_it_has_abandoned_is_believed() -> None:
    bench = a_bench(names=("anna",))
    place(bench, "d1", "d2")
    answer(bench, "d1")
    answer(bench, "d2")
    arrive(bench, "d2")
    bench.feed(CallerLeft(call_id="d2", why="abandoned"))
    bench.feed(AttemptEnded(attempt_id="d1", was_abandoned=True))
    assert bench.counted(Figure.DIALED_ABANDONED) == 2


def test_a_customer_whose_script_never_comes_to_the_queue_sets_the_agent_free() -> None:
    bench = a_bench()
    place(bench, "d1")
    answer(bench, "d1")
    bench.wait(9.9)
    assert bench.state("anna") is S.RINGING
    bench.wait(0.1)
    assert bench.state("anna") is S.AVAILABLE
    assert bench.counted(Figure.DIALED_ABANDONED) == 1


def test_a_machine_gets_no_agent_before_its_script_comes_to_the_queue() -> None:
    bench = a_bench()
    place(bench, "d1")
    answer(bench, "d1", party="machine")
    assert bench.state("anna") is S.AVAILABLE
    assert only(arrive(bench, "d1"), Offer)
    bench.feed(AttemptEnded(attempt_id="d1"))
    assert bench.state("anna") is S.AVAILABLE


def test_news_of_unknown_attempts_changes_nothing() -> None:
    bench = a_bench(runs=False)
    for news in (
        CustomerAnswered(attempt_id="x"),
        AttemptEnded(attempt_id="x"),
        PlaceDone(campaign_id="x", asked=1, placed=0),
        ReservedFailed(campaign_id="x", agent_id="anna"),
        ReservedFailed(campaign_id="x", agent_id="zoe"),
        CampaignRests(campaign_id="x"),
    ):
        assert bench.feed(news) == []
    bench.feed(Placed(attempt_id="d1", campaign_id="standing"))
    bench.feed(Placed(attempt_id="d1", campaign_id="standing"))
    assert bench.counted(Figure.PLACED) == 1
    assert answer(bench, "d1") == [], "no campaign of ours: its script comes to a queue or not"
    bench.feed(Placed(attempt_id="d2", campaign_id="standing"))
    assert answer(bench, "d2", party="machine") == []
    bench.feed(Placed(attempt_id="d3", campaign_id="standing"))
    assert bench.feed(AttemptEnded(attempt_id="d3")) == []


def test_nothing_is_dialed_any_more_when_agents_leave_and_at_once() -> None:
    bench = a_bench(names=tuple(f"a{i}" for i in range(6)))
    place(bench, *(f"d{i}" for i in range(6)))
    bench.wait(20)
    for name in bench.agent("a0").seats[0][0].names - {"a0"}:
        bench.say(name, Command.OFFLINE)
    bench.feed(AttemptEnded(attempt_id="d0"))
    orders = bench.wait(2)
    assert sum(each.calls for each in only(orders, Place)) <= 1
    bench.say("a0", Command.OFFLINE)
    assert only(bench.wait(60), Place) == []


def test_who_goes_after_the_call_is_not_counted_on() -> None:
    bench = a_bench()
    bench.join("c1")
    bench.talk("c1", "anna")
    line = bench.floor._board.lines[Q]
    assert list(line.talking) == ["anna"]
    bench.say("anna", Command.BREAK)
    assert line.talking == {}
    bench.say("anna", Command.AVAILABLE)
    assert list(line.talking) == ["anna"]
    bench.end_talk("c1", "anna")
    assert list(line.wrapping) == ["anna"]


def test_a_campaign_that_rests_orders_nothing_and_its_calls_go_on() -> None:
    bench = a_bench()
    place(bench, "d1")
    bench.feed(CampaignRests(campaign_id="camp"))
    assert only(bench.wait(30), Place) == []
    answer(bench, "d1")
    assert bench.agent("anna").call_id == "d1"
    bench.feed(AttemptEnded(attempt_id="d1"))
    assert only(bench.wait(30), Place) == []
    assert only(run(bench) + bench.wait(1), Place)


def test_a_campaign_of_a_queue_that_is_not_known_rests() -> None:
    bench = a_bench()
    bench.feed(PlaceDone(campaign_id="camp", asked=2, placed=0))
    run(bench, queue_id="no:such")
    assert only(bench.wait(10), Place) == []
    assert bench.floor.pacer("camp") is not None
    assert bench.floor.pacer("no") is None


def test_other_rules_of_pacing_and_another_queue_are_taken_over() -> None:
    bench = a_bench()
    place(bench, "d1")
    first = bench.floor.pacer("camp")
    run(bench, queue_id="shop:help")
    assert bench.floor.pacer("camp") is first
    assert bench.floor._board.lines[Q].campaigns == []
    run(bench, queue_id="shop:help", pacing=a_pacing(within_s=3.0))
    assert bench.floor.pacer("camp") is not first
    assert len(bench.floor._board.lines["shop:help"].campaigns) == 1
    assert "d1" in bench.floor._board.campaigns["camp"].ringing
    bench.feed(Queues(rules=()))
    assert only(bench.wait(10), Place) == []


def test_a_call_that_nobody_could_take_is_cancelled() -> None:
    names = ("a1", "a2", "a3", "a4")
    bench = a_bench(names=names)
    place(bench, "d1", "d2", "d3", "d4")
    bench.wait(10)
    for name in names:
        assert only(bench.say(name, Command.OFFLINE), CancelCalls) == [], "no telephone rings so shortly"
    orders = bench.wait(8)
    cancelled = [attempt for each in only(orders, CancelCalls) for attempt in each.attempt_ids]
    assert sorted(cancelled) == ["d1", "d2", "d3", "d4"]
    assert bench.counted(Figure.CANCELLED, campaign_id="camp") == 4
    bench.feed(AttemptEnded(attempt_id="d1", disposition="cancelled"))
    assert answer(bench, "d2") == [], "it was answered as it was cancelled"


def test_campaigns_that_share_agents_do_not_each_dial_for_all_of_them() -> None:
    bench = a_bench(runs=False)
    run(bench)
    run(bench, campaign_id="second")
    orders = bench.wait(1)
    assert sum(each.calls for each in only(bench.orders, Place)) == 2, orders


def test_whoever_waits_elsewhere_for_the_same_agents_goes_before_new_calls() -> None:
    bench = a_bench(names=("anna",), runs=False)
    bench.say("anna", Command.BREAK)
    bench.join("c1", queue_id="shop:help")
    run(bench)
    assert only(bench.wait(2), Place) == []
    bench.say("anna", Command.AVAILABLE)
    assert bench.agent("anna").call_id == "c1"
