"""The whole floor as data: what a new leader begins with, and what `prozvon top` and the doctor look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from orchestrator.domain.agent import AgentRecord
from orchestrator.domain.queue import CallerKind


class CallerPhase(StrEnum):
    """Where a caller is."""

    WAITING = "waiting"
    OFFERED = "offered"  # an agent is rung for them, or they were told to join a leg
    TALKING = "talking"
    CONSULTED = "consulted"  # waits while their agent talks with another one


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecord:
    """A caller, as `CallerJoined` said, and since. answered_at: of a person whom we called. is_here: their
    script has come to the queue. agents: who are rung for them, or the one who talks with them; other_agent:
    who is consulted. leg_id: the leg that they were offered or talk with. talk_since, held_since, parked_ms: of
    the talk. mark_since: of the phase.
    """

    call_id: str
    queue_id: str
    switch: str
    kind: CallerKind
    phase: CallerPhase
    joined_at: int
    number: str = ""
    ahead_s: int = 0
    max_wait_s: int | None = None
    within_s: float | None = None
    answered_at: int | None = None
    is_here: bool = True
    campaign_id: str = ""
    attempt_id: str = ""
    lead_id: int | None = None
    contact: tuple[tuple[str, str], ...] = ()
    agents: tuple[str, ...] = ()
    leg_id: str = ""
    talk_since: int | None = None
    held_since: int | None = None
    held_ms: int = 0
    other_agent: str = ""
    for_agent: str = ""  # transferred to this agent only


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostRecord:
    """A place in line kept for a callback. agent_id: for whom the callback is being made, "" while it waits."""

    call_id: str
    queue_id: str
    number: str
    joined_at: int
    ahead_s: int = 0
    left_at: int = 0
    agent_id: str = ""
    attempt_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    """A predictive campaign. calls: (attempt id, agent it is for, placed at) of those that nobody answered yet.
    pacer: what its pacer has learned, as `Pacer.dump` gave it. why: the pacer's last reason.
    """

    campaign_id: str
    queue_id: str
    is_running: bool
    calls: tuple[tuple[str, str, int], ...] = ()
    reserved_left: int = 0
    leads_left: int | None = None
    pacer: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """A queue. turn: whose turn was last (round_robin). handling_ms: mean time from one call of an agent to the
    next, as far as it is known (`estimate.py`). waiting: so many; longest_since: since when the first of them
    waits.
    """

    queue_id: str
    turn: str = ""
    learned: tuple[float, ...] = ()
    waiting: int = 0
    longest_since: int | None = None
    working: int = 0  # agents at work (not offline, not on break)
    free: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorState:
    """Everything, at `at` (epoch ms)."""

    at: int
    agents: tuple[AgentRecord, ...] = ()
    callers: tuple[CallerRecord, ...] = ()
    ghosts: tuple[GhostRecord, ...] = ()
    campaigns: tuple[CampaignRecord, ...] = ()
    queues: tuple[QueueRecord, ...] = field(default=())

    def dumps(self) -> str:
        """As JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def loads(cls, text: str) -> FloorState:
        """What `dumps` gave; msgspec.ValidationError, msgspec.DecodeError: it is no such thing."""
        return msgspec.json.decode(text, type=cls)
