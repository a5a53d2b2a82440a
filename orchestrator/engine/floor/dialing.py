"""The calls of predictive campaigns, and those that are made for one agent. How many calls is the pacer's
business.
"""

from __future__ import annotations

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.campaign import Attempt, Campaign
from orchestrator.engine.floor.deadlines import schedule
from orchestrator.engine.floor.matching import free_again, pop
from orchestrator.engine.floor.news import (
    AttemptEnded,
    CampaignRests,
    CampaignRuns,
    CustomerAnswered,
    Placed,
    PlaceDone,
    ReservedFailed,
)
from orchestrator.engine.floor.orders import Figure, Moment
from orchestrator.engine.floor.people import Agent, Caller, Errand
from orchestrator.engine.floor.state import CallerPhase
from orchestrator.engine.floor.talks import drop_errand
from orchestrator.engine.floor.waiting import ghost_over, leave, wait
from orchestrator.engine.pacing.pacer import Pacer

OLD_MS = 2 * 3_600_000  # the end of a call that nobody knows anything of was missed
RESERVED_REST_MS = 30_000  # a callback that cannot be made now is tried again so much later


def campaign_runs(board: Board, news: CampaignRuns) -> None:
    line = board.lines.get(news.queue_id)
    if line is None:  # its rules are not known yet, or no more: nobody could take its customers
        campaign_rests(board, CampaignRests(campaign_id=news.campaign_id))
        return
    campaign = board.campaigns.get(news.campaign_id)
    if campaign is None or campaign.plan != news.pacing:
        memory = news.memory if campaign is None else campaign.pacer.dump()
        pacer = Pacer(news.pacing, zone=board.zone, memory=memory)
        known, campaign = campaign, Campaign(news.campaign_id, line, news.pacing, pacer)
        if known is not None:
            campaign.ringing, campaign.ordered, campaign.ordered_at = (
                known.ringing,
                known.ordered,
                known.ordered_at,
            )
            known.line.campaigns.remove(known)
        board.campaigns[news.campaign_id] = campaign
        line.campaigns.append(campaign)
    elif campaign.line is not line:
        campaign.line.campaigns.remove(campaign)
        line.campaigns.append(campaign)
        campaign.line = line
    campaign.is_running = True
    campaign.leads_left, campaign.reserved_left, campaign.weight = (
        news.leads_left,
        news.reserved_left,
        news.weight,
    )
    board.is_dirty = True


def campaign_rests(board: Board, news: CampaignRests) -> None:
    campaign = board.campaigns.get(news.campaign_id)
    if campaign is not None:
        campaign.is_running, campaign.ordered, campaign.why = False, 0, ""


def placed(board: Board, news: Placed) -> None:
    if news.attempt_id in board.attempts:
        return
    attempt = Attempt(news.campaign_id, "", board.now)
    board.attempts[news.attempt_id] = attempt
    board.count(Figure.PLACED, campaign_id=news.campaign_id)
    agent = board.agents.get(news.agent_id)
    if agent is not None and agent.errand is not None and not agent.errand.attempt_id:
        agent.errand.attempt_id = news.attempt_id
        attempt.agent_id = agent.agent_id
    campaign = board.campaigns.get(news.campaign_id)
    if campaign is None:
        return
    campaign.ringing[news.attempt_id] = attempt
    campaign.pacer.placed(news.attempt_id, board.now, is_reserved=bool(news.agent_id))
    if campaign.leads_left:
        campaign.leads_left -= 1
    if not news.agent_id:
        campaign.ordered = max(0, campaign.ordered - 1)


def place_done(board: Board, news: PlaceDone) -> None:
    campaign = board.campaigns.get(news.campaign_id)
    if campaign is None:
        return
    campaign.ordered = max(0, campaign.ordered - max(0, news.asked - news.placed))
    if news.placed < news.asked:
        campaign.again_at = max(board.now + 1_000, news.again_at or 0)
        board.wake_by(board.pace_timer, campaign.again_at)


def reserved_failed(board: Board, news: ReservedFailed) -> None:
    agent = board.agents.get(news.agent_id)
    errand = agent.errand if agent is not None else None
    if agent is None or errand is None or errand.attempt_id or errand.campaign_id != news.campaign_id:
        return
    campaign = board.campaigns.get(news.campaign_id)
    if campaign is not None:
        campaign.again_at = max(board.now + 1_000, news.again_at or 0)
    ghost, agent.errand = errand.ghost, None
    if ghost is not None and news.is_final:
        ghost_over(board, ghost, "")
    elif ghost is not None:
        ghost.agents.clear()
        board.wake(ghost, max(board.now + RESERVED_REST_MS, news.again_at or 0))
    free_again(board, agent)


