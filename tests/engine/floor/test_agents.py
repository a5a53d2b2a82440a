"""States of agents: who goes where, when, and what is kept of it."""

from __future__ import annotations

from orchestrator.domain.agent import NOT_ANSWERING, AgentState
from orchestrator.engine.floor.news import (
    Command,
    LegEnded,
    LegFailed,
    LegRings,
    Queues,
    Staff,
    TalkBegan,
)
from orchestrator.engine.floor.orders import (
    AgentMoved,
    DropLeg,
    Figure,
    Moment,
    Offer,
    ParkLeg,
    Refused,
    RingAgent,
    ScreenPop,
    Tone,
)
from tests.engine.floor.factories import Bench, Q, a_mixed_bench, a_queue, a_spec, only

S = AgentState


def test_a_call_leads_through_all_states_and_the_time_in_each_is_counted() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.wait(7)
    bench.join("c1")
    bench.wait(3)
    bench.talk("c1", "anna")
    bench.wait(60)
    bench.end_talk("c1", "anna")
    assert bench.state("anna") is S.WRAP_UP
    bench.wait(40)
    assert bench.state("anna") is S.AVAILABLE
    moved = [(each.before, each.lasted_ms) for each in only(bench.orders, AgentMoved) if each.lasted_ms]
    assert moved == [(S.AVAILABLE, 7_000), (S.RINGING, 3_000), (S.TALKING, 60_000), (S.WRAP_UP, 40_000)]
    assert bench.counted(Figure.AVAILABLE_MS, agent_id="anna") == 7_000
    assert bench.counted(Figure.TALK_MS, queue_id=Q, agent_id="anna") == 60_000
    assert bench.counted(Figure.WRAP_UP_MS, queue_id=Q) == bench.counted(Figure.WRAPPING_MS) == 40_000
    assert bench.agent("anna").calls_today == 1
    assert bench.agent("anna").talk_ms_today == 60_000


def test_a_standing_leg_is_made_when_the_agent_comes_and_kept_between_calls() -> None:
    bench = a_mixed_bench()
    orders = bench.say("boris", Command.AVAILABLE)
    ring = only(orders, RingAgent)[0]
    assert (ring.is_standing, ring.call_id, ring.target_switch, ring.ring_s) == (True, "", "main", 30)
    assert bench.state("boris") is S.RINGING
    bench.feed(LegRings(leg_id=ring.leg_id))
    bench.park("boris")
    assert bench.state("boris") is S.AVAILABLE
    orders = bench.join("c1")
    assert [type(each) for each in orders if isinstance(each, (Tone, Offer, RingAgent))] == [Tone, Offer]
    bench.feed(TalkBegan(call_id="c1", leg_id=ring.leg_id))
    assert only(bench.end_talk("c1", "boris"), DropLeg) == []
    bench.park("boris")
    bench.wait(40)
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.join("c2"), Offer)[0].leg_id == ring.leg_id


def test_a_leg_for_one_call_is_made_where_the_caller_is_and_dropped_after_it() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    ring = only(bench.join("c1", switch="spare"), RingAgent)[0]
    assert (ring.target_switch, ring.ring_s, ring.queue_id) == ("spare", 20, Q)
    bench.talk("c1", "anna")
    assert only(bench.end_talk("c1", "anna"), DropLeg)[0].leg_id == ring.leg_id


def test_what_is_asked_for_in_a_talk_comes_after_the_call_and_can_be_taken_back() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("anna", Command.BREAK, reason="lunch")
    assert bench.state("anna") is S.TALKING
    bench.say("anna", Command.AVAILABLE)
    bench.say("anna", Command.OFFLINE)
    bench.end_talk("c1", "anna")
    assert bench.state("anna") is S.OFFLINE


def test_a_break_comes_after_the_wrap_up_or_instead_of_it() -> None:
    bench = a_mixed_bench()
    for instead in (False, True):
        bench.come("anna")
        bench.join("c1")
        bench.talk("c1", "anna")
        if not instead:
            bench.say("anna", Command.BREAK, reason="lunch")
        bench.end_talk("c1", "anna")
        assert bench.state("anna") is S.WRAP_UP
        if instead:
            bench.say("anna", Command.BREAK, reason="lunch")
        else:
            bench.wait(40)
        assert (bench.state("anna"), bench.agent("anna").reason) == (S.BREAK, "lunch")


