"""When campaigns are decided about, and what their pacers are shown of the floor."""

from __future__ import annotations

from orchestrator.engine.floor.board import Board
from orchestrator.engine.floor.campaign import Campaign
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import reserve
from orchestrator.engine.floor.orders import CancelCalls, Figure, Place
from orchestrator.engine.floor.people import Errand
from orchestrator.engine.pacing.sharing import Seat, decide_together
from orchestrator.engine.pacing.view import Decision, PoolView

ORDER_MS = 10_000  # an order that nothing was heard of for so long was not carried out
EACH_MS = 1_000  # decisions are no further apart


def pace(board: Board) -> None:
    """Decide, where there is something to decide about."""
    board.is_dirty = board.is_urgent = False
    campaigns = [each for each in board.campaigns.values() if each.is_running or each.ringing]
    if not campaigns:
        return
    board.paced_at = board.now
    for campaign in campaigns:
        _expire(board, campaign)
        if campaign.is_running:
            _reserve_for_leads(board, campaign)
    seats = [_seat(board, campaign) for campaign in campaigns]
    ask_at = board.now + EACH_MS
    for campaign, decision in zip(campaigns, decide_together(seats, board.now), strict=True):
        _carry_out(board, campaign, decision)
        ask_at = min(ask_at, max(decision.ask_at, board.now + 1))
    board.wake_by(board.pace_timer, ask_at)
    board.is_dirty = False


def _expire(board: Board, campaign: Campaign) -> None:
    if campaign.ordered and board.now - campaign.ordered_at > ORDER_MS:
        campaign.ordered = 0


def _may_place(board: Board, campaign: Campaign) -> bool:
    return campaign.is_running and campaign.again_at <= board.now


def _reserve_for_leads(board: Board, campaign: Campaign) -> None:
    """Leads that may only be called with an agent reserved: of the free agents every fourth, at least one."""
    line = campaign.line
    while campaign.reserved_left > 0 and line.free and not line.waiting and _may_place(board, campaign):
        busy = sum(1 for agent in line.members if agent.errand is not None)
        if busy >= 1 + len(line.free) // 4:
            return
        campaign.reserved_left -= 1
        _reserve_one(board, campaign)


def _reserve_one(board: Board, campaign: Campaign) -> None:
    line = campaign.line
    agent = line.members[next(line.in_order())[-1]]
    reserve(board, agent, Errand(campaign.campaign_id, None), line)


def _carry_out(board: Board, campaign: Campaign, decision: Decision) -> None:
    campaign.why = decision.why
    if decision.cancel:
        _cancel(board, campaign, decision.cancel)
    if not decision.place or not _may_place(board, campaign):
        return
    if decision.with_agent:
        for _ in range(min(decision.place, len(campaign.line.free))):
            _reserve_one(board, campaign)
        return
    campaign.ordered += decision.place
    campaign.ordered_at = board.now
    board.orders.append(Place(campaign_id=campaign.campaign_id, calls=decision.place))


def _cancel(board: Board, campaign: Campaign, attempt_ids: tuple[str, ...]) -> None:
    for attempt in [campaign.ringing.pop(each) for each in attempt_ids if each in campaign.ringing]:
        attempt.is_over = True
    board.count(Figure.CANCELLED, len(attempt_ids), campaign_id=campaign.campaign_id)
    board.orders.append(CancelCalls(attempt_ids=attempt_ids))


def _seat(board: Board, campaign: Campaign) -> Seat:
    line = campaign.line
    return Seat(
        pacer=campaign.pacer,
        view=view_of(board, campaign),
        agents=line.names,
        weight=campaign.weight,
    )


def view_of(board: Board, campaign: Campaign) -> PoolView:
    """What the campaign's pacer is shown."""
    line = campaign.line
    leads_left = campaign.leads_left if _may_place(board, campaign) else 0
    return PoolView(
        idle=len(line.free),
        waiting=_waiting(line),
        talking_since=tuple(line.talking.values()),
        wrapping=tuple(line.wrapping.values()),
        ordered=campaign.ordered,
        inflow=_inflow(line, board.now),
        leads_left=leads_left,
    )


def _waiting(line: Line) -> int:
    """Those who wait for these agents, in this queue and in others, there by the part of the agents that is
    shared.
    """
    others = sum(len(other.waiting) * part for other, part in line.neighbours)
    return len(line.waiting) + round(others)


def _inflow(line: Line, now: int) -> float:
    return line.inflow.per_s(now) + sum(other.inflow.per_s(now) * part for other, part in line.neighbours)
