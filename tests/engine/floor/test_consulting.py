"""Hold, transfer and consultation: what the caller hears, and who has them."""

from __future__ import annotations

import pytest

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.news import (
    CallerHere,
    CallerLeft,
    Command,
    JoinFailed,
    LegEnded,
    LegFailed,
    LegReady,
    TalkBegan,
    TalkEnded,
)
from orchestrator.engine.floor.orders import (
    BridgeLegs,
    DropLeg,
    Figure,
    LetGo,
    Offer,
    Order,
    ParkLeg,
    Refused,
    RingAgent,
    WaitOn,
)
from tests.engine.floor.factories import Bench, Q, a_queue, a_spec, only

S = AgentState
HELP = "shop:help"
SEEN = (BridgeLegs, DropLeg, LetGo, Offer, ParkLeg, RingAgent, WaitOn)


def a_bench(*, standing: bool = False, **rules: object) -> Bench:
    """Anna talks with c1; boris and clara are free, clara in another queue."""
    bench = Bench(
        *(a_spec(name, is_standing=standing) for name in ("anna", "boris", "clara")),
        rules=[a_queue("anna", "boris", **{"wrap_up_s": 10, **rules}), a_queue("clara", queue_id=HELP)],
    )
    bench.come("anna")
    bench.join("c1")
    bench.talk("c1", "anna")
    bench.come("boris", "clara")
    bench.wait(10)
    return bench


def seen(orders: list[Order]) -> list[type]:
    return [type(each) for each in orders if isinstance(each, SEEN)]


def held(bench: Bench) -> None:
    """The caller's script is back at its music, the agent's leg is parked."""
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bench.park("anna")


def refused(orders: list[Order]) -> str:
    return only(orders, Refused)[0].why


def test_a_held_caller_hears_music_and_is_joined_again() -> None:
    bench = a_bench()
    orders = bench.say("anna", Command.HOLD)
    assert seen(orders) == [WaitOn, ParkLeg]
    assert only(orders, WaitOn)[0].queue_id == ""
    held(bench)
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).is_free
    bench.wait(20)
    assert bench.state("anna") is S.TALKING
    assert refused(bench.say("anna", Command.HOLD)) == "there is no talk"
    leg_id = bench.agent("anna").leg_id
    assert only(bench.say("anna", Command.UNHOLD), Offer)[0].leg_id == leg_id
    bench.feed(TalkBegan(call_id="c1", leg_id=leg_id))
    assert refused(bench.say("anna", Command.UNHOLD)) == "nobody is on hold"
    bench.wait(5)
    bench.end_talk("c1", "anna")
    assert bench.counted(Figure.HOLD_MS) == 20_000
    assert bench.counted(Figure.TALK_MS) == 15_000
    assert bench.counted(Figure.HANDLED) == bench.counted(Figure.ANSWERED) == 1


def test_a_caller_is_joined_again_when_both_are_there_in_any_order() -> None:
    for first in ("agent", "caller"):
        bench = a_bench()
        bench.say("anna", Command.HOLD)
        leg_id = bench.agent("anna").leg_id
        assert not only(bench.say("anna", Command.UNHOLD), Offer)
        ended = TalkEnded(call_id="c1", leg_id=leg_id)
        ready = LegReady(leg_id=leg_id, switch="main", agent_id="anna")
        assert not only(bench.feed(ready if first == "agent" else ended), Offer)
        assert only(bench.feed(ended if first == "agent" else ready), Offer)


def test_that_they_are_here_brings_a_held_caller_back_too() -> None:
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    bench.park("anna")
    bench.say("anna", Command.UNHOLD)
    assert only(bench.feed(CallerHere(call_id="c1")), Offer)


