"""What a switch tells about one attempt, in our own words: the only form in which events reach the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.note import Note


class CallEventKind(StrEnum):
    ANSWERED = "answered"  # CHANNEL_ANSWER
    ENDED = "ended"  # CHANNEL_HANGUP_COMPLETE
    JOB_OK = "job_ok"  # BACKGROUND_JOB +OK: the originate was answered
    JOB_FAILED = "job_failed"  # BACKGROUND_JOB -ERR: no call, or none any more


class Party(StrEnum):
    """Who took the call, as far as the detector could tell."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class FlowEnd(StrEnum):
    """How the flow on the switch came to its end. UNKNOWN: it never ran, or did not get to say."""

    ENDED = "ended"
    LEFT = "left"  # the called person hung up first
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What the final event of a call, or its CDR, says. Every text is bounded and free of control characters;
    times are epoch ms UTC, None when it never happened.

    reached: agent id, or number, of the person who took the call. is_abandoned: nobody was there within the limit,
    though somebody may have come later. met: agents' legs that the call was joined with, and seconds of each talk.
    """

    cause: str = ""  # hangup cause, upper case; "" when missing
    sip_status: str | None = None  # final SIP status of the leg, "486"
    rang_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    party: Party = Party.UNKNOWN
    flow: FlowEnd = FlowEnd.UNKNOWN
    result: str | None = None
    path: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    reached: str = ""
    is_abandoned: bool = False
    met: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One event about the attempt `attempt_id`. `facts`: all with ENDED, the cause alone with JOB_FAILED."""

    kind: CallEventKind
    attempt_id: str
    facts: CallFacts = field(default_factory=CallFacts)
