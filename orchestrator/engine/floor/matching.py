"""Who gets whom. All ways by which an agent gets a call, or is free again without having had one, are here.

Kept at all times: nobody waits while an agent who may be rung for them is free. Whoever waits longest, what
puts them ahead included, is next over all queues that an agent serves; all callers age alike, so an order made
once stays right.
"""

from __future__ import annotations

from orchestrator.domain.agent import NOT_ANSWERING, AgentState
from orchestrator.domain.queue import Strategy
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.deadlines import schedule
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.orders import (
    Figure,
    LetGo,
    Moment,
    Offer,
    PlaceReserved,
    RingAgent,
    ScreenPop,
    Tone,
    WaitOn,
)
from orchestrator.engine.floor.people import Agent, Caller, Errand
from orchestrator.engine.floor.state import CallerPhase

REST_MS = 3_000  # an agent who did not answer, or whose leg failed, is left alone for so long
RING_SLACK_MS = 15_000  # nothing is heard of a leg so long after its ring time: it is given up
# A switch, or the way to the agent, is out of order: the telephone was never rung
OUR_FAULT = frozenset({
    "CHAN_NOT_IMPLEMENTED",
    "DESTINATION_OUT_OF_ORDER",
    "GATEWAY_DOWN",
    "INVALID_GATEWAY",
    "INVALID_PROFILE",
    "INVALID_URL",
    "NETWORK_OUT_OF_ORDER",
    "SWITCH_CONGESTION",
    "SYSTEM_SHUTDOWN",
})  # fmt: skip
STANDING_RING_S = 30  # a standing leg rings for so long
PARK_MS = 5_000  # a standing leg is parked again so long after a talk
LINGER_MS = 5_000  # a leg that was made for a call that nobody answered may serve for the next
PLACE_MS = 180_000  # a call that is made for one agent is answered or over by then


def try_line(board: Board, line: Line) -> None:
    """Those who wait get agents, as long as there are both."""
    while line.waiting and line.free:
        caller = line.waiting[0][2]
        agent = line.pick(caller, board.now)
        if agent is None:
            board.wake_by(line, line.rung_at(caller, line.free[0][0]))
            return
        assign(board, caller, agent)


def try_agent(board: Board, agent: Agent) -> None:
    """An agent who may be free gets the next caller, or stands among the free ones."""
    if agent.entries or agent.state is not AgentState.AVAILABLE:
        return
    if agent.rests_until > board.now or (agent.leg_id and not agent.is_parked):
        return
    caller = _next_for(board, agent)
    if caller is None:
        board.free(agent)
    else:
        assign(board, caller, agent)


def _next_for(board: Board, agent: Agent) -> Caller | None:
    best: Caller | None = None
    for line, step, _ in agent.seats:
        head = line.head()
        if head is None:
            continue
        if not line.may_have(head, step, board.now):
            board.wake_by(line, line.rung_at(head, step))
        elif best is None or head.rank < best.rank:
            best = head
    return best or _rings_already(board, agent)


def _rings_already(board: Board, agent: Agent) -> Caller | None:
    """A caller for whom all agents are rung, and this one not yet."""
    for line, step, _ in agent.seats:
        if line.rules.strategy is Strategy.RING_ALL:
            for caller in line.offered.values():
                if not caller.is_answered and not any(each.is_parked for each in caller.agents):
                    if line.may_have(caller, step, board.now):
                        return caller
                    board.wake_by(line, line.rung_at(caller, step))
    return None


def assign(board: Board, caller: Caller, agent: Agent) -> None:
    """The agent, who is free, is the caller's; with ring_all one of them."""
    line = caller.line
    if caller.phase is CallerPhase.WAITING:
        line.remove(caller, board.now)
        line.movement.taken()
        caller.phase, caller.is_taken = CallerPhase.OFFERED, True
    if not caller.is_ghost:
        line.offered[caller.call_id] = caller
    else:
        caller.agents.append(agent)
        board.wake(caller, None)
        reserve(board, agent, Errand("", caller), line)
        return
    if line.rules.strategy is not Strategy.RING_ALL:
        give(board, caller, agent)
    else:
        _ring_all(board, caller, agent)
    schedule(board, caller)


