"""The floor: one place that knows every agent, queue and caller. News in, orders out; pure, and cheap for each
event.

Whoever leads feeds it what happens (`news.py`), carries out what it orders (`orders.py`), keeps its state
(`state.py`), and wakes it when it wants (`next_at`). The rules are in docs/queues.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor import commands, dialing, legs, pace, roster, talks, waiting
from orchestrator.engine.floor.board import Board, Timed, Timer
from orchestrator.engine.floor.clock import LATE_MS, step, step_of
from orchestrator.engine.floor.hours import line_due
from orchestrator.engine.floor.line import Line
from orchestrator.engine.floor.matching import rest, stand_by, try_agent
from orchestrator.engine.floor.news import (
    AgentSays,
    AttemptEnded,
    CallerHere,
    CallerJoined,
    CallerLeft,
    CampaignRests,
    CampaignRuns,
    CustomerAnswered,
    GhostGone,
    JoinFailed,
    LegEnded,
    LegFailed,
    LegReady,
    LegRings,
    News,
    Placed,
    PlaceDone,
    Queues,
    ReservedFailed,
    Staff,
    TalkBegan,
    TalkEnded,
    Tick,
)
from orchestrator.engine.floor.orders import Order
from orchestrator.engine.floor.people import Agent, Caller
from orchestrator.engine.floor.restoring import restore, snapshot
from orchestrator.engine.floor.state import FloorState
from orchestrator.engine.hours import local_day
from orchestrator.engine.pacing.pacer import Pacer

QUARTER_MS: Final = 900_000
PULSE_MS: Final = 10_000
LOST_MS: Final = 60_000


def _nothing(board: Board, news: Tick) -> None:
    del board, news


_DOORS: Final[dict[type, Callable[[Board, Any], None]]] = {
    Staff: roster.staff,
    Queues: roster.queues,
    AgentSays: commands.agent_says,
    CallerJoined: waiting.caller_joined,
    CallerHere: waiting.caller_here,
    CallerLeft: waiting.caller_left,
    GhostGone: waiting.ghost_gone,
    LegReady: legs.leg_ready,
    LegRings: legs.leg_rings,
    LegFailed: legs.leg_failed,
    LegEnded: legs.leg_ended,
    TalkBegan: talks.talk_began,
    TalkEnded: talks.talk_ended,
    JoinFailed: talks.join_failed,
    Placed: dialing.placed,
    PlaceDone: dialing.place_done,
    ReservedFailed: dialing.reserved_failed,
    CustomerAnswered: dialing.customer_answered,
    AttemptEnded: dialing.attempt_ended,
    CampaignRuns: dialing.campaign_runs,
    CampaignRests: dialing.campaign_rests,
    Tick: _nothing,
}


class Floor:
    """new_id: makes the ids of legs (uuid4). zone: IANA zone of an agent's "today" and of the pacers' hours.
    pace_ms: decisions about campaigns are no closer. lost_ms: a caller who said nothing for so long is gone;
    None: never. late_ms: news so long after `next_at` means that the clock was set.
    """

    def __init__(
        self,
        new_id: Callable[[], str],
        *,
        zone: str = "UTC",
        pace_ms: int = 250,
        lost_ms: int | None = LOST_MS,
        late_ms: int = LATE_MS,
    ) -> None:
        self._board = Board(new_id, zone, 0, lost_ms)
        self._pace_ms = pace_ms
        self._late_ms = late_ms
        self._has_begun = False
        self._quarter_at = 0

    def feed(self, news: News, now: int) -> list[Order]:
        """What is to be done because of the news, and because of the time. now: epoch ms."""
        board = self._board
        if not self._has_begun:
            self._begin(now)
        if now < board.now or now > board.now + self._late_ms:
            step(board, step_of(board, now, self._late_ms))
        if now > board.now:
            board.now = now
        if board.timers[0][0] <= now:  # the pulse is always among them
            self._wake_up()
        _DOORS[type(news)](board, news)
        if board.is_dirty:
            if board.is_urgent or board.now >= board.paced_at + self._pace_ms:
                pace.pace(board)
            else:
                board.wake_by(board.pace_timer, board.paced_at + self._pace_ms)
        orders, board.orders = board.orders, []
        return orders

    def next_at(self) -> int | None:
        """By when to feed a `Tick`, epoch ms, if nothing else comes; None before the first news."""
        return self._board.next_at()

    def pacer(self, campaign_id: str) -> Pacer | None:
        """What paces a campaign, to look at."""
        campaign = self._board.campaigns.get(campaign_id)
        return campaign.pacer if campaign is not None else None

    def estimate_ms(self, queue_id: str, now: int) -> float | None:
        """How long whoever came to the queue now would wait; None when nobody can tell."""
        line = self._board.lines.get(queue_id)
        if line is None:
            return None
        return 0.0 if line.free else line.wait_ms(len(line.waiting) + 1, max(now, self._board.now))

    def state(self, *, with_pacers: bool = True) -> FloorState:
        """Everything, as data; what pacers know is the dearest part of it."""
        return snapshot(self._board, with_pacers=with_pacers)

    def restore(self, state: FloorState, now: int) -> list[Order]:
        """Go on where another floor has stopped; for one that was told of staff and queues, and of nothing else
        yet.
        """
        self.feed(Tick(), now)
        restore(self._board, state)
        return self.feed(Tick(), now)

    def _begin(self, now: int) -> None:
        board = self._board
        self._has_begun = True
        board.now = now
        board.nowhere = Line(board.nowhere.rules, now)
        board.day = local_day(board.zone, now)[0].isoformat()
        self._quarter_at = now
        self._pulse(board)

    def _pulse(self, board: Board) -> None:
        """Every now and then, so that a clock that is set is noticed, and at each quarter of an hour."""
        if board.now >= self._quarter_at:
            self._quarter(board)
            self._quarter_at = board.now - board.now % QUARTER_MS + QUARTER_MS
        board.wake(board.pulse_timer, min(self._quarter_at, board.now + PULSE_MS))

    def _quarter(self, board: Board) -> None:
        """Figures of whole quarters of an hour, and a new day."""
        for agent in board.agents.values():
            board.count_state(agent)
        dialing.forget_old(board)
        day = local_day(board.zone, board.now)[0].isoformat()
        if day != board.day:
            board.day = day
            for agent in board.agents.values():
                _new_day(board, agent)

    def _wake_up(self) -> None:
        board = self._board
        while (timed := board.next_due()) is not None:
            self._due(board, timed)

    def _due(self, board: Board, timed: Timed) -> None:
        if isinstance(timed, Agent):
            agent_due(board, timed)
        elif isinstance(timed, Caller):
            waiting.caller_due(board, timed)
        elif isinstance(timed, Line):
            line_due(board, timed)
        elif isinstance(timed, Timer) and timed is board.pulse_timer:
            self._pulse(board)
        else:
            board.is_dirty = True


def _new_day(board: Board, agent: Agent) -> None:
    is_free = bool(agent.entries)
    board.unfree(agent)
    agent.day = board.day
    agent.calls_today = agent.talk_ms_today = 0
    if is_free:
        board.free(agent)
    board.changed(agent)


def agent_due(board: Board, agent: Agent) -> None:
    """The agent's timer has gone off."""
    match agent.state:
        case AgentState.WRAP_UP:
            commands.wrap_up_over(board, agent)
        case AgentState.RINGING:
            legs.ring_is_over(board, agent)
        case AgentState.RESERVED:
            dialing.reserve_too_long(board, agent)
        case AgentState.AVAILABLE:
            _available_due(board, agent)
        case _:
            pass  # it was of the state before


def _available_due(board: Board, agent: Agent) -> None:
    """A rest is over, or a leg that is not needed any more, or did not come back."""
    if agent.leg_id and not agent.is_parked:
        legs.leg_did_not_come_back(board, agent)
        return
    if agent.leg_id and not agent.is_leg_standing:
        is_free = bool(agent.entries)
        board.drop_leg(agent)
        board.changed(agent)
        if is_free:
            return
    if agent.spec.is_standing and not agent.leg_id:
        board.unfree(agent)
        stand_by(board, agent)
        return
    rest(board, agent)
    try_agent(board, agent)