def customer_answered(board: Board, news: CustomerAnswered) -> None:
    attempt = board.attempts.get(news.attempt_id)
    if attempt is None or attempt.is_over or news.attempt_id in board.callers:
        return
    campaign = board.campaigns.get(attempt.campaign_id)
    _rings_no_more(board, campaign, news.attempt_id, attempt)
    if news.party == "machine":
        if campaign is not None:
            campaign.pacer.ended(news.attempt_id, board.now)
        return
    found = _errand_of(board, news.attempt_id, attempt)
    ghost = None if found is None else found[1].ghost
    line = ghost.line if ghost is not None else campaign.line if campaign is not None else None
    if line is None:
        return
    kind = CallerKind.CALLBACK if ghost is not None else CallerKind.DIALED
    caller = board.new_caller(news.attempt_id, line, kind, board.now, 0)
    caller.is_here, caller.absent_since = False, board.now
    caller.switch, caller.number, caller.contact = news.switch, news.number, news.contact
    caller.campaign_id, caller.attempt_id, caller.lead_id = (
        attempt.campaign_id,
        news.attempt_id,
        news.lead_id,
    )
    if campaign is not None:
        caller.campaign = campaign
        caller.within_ms = round(campaign.plan.within_s * 1_000)
        caller.within_until = board.now + caller.within_ms
        campaign.pacer.answered(news.attempt_id, board.now)
        board.count_of(caller, Figure.DIALED_ANSWERED)
    else:
        board.count_of(caller, Figure.OFFERED)
    if found is None:
        wait(board, caller)
    else:
        _to_reserved(board, caller, found[0], ghost)


def _errand_of(board: Board, attempt_id: str, attempt: Attempt) -> tuple[Agent, Errand] | None:
    """Whom the call is made for, as long as they wait for it."""
    agent = board.agents.get(attempt.agent_id)
    if agent is None or agent.errand is None or agent.errand.attempt_id != attempt_id:
        return None
    return agent, agent.errand


def _to_reserved(board: Board, caller: Caller, agent: Agent, ghost: Caller | None) -> None:
    if ghost is not None:
        ghost_over(board, ghost, "")
    agent.errand = None
    caller.phase = CallerPhase.OFFERED
    caller.line.offered[caller.call_id] = caller
    caller.agents.append(agent)
    agent.call_id, agent.busy_since = caller.call_id, board.now
    board.wake(agent, None)
    board.move(agent, AgentState.RINGING)
    pop(board, caller, agent, Moment.RINGS)
    schedule(board, caller)


def _rings_no_more(board: Board, campaign: Campaign | None, attempt_id: str, attempt: Attempt) -> None:
    attempt.is_over = True
    board.is_dirty = True
    if campaign is not None:
        campaign.ringing.pop(attempt_id, None)


def attempt_ended(board: Board, news: AttemptEnded) -> None:
    caller = board.callers.get(news.attempt_id)
    if caller is not None:
        leave(board, caller, "abandoned" if news.was_abandoned else "hung_up")
    attempt = board.attempts.pop(news.attempt_id, None)
    if attempt is None:
        return
    campaign = board.campaigns.get(attempt.campaign_id)
    if not attempt.is_over:
        _rings_no_more(board, campaign, news.attempt_id, attempt)
        if campaign is not None:
            campaign.pacer.ended(news.attempt_id, board.now)
    found = _errand_of(board, news.attempt_id, attempt)
    if found is not None:
        _errand_over(board, *found)


def _errand_over(board: Board, agent: Agent, errand: Errand) -> None:
    """The call for the agent came to nothing. A callback that was not answered is the rules' business from now on."""
    agent.errand = None
    if errand.ghost is not None:
        ghost_over(board, errand.ghost, "")
    free_again(board, agent)


def reserve_too_long(board: Board, agent: Agent) -> None:
    """Nothing was heard of the call that was to be made for the agent."""
    if agent.errand is not None:
        drop_errand(board, agent, agent.errand)
    free_again(board, agent)


def forget_old(board: Board) -> None:
    """Calls whose end nobody told, so that they are not kept for ever."""
    old = [each for each, attempt in board.attempts.items() if board.now - attempt.placed_at > OLD_MS]
    for attempt_id in [each for each in old if each not in board.callers]:
        attempt_ended(board, AttemptEnded(attempt_id=attempt_id))
