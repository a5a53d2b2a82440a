"""Clocks that are set, and a floor that is handed from one leader to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind, Strategy
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    CallerHere,
    CallerLeft,
    CampaignRuns,
    Command,
    CustomerAnswered,
    LegEnded,
    Placed,
    PlaceDone,
    Queues,
    Staff,
    TalkBegan,
    TalkEnded,
    Tick,
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
from orchestrator.engine.floor.state import FloorState
from tests.engine.floor.factories import T0, Bench, Q, a_pacing, a_queue, a_spec, only

S = AgentState
HOUR = 3_600_000


@pytest.mark.parametrize("by", [-HOUR, 2 * HOUR, -1_500])
def test_a_clock_that_is_set_makes_no_wait_longer_or_shorter(by: int) -> None:
    bench = Bench(
        a_spec("anna"), a_spec("boris"), rules=[a_queue("anna", "boris", wrap_up_s=30, max_wait_s=60)]
    )
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("boris", Command.BREAK)
    bench.join("c2")
    bench.wait(20)
    bench.now += by
    assert only(bench.feed(Tick()), LetGo) == []
    bench.wait(20)
    bench.end_talk("c1", "anna")
    assert bench.counted(Figure.TALK_MS) == 40_000
    assert only(bench.wait(19), LetGo) == []
    assert [each.why for each in only(bench.wait(1), LetGo)] == ["max_wait"]
    bench.wait(9)
    assert bench.state("anna") is S.WRAP_UP
    bench.wait(1)
    assert bench.state("anna") is S.AVAILABLE
    assert bench.counted(Figure.AVAILABLE_MS, agent_id="anna") == 0


def test_everything_that_is_remembered_moves_with_the_clock() -> None:
    bench = Bench(
        *(a_spec(name, is_standing=True) for name in ("anna", "boris", "clara", "dora")),
        rules=[a_queue("anna", "boris", "clara", "dora", within_s=2.0, wrap_up_s=50, is_held=True)],
    )
    bench.come("anna", "boris", "clara")
    bench.feed(CampaignRuns(campaign_id="camp", queue_id=Q, pacing=a_pacing()))
    bench.feed(Placed(attempt_id="d1", campaign_id="camp"))
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.say("anna", Command.HOLD)
    bench.join("c2")
    bench.talk("c2", "boris")
    bench.end_talk("c2", "boris")
    for call_id in ("c3", "d2"):
        bench.join(call_id, kind=CallerKind.DIALED)
    bench.join("g1", number="+79990000001")
    bench.feed(CallerLeft(call_id="g1", why="callback"))
    before = bench.floor.state()
    bench.now -= HOUR
    bench.feed(Tick())
    after = bench.floor.state()

    def at(state: FloorState) -> list[int]:
        found = [
            state.at,
            *(each.since for each in state.agents),
            *(each.idle_since for each in state.agents),
        ]
        found += [each.wrap_up_until for each in state.agents if each.wrap_up_until is not None]
        found += [each.placed_at for each in state.attempts]
        for each in state.callers:
            known = (each.joined_at, each.within_until, each.absent_since, each.offered_at, each.talk_since)
            found += [instant for instant in (*known, each.held_since) if instant is not None]
        return found

    assert [a - b for a, b in zip(at(before), at(after), strict=True)] == [HOUR] * len(at(before))
    assert len(at(before)) > 20


def test_small_steps_back_are_stood_still_for_and_being_late_is_no_step() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna", max_wait_s=15)])
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.now -= 900
    bench.feed(Tick())
    assert bench.floor.state().at == T0
    bench.now = T0 + 39_000  # it wanted to be woken after 10 s
    assert only(bench.feed(Tick()), LetGo)


def test_a_slow_clock_may_be_late_by_more() -> None:
    bench = Bench(a_spec("anna"), rules=[a_queue("anna", max_wait_s=15)], late_ms=HOUR)
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    bench.now += HOUR
    assert only(bench.feed(Tick()), LetGo)


def test_a_floor_that_was_told_nothing_wants_nothing() -> None:
    floor = Floor(lambda: "x")
    assert floor.next_at() is None
    assert floor.state() == FloorState(at=0)


SPECS = (a_spec("anna"), a_spec("boris", is_standing=True), a_spec("clara"), a_spec("dora"), a_spec("elsa"))
RULES = (
    a_queue("anna", "boris", "clara", "dora", wrap_up_s=30, strategy=Strategy.ROUND_ROBIN),
    a_queue("elsa", queue_id="shop:help"),
)


def busy() -> Bench:
    """Anna talks, boris is joined just now, clara wraps up, dora rings, elsa is to call back; others wait."""
    bench = Bench(*SPECS, rules=RULES)
    bench.come("anna", "boris", "clara", "dora")
    for call_id, name in (("c1", "anna"), ("c2", "boris"), ("c3", "clara"), ("c4", "dora")):
        bench.join(call_id, number=f"+7999000000{call_id[1]}", ahead_s=1)
        if name in ("anna", "clara"):
            bench.talk(call_id, name)
            bench.wait(5)
    bench.end_talk("c3", "clara")
    bench.say("elsa", Command.BREAK)
    for call_id, queue_id in (("g1", "shop:help"), ("g2", "shop:help"), ("c6", Q)):
        bench.join(call_id, queue_id=queue_id, number="+79990000009" if queue_id != Q else "")
    for call_id in ("g1", "g2"):
        bench.feed(CallerLeft(call_id=call_id, why="callback"))
    bench.say("elsa", Command.AVAILABLE)
    bench.park("elsa")
    bench.feed(Placed(attempt_id="d1", campaign_id="shop-missed", agent_id="elsa", call_id="g1"))
    return bench


def next_leader(bench: Bench, **others: object) -> Bench:
    """Another floor, from what was kept."""
    state = replace(FloorState.loads(bench.floor.state().dumps()), **others)
    later = Bench(*SPECS, rules=RULES, now=bench.now + 3_000)
    later.orders += later.floor.restore(state, later.now)
    return later


def test_a_new_leader_goes_on_where_the_old_one_stopped() -> None:
    later = next_leader(busy())
    assert only(later.orders, RingAgent) == only(later.orders, Offer) == []
    states = {name: later.state(name) for name in ("anna", "boris", "clara", "dora", "elsa")}
    assert states == {
        "anna": S.TALKING,
        "boris": S.RINGING,
        "clara": S.WRAP_UP,
        "dora": S.RINGING,
        "elsa": S.RESERVED,
    }
    assert later.answer(later.feed(CallerHere(call_id="c6"))).position == 1
    later.feed(TalkBegan(call_id="c2", leg_id=later.agent("boris").leg_id))
    later.end_talk("c2", "boris")
    assert only(later.park("dora"), Offer)[0].call_id == "c4"
    later.wait(27)
    assert later.state("clara") is S.AVAILABLE or later.agent("clara").call_id == "c6"
    later.end_talk("c1", "anna")
    assert later.counted(Figure.TALK_MS, agent_id="anna") == 40_000
    later.feed(CustomerAnswered(attempt_id="d1", party="human"))
    assert later.agent("elsa").call_id == "d1"
    assert list(later.floor._board.ghosts) == ["g2"]


def test_what_is_not_there_any_more_is_told_and_sorted_out() -> None:
    later = next_leader(busy())
    later.feed(LegEnded(leg_id=later.agent("anna").leg_id))
    assert later.state("anna") is S.WRAP_UP
    later.feed(CallerLeft(call_id="c2"))
    assert later.agent("boris").call_id == "c6"
    later.wait(200)
    assert later.counted(Figure.MISSED, agent_id="dora") > 0
    assert only(later.orders, CancelCalls)[0].attempt_ids == ("d1",), "nothing was heard of the callback"


def test_a_caller_found_talking_is_talking_whatever_was_kept() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")])
    bench.come("anna")
    bench.say("anna", Command.BREAK)
    bench.join("c1")
    later = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")], now=bench.now)
    later.floor.restore(bench.floor.state(), later.now)
    later.feed(TalkBegan(call_id="c1", leg_id=later.agent("anna").leg_id))
    assert later.state("anna") is S.TALKING
    assert later.counted(Figure.ANSWERED) == 1


def test_agents_queues_and_callers_that_are_not_known_any_more_are_left_out() -> None:
    state = FloorState.loads(busy().floor.state().dumps())
    later = Bench(
        a_spec("zoe"), a_spec("boris"), rules=[a_queue("boris", queue_id="shop:help")], now=T0 + 60_000
    )
    later.floor.restore(state, later.now)
    assert {each.call_id for each in later.floor.state().callers} == {"g1", "g2"}
    later.wait(120)
    assert later.state("boris") is not S.RINGING


def test_a_talk_whose_caller_is_not_known_ends_with_its_leg_or_by_its_name() -> None:
    bench = busy()
    for how in ("leg", "talk"):
        later = next_leader(bench, callers=())
        leg_id = later.agent("anna").leg_id
        later.feed(TalkEnded(call_id="other", leg_id=leg_id))
        assert later.state("anna") is S.TALKING
        later.feed(LegEnded(leg_id=leg_id) if how == "leg" else TalkEnded(call_id="c1", leg_id=leg_id))
        assert later.state("anna") is S.AVAILABLE


def test_an_offer_under_way_has_time_again_and_then_is_given_up() -> None:
    later = next_leader(busy())
    later.wait(4)
    assert later.agent("boris").call_id == "c2"
    later.wait(2)
    assert later.agent("boris").call_id != "c2"


def test_the_next_day_a_new_leader_begins_with_no_calls() -> None:
    bench = busy()
    state = bench.floor.state()
    later = Bench(*SPECS, rules=RULES, now=bench.now + 24 * HOUR)
    later.floor.restore(state, later.now)
    assert (later.agent("clara").calls_today, bench.agent("clara").calls_today) == (0, 1)


def test_campaigns_come_back_with_their_calls_and_what_they_learned() -> None:
    bench = Bench(
        a_spec("anna", is_standing=True), a_spec("boris", is_standing=True), rules=[a_queue("anna", "boris")]
    )
    bench.come("anna", "boris")
    bench.feed(CampaignRuns(campaign_id="camp", queue_id=Q, pacing=a_pacing(), leads_left=50))
    for attempt_id in ("d1", "d2"):
        bench.feed(Placed(attempt_id=attempt_id, campaign_id="camp"))
    bench.feed(CustomerAnswered(attempt_id="d2"))
    bench.join("d2", kind=CallerKind.DIALED, campaign_id="camp", attempt_id="d2", within_s=2.0)
    state = FloorState.loads(bench.floor.state().dumps())
    assert bench.floor.state(with_pacers=False).campaigns[0].pacer == ""
    later = Bench(
        a_spec("anna", is_standing=True),
        a_spec("boris", is_standing=True),
        rules=[a_queue("anna", "boris")],
        now=bench.now,
    )
    orders = later.floor.restore(state, later.now)
    assert only(orders, Place) == [], "d1 rings for boris"
    campaign = later.floor.state().campaigns[0]
    assert (campaign.leads_left, campaign.is_running) == (48, True)
    later.talk("d2", "anna")
    assert later.counted(Figure.CONNECTED) == 1
    again = later.floor.restore(replace(state, campaigns=(replace(campaign, queue_id="no:such"),)), later.now)
    assert only(again, PlaceReserved) == []
    later.feed(PlaceDone(campaign_id="camp", asked=0, placed=0))


def test_a_free_leg_is_there_for_the_next_leader_too() -> None:
    bench = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")])
    bench.come("anna")
    later = Bench(a_spec("anna", is_standing=True), rules=[a_queue("anna")], now=bench.now)
    later.floor.restore(bench.floor.state(), later.now)
    assert only(later.join("c1"), Offer)
    assert only(later.feed(Staff(specs=())), DropLeg) == []
    later.feed(Queues(rules=()))
