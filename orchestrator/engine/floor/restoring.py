"""The floor as data, and a floor from it: what a new leader goes on with.

Offers and rings under way are kept with the time that is left to them; the leader looks at its switches and
tells what is not there any more (`LegEnded`, `CallerLeft`, `AttemptEnded`).
"""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.campaign import Attempt, Campaign
from orchestrator.engine.floor.deadlines import OFFER_MS, schedule
from orchestrator.engine.floor.estimate import Movement
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import RING_SLACK_MS, rest, try_agent, try_line
from orchestrator.engine.floor.people import ANY_LEG, Agent, Caller, Errand
from orchestrator.engine.floor.state import (
    AttemptRecord,
    CallerPhase,
    CallerRecord,
    CampaignRecord,
    ErrandRecord,
    FloorState,
    QueueRecord,
)
from orchestrator.engine.pacing.pacer import Pacer


def snapshot(board: Board, *, with_pacers: bool) -> FloorState:
    return FloorState(
        at=board.now,
        agents=tuple(agent.record() for agent in board.agents.values()),
        callers=tuple(caller.record() for caller in (*board.callers.values(), *board.ghosts.values())),
        errands=tuple(_errand(agent) for agent in board.agents.values() if agent.errand is not None),
        campaigns=tuple(
            CampaignRecord(
                campaign_id=each.campaign_id,
                queue_id=each.line.queue_id,
                pacing=each.plan,
                is_running=each.is_running,
                ordered=each.ordered,
                leads_left=each.leads_left,
                reserved_left=each.reserved_left,
                weight=each.weight,
                pacer=each.pacer.dump() if with_pacers else "",
                why=each.why,
            )
            for each in board.campaigns.values()
        ),
        attempts=tuple(
            AttemptRecord(
                attempt_id=attempt_id,
                campaign_id=each.campaign_id,
                agent_id=each.agent_id,
                placed_at=each.placed_at,
                is_over=each.is_over,
            )
            for attempt_id, each in board.attempts.items()
        ),
        queues=tuple(_queue(line) for line in board.lines.values()),
    )


def _errand(agent: Agent) -> ErrandRecord:
    errand = agent.errand
    assert errand is not None  # noqa: S101  # asked before
    return ErrandRecord(
        agent_id=agent.agent_id,
        campaign_id=errand.campaign_id,
        ghost_id=errand.ghost.call_id if errand.ghost is not None else "",
        attempt_id=errand.attempt_id,
    )


def _queue(line: Line) -> QueueRecord:
    head = line.head()
    since = min((caller.joined_at for _, _, caller in line.waiting), default=None) if head else None
    return QueueRecord(
        queue_id=line.queue_id,
        turn=line.members[line.turn].agent_id if 0 <= line.turn < len(line.members) else "",
        learned=line.movement.learned,
        waiting=line.people,
        ghosts=line.ghosts,
        longest_since=since,
        present=line.present,
        working=line.working,
        free=len(line.free),
        is_open=line.is_open,
    )


def restore(board: Board, state: FloorState) -> None:
    """What the state says, as far as the board knows its agents and queues."""
    for record in state.queues:
        line = board.lines.get(record.queue_id)
        if line is not None:
            line.movement = Movement(board.now, record.learned)
            names = [agent.agent_id for agent in line.members]
            line.turn = names.index(record.turn) if record.turn in names else -1
    for agent_record in state.agents:
        agent = board.agents.get(agent_record.agent_id)
        if agent is not None:
            board.unfree(agent)
            agent.restore(agent_record)
            if agent.day != board.day:
                agent.day, agent.calls_today, agent.talk_ms_today = board.day, 0, 0
            agent.counted_at = max(agent.since, state.at)
            if agent.leg_id:
                board.legs[agent.leg_id] = agent
    for campaign_record in state.campaigns:
        _campaign(board, campaign_record)
    for each in state.attempts:
        _attempt(board, each)
    for caller_record in state.callers:
        _caller(board, caller_record)
    for errand in state.errands:
        _restore_errand(board, errand)
    for line in board.lines.values():
        line.count()
        for agent in line.members:
            line.see(agent)
    for agent in list(board.agents.values()):
        _settle(board, agent)
    for line in board.lines.values():
        try_line(board, line)


