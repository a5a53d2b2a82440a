"""Agents and callers while the floor works with them. As data, for others, they are records (`state.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.agent import AgentRecord, AgentSpec, AgentState
from orchestrator.domain.queue import CallerKind
from orchestrator.engine.floor.state import CallerPhase, CallerRecord

if TYPE_CHECKING:
    from orchestrator.engine.floor.campaign import Campaign
    from orchestrator.engine.floor.line import Line


ANY_LEG = "*"
"""Of a caller whom a new leader has from the store: joined with whatever leg they are found in."""


class Errand:
    """A call that is made for one agent. ghost: whose callback it is; None when it is one of the campaign's leads."""

    __slots__ = ("attempt_id", "campaign_id", "ghost")

    def __init__(self, campaign_id: str, ghost: Caller | None, attempt_id: str = "") -> None:
        self.campaign_id = campaign_id
        self.ghost = ghost
        self.attempt_id = attempt_id


class Agent:
    """An agent. The fields of `AgentRecord` mean what they mean there.

    seats: (line, index of the level, position) for each queue served. entries: where the agent stands among the
    free ones of each of these lines, () when not free. is_parked: the leg is parked and may be joined.
    busy_since: since when there is a call to count with. rests_until: not rung before. counted_at: up to when
    the state's time is in the figures. due_at: of the timer that counts. is_gone: not on the staff any more.
    """

    __slots__ = (
        "agent_id", "busy_since", "call_id", "calls_today", "campaign_id", "counted_at", "day", "due_at", "entries",
        "errand", "extensions", "idle_since", "is_gone", "is_leg_ready", "is_leg_standing", "is_parked", "leg_id",
        "leg_switch", "misses", "next_reason", "next_state", "queue_id", "reason", "rests_until", "seats",
        "since", "spec", "state", "talk_ms_today", "wrap_up_until",
    )  # fmt: skip

    def __init__(self, spec: AgentSpec, now: int) -> None:
        self.spec = spec
        self.agent_id = spec.agent_id
        self.state = AgentState.OFFLINE
        self.since = self.idle_since = self.busy_since = self.counted_at = now
        self.reason = self.queue_id = self.call_id = self.leg_id = self.leg_switch = self.next_reason = ""
        self.day = self.campaign_id = ""
        self.is_leg_ready = self.is_leg_standing = self.is_parked = self.is_gone = False
        self.misses = self.extensions = self.calls_today = self.talk_ms_today = self.rests_until = 0
        self.wrap_up_until: int | None = None
        self.next_state: AgentState | None = None
        self.due_at: int | None = None
        self.seats: list[tuple[Line, int, int]] = []
        self.entries: list[tuple[int, ...]] = []
        self.errand: Errand | None = None

    def record(self) -> AgentRecord:
        return AgentRecord(
            agent_id=self.agent_id,
            state=self.state,
            since=self.since,
            reason=self.reason,
            queue_id=self.queue_id,
            call_id=self.call_id,
            campaign_id=self.campaign_id,
            leg_id=self.leg_id,
            leg_switch=self.leg_switch,
            is_leg_ready=self.is_leg_ready,
            is_leg_standing=self.is_leg_standing,
            misses=self.misses,
            extensions=self.extensions,
            wrap_up_until=self.wrap_up_until,
            next_state=self.next_state,
            next_reason=self.next_reason,
            idle_since=self.idle_since,
            calls_today=self.calls_today,
            talk_ms_today=self.talk_ms_today,
            day=self.day,
        )

    def restore(self, record: AgentRecord) -> None:
        """Be as the record says."""
        self.state, self.since, self.reason = record.state, record.since, record.reason
        self.queue_id, self.call_id = record.queue_id, record.call_id
        self.campaign_id = record.campaign_id
        self.leg_id, self.leg_switch = record.leg_id, record.leg_switch
        self.is_leg_ready, self.is_leg_standing = record.is_leg_ready, record.is_leg_standing
        self.is_parked = record.is_leg_ready and record.state is not AgentState.TALKING
        self.misses, self.extensions, self.wrap_up_until = (
            record.misses,
            record.extensions,
            record.wrap_up_until,
        )
        self.next_state, self.next_reason = record.next_state, record.next_reason
        self.idle_since, self.day = record.idle_since, record.day
        self.calls_today, self.talk_ms_today = record.calls_today, record.talk_ms_today
        self.busy_since = record.since


