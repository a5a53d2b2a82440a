"""The whole floor as data: what a new leader begins with, and what `prozvon top` and the doctor look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from orchestrator.domain.agent import AgentRecord
from orchestrator.domain.plan import PacingPlan
from orchestrator.domain.queue import CallerKind


class CallerPhase(StrEnum):
    """Where a caller is."""

    WAITING = "waiting"
    OFFERED = "offered"  # an agent is rung for them, or they were told to join a leg
    TALKING = "talking"
    HELD = "held"  # waits until their agent comes back to them


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecord:
    """A caller, or (is_ghost) a place in line kept for a callback. Instants are epoch ms.

    joined_at: since when they wait, with ahead_ms more for what puts them ahead. within_ms: of a person whom we
    called; from within_until on nobody was there in time (is_late). is_here: their script is in the queue.
    agents: who are rung for them, or the one who has them; other_agent: who is consulted. is_answered: had a
    talk already. offered_leg: the leg that they were told to join
    last. offered_at,
    talk_since, held_since, held_ms: of the talk.
    """

    call_id: str
    queue_id: str
    switch: str
    kind: CallerKind
    phase: CallerPhase
    joined_at: int
    arrival: int = 0
    number: str = ""
    ahead_ms: int = 0
    max_wait_ms: int | None = None
    within_ms: int | None = None
    within_until: int | None = None
    absent_since: int = 0
    is_here: bool = True
    is_ghost: bool = False
    is_late: bool = False
    is_answered: bool = False
    campaign_id: str = ""
    attempt_id: str = ""
    lead_id: int | None = None
    contact: tuple[tuple[str, str], ...] = ()
    agents: tuple[str, ...] = ()
    other_agent: str = ""
    offered_at: int | None = None
    offered_leg: str = ""
    talk_since: int | None = None
    held_since: int | None = None
    held_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRecord:
    """A call that is made for one agent (`PlaceReserved`)."""

    agent_id: str
    campaign_id: str
    ghost_id: str = ""
    attempt_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    """A predictive campaign. ordered: calls of `Place` that nothing was heard of yet. pacer: what its pacer
    knows (`Pacer.dump`). why: what decided about its calls last (`pacing.view.Why`), "" when nothing did.
    """

    campaign_id: str
    queue_id: str
    pacing: PacingPlan
    is_running: bool
    ordered: int = 0
    leads_left: int | None = None
    reserved_left: int = 0
    weight: float = 1.0
    pacer: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """A call under way. agent_id: whom it is made for, "" for whoever is free. is_over: it rings no more."""

    attempt_id: str
    campaign_id: str
    agent_id: str
    placed_at: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """A queue. turn: the agent who was given a call last. learned: what the estimate goes by. waiting: so many, those
    included whom an agent is rung for; ghosts: places kept for callbacks; longest_since: since when the first
    of them waits. present: agents who are not offline; working: nor on a break; free: who could take a call now."""

    queue_id: str
    turn: str = ""
    learned: tuple[float, ...] = ()
    waiting: int = 0
    ghosts: int = 0
    longest_since: int | None = None
    present: int = 0
    working: int = 0
    free: int = 0
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorState:
    """Everything, at `at` (epoch ms)."""

    at: int
    agents: tuple[AgentRecord, ...] = ()
    callers: tuple[CallerRecord, ...] = ()
    errands: tuple[ErrandRecord, ...] = ()
    campaigns: tuple[CampaignRecord, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    queues: tuple[QueueRecord, ...] = ()

    def dumps(self) -> str:
        """As JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def loads(cls, text: str) -> FloorState:
        """What `dumps` gave; msgspec.ValidationError, msgspec.DecodeError: it is no such thing."""
        return msgspec.json.decode(text, type=cls)