def _campaign(board: Board, record: CampaignRecord) -> None:
    line = board.lines.get(record.queue_id)
    if line is None or record.campaign_id in board.campaigns:
        return
    pacer = Pacer(record.pacing, zone=board.zone, memory=record.pacer)
    campaign = Campaign(record.campaign_id, line, record.pacing, pacer)
    campaign.is_running, campaign.weight, campaign.why = record.is_running, record.weight, record.why
    campaign.leads_left, campaign.reserved_left = record.leads_left, record.reserved_left
    campaign.ordered, campaign.ordered_at = record.ordered, board.now
    board.campaigns[record.campaign_id] = campaign
    line.campaigns.append(campaign)
    board.is_dirty = True


def _attempt(board: Board, record: AttemptRecord) -> None:
    attempt = Attempt(record.campaign_id, record.agent_id, record.placed_at)
    attempt.is_over = record.is_over
    board.attempts[record.attempt_id] = attempt
    campaign = board.campaigns.get(record.campaign_id)
    if campaign is not None and not attempt.is_over:
        campaign.ringing[record.attempt_id] = attempt


def _caller(board: Board, record: CallerRecord) -> None:
    line = board.lines.get(record.queue_id)
    if line is None:
        if record.talk_since is None:
            return
        line = board.nowhere
    caller = Caller(record.call_id, line, record.kind, record.joined_at, record.ahead_ms)
    for name in (
        "arrival", "switch", "number", "max_wait_ms", "within_ms", "within_until", "absent_since", "is_here",
        "is_ghost", "is_late", "is_answered", "campaign_id", "attempt_id", "lead_id", "contact", "offered_at",
        "offered_leg", "talk_since", "held_since", "held_ms", "phase",
    ):  # fmt: skip
        setattr(caller, name, getattr(record, name))
    caller.heard_at = board.now
    line.arrivals = max(line.arrivals, record.arrival)
    caller.campaign = board.campaigns.get(record.campaign_id)
    caller.agents = [board.agents[name] for name in record.agents if name in board.agents]
    caller.other = board.agents.get(record.other_agent)
    if caller.phase is not CallerPhase.WAITING and not caller.agents and not caller.is_ghost:
        if caller.talk_since is not None:
            return  # the talk of an agent who is not known any more
        caller.phase, caller.offered_at = CallerPhase.WAITING, None
    if caller.offered_at is not None:
        caller.offered_at = max(caller.offered_at, board.now - OFFER_MS // 2)
    (board.ghosts if caller.is_ghost else board.callers)[caller.call_id] = caller
    if caller.phase is CallerPhase.WAITING:
        caller.offered_leg = ANY_LEG  # what was offered last may not have been kept
        line.put(caller, board.now)
    elif caller.phase is CallerPhase.OFFERED and not caller.is_ghost:
        line.offered[caller.call_id] = caller
    schedule(board, caller)


def _restore_errand(board: Board, record: ErrandRecord) -> None:
    agent = board.agents.get(record.agent_id)
    ghost = board.ghosts.get(record.ghost_id)
    if agent is None:
        return
    agent.errand = Errand(record.campaign_id, ghost, record.attempt_id)
    if ghost is not None:
        ghost.agents = [agent]


def _settle(board: Board, agent: Agent) -> None:
    """Set the agent's timer; who is free gets whoever waits."""
    match agent.state:
        case AgentState.WRAP_UP:
            board.wake(agent, agent.wrap_up_until)
        case AgentState.RINGING | AgentState.RESERVED:
            caller = board.callers.get(agent.call_id)
            is_parked = caller is not None and agent.is_parked
            board.wake(agent, None if is_parked else board.now + 60_000 + RING_SLACK_MS)
        case AgentState.AVAILABLE:
            rest(board, agent)
            try_agent(board, agent)
        case _:
            pass  # nothing is due