def _ring_all(board: Board, caller: Caller, agent: Agent) -> None:
    line = caller.line
    free = [line.members[entry[-1]] for entry in line.free if line.may_have(caller, entry[0], board.now)]
    everybody = [agent, *(each for each in free if each is not agent and each not in caller.tried)]
    parked = [each for each in everybody if each.is_parked]
    for each in parked[:1] or everybody:
        give(board, caller, each)
    winner = next((each for each in caller.agents if each.is_parked), None)
    if winner is not None:
        only(board, caller, winner)
        offer(board, caller)


def give(board: Board, caller: Caller, agent: Agent) -> None:
    """Ring the agent for the caller, or join them when the agent's leg is parked."""
    board.unfree(agent)
    caller.agents.append(agent)
    agent.call_id, agent.queue_id, agent.busy_since = caller.call_id, caller.line.queue_id, board.now
    for line, _, position in agent.seats:
        if line is caller.line:
            line.turn = position
    if not agent.is_parked:
        ring(board, agent, caller.line, call_id=caller.call_id, switch=caller.switch)
    else:
        board.wake(agent, None)
        board.move(agent, AgentState.RINGING)
        board.orders.append(Tone(leg_id=agent.leg_id))
        offer(board, caller)
    pop(board, caller, agent, Moment.RINGS)


def ring(board: Board, agent: Agent, line: Line, *, call_id: str, switch: str) -> None:
    """Make a leg to the agent, who has none."""
    target, ring_s = agent.spec.switch or switch, line.rules.ring_s
    _make_leg(board, agent, target, is_standing=agent.spec.is_standing)
    board.orders.append(
        RingAgent(
            leg_id=agent.leg_id,
            agent_id=agent.agent_id,
            call_id=call_id,
            queue_id=line.queue_id,
            target_switch=target,
            ring_s=ring_s,
            is_standing=agent.spec.is_standing,
        )
    )
    board.move(agent, AgentState.RINGING)
    board.wake(agent, board.now + ring_s * 1_000 + RING_SLACK_MS)


def _make_leg(board: Board, agent: Agent, switch: str, *, is_standing: bool) -> None:
    board.new_leg(agent, board.new_id(), switch, is_standing=is_standing)


def stand_by(board: Board, agent: Agent) -> None:
    """Make the agent's standing leg; available when it is there."""
    _make_leg(board, agent, agent.spec.switch, is_standing=True)
    board.orders.append(
        RingAgent(
            leg_id=agent.leg_id,
            agent_id=agent.agent_id,
            call_id="",
            queue_id="",
            target_switch=agent.spec.switch,
            ring_s=STANDING_RING_S,
            is_standing=True,
        )
    )
    board.move(agent, AgentState.RINGING)
    board.wake(agent, board.now + STANDING_RING_S * 1_000 + RING_SLACK_MS)


def reserve(board: Board, agent: Agent, errand: Errand, line: Line) -> None:
    """Make a call for this agent, who is free: first the agent's leg, so that somebody is there who answers it."""
    board.unfree(agent)
    agent.errand, agent.queue_id, agent.busy_since = errand, line.queue_id, board.now
    agent.call_id = ""
    if agent.is_parked:
        place(board, agent, errand)
    else:
        ring(board, agent, line, call_id="", switch="")


def place(board: Board, agent: Agent, errand: Errand) -> None:
    """The agent's leg is there: let the customer be called."""
    board.move(agent, AgentState.RESERVED)
    board.wake(agent, board.now + PLACE_MS)
    board.orders.append(
        PlaceReserved(
            campaign_id=errand.campaign_id,
            agent_id=agent.agent_id,
            call_id=errand.ghost.call_id if errand.ghost else "",
        )
    )


def offer(board: Board, caller: Caller) -> None:
    """Tell the caller to join the agent's leg, as soon as both are there."""
    agent = caller.agents[0]
    if caller.is_here and agent.is_parked and caller.offered_at is None:
        caller.offered_at, caller.offered_leg = board.now, agent.leg_id
        board.orders.append(
            Offer(
                call_id=caller.call_id,
                leg_id=agent.leg_id,
                leg_switch=agent.leg_switch,
                agent_id=agent.agent_id,
            )
        )
        schedule(board, caller)


def only(board: Board, caller: Caller, winner: Agent) -> None:
    """Of all who are rung for the caller this one has them; the others are free again."""
    others = [agent for agent in caller.agents if agent is not winner]
    caller.agents = [winner]
    for agent in others:
        pop(board, caller, agent, Moment.MISSED)
        free_again(board, agent)


