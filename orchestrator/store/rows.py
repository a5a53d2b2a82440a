"""What the store tells: one small type per answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate, InboundCall
from orchestrator.domain.lead import Attempt, Contact, Ending, LeadState, Next, Phase, WaitReason
from orchestrator.domain.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    lead_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One of the contact's numbers is in this campaign already: nothing was added."""

    into: int  # lead id


@dataclass(frozen=True, slots=True, kw_only=True)
class Already:
    """Another campaign of the same scenario has this very row, or this one has: nothing was added. lead_id: which one
    of this campaign; None: of another.
    """

    campaign_id: str
    lead_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The external id is that of this open lead: it has the contact's columns from now on."""

    lead_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The external id is that of an open lead, and one of the new numbers that of another one: nothing was changed."""

    lead_id: int
    by: int  # the other lead


LoadedAs = Added | Merged | Already | Updated | Taken
Item = TypeVar("Item")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item, Place]):
    """Some of many. next: the `after` of the page behind it; None: there is none (yet)."""

    items: tuple[Item, ...]
    next: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One lead. `due_at` (epoch ms) only while it waits. `reason` is what its record says; `Store.why` looks closer.
    pending: what its contact becomes when the call that is under way has ended, None: it stays.
    """

    lead_id: int
    contact: Contact
    state: LeadState
    phase: Phase
    due_at: int | None
    reason: WaitReason
    pending: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """An ended attempt: what was done, how it ended, which rule applied, and what the lead became by that. outcome:
    what an agent said of it, then or later; None: nothing.
    """

    attempt: Attempt
    ending: Ending
    rule: str
    state: LeadState  # after
    next: Next
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An ended attempt that was claimed before a period."""

    lead_id: int
    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCounts:
    """leads == ready + waiting + dialing + done + held == sum(by_status); attempts (ended ones) ==
    sum(by_disposition). `answered`: attempts somebody or something took. `abandoned`: those that people took and nobody
    was there for within the limit, also when somebody came later. by_outcome: as agents say it.
    """

    leads: int = 0
    ready: int = 0
    waiting: int = 0
    dialing: int = 0
    done: int = 0
    held: int = 0
    attempts: int = 0
    answered: int = 0
    abandoned: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    by_disposition: dict[str, int] = field(default_factory=dict)
    by_result: dict[str, int] = field(default_factory=dict)
    by_outcome: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNow:
    """Leads of a campaign that are due. for_agent: those that only a claim with an agent reserved takes (`only`)."""

    ready: int
    for_agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DncRow:
    number: str  # E.164 with +
    added_at: int  # epoch ms
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """Something the world outside must learn. `entry_id` is where to go on reading."""

    entry_id: str
    campaign_id: str
    lead_id: int
    attempt_id: str  # "" when no attempt caused it
    kind: str
    at: int  # epoch ms
    body: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    at: int  # epoch ms
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRow:
    """What the breaker knows of a gateway, or of a switch that turns calls down itself (`gateway` "").

    until: epoch ms until which it rests, or rested when its time is over and a call is to try it; None: it has
    failed, and does not rest. trial: the attempt that tries it, as far as it is live.
    """

    switch: str
    gateway: str
    fails: int  # in a row
    until: int | None
    trial: str | None
    failures: tuple[Failure, ...]  # the latest ones, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How many leads wait for one reason, and when the first of them may go on (epoch ms; None: not known)."""

    reason: WaitReason
    count: int
    earliest_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Every lead in exactly one reason; reasons without leads are left out. Empty: no such lead."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A recorded call. `why` it counts as missed ("": it does not), and what became of calling its caller back: a lead
    of `campaign_id`, one that it added or was merged into. dropped: callbacks that it made superfluous.
    """

    call: InboundCall
    why: str
    fate: CallbackFate
    campaign_id: str
    lead_id: int | None
    dropped: int
    outcome: Outcome | None = None  # what an agent said of it


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRow:
    """A lead of a standing campaign: the calls it stands for, and how their caller was reached first.

    first_at, last_at: when the first and the latest missed call ended. reached_by: None (not yet), callback,
    called_again or reached_elsewhere. Times are epoch ms.
    """

    lead: LeadRow
    first_at: int
    last_at: int
    calls: int
    is_promised: bool
    reached_by: str | None
    reached_at: int | None
