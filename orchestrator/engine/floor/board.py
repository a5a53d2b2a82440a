"""What all parts of the floor share: who is where, the timers, and the orders of this moment."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Protocol

from orchestrator.domain.agent import AgentState
from orchestrator.domain.queue import CallerKind, QueueRules
from orchestrator.engine.floor.campaign import Attempt, Campaign
from orchestrator.engine.floor.line import AT_WORK, Line
from orchestrator.engine.floor.orders import LONGEST_S, AgentMoved, Counted, DropLeg, Figure, Order
from orchestrator.engine.floor.people import Agent, Caller

MOST_GONE = 2_000
EMPTY_MS = 10_000  # those who wait are let go when nobody has been there for so long

# Which figure the time in a state belongs to; being offline is no working time
TIME_IN: dict[AgentState, Figure] = {
    AgentState.AVAILABLE: Figure.AVAILABLE_MS,
    AgentState.RESERVED: Figure.RESERVED_MS,
    AgentState.RINGING: Figure.RINGING_MS,
    AgentState.TALKING: Figure.TALKING_MS,
    AgentState.WRAP_UP: Figure.WRAPPING_MS,
    AgentState.BREAK: Figure.BREAK_MS,
}


class Timed(Protocol):
    """Whatever has one timer. due_at: when it next goes off; None: not at all."""

    due_at: int | None


class Timer:
    """A timer of the whole floor."""

    __slots__ = ("due_at",)

    def __init__(self) -> None:
        self.due_at: int | None = None


class Board:
    """now: of the news being heard, epoch ms; it never goes back (`clock.py`). legs: agents by the id of their
    leg. gone_legs, gone_calls: what is over, lately, the oldest first: late news of it means nothing. Of a
    caller who hung up it is known when. is_dirty: something changed that pacing depends on; is_urgent: and it
    cannot wait.
    """

    def __init__(self, new_id: Callable[[], str], zone: str, now: int, lost_ms: int | None) -> None:
        self.new_id = new_id
        self.zone = zone
        self.lost_ms = lost_ms
        self.now = now
        self.day = ""
        self.orders: list[Order] = []
        self.agents: dict[str, Agent] = {}
        self.breaks: tuple[str, ...] = ()
        self.lines: dict[str, Line] = {}
        self.callers: dict[str, Caller] = {}
        self.ghosts: dict[str, Caller] = {}
        self.legs: dict[str, Agent] = {}
        self.gone_legs: dict[str, int] = {}
        self.gone_calls: dict[str, int] = {}
        self.campaigns: dict[str, Campaign] = {}
        self.attempts: dict[str, Attempt] = {}
        self.nowhere = Line(QueueRules(queue_id=""), now)
        self.is_dirty = self.is_urgent = False
        self.timers: list[tuple[int, int, Timed]] = []
        self.paced_at = 0
        self.pace_timer, self.pulse_timer = Timer(), Timer()
        self._written = 0

    # timers

    def wake(self, timed: Timed, at: int | None) -> None:
        """Its timer goes off at `at`, instead of whatever was set before; None: not at all."""
        if at is not None and timed.due_at != at:
            self._written += 1
            heapq.heappush(self.timers, (at, self._written, timed))
        timed.due_at = at

    def wake_by(self, timed: Timed, at: int) -> None:
        """Its timer goes off at `at` at the latest."""
        if timed.due_at is None or at < timed.due_at:
            self.wake(timed, at)

    def next_at(self) -> int | None:
        """When the next timer goes off."""
        timers = self.timers
        while timers:
            at, _, timed = timers[0]
            if timed.due_at == at:
                return at
            heapq.heappop(timers)
        return None

    def next_due(self) -> Timed | None:
        """Something whose timer has gone off; it has none any more."""
        timers = self.timers
        while timers and timers[0][0] <= self.now:
            at, _, timed = heapq.heappop(timers)
            if timed.due_at == at:
                timed.due_at = None
                return timed
        return None

    # figures

    def count(
        self,
        figure: Figure,
        amount: int = 1,
        *,
        queue_id: str = "",
        campaign_id: str = "",
        agent_id: str = "",
        wait_s: int | None = None,
    ) -> None:
        self.orders.append(
            Counted(
                figure=figure,
                amount=amount,
                queue_id=queue_id,
                campaign_id=campaign_id,
                agent_id=agent_id,
                wait_s=wait_s,
            )
        )

    def count_of(self, caller: Caller, figure: Figure, amount: int = 1, agent_id: str = "") -> None:
        """For the caller's queue and campaign."""
        self.count(
            figure,
            amount,
            queue_id=caller.line.queue_id,
            campaign_id=caller.campaign_id,
            agent_id=agent_id,
        )

    def count_wait(self, caller: Caller, figure: Figure, wait_ms: int) -> None:
        """Of a figure by seconds: one caller more who has waited so long."""
        self.count(
            figure,
            queue_id=caller.line.queue_id,
            campaign_id=caller.campaign_id,
            wait_s=min(wait_ms // 1_000, LONGEST_S),
        )

    def count_state(self, agent: Agent) -> None:
        """The time in the state up to now, as far as it is not in the figures yet."""
        begin = max(agent.since, agent.counted_at)
        figure = TIME_IN.get(agent.state)
        if figure is not None and self.now > begin:
            self.count(figure, self.now - begin, agent_id=agent.agent_id)
        agent.counted_at = self.now

    # agents

    def move(self, agent: Agent, state: AgentState, reason: str = "") -> None:
        """The agent's state from now on. Whatever else changes in the record is changed before."""
        before, lasted = agent.state, self.now - agent.since
        self.count_state(agent)
        agent.state, agent.since, agent.reason = state, self.now, reason
        was, becomes = before in AT_WORK, state in AT_WORK
        present = (state is not AgentState.OFFLINE) - (before is not AgentState.OFFLINE)
        if was != becomes or present:
            self.is_urgent = self.is_urgent or was
            for line, _, _ in agent.seats:
                line.passed(self.now)
                line.working += becomes - was
                line.present += present
                line.empty_since = None if line.present else line.empty_since or self.now
                if not line.present:
                    self.wake_by(line, self.now + EMPTY_MS)
        self.is_dirty = True
        for seat in agent.seats:
            seat[0].see(agent)
        self.orders.append(AgentMoved(record=agent.record(), before=before, lasted_ms=lasted))

    def changed(self, agent: Agent) -> None:
        """Something in the agent's record did, and not the state."""
        for seat in agent.seats:
            seat[0].see(agent)
        self.orders.append(AgentMoved(record=agent.record(), before=agent.state, lasted_ms=0))

    def free(self, agent: Agent) -> None:
        """The agent stands among the free ones of every line served."""
        for line, step, position in agent.seats:
            entry = line.entry(agent, step, position)
            insort(line.free, entry)
            agent.entries.append(entry)

    def unfree(self, agent: Agent) -> None:
        """The agent is not free any more."""
        for (line, _, _), entry in zip(agent.seats, agent.entries, strict=False):
            del line.free[bisect_left(line.free, entry)]
        agent.entries.clear()

    # legs

    def lose_leg(self, agent: Agent) -> None:
        """The agent, who had a leg, has none any more; what is heard of it from now on means nothing."""
        self.legs.pop(agent.leg_id, None)
        self.remember_gone(self.gone_legs, agent.leg_id)
        agent.leg_id = agent.leg_switch = ""
        agent.is_leg_ready = agent.is_leg_standing = agent.is_parked = False

    def drop_leg(self, agent: Agent) -> None:
        """Hang the agent's leg up, if there is one."""
        if agent.leg_id:
            self.orders.append(DropLeg(leg_id=agent.leg_id))
            self.lose_leg(agent)

    def new_leg(self, agent: Agent, leg_id: str, switch: str, *, is_standing: bool) -> None:
        """The agent has this leg from now on, and had none."""
        agent.leg_id, agent.leg_switch, agent.is_leg_standing = leg_id, switch, is_standing
        self.legs[leg_id] = agent

    @staticmethod
    def remember_gone(gone: dict[str, int], key: str, at: int = 0) -> None:
        gone[key] = at
        if len(gone) > MOST_GONE:
            del gone[next(iter(gone))]

    def new_caller(self, call_id: str, line: Line, kind: CallerKind, joined_at: int, ahead_ms: int) -> Caller:
        caller = Caller(call_id, line, kind, joined_at, ahead_ms)
        caller.heard_at = self.now
        self.callers[call_id] = caller
        return caller

    def forget(self, caller: Caller) -> None:
        """The caller, who does not stand in the line, is known no more."""
        caller.line.offered.pop(caller.call_id, None)
        del self.callers[caller.call_id]
        self.remember_gone(self.gone_calls, caller.call_id)
        self.wake(caller, None)

    def has(self, line: Line) -> bool:
        """Whether the queue is there still: its rules may be gone while it has talks."""
        return self.lines.get(line.queue_id) is line