def test_an_agent_who_goes_while_ringing_is_not_counted_as_missing_and_the_caller_waits_on() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.join("c1")
    orders = bench.say("anna", Command.BREAK)
    assert bench.state("anna") is S.BREAK
    assert only(orders, DropLeg)
    assert bench.counted(Figure.MISSED) == 0
    bench.say("anna", Command.AVAILABLE)
    assert bench.state("anna") is S.RINGING


def test_an_agent_who_is_just_being_joined_goes_after_the_call() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.come("boris")
    bench.join("c1")
    bench.say("boris", Command.OFFLINE)
    assert bench.state("boris") is S.RINGING
    bench.talk("c1", "boris")
    assert only(bench.end_talk("c1", "boris"), DropLeg), "the standing leg goes with the agent"
    assert bench.state("boris") is S.OFFLINE


def test_breaks_have_reasons_of_the_own_list() -> None:
    bench = Bench(rules=[a_queue("anna")])
    bench.feed(Staff(specs=(a_spec("anna"),), breaks=("lunch", "training")))
    why = only(bench.say("anna", Command.BREAK, reason="football"), Refused)[0].why
    assert why == "a break needs one of these reasons: lunch, training"
    assert bench.say("anna", Command.BREAK, reason="lunch")
    assert bench.state("anna") is S.BREAK


def test_the_wrap_up_may_be_extended_so_often_and_ends_by_itself() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.end_talk("c1", "anna")
    for _ in range(2):
        assert not only(bench.say("anna", Command.EXTEND), Refused)
    why = only(bench.say("anna", Command.EXTEND), Refused)[0].why
    assert why == "this wrap-up was extended 2 times, and may be no more"
    bench.wait(99)
    assert bench.state("anna") is S.WRAP_UP
    bench.wait(1)
    assert bench.state("anna") is S.AVAILABLE, "an agent who never ends it is available when the time is over"


def test_ready_ends_the_wrap_up_and_nothing_else() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    for command in (Command.READY, Command.EXTEND):
        assert "anna is available" in only(bench.say("anna", command), Refused)[0].why
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.end_talk("c1", "anna")
    bench.say("anna", Command.READY)
    assert bench.state("anna") is S.AVAILABLE
    bench.join("c2")
    bench.talk("c2", "anna")
    bench.end_talk("c2", "anna")
    bench.say("anna", Command.AVAILABLE)
    assert bench.state("anna") is S.AVAILABLE


def test_not_answering_takes_an_agent_out_after_so_many_times_in_a_row() -> None:
    bench = a_mixed_bench(misses=3)
    bench.come("anna")
    bench.join("c1")
    for _ in range(2):
        bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id, cause="NO_ANSWER"))
        assert bench.state("anna") is S.AVAILABLE
        bench.wait(3)  # left alone for so long
        assert bench.state("anna") is S.RINGING
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id, cause="USER_BUSY"))
    assert (bench.state("anna"), bench.agent("anna").reason) == (S.BREAK, NOT_ANSWERING)
    assert bench.counted(Figure.MISSED, agent_id="anna", queue_id=Q) == 3
    bench.say("anna", Command.AVAILABLE)
    bench.talk("c1", "anna")
    assert bench.agent("anna").misses == 0


def test_a_telephone_that_fails_at_once_is_not_rung_without_end() -> None:
    bench = a_mixed_bench(misses=0)
    bench.come("anna")
    bench.join("c1")
    for _ in range(5):
        orders = bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id, cause="USER_NOT_REGISTERED"))
        assert only(orders, RingAgent) == []
        assert len(only(bench.wait(3), RingAgent)) == 1


def test_a_switch_that_is_out_of_order_takes_no_agent_out() -> None:
    bench = a_mixed_bench(misses=1)
    bench.come("anna")
    bench.join("c1")
    for _ in range(3):
        bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id, cause="NETWORK_OUT_OF_ORDER"))
        assert bench.state("anna") is S.AVAILABLE
        assert only(bench.wait(3), RingAgent)
    assert bench.counted(Figure.MISSED) == 0
    bench.say("boris", Command.AVAILABLE)
    bench.feed(LegFailed(leg_id=bench.agent("boris").leg_id, cause="GATEWAY_DOWN"))
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.join("c2"), RingAgent) == [], "there is no leg yet"
    assert only(bench.wait(3), RingAgent)[0].is_standing


