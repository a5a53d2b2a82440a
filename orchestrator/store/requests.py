"""What a worker asks of a claim, and what it gets."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.consent import ConsentDemand
from orchestrator.domain.lead import Attempt, WaitReason

HEARD_MS = 3_000  # a switch that turns a call down has said so by then


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenZone:
    """A zone whose calling hours are open. `day` (digits, "20261122") is its local date: what per-day caps count by."""

    zone_key: str
    open_until: int  # epoch ms: from then on the store takes nothing from this zone
    day: str
    next_day_at: int  # epoch ms: where leads go whose number had its calls for today


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayBudget:
    """A gateway that is up, and what it takes. All weights known: calls are shared by them; else in the given order.

    A burst is at most max(1, cps / 4) calls.
    """

    switch: str
    switch_uuid: str
    gateway: str
    weight: int | None
    cps: float  # new calls per second
    channels: int  # calls at once


@dataclass(frozen=True, slots=True, kw_only=True)
class HourQuota:
    """How many attempts of a campaign may begin in a clock hour (UTC), over all workers.

    attempts: so many; None: no such number. even: what is left to be called until `until` (epoch ms: the end of today's
    calling hours) is spread over the hours until then; `share` is this hour's part of it (engine.quota). It is fixed by
    the first claim of the hour.
    """

    attempts: int | None = None
    share: float | None = None
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """Claim as many leads as there are `attempt_ids` (1 to 100), with the caller's clock `now` (epoch ms).

    only: none but these leads, in this order; of them also those that are due and wait for an agent
    (`WaitReason.AGENT`): whoever asks has an agent reserved for each. Hours, do-not-call list, locks and caps hold
    as ever.
    """

    campaign_id: str
    worker_id: str
    now: int
    attempt_ids: tuple[str, ...]
    zones: tuple[OpenZone, ...]
    per_day: int | None  # the scenario's cap; the smaller of it and the project's counts
    gateways: tuple[GatewayBudget, ...]
    project_per_day: int | None = None
    project_ever: int | None = None
    only: tuple[int, ...] = ()
    per_hour: HourQuota | None = None
    consent: ConsentDemand | None = None  # what every one of them must have agreed to
    heard_ms: int = HEARD_MS  # more on a fast clock, where the same time of the wire takes longer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReply:
    """`attempts` are stored, locked and counted already: each must be written to its switch, or released.

    wait_until: epoch ms from which asking again may give more although nothing else happened; `now` when there is
        more at once; None when only an ending, new hours or a person can change it.
    next_due_at: when the first waiting lead is due; None as well while gateways are the limit.
    reason: why not more were claimed; NEXT when all that was asked for was given.
    trials: ids of those attempts that try a gateway after its rest: tell `Store.answered` when they are.
    """

    attempts: tuple[Attempt, ...]
    wait_until: int | None
    reason: WaitReason
    next_due_at: int | None
    trials: frozenset[str] = frozenset()
