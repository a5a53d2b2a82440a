"""Talks: when they begin and end, what is counted of them, and what the agent does after one."""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.deadlines import schedule
from orchestrator.engine.floor.matching import (
    back_in_line,
    free_again,
    go_on,
    offer,
    only,
    pop,
    try_line,
)
from orchestrator.engine.floor.news import JoinFailed, TalkBegan, TalkEnded
from orchestrator.engine.floor.orders import CancelCalls, Figure, LetGo, Moment
from orchestrator.engine.floor.people import ANY_LEG, Agent, Caller, Errand
from orchestrator.engine.floor.state import CallerPhase

MOST_FAILS = 3  # joins of a caller that fail in a row: then their way goes on without an agent
FAIL_REST_MS = 3_000  # an agent whose leg could not be joined is left alone for so long


def talk_began(board: Board, news: TalkBegan) -> None:
    agent = board.legs.get(news.leg_id)
    if agent is None:
        return
    caller = board.callers.get(news.call_id)
    if caller is None:
        _adopt(board, news.call_id, agent)
        return
    if caller.offered_leg not in (news.leg_id, ANY_LEG) or caller.phase in (
        CallerPhase.TALKING,
        CallerPhase.HELD,
    ):
        return
    if agent not in caller.agents and not _seize(board, caller, agent):
        return
    caller.line.offered.pop(caller.call_id, None)
    if len(caller.agents) > 1:
        only(board, caller, agent)
    _begin(board, caller, agent)


def _adopt(board: Board, call_id: str, agent: Agent) -> None:
    """A talk that nobody told us the beginning of: whoever led before us knew it."""
    if call_id in board.gone_calls or agent.call_id:
        return
    caller = board.new_caller(call_id, board.nowhere, CallerKind.INBOUND, board.now, 0)
    caller.is_answered, caller.phase = True, CallerPhase.OFFERED
    _seize(board, caller, agent)
    _begin(board, caller, agent)


def _seize(board: Board, caller: Caller, agent: Agent) -> bool:
    """They talk though the offer was thought to have failed: so it is; whatever the agent was to do instead is
    not.
    """
    other = board.callers.get(agent.call_id) if agent.call_id != caller.call_id else None
    if other is not None and (agent.state is AgentState.TALKING or other.other is agent):
        return False
    if caller.phase is CallerPhase.WAITING:
        caller.line.remove(caller, board.now)
        caller.line.movement.taken()
        caller.phase, caller.is_taken = CallerPhase.OFFERED, True
    if agent.state is AgentState.WRAP_UP:
        end_wrap_up(board, agent)
    board.unfree(agent)
    if agent.errand is not None:
        drop_errand(board, agent, agent.errand)
    caller.agents.append(agent)
    agent.call_id, agent.queue_id, agent.busy_since = caller.call_id, caller.line.queue_id, board.now
    if other is not None and agent in other.agents:
        other.agents.remove(agent)
        if not other.agents:
            back_in_line(board, other)
    return True


def _begin(board: Board, caller: Caller, agent: Agent) -> None:
    now = board.now
    caller.line.offered.pop(caller.call_id, None)
    caller.phase, caller.offered_at, caller.fails, caller.is_here = CallerPhase.TALKING, None, 0, True
    caller.tried.clear()
    board.wake(caller, None)
    board.wake(agent, None)
    agent.is_parked, agent.misses = False, 0
    if caller.held_since is not None:
        caller.held_ms += now - caller.held_since
        caller.held_since = None
    if not caller.is_answered:
        _count_answer(board, caller)
        caller.is_answered = True
    if caller.talk_since is None:
        caller.talk_since, caller.held_ms = now, 0
        board.count_of(caller, Figure.HANDLED, agent_id=agent.agent_id)
        board.move(agent, AgentState.TALKING)
        pop(board, caller, agent, Moment.TALKS)


def _count_answer(board: Board, caller: Caller) -> None:
    wait_ms = max(0, board.now - caller.joined_at)
    until = caller.within_until
    if until is None:
        board.count_of(caller, Figure.ANSWERED)
        board.count_wait(caller, Figure.ANSWERED_AFTER, wait_ms)
        board.count_of(caller, Figure.WAIT_MS, wait_ms)
        if wait_ms < caller.line.rules.service_level_s * 1_000:
            board.count_of(caller, Figure.ANSWERED_IN_TIME)
        return
    if not caller.is_late and board.now <= until:
        board.count_of(caller, Figure.CONNECTED)
        board.count_of(caller, Figure.CONNECT_MS, wait_ms)
        if caller.campaign is not None:
            caller.campaign.pacer.connected(board.now)
        return
    board.count_of(caller, Figure.CONNECTED_LATE)
    if not caller.is_late:
        nobody_in_time(board, caller)


def nobody_in_time(board: Board, caller: Caller) -> None:
    """A person whom we called had nobody within the limit: that is what abandonment means."""
    caller.is_late = True
    board.count_of(caller, Figure.DIALED_ABANDONED)
    if caller.campaign is not None:
        caller.campaign.pacer.abandoned(board.now)
    board.is_dirty = True


