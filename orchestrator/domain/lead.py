"""Contacts, leads, attempts and what is decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.consent import Basis, Withdrawal
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.note import Note
from orchestrator.domain.trunk import TrunkSign, TrunkWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person with one or more numbers. `fields` are the declared columns as clean text (dates ISO, numbers
    with a point), hostile text included: never syntax anywhere. `zones[i]` is the zone key of `numbers[i]`:
    an IANA name, or several joined with `+` where the number may be in any of them.
    """

    numbers: tuple[str, ...]  # E.164 with +, tried in turn
    zones: tuple[str, ...]
    language: str
    fields: dict[str, str] = field(default_factory=dict)
    external_id: str = ""  # the name that it has outside, of a CRM's order for instance


class Phase(StrEnum):
    """Where a lead is. READY: may be claimed now, if hours, caps and gateways allow. WAITING: due later."""

    READY = "ready"
    WAITING = "waiting"
    DIALING = "dialing"
    DONE = "done"
    HELD = "held"


class WaitReason(StrEnum):
    """Why a lead is not being dialed right now; what `prozvon why` says. Every wait has exactly one."""

    NEXT = "next"  # nothing holds it: it is the next to be claimed
    RETRY = "retry"  # the rules said later
    NEXT_DAY = "next_day"  # the rules said the next day
    HOURS = "hours"  # outside calling hours in the contact's zone
    PER_DAY = "per_day"  # the number had its calls for today
    LIFETIME = "lifetime"  # the number had all the calls it may ever get
    NUMBER_BUSY = "number_busy"  # another campaign is calling this number
    DO_NOT_CALL = "do_not_call"
    NO_CONSENT = "no_consent"  # nobody agreed to this call under any of the contact's numbers
    PAUSED = "paused"
    STOPPED = "stopped"
    LOADING = "loading"  # the list is still being loaded
    GATEWAY_CPS = "gateway_cps"
    GATEWAY_CHANNELS = "gateway_channels"
    GATEWAY_REST = "gateway_rest"  # all gateways rest after failures of their own
    SWITCH_REFUSES = "switch_refuses"  # the switch turns calls down: paused, or at its limit
    NO_WORKER = "no_worker"
    SWITCH_DOWN = "switch_down"
    SPEECH = "speech"  # what its call is to say cannot be made sound now
    AGENT = "agent"  # is due, and may only be called with an agent reserved for it
    PER_HOUR = "per_hour"  # the campaign had its attempts of this hour
    NO_AGENT = "no_agent"  # no agent is at work for it
    AGENTS_BUSY = "agents_busy"  # all agents are busy, and none is about to be free
    ABANDONED_CAP = "abandoned_cap"  # more calls now would leave more people with nobody than is allowed
    DIALING = "dialing"
    LOST = "lost"  # nobody knows how the last attempt ended: a person decides
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadState:
    """What the rules must remember of one lead. A lead never dialed has `LeadState()`."""

    attempts: int = 0  # counted ones
    tries: int = 0  # all originates, counted or not
    phone: int = 0  # index into Contact.numbers of the number to dial next
    given_up: tuple[int, ...] = ()  # indexes of numbers given up
    retries: tuple[tuple[str, int], ...] = ()  # (rule key, retries made under it), sorted by key
    status: str = "new"
    needs_agent: bool = False  # abandoned, or promised an agent: only called with one reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One originate towards one number of one lead, stored before it is written to the switch.

    `attempt_id` is also `origination_uuid` and `Job-UUID`. Times are epoch milliseconds UTC.
    """

    attempt_id: str
    campaign_id: str
    lead_id: int
    number: str  # E.164 with +
    zone: str
    contact: Contact
    state: LeadState  # before this attempt
    gateway: str
    switch: str
    switch_uuid: str  # the switch's Core-UUID when claimed: another one later means it restarted
    worker_id: str
    claimed_at: int
    basis: Basis | None = None  # the consent that allowed it; None: the scenario demands none


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended: the facts, before any rule. `None` means not known or never happened."""

    attempt_id: str
    disposition: Disposition
    cause: str  # FreeSWITCH hangup cause, or "" when there was no call
    result: str | None = None
    path: tuple[str, ...] = ()  # blocks, keys and times as the flow left them: "0.0 start", "4.2 key 1"
    heard: tuple[str, ...] = ()  # names of messages played
    values: tuple[tuple[str, str], ...] = ()  # what the flow asked or set
    rang_at: int | None = None  # first sign that the telephone rang (180, or early media)
    answered_at: int | None = None
    ended_at: int = 0
    detail: str = ""  # e.g. "reconciled from CDR", sip status
    reached: str = ""  # agent id, or number, of the person who talked with the customer
    was_abandoned: bool = False  # nobody was there within the limit; `answered`: somebody came later
    met: tuple[tuple[str, float], ...] = ()  # agents' legs, and seconds of talk with each
    notes: tuple[Note, ...] = ()  # what is to be done after the call; for the outbox, not kept in the log
    trunk: TrunkSign = TrunkSign.NOTHING  # what it says of the gateway; not kept in the log


class NextKind(StrEnum):
    DUE = "due"
    DONE = "done"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes next for a lead. DUE: at `at` (epoch ms) for `reason`."""

    kind: NextKind
    at: int = 0
    reason: WaitReason = WaitReason.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """Something the world outside must learn. Written in the same atomic step as its cause."""

    # "status", "result", "exhausted", "held", "outcome"; of a call: "call", "missed_call", kinds of `inbound.Note`
    kind: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the rules decided about one ended attempt; the store applies it at once and only once."""

    rule: str  # the key whose rule applied: a result, a disposition, or `exhausted`
    state: LeadState  # after
    next: Next
    uncount_number: bool  # the number's telephone did not ring: give its per-day and lifetime count back
    outbox: tuple[OutboxEntry, ...] = ()
    trunk: TrunkWord | None = None  # for the breaker of its gateway
    outcome_id: str = ""  # of what an agent has said of it, and what was decided by
    do_not_call: tuple[str, ...] = ()  # numbers for the list
    withdrawals: tuple[Withdrawal, ...] = ()  # what the person took back in the call


class CampaignState(StrEnum):
    LOADING = "loading"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # by a person, for good
    FINISHED = "finished"  # every lead done or held


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A scenario launched over a list of contacts."""

    campaign_id: str  # short, sortable, readable: "parcel_arrived-20261122-1"
    scenario: str
    program: str  # digest of the compiled program
    state: CampaignState
    created_at: int
    title: str = ""
    source: str = ""  # what the contacts were loaded from, for people
    project: str = ""  # whose work it is, for figures
    standing: str = ""  # the scenario whose missed calls it calls back: such a one never finishes by itself
    is_open: bool = False  # takes contacts while it runs, and finishes only once it was closed