def test_available_said_again_ends_the_rest() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    assert bench.say("anna", Command.AVAILABLE) == []
    bench.join("c1")
    bench.feed(LegFailed(leg_id=bench.agent("anna").leg_id))
    assert only(bench.say("anna", Command.AVAILABLE), RingAgent)


def test_a_leg_of_which_nothing_is_heard_is_given_up() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.join("c1")
    orders = bench.wait(35)
    assert only(orders, DropLeg)
    assert bench.counted(Figure.MISSED) == 1
    assert [each.moment for each in only(orders, ScreenPop)] == [Moment.MISSED]


def test_an_unknown_agent_is_refused() -> None:
    bench = a_mixed_bench()
    assert only(bench.say("zoe", Command.AVAILABLE), Refused)[0].why == "there is no agent 'zoe'"


def test_a_standing_leg_may_be_asked_for_by_anybody_who_can_be_rung() -> None:
    bench = Bench(a_spec("anna"), a_spec("dial-less", dial=()), rules=[a_queue("anna", wrap_up_s=30)])
    assert only(bench.say("anna", Command.STANDING), RingAgent)[0].is_standing
    assert "leg already" in only(bench.say("anna", Command.STANDING), Refused)[0].why
    assert "no `dial`" in only(bench.say("dial-less", Command.STANDING), Refused)[0].why
    bench.park("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
    assert only(bench.say("anna", Command.STANDING), RingAgent)
    assert bench.counted(Figure.WRAP_UP_MS) == 0


def test_hanging_up_by_command_parks_a_standing_leg_and_drops_another() -> None:
    for name, order in (("anna", DropLeg), ("boris", ParkLeg)):
        bench = a_mixed_bench()
        bench.come(name)
        assert only(bench.say(name, Command.HANG_UP), Refused)[0].why == "there is no call"
        bench.join("c1")
        bench.talk("c1", name)
        assert isinstance(bench.say(name, Command.HANG_UP)[0], order)


def test_hanging_up_while_it_rings_passes_the_call_on() -> None:
    for name in ("anna", "boris"):
        bench = a_mixed_bench(misses=1)
        bench.come(name)
        bench.join("c1")
        bench.say(name, Command.HANG_UP)
        assert (bench.state(name), bench.agent(name).reason) == (S.BREAK, NOT_ANSWERING)


def test_who_is_not_on_the_staff_any_more_goes_after_the_call() -> None:
    bench = a_mixed_bench()
    bench.come("anna", "boris")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.feed(Staff(specs=(a_spec("zoe"),)))
    assert set(bench.floor._board.agents) == {"anna", "zoe"}
    assert only(bench.say("anna", Command.BREAK), Refused)
    bench.end_talk("c1", "anna")
    assert set(bench.floor._board.agents) == {"zoe"}
    assert only(bench.orders, AgentMoved)[-1].record.state is S.OFFLINE


def test_who_is_dismissed_in_the_wrap_up_goes_at_once() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.wait(5)
    bench.end_talk("c1", "anna")
    bench.wait(5)
    bench.feed(Staff(specs=()))
    assert bench.counted(Figure.WRAP_UP_MS) == 5_000
    assert not bench.floor._board.agents


def test_a_new_day_begins_with_no_calls() -> None:
    bench = a_mixed_bench(wrap_up_s=0)
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.end_talk("c1", "anna")
    assert (bench.agent("anna").day, bench.agent("anna").calls_today) == ("2026-11-18", 1)
    bench.wait(13 * 3_600)
    assert (bench.agent("anna").day, bench.agent("anna").calls_today) == ("2026-11-19", 0)
    assert only(bench.join("c2"), RingAgent), "still free"


def test_time_is_counted_by_whole_quarters_of_an_hour() -> None:
    bench = a_mixed_bench()
    bench.come("anna")
    bench.say("boris", Command.BREAK)
    bench.wait(8 * 60 + 20)  # 11:15:00
    assert bench.counted(Figure.AVAILABLE_MS) == bench.counted(Figure.BREAK_MS) == 500_000
    bench.wait(900)
    assert bench.counted(Figure.AVAILABLE_MS) == 1_400_000
    bench.say("anna", Command.OFFLINE)
    bench.wait(900)
    assert bench.counted(Figure.AVAILABLE_MS) == 1_400_000, "being offline is no working time"


def test_agents_without_a_queue_are_known_all_the_same() -> None:
    bench = Bench(a_spec("anna"))
    bench.feed(Queues(rules=()))
    bench.come("anna")
    assert bench.state("anna") is S.AVAILABLE
