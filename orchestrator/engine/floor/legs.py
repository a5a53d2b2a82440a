"""What becomes of agents' legs. News of a leg that is not an agent's any more changes nothing."""

from __future__ import annotations

from typing import assert_never

from orchestrator.domain.agent import NOT_ANSWERING, AgentState
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.consulting import agent_is_lost, bridge, other_is_lost, other_is_there
from orchestrator.engine.floor.matching import (
    OUR_FAULT,
    REST_MS,
    back_in_line,
    become,
    go_on,
    missed,
    offer,
    only,
    place,
    pop,
    rest,
    stand_by,
    try_agent,
)
from orchestrator.engine.floor.news import LegEnded, LegFailed, LegReady, LegRings
from orchestrator.engine.floor.orders import DropLeg, Moment
from orchestrator.engine.floor.people import Agent
from orchestrator.engine.floor.state import CallerPhase
from orchestrator.engine.floor.talks import drop_errand

HUNG_UP = "NORMAL_CLEARING"  # the agent wanted it so


def leg_ready(board: Board, news: LegReady) -> None:
    agent = board.legs.get(news.leg_id)
    if news.leg_id in board.gone_legs:  # it was answered while it was being dropped
        board.orders.append(DropLeg(leg_id=news.leg_id))
    elif agent is None:
        _arrived(board, news)
    else:
        _parked(board, agent, news.switch)


def _parked(board: Board, agent: Agent, switch: str) -> None:
    agent.leg_switch = switch or agent.leg_switch
    agent.is_leg_ready = agent.is_parked = True
    caller = board.callers.get(agent.call_id)
    match agent.state:
        case AgentState.TALKING:  # held, asked by another agent, or the talk's end is about to be told
            if caller is not None and caller.phase is CallerPhase.OFFERED and agent in caller.agents:
                offer(board, caller)
            elif caller is not None and caller.phase is CallerPhase.HELD:
                bridge(board, caller)
        case AgentState.RINGING if caller is not None and caller.other is agent:
            board.wake(agent, None)
            other_is_there(board, caller, agent)
        case AgentState.RINGING if caller is not None:
            board.wake(agent, None)
            board.changed(agent)
            only(board, caller, agent)
            offer(board, caller)
        case AgentState.RINGING if agent.errand is not None:
            place(board, agent, agent.errand)
        case AgentState.RINGING:  # a standing leg
            agent.idle_since = max(agent.idle_since, agent.since)
            go_on(board, agent)
        case AgentState.AVAILABLE:
            board.wake(agent, None)
            rest(board, agent)
            try_agent(board, agent)
        case AgentState.WRAP_UP | AgentState.BREAK | AgentState.OFFLINE | AgentState.RESERVED:
            board.changed(agent)
        case _ as never:
            assert_never(never)


def _arrived(board: Board, news: LegReady) -> None:
    """An agent calls in and stays on the line, or a leader before us made the leg."""
    agent = board.agents.get(news.agent_id)
    is_free = agent is not None and (
        agent.state in (AgentState.OFFLINE, AgentState.BREAK, AgentState.AVAILABLE, AgentState.WRAP_UP)
        or (agent.state is AgentState.RINGING and not agent.call_id and agent.errand is None)
    )
    if agent is None or not is_free:  # in a call by another leg: nobody is in two places
        board.orders.append(DropLeg(leg_id=news.leg_id))
        return
    board.unfree(agent)
    board.drop_leg(agent)
    board.new_leg(agent, news.leg_id, news.switch, is_standing=True)
    agent.is_leg_ready = agent.is_parked = True
    if agent.state is AgentState.OFFLINE:
        agent.idle_since = board.now
    if agent.state in (AgentState.BREAK, AgentState.WRAP_UP):
        board.changed(agent)
    else:
        go_on(board, agent)


def leg_rings(board: Board, news: LegRings) -> None:
    """That it rings says nothing that is not known: it may ring until its time is over."""
    del board, news


def leg_failed(board: Board, news: LegFailed) -> None:
    _gone(board, news.leg_id, news.cause)


def leg_ended(board: Board, news: LegEnded) -> None:
    _gone(board, news.leg_id, news.cause)


def ring_is_over(board: Board, agent: Agent) -> None:
    """Nothing was heard of the leg, or of what the agent was reserved for, in all the time for it."""
    leg_id = agent.leg_id
    board.orders.append(DropLeg(leg_id=leg_id))
    _gone(board, leg_id, "ALLOTTED_TIMEOUT")


def leg_did_not_come_back(board: Board, agent: Agent) -> None:
    """A standing leg was to be parked again after a talk, and nothing was heard of it."""
    board.drop_leg(agent)
    if agent.spec.is_standing:
        stand_by(board, agent)
    else:
        become(board, agent, AgentState.OFFLINE)


def _gone(board: Board, leg_id: str, cause: str) -> None:
    agent = board.legs.get(leg_id)
    if agent is None:
        return
    is_standing, was_parked = agent.is_leg_standing, agent.is_parked
    board.lose_leg(agent)
    caller = board.callers.get(agent.call_id)
    match agent.state:
        case AgentState.TALKING | AgentState.RINGING if caller is not None and caller.other is agent:
            other_is_lost(board, caller, agent)
        case AgentState.TALKING if caller is not None:
            agent_is_lost(board, caller)
        case AgentState.RINGING if caller is not None:
            not_taken(board, agent, cause)
        case AgentState.RINGING | AgentState.RESERVED if agent.errand is not None:
            line = board.lines.get(agent.queue_id, board.nowhere)
            drop_errand(board, agent, agent.errand)
            missed(board, agent, line, cause)
        case AgentState.RINGING if cause in OUR_FAULT:  # the standing leg is tried again after a rest
            agent.rests_until = board.now + REST_MS
            go_on(board, agent)
        case AgentState.RINGING:  # the standing leg that was asked for
            become(board, agent, AgentState.BREAK, NOT_ANSWERING)
        case AgentState.AVAILABLE if is_standing:
            board.unfree(agent)
            if was_parked and (cause == HUNG_UP or not agent.spec.is_standing):
                become(board, agent, AgentState.OFFLINE)  # hanging up between calls means to go
            else:  # it was the end of a talk; or a switch fell over, which is no wish to go
                go_on(board, agent)
        case AgentState.TALKING | AgentState.RESERVED:  # with nobody who is known
            go_on(board, agent)
        case _:
            board.changed(agent)
            if agent.state is AgentState.AVAILABLE:
                board.wake(agent, None)
                rest(board, agent)


def not_taken(board: Board, agent: Agent, cause: str = "") -> None:
    """The agent does not take the caller who rings; the leg is gone."""
    caller = board.callers[agent.call_id]
    caller.agents.remove(agent)
    caller.tried.append(agent)
    pop(board, caller, agent, Moment.MISSED)
    missed(board, agent, caller.line, cause)
    if not caller.agents:
        back_in_line(board, caller)