def free_again(board: Board, agent: Agent) -> None:
    """The agent was rung, or had a call made, and it came to nothing by no fault of theirs."""
    if not (agent.is_parked or (agent.is_leg_standing and agent.is_leg_ready)):
        board.drop_leg(agent)
    go_on(board, agent)


def missed(board: Board, agent: Agent, line: Line, cause: str = "") -> None:
    """The agent did not answer; the leg is gone. cause: why, where it was told; what is no fault of theirs is
    no miss.
    """
    if cause in OUR_FAULT:
        agent.rests_until = board.now + REST_MS
        go_on(board, agent)
        return
    board.count(Figure.MISSED, queue_id=line.queue_id, agent_id=agent.agent_id)
    agent.misses += 1
    agent.rests_until = board.now + REST_MS
    if line.rules.misses and agent.misses >= line.rules.misses and agent.next_state is None:
        agent.next_state, agent.next_reason = AgentState.BREAK, NOT_ANSWERING
    go_on(board, agent)


def back_in_line(board: Board, caller: Caller) -> None:
    """Nobody is rung for the caller any more: they wait, at their old place."""
    line = caller.line
    if not board.has(line):
        board.orders.append(LetGo(call_id=caller.call_id, why="gone"))
        board.forget(caller)
        return
    line.offered.pop(caller.call_id, None)
    if caller.is_taken:
        line.movement.returned()
    caller.phase, caller.offered_at, caller.agents = CallerPhase.WAITING, None, []
    caller.is_taken = False
    if caller.is_answered:  # was handed to one agent: now waits for any
        caller.heard_at = board.now
        board.orders.append(WaitOn(call_id=caller.call_id, queue_id=line.queue_id))
    line.put(caller, board.now)
    schedule(board, caller)
    try_line(board, line)


def go_on(board: Board, agent: Agent) -> None:
    """Nothing keeps the agent any more: what was asked for comes now, or the next call."""
    agent.call_id = agent.queue_id = ""
    agent.errand = agent.wrap_up_until = None
    agent.extensions = 0
    if agent.is_gone:
        become(board, agent, AgentState.OFFLINE)
    elif agent.next_state is not None:
        become(board, agent, agent.next_state, agent.next_reason)
    else:
        become(board, agent, AgentState.AVAILABLE)


def become(board: Board, agent: Agent, state: AgentState, reason: str = "") -> None:
    """Offline, on a break or available, for an agent who has no call and is not among the free."""
    agent.next_state, agent.next_reason = None, ""
    board.wake(agent, None)
    if state is AgentState.OFFLINE or not (agent.is_leg_standing or state is AgentState.AVAILABLE):
        board.drop_leg(agent)
    if reason == NOT_ANSWERING or state is AgentState.OFFLINE:
        agent.misses = 0
    is_to_stand_by = state is AgentState.AVAILABLE and agent.spec.is_standing and not agent.leg_id
    if is_to_stand_by and agent.rests_until <= board.now:
        stand_by(board, agent)
        return
    board.move(agent, state, reason)
    if agent.is_gone and state is AgentState.OFFLINE:
        del board.agents[agent.agent_id]
    if state is AgentState.AVAILABLE:
        rest(board, agent)
        try_agent(board, agent)


def rest(board: Board, agent: Agent) -> None:
    """Set the timer of an agent who is available."""
    if agent.rests_until > board.now:
        board.wake(agent, agent.rests_until)
    elif agent.leg_id and not agent.is_parked:
        board.wake(agent, board.now + PARK_MS)
    elif agent.leg_id and not agent.is_leg_standing:
        board.wake(agent, board.now + LINGER_MS)


def pop(board: Board, caller: Caller, agent: Agent, moment: Moment) -> None:
    """Tell the agent's screen."""
    board.orders.append(
        ScreenPop(
            agent_id=agent.agent_id,
            moment=moment,
            call_id=caller.call_id,
            queue_id=caller.line.queue_id,
            number=caller.number,
            campaign_id=caller.campaign_id,
            attempt_id=caller.attempt_id,
            lead_id=caller.lead_id,
            contact=caller.contact,
            waited_ms=max(0, board.now - caller.joined_at),
        )
    )