def talk_ended(board: Board, news: TalkEnded) -> None:
    caller = board.callers.get(news.call_id)
    if caller is None:
        agent = board.legs.get(news.leg_id)
        if agent is not None and agent.state is AgentState.TALKING and agent.call_id == news.call_id:
            go_on(board, agent)  # with nobody who is known
        return
    if caller.phase is CallerPhase.TALKING:
        if caller.agents[0].leg_id == news.leg_id:
            finish(board, caller)
        return
    if not caller.is_here:  # held, or handed on: the caller's script has come back to its music
        caller.is_here, caller.heard_at = True, board.now
        schedule(board, caller)
        if caller.phase is CallerPhase.OFFERED:
            offer(board, caller)


def finish(board: Board, caller: Caller) -> None:
    """The talk, or what was left of it, is over, and the caller is not ours any more."""
    agent, other = caller.agents[0], caller.other
    board.forget(caller)
    caller.other = None
    close_share(board, caller, agent)
    if other is not None:
        free_again(board, other)


def close_share(board: Board, caller: Caller, agent: Agent) -> None:
    """The agent's part of the call is over: count it; then wrap-up, or whatever comes."""
    now = board.now
    if caller.held_since is not None:
        caller.held_ms += now - caller.held_since
        caller.held_since = None
    total = now - caller.talk_since if caller.talk_since is not None else 0
    board.count_of(caller, Figure.TALK_MS, total - caller.held_ms, agent.agent_id)
    if caller.held_ms:
        board.count_of(caller, Figure.HOLD_MS, caller.held_ms, agent.agent_id)
    caller.talk_since, caller.held_ms = None, 0
    agent.calls_today += 1
    agent.talk_ms_today += total
    for line, _, _ in agent.seats:
        for campaign in line.campaigns:
            campaign.pacer.talk_ended(agent.busy_since, now)
    pop(board, caller, agent, Moment.OVER)
    after_call(board, caller, agent)


def after_call(board: Board, caller: Caller, agent: Agent) -> None:
    if not agent.is_leg_standing:
        board.drop_leg(agent)
    agent.idle_since = board.now
    wrap_up_ms = caller.line.rules.wrap_up_s * 1_000
    if not wrap_up_ms or agent.is_gone:
        go_on(board, agent)
        return
    agent.wrap_up_until, agent.extensions = board.now + wrap_up_ms, 0
    agent.campaign_id = caller.campaign_id
    board.move(agent, AgentState.WRAP_UP)
    board.wake(agent, agent.wrap_up_until)


def end_wrap_up(board: Board, agent: Agent) -> None:
    """What is counted of a wrap-up that is over; what comes next is the caller's business."""
    lasted = board.now - agent.since
    if lasted:
        board.count(
            Figure.WRAP_UP_MS,
            lasted,
            queue_id=agent.queue_id,
            campaign_id=agent.campaign_id,
            agent_id=agent.agent_id,
        )
    for line, _, _ in agent.seats:
        for campaign in line.campaigns:
            campaign.pacer.wrap_ended(agent.since, board.now)
    agent.idle_since = board.now
    agent.call_id = agent.queue_id = agent.campaign_id = ""
    agent.wrap_up_until, agent.extensions = None, 0
    board.wake(agent, None)


def drop_errand(board: Board, agent: Agent, errand: Errand) -> None:
    """The call that is made for the agent has no agent any more: it is given up; a place in line is kept on."""
    agent.errand = None
    attempt = board.attempts.get(errand.attempt_id)
    if attempt is not None:
        attempt.agent_id = ""
        board.orders.append(CancelCalls(attempt_ids=(errand.attempt_id,)))
    if errand.ghost is not None:
        ghost_waits(board, errand.ghost)


def ghost_waits(board: Board, ghost: Caller) -> None:
    """The place in line waits again, as long as there is the line."""
    if not board.has(ghost.line):
        del board.ghosts[ghost.call_id]
        board.orders.append(LetGo(call_id=ghost.call_id, why="gone"))
        return
    ghost.phase = CallerPhase.WAITING
    ghost.agents.clear()
    ghost.line.put(ghost, board.now)
    schedule(board, ghost)
    try_line(board, ghost.line)


def join_failed(board: Board, news: JoinFailed) -> None:
    caller = board.callers.get(news.call_id)
    if caller is None or caller.offered_at is None or caller.agents[0].leg_id != news.leg_id:
        return
    offer_failed(board, caller)


def offer_failed(board: Board, caller: Caller) -> None:
    """The caller could not be joined with the agent's leg, or nothing was heard of it."""
    agent = caller.agents[0]
    caller.offered_at = None
    caller.fails += 1
    if agent.state is AgentState.TALKING:  # coming back from hold, or from a consultation
        if caller.fails < MOST_FAILS:
            offer(board, caller)
        else:
            end_held(board, caller)
        return
    caller.agents.remove(agent)
    caller.tried.append(agent)
    agent.rests_until = board.now + FAIL_REST_MS
    pop(board, caller, agent, Moment.MISSED)
    free_again(board, agent)
    if caller.fails < MOST_FAILS:
        back_in_line(board, caller)
        return
    board.orders.append(LetGo(call_id=caller.call_id, why="unreachable"))
    board.count_of(caller, Figure.OVERFLOWED)
    board.forget(caller)


def end_held(board: Board, caller: Caller) -> None:
    """The caller has no agent any more, after a talk: their flow goes on."""
    board.orders.append(LetGo(call_id=caller.call_id, why="ended"))
    finish(board, caller)
