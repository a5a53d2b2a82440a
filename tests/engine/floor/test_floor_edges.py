"""What comes in an order that nobody would think of: each a branch of its own."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.agent import AgentState
from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.queue import CallerKind, Strategy
from orchestrator.engine.floor.floor import agent_due
from orchestrator.engine.floor.news import (
    AttemptEnded,
    CallerHere,
    CallerLeft,
    Command,
    JoinFailed,
    LegEnded,
    LegFailed,
    Placed,
    Queues,
    Staff,
    TalkBegan,
    TalkEnded,
)
from orchestrator.engine.floor.orders import (
    BridgeLegs,
    Figure,
    LetGo,
    Offer,
    PlaceReserved,
    RingAgent,
)
from orchestrator.engine.floor.state import FloorState
from tests.engine.floor.factories import Bench, Q, a_queue, a_spec, only

S = AgentState


def test_one_of_many_who_are_rung_may_go_on_a_break() -> None:
    bench = Bench(
        a_spec("anna"), a_spec("boris"), rules=[a_queue("anna", "boris", strategy=Strategy.RING_ALL)]
    )
    bench.come("anna", "boris")
    bench.join("c1")
    bench.say("anna", Command.BREAK)
    assert bench.state("boris") is S.RINGING
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).is_free


def test_a_held_caller_is_not_held_anew_for_a_consultation() -> None:
    bench = Bench(a_spec("anna"), a_spec("boris", is_standing=True), rules=[a_queue("anna", "boris")])
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("anna", Command.HOLD)
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bench.park("anna")
    bench.come("boris")
    assert only(bench.say("anna", Command.CONSULT, to="boris"), BridgeLegs)


def test_a_timer_left_over_from_another_state_does_nothing() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna")])
    agent_due(bench.floor._board, bench.agent("anna"))
    assert bench.state("anna") is S.OFFLINE


def test_agents_of_a_later_level_join_the_ringing_when_they_get_free_in_time() -> None:
    bench = Bench(
        a_spec("anna"),
        a_spec("boris"),
        rules=[a_queue(("anna", 1), ("boris", 2), strategy=Strategy.RING_ALL, levels_after_s=20)],
    )
    bench.come("anna")
    bench.join("c1")
    bench.wait(5)
    bench.come("boris")
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.wait(15), RingAgent)[0].agent_id == "boris"


def test_a_queue_whose_rules_are_told_again_is_as_it_was() -> None:
    rules = a_queue("anna", max_wait_s=30)
    bench = Bench(a_spec("anna"), rules=[rules])
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.feed(Queues(rules=(rules,)))
    assert only(bench.wait(29), LetGo) == []
    assert only(bench.wait(1), LetGo)


def test_a_caller_who_comes_back_to_their_agent_outlives_the_queue() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna")])
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("anna", Command.HOLD)
    bench.say("anna", Command.UNHOLD)
    assert only(bench.feed(Queues(rules=())), LetGo) == []
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    assert only(bench.park("anna"), Offer)
    assert bench.agent("anna").state is S.TALKING


def test_a_talk_with_an_agent_who_talks_with_somebody_else_is_not_believed() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")])
    bench.come("anna")
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    bench.join("c2", ahead_s=99)
    bench.wait(3)
    bench.feed(TalkBegan(call_id="c2", leg_id=leg_id))
    bench.feed(TalkBegan(call_id="c2", leg_id=leg_id))
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c2"
    assert bench.counted(Figure.HANDLED) == 1


def test_a_talk_found_in_the_wrap_up_ends_it() -> None:
    bench = Bench(
        a_spec("anna", is_standing=True),
        rules=[a_queue("anna", wrap_up_s=60)],
    )
    bench.come("anna")
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    bench.join("c2", ahead_s=99)
    bench.wait(3)
    bench.talk("c2", "anna")
    bench.end_talk("c2", "anna")
    bench.wait(5)
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c1"
    assert bench.counted(Figure.WRAP_UP_MS, agent_id="anna") == 5_000


def test_a_talk_goes_before_the_ringing_of_all_others_on_both_sides() -> None:
    bench = Bench(
        *(a_spec(name, is_standing=name == "anna") for name in ("anna", "boris", "clara")),
        rules=[a_queue("anna", "boris", "clara", strategy=Strategy.RING_ALL)],
    )
    bench.come("anna")
    leg_id = only(bench.join("c1"), Offer)[0].leg_id
    bench.feed(JoinFailed(call_id="c1", leg_id=leg_id))
    for name in ("boris", "clara"):
        bench.say(name, Command.AVAILABLE)  # both are rung for c1
    bench.join("c2", ahead_s=99)
    bench.wait(3)
    assert bench.agent("anna").call_id == "c2"
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c1"
    assert {bench.agent(name).call_id for name in ("boris", "clara")} == {"c2"}
    bench.feed(TalkBegan(call_id="c2", leg_id=leg_id))
    assert bench.agent("anna").call_id == "c1", "the talk that is known is believed"


def test_a_talk_found_by_a_new_leader_leaves_the_others_ringing_for_whom_they_rang() -> None:
    specs, rules = (a_spec("anna"), a_spec("boris")), [a_queue("anna", "boris", strategy=Strategy.RING_ALL)]
    bench = Bench(*specs, rules=rules)
    for name in ("anna", "boris"):
        bench.say(name, Command.AVAILABLE)
    bench.join("c2")
    bench.join("c1")
    later = Bench(*specs, rules=rules, now=bench.now)
    later.floor.restore(bench.floor.state(), later.now)
    later.feed(TalkBegan(call_id="c1", leg_id=later.agent("anna").leg_id))
    assert (later.agent("anna").call_id, later.agent("boris").call_id) == ("c1", "c2")


def test_an_errand_of_which_nothing_was_heard_yet_is_just_given_up() -> None:
    bench = Bench(a_spec("anna"), a_spec("boris"), rules=[a_queue("anna", "boris")])
    bench.say("anna", Command.BREAK)
    bench.join("g1", number="+79990000001")
    bench.feed(CallerLeft(call_id="g1", why="callback"))
    bench.say("anna", Command.AVAILABLE)
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    bench.wait(3)
    assert only(bench.park("anna"), PlaceReserved)
    bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
    assert bench.state("anna") is S.AVAILABLE
    assert bench.counted(Figure.MISSED) == 2


def test_a_call_whose_end_nobody_told_is_forgotten() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna")])
    bench.feed(Placed(attempt_id="d1", campaign_id="x"))
    bench.join("d2", campaign_id="x", attempt_id="d2")
    bench.feed(Placed(attempt_id="d2", campaign_id="x"))
    bench.wait(3 * 3_600)
    assert [each.attempt_id for each in bench.floor.state().attempts] == []
    bench.feed(AttemptEnded(attempt_id="d1"))


def test_a_closed_queue_lets_those_wait_on_whom_we_called_until_their_limit() -> None:
    hours = WeeklyHours(days=((Span(start=0, end=11 * 60 + 7),),) * 7)
    bench = Bench(a_spec("anna"), rules=[a_queue("anna", hours=hours, within_s=60.0)])
    bench.say("anna", Command.BREAK)
    bench.wait(10)
    bench.join("d1", kind=CallerKind.DIALED, within_s=60.0)
    bench.join("c1")
    assert [each.call_id for each in only(bench.wait(20), LetGo)] == ["c1"]
    assert [each.why for each in only(bench.wait(40), LetGo)] == ["abandoned"]


def test_an_empty_queue_is_looked_at_again_when_its_time_has_come() -> None:
    bench = Bench(
        a_spec("anna"), a_spec("boris"), rules=[a_queue(("anna", 1), ("boris", 2), levels_after_s=20)]
    )
    bench.come("boris")
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.wait(15)
    bench.say("anna", Command.OFFLINE)
    bench.say("boris", Command.OFFLINE)
    assert only(bench.wait(9), LetGo) == []
    assert [each.why for each in only(bench.wait(1), LetGo)] == ["no_agents"]


def test_a_caller_who_was_handed_on_says_that_they_are_here() -> None:
    bench = Bench(a_spec("anna"), a_spec("boris"), rules=[a_queue("anna", "boris")])
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("boris", Command.BREAK)
    bench.say("anna", Command.OFFLINE)
    bench.say("anna", Command.TRANSFER, to=Q)
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).position == 1
    assert only(bench.wait(11), LetGo) == []
    assert bench.counted(Figure.ABANDONED) == 0


def test_an_offer_outlives_the_time_at_which_a_silent_caller_would_be_gone() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")], lost_ms=20_000)
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.wait(15)
    bench.come("anna")
    bench.feed(CallerHere(call_id="c1"))
    bench.wait(9)
    assert bench.agent("anna").call_id == "c1"


def test_people_whom_a_campaign_called_that_is_not_known_are_counted_all_the_same() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna", within_s=2.0)])
    bench.come("anna")
    for call_id in ("d1", "d2"):
        bench.join(call_id, kind=CallerKind.DIALED)
    bench.talk("d1", "anna")
    bench.feed(CallerLeft(call_id="d2"))
    assert (bench.counted(Figure.CONNECTED), bench.counted(Figure.DIALED_LEFT)) == (1, 1)


def test_who_is_kept_as_reserved_for_nothing_is_free_again_in_time() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")])
    bench.come("anna")
    record = replace(bench.agent("anna").record(), state=S.RESERVED)
    later = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")], now=bench.now)
    later.floor.restore(FloorState(at=bench.now, agents=(record,)), later.now)
    assert later.state("anna") is S.RESERVED
    later.wait(75)
    assert later.state("anna") is S.AVAILABLE


def test_a_caller_kept_with_an_agent_who_is_not_known_any_more_waits_again() -> None:
    bench = Bench(a_spec("anna"), a_spec("boris"), rules=[a_queue("anna", "boris")])
    bench.come("anna")
    bench.join("c1")
    state = bench.floor.state()
    later = Bench(a_spec("boris"), rules=[a_queue("boris")], now=bench.now)
    later.floor.restore(state, later.now)
    later.come("boris")
    assert later.agent("boris").call_id == "c1"


def test_rules_and_staff_may_name_whom_the_other_does_not_know() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna", "ghost")])
    assert len(bench.floor._board.lines[Q].members) == 1
    bench.feed(Staff(specs=(a_spec("anna"), a_spec("ghost"))))
    assert len(bench.floor._board.lines[Q].members) == 2