def test_a_late_word_of_the_talk_before_does_not_end_the_hold() -> None:
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    held(bench)
    bench.feed(TalkBegan(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bench.say("anna", Command.UNHOLD)
    assert bench.state("anna") is S.TALKING


@pytest.mark.parametrize("how", ["caller", "agent", "command", "lost"])
def test_a_hold_ends_with_the_caller_or_the_agent(how: str) -> None:
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    if how != "lost":
        held(bench)
    if how == "caller":
        orders = bench.feed(CallerLeft(call_id="c1"))
    elif how == "agent":
        orders = bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
    elif how == "lost":
        orders = bench.wait(10)  # the script never came back to its music
    else:
        orders = bench.say("anna", Command.HANG_UP)
    assert [each.why for each in only(orders, LetGo)] == ([] if how in ("caller", "lost") else ["ended"])
    assert bench.state("anna") is S.WRAP_UP
    assert bench.counted(Figure.TALK_MS) == 10_000


def test_a_join_after_hold_that_fails_is_tried_again_and_then_given_up() -> None:
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    held(bench)
    bench.say("anna", Command.UNHOLD)
    leg_id = bench.agent("anna").leg_id
    for _ in range(2):
        assert only(bench.feed(JoinFailed(call_id="c1", leg_id=leg_id)), Offer)
    assert only(bench.feed(JoinFailed(call_id="c1", leg_id=leg_id)), LetGo)[0].why == "ended"
    assert bench.state("anna") is S.WRAP_UP


def test_a_caller_goes_to_another_queue_and_what_they_waited_counts() -> None:
    bench = a_bench()
    bench.say("clara", Command.BREAK)
    bench.join("c2", queue_id=HELP)
    orders = bench.say("anna", Command.TRANSFER, to=HELP)
    assert seen(orders) == [WaitOn, ParkLeg, DropLeg]
    assert only(orders, WaitOn)[0].queue_id == HELP
    assert bench.state("anna") is S.WRAP_UP
    bench.feed(TalkEnded(call_id="c1", leg_id="leg1"))
    assert bench.answer(bench.feed(CallerHere(call_id="c1"))).position == 1, "before c2, who came later"
    assert bench.counted(Figure.OFFERED, queue_id=HELP) == 2
    assert bench.counted(Figure.TRANSFERRED, agent_id="anna") == 1
    bench.come("clara")
    bench.talk("c1", "clara")
    assert bench.counted(Figure.ANSWERED, queue_id=HELP) == 1


def test_a_caller_who_is_handed_on_is_offered_only_when_their_script_is_back() -> None:
    bench = a_bench(standing=True)
    orders = bench.say("anna", Command.TRANSFER, to="clara")
    assert seen(orders) == [WaitOn, ParkLeg]
    assert only(bench.feed(TalkEnded(call_id="c1", leg_id="leg1")), Offer)[0].agent_id == "clara"
    assert bench.state("anna") is S.WRAP_UP
    bench.talk("c1", "clara")
    bench.wait(5)
    bench.end_talk("c1", "clara")
    assert bench.counted(Figure.TALK_MS, agent_id="anna") == 10_000
    assert bench.counted(Figure.TALK_MS, agent_id="clara") == 5_000
    assert bench.counted(Figure.ANSWERED) == 1
    assert bench.counted(Figure.HANDLED) == 2


def test_a_held_caller_may_be_handed_on() -> None:
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    held(bench)
    assert seen(bench.say("anna", Command.TRANSFER, to=HELP)) == [WaitOn, DropLeg, RingAgent]
    bench = a_bench()
    bench.say("anna", Command.HOLD)
    held(bench)
    assert seen(bench.say("anna", Command.TRANSFER, to="boris")) == [RingAgent, DropLeg]


def test_who_is_handed_to_an_agent_who_does_not_answer_waits_in_the_queue() -> None:
    bench = a_bench()
    bench.say("anna", Command.TRANSFER, to="clara")
    bench.feed(TalkEnded(call_id="c1", leg_id="leg1"))
    orders = bench.feed(LegFailed(leg_id=bench.agent("clara").leg_id))
    assert only(orders, WaitOn)[0].queue_id == Q
    assert only(orders, RingAgent)[0].agent_id == "boris"


def test_a_transfer_needs_somebody_who_is_there() -> None:
    bench = a_bench()
    bench.say("clara", Command.OFFLINE)
    for command in (Command.TRANSFER, Command.CONSULT):
        assert refused(bench.say("boris", command, to="clara")) == "there is no talk"
        assert refused(bench.say("anna", command, to="clara")) == "clara is not free: offline"
        assert refused(bench.say("anna", command, to="zoe")) == "there is no agent and no queue 'zoe'"
        assert refused(bench.say("anna", command, to="anna")) == "that is the same agent"
    assert refused(bench.say("anna", Command.TRANSFER, to=HELP)) == "in shop:help is nobody now"
    assert bench.state("anna") is S.TALKING


def test_an_agent_is_not_asked_whose_line_is_on_another_switch() -> None:
    bench = a_bench(standing=True)
    bench.park("boris", "other")
    why = refused(bench.say("anna", Command.CONSULT, to="boris"))
    assert why == "boris's line is on the switch other, not on yours: hand the caller on instead"
    assert bench.state("anna") is S.TALKING
    assert only(bench.say("anna", Command.TRANSFER, to="boris"), WaitOn)


def test_who_is_asked_is_rung_on_the_switch_of_who_asks() -> None:
    bench = a_bench()
    bench.park("anna", "other")
    assert only(bench.say("anna", Command.CONSULT, to="boris"), RingAgent)[0].target_switch == "other"


@pytest.mark.parametrize("standing", [False, True])
def test_two_agents_talk_while_the_caller_waits_and_the_second_one_gets_the_caller(standing: bool) -> None:
    bench = a_bench(standing=standing)
    orders = bench.say("anna", Command.CONSULT, to="boris")
    assert seen(orders) == [WaitOn, ParkLeg, *([] if standing else [RingAgent])]
    assert bench.agent("boris").call_id == "c1"
    if not standing:
        bench.park("boris")
    assert bench.state("boris") is S.TALKING
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bridge = only(bench.park("anna"), BridgeLegs)[0]
    assert (bridge.leg_id, bridge.leg_id2) == (bench.agent("anna").leg_id, bench.agent("boris").leg_id)
    bench.wait(30)
    orders = bench.say("anna", Command.COMPLETE)
    assert only(orders, ParkLeg)[0].leg_id == bench.agent("boris").leg_id
    assert bench.state("anna") is S.WRAP_UP
    assert only(bench.park("boris"), Offer)[0].agent_id == "boris"
    bench.talk("c1", "boris")
    bench.wait(5)
    bench.end_talk("c1", "boris")
    assert bench.counted(Figure.HOLD_MS, agent_id="anna") == 30_000
    assert bench.counted(Figure.TALK_MS, agent_id="boris") == 5_000
    assert bench.counted(Figure.TRANSFERRED) == 1


def consulting(*, standing: bool = True, **rules: object) -> Bench:
    """Anna and boris talk about c1, who is held."""
    bench = a_bench(standing=standing, **rules)
    bench.say("anna", Command.CONSULT, to="boris")
    if not standing:
        bench.park("boris")
    held(bench)
    return bench


def test_a_consultation_that_is_cancelled_brings_the_caller_back() -> None:
    bench = consulting()
    orders = bench.say("anna", Command.CANCEL)
    assert only(orders, ParkLeg)[0].leg_id == bench.agent("anna").leg_id
    assert only(orders, DropLeg) == []
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.park("anna"), Offer)[0].agent_id == "anna"
    bench.park("boris")
    assert only(bench.join("c2"), Offer)[0].agent_id == "boris"
    for command in (Command.CANCEL, Command.COMPLETE):
        assert refused(bench.say("anna", command)) == "there is no consultation"


def test_while_one_is_asked_nobody_else_is_and_the_hold_is_theirs() -> None:
    bench = consulting()
    for command in (Command.CONSULT, Command.TRANSFER):
        assert refused(bench.say("anna", command, to="clara")) == "there is no talk"
    assert refused(bench.say("anna", Command.UNHOLD)) == "nobody is on hold"
    assert refused(bench.say("boris", Command.COMPLETE)) == "there is no consultation"


@pytest.mark.parametrize("who", ["anna", "boris"])
def test_hanging_up_by_command_in_a_consultation_cancels_it(who: str) -> None:
    bench = consulting()
    bench.say(who, Command.HANG_UP)
    assert bench.state("boris") is S.AVAILABLE
    assert only(bench.park("anna"), Offer)[0].agent_id == "anna"


def test_an_agent_who_hangs_up_in_a_consultation_leaves_the_caller_to_the_other_one() -> None:
    bench = consulting(standing=False)
    bench.feed(LegEnded(leg_id=bench.agent("anna").leg_id))
    assert only(bench.park("boris"), Offer)[0].agent_id == "boris"


def test_an_agent_may_leave_the_caller_to_one_who_still_rings() -> None:
    bench = a_bench()
    bench.say("anna", Command.CONSULT, to="boris")
    bench.feed(TalkEnded(call_id="c1", leg_id=bench.agent("anna").leg_id))
    bench.say("anna", Command.COMPLETE)
    assert bench.state("anna") is S.WRAP_UP
    assert only(bench.park("boris"), Offer)
    bench.talk("c1", "boris")
    assert bench.counted(Figure.HANDLED, agent_id="boris") == 1


def test_who_is_asked_and_hangs_up_leaves_the_caller_to_the_first_one() -> None:
    bench = consulting(standing=False)
    bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id))
    assert bench.state("boris") is S.AVAILABLE
    assert bench.counted(Figure.MISSED) == 0
    assert only(bench.park("anna"), Offer)[0].agent_id == "anna"