class Caller:
    """Somebody in a queue, or in a talk out of it; or a place in line that is kept for a callback (is_ghost).

    rank: by it they are taken, the smallest first: since when they would have waited (epoch ms), with what puts
    them ahead taken off; arrival: and then by it. agents: who is given to them: rung, or talking. tried: who
    was, and did not come of it. offered_at: when they were told to join a leg, None when they were not. fails:
    joins that failed, in a row. within_ms: of one whom we called; from within_until on nobody is there in time;
    is_late: it was so. is_answered: an agent talked to them. is_taken: from the line, and not let in at once.
    """

    __slots__ = (
        "absent_since", "agents", "ahead_ms", "arrival", "attempt_id", "call_id", "campaign", "campaign_id", "contact",
        "due_at", "fails", "heard_at", "held_ms", "held_since", "is_answered", "is_ghost", "is_here", "is_late",
        "is_taken", "joined_at", "kind", "lead_id", "line", "max_wait_ms", "number", "offered_at",
        "offered_leg", "other", "phase", "rank", "switch", "talk_since", "tried", "within_ms", "within_until",
    )  # fmt: skip

    def __init__(self, call_id: str, line: Line, kind: CallerKind, joined_at: int, ahead_ms: int = 0) -> None:
        self.call_id, self.line, self.kind = call_id, line, kind
        self.joined_at, self.ahead_ms = joined_at, ahead_ms
        self.rank = self.arrival = 0
        self.switch = self.number = self.campaign_id = self.attempt_id = ""
        self.phase = CallerPhase.WAITING
        self.is_here = True
        self.is_ghost = self.is_late = self.is_answered = self.is_taken = False
        self.max_wait_ms: int | None = None
        self.within_ms: int | None = None
        self.within_until: int | None = None
        self.absent_since = joined_at
        self.offered_leg = ""
        self.heard_at = joined_at
        self.lead_id: int | None = None
        self.contact: tuple[tuple[str, str], ...] = ()
        self.agents: list[Agent] = []
        self.other: Agent | None = None
        self.tried: list[Agent] = []
        self.offered_at: int | None = None
        self.fails = 0
        self.talk_since: int | None = None
        self.held_since: int | None = None
        self.held_ms = 0
        self.due_at: int | None = None
        self.campaign: Campaign | None = None

    def record(self) -> CallerRecord:
        return CallerRecord(
            call_id=self.call_id,
            queue_id=self.line.queue_id,
            switch=self.switch,
            kind=self.kind,
            phase=self.phase,
            joined_at=self.joined_at,
            arrival=self.arrival,
            number=self.number,
            ahead_ms=self.ahead_ms,
            max_wait_ms=self.max_wait_ms,
            within_ms=self.within_ms,
            within_until=self.within_until,
            absent_since=self.absent_since,
            is_here=self.is_here,
            is_ghost=self.is_ghost,
            is_late=self.is_late,
            is_answered=self.is_answered,
            campaign_id=self.campaign_id,
            attempt_id=self.attempt_id,
            lead_id=self.lead_id,
            contact=self.contact,
            agents=tuple(agent.agent_id for agent in self.agents),
            other_agent=self.other.agent_id if self.other else "",
            offered_at=self.offered_at,
            offered_leg=self.offered_leg,
            talk_since=self.talk_since,
            held_since=self.held_since,
            held_ms=self.held_ms,
        )
