"""An agent in a talk puts the caller on hold, asks another agent, or hands the caller on.

Hold and consultation are the same for the caller: their leg goes back to its script and the music (`WaitOn`, then the
agent's leg is parked), and is joined again with whoever comes (`Offer`).
"""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.deadlines import schedule
from orchestrator.engine.floor.matching import back_in_line, free_again, give, missed, offer, ring, try_line
from orchestrator.engine.floor.orders import BridgeLegs, Figure, ParkLeg, WaitOn
from orchestrator.engine.floor.people import Agent, Caller
from orchestrator.engine.floor.state import CallerPhase
from orchestrator.engine.floor.talks import close_share, end_held, finish


def hold(board: Board, agent: Agent, caller: Caller, queue_id: str = "") -> None:
    """The caller hears music; the agent's leg is parked."""
    board.orders.append(WaitOn(call_id=caller.call_id, queue_id=queue_id))
    board.orders.append(ParkLeg(leg_id=agent.leg_id))
    agent.is_parked, caller.is_here = False, False
    caller.absent_since, caller.offered_leg = board.now, ""
    caller.phase, caller.held_since = CallerPhase.HELD, board.now
    schedule(board, caller)


def unhold(board: Board, caller: Caller) -> None:
    """The caller's agent comes back to them."""
    caller.phase, caller.offered_at = CallerPhase.OFFERED, None
    offer(board, caller)
    schedule(board, caller)


def consult(board: Board, agent: Agent, caller: Caller, other: Agent) -> None:
    """The caller is held, and the other agent, who is free, is rung."""
    if caller.phase is CallerPhase.TALKING:
        hold(board, agent, caller)
    board.unfree(other)
    caller.other = other
    other.call_id, other.queue_id, other.busy_since = caller.call_id, caller.line.queue_id, board.now
    if other.is_parked:
        board.wake(other, None)
        other_is_there(board, caller, other)
    else:
        # Two legs can only talk on one switch: the caller can be joined over a link, if they are handed on
        ring(board, other, caller.line, call_id=caller.call_id, switch=agent.leg_switch)


def other_is_there(board: Board, caller: Caller, other: Agent) -> None:
    """The agent who is asked has answered."""
    board.move(other, AgentState.TALKING)
    bridge(board, caller)


def bridge(board: Board, caller: Caller) -> None:
    """Both agents talk, as soon as both legs are parked."""
    agent, other = caller.agents[0], caller.other
    if other is not None and other.state is AgentState.TALKING and agent.is_parked and other.is_parked:
        agent.is_parked = other.is_parked = False
        board.orders.append(BridgeLegs(leg_id=agent.leg_id, leg_id2=other.leg_id))


def cancel(board: Board, caller: Caller, other: Agent) -> None:
    """The other agent goes, the first one comes back to the caller."""
    caller.other = None
    if other.state is AgentState.TALKING and not other.is_parked:  # they are in a bridge with each other
        board.orders.append(ParkLeg(leg_id=caller.agents[0].leg_id))
    free_again(board, other)
    unhold(board, caller)


def complete(board: Board, caller: Caller, other: Agent) -> None:
    """The other agent gets the caller, at once or when they answer; for the first one the call is over."""
    agent = caller.agents[0]
    if other.state is AgentState.TALKING and not other.is_parked:
        board.orders.append(ParkLeg(leg_id=other.leg_id))
    caller.agents, caller.other, caller.offered_leg = [other], None, ""
    caller.phase, caller.offered_at = CallerPhase.OFFERED, None
    caller.line.offered[caller.call_id] = caller
    board.count_of(caller, Figure.TRANSFERRED, agent_id=agent.agent_id)
    close_share(board, caller, agent)
    offer(board, caller)
    schedule(board, caller)


def other_is_lost(board: Board, caller: Caller, other: Agent) -> None:
    """The agent who is asked did not answer, or is gone: the first one comes back to the caller."""
    caller.other = None
    if other.state is AgentState.RINGING:
        missed(board, other, caller.line)
    else:
        free_again(board, other)
    unhold(board, caller)


def agent_is_lost(board: Board, caller: Caller) -> None:
    """The leg of a caller's agent ended: in a consultation the other one gets the caller, else the call is over."""
    if caller.other is not None:
        complete(board, caller, caller.other)
    elif caller.phase is CallerPhase.TALKING:
        finish(board, caller)
    elif caller.talk_since is None:  # they were about to be handed to this agent
        agent = caller.agents.pop()
        caller.tried.append(agent)
        missed(board, agent, caller.line)
        back_in_line(board, caller)
    else:
        end_held(board, caller)


def hand_to_agent(board: Board, agent: Agent, caller: Caller, other: Agent) -> None:
    """The caller goes to an agent who is free; the first one's part is over."""
    _hand_on(board, agent, caller, "")
    caller.phase = CallerPhase.OFFERED
    caller.line.offered[caller.call_id] = caller
    give(board, caller, other)
    close_share(board, caller, agent)
    schedule(board, caller)


def hand_to_queue(board: Board, agent: Agent, caller: Caller, queue_id: str) -> None:
    """The caller waits again; what they waited and talked so far puts them ahead."""
    line = board.lines[queue_id]
    _hand_on(board, agent, caller, queue_id)
    close_share(board, caller, agent)
    caller.line, caller.phase, caller.arrival = line, CallerPhase.WAITING, 0
    caller.max_wait_ms = caller.within_ms = caller.within_until = None
    caller.is_answered = False
    board.count_of(caller, Figure.OFFERED)
    line.put(caller, board.now)
    try_line(board, line)
    schedule(board, caller)


def _hand_on(board: Board, agent: Agent, caller: Caller, queue_id: str) -> None:
    board.count_of(caller, Figure.TRANSFERRED, agent_id=agent.agent_id)
    if caller.phase is CallerPhase.TALKING:
        hold(board, agent, caller, queue_id)
    elif queue_id:
        board.orders.append(WaitOn(call_id=caller.call_id, queue_id=queue_id))
    caller.ahead_ms += board.now - caller.joined_at
    caller.joined_at = board.now
    caller.agents.clear()
    caller.offered_leg = ""
    caller.tried = [agent]  # who handed them on is the last one to get them back