@pytest.mark.parametrize("how", ["fails", "declines", "goes"])
def test_who_is_asked_and_does_not_answer_leaves_the_caller_to_the_first_one(how: str) -> None:
    bench = a_bench()
    bench.say("anna", Command.CONSULT, to="boris")
    held(bench)
    if how == "fails":
        orders = bench.feed(LegFailed(leg_id=bench.agent("boris").leg_id))
    else:
        orders = bench.say("boris", Command.HANG_UP if how == "declines" else Command.OFFLINE)
    assert only(orders, Offer)[0].agent_id == "anna"
    assert bench.counted(Figure.MISSED) == (how == "fails")


def test_a_caller_who_hangs_up_in_a_consultation_ends_it() -> None:
    bench = consulting(standing=False)
    orders = bench.feed(CallerLeft(call_id="c1"))
    assert len(only(orders, DropLeg)) == 2
    assert (bench.state("anna"), bench.state("boris")) == (S.WRAP_UP, S.AVAILABLE)


def test_an_agent_who_vanishes_while_the_caller_is_handed_to_them_gives_them_back_to_the_line() -> None:
    bench = consulting(standing=False)
    bench.say("anna", Command.COMPLETE)
    bench.say("anna", Command.READY)
    orders = bench.feed(LegEnded(leg_id=bench.agent("boris").leg_id))
    assert only(orders, RingAgent)[0].agent_id == "anna"
    assert bench.counted(Figure.MISSED, agent_id="boris") == 1


def test_who_is_asked_twice_hears_of_it_once() -> None:
    bench = consulting()
    assert bench.agent("boris").state is S.TALKING
    assert only(bench.park("boris"), BridgeLegs) == [], "the other leg is not parked any more"
