"""Small makers of real objects for the store's tests. `NOW` is a Sunday noon in Moscow; nothing reads a clock."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    Campaign,
    CampaignState,
    Contact,
    Decision,
    Ending,
    LeadState,
    Next,
    NextKind,
    OutboxEntry,
    WaitReason,
)
from orchestrator.domain.plan import OrderKey
from orchestrator.store import Added, ClaimReply, ClaimRequest, GatewayBudget, OpenZone, Store

NOW = 1_795_337_200_000
SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
MOSCOW = "Europe/Moscow"
OMSK = "Asia/Omsk"
CAMPAIGN = "parcel-1"
WORKER = "w1"
_ids = count(1)


def number(index: int) -> str:
    return f"+7999{index:07d}"


def contact(*numbers: int, zone: str = MOSCOW, language: str = "ru", **fields: str) -> Contact:
    return Contact(
        numbers=tuple(number(index) for index in numbers),
        zones=(zone,) * len(numbers),
        language=language,
        fields=fields,
    )


def campaign(campaign_id: str = CAMPAIGN, *, scenario: str = "parcel", program: str = "d1") -> Campaign:
    return Campaign(
        campaign_id=campaign_id,
        scenario=scenario,
        program=program,
        state=CampaignState.LOADING,
        created_at=NOW,
        title="A parcel waits",
        source="contacts.csv",
    )


def open_zone(zone_key: str = MOSCOW, *, day: str = "20261122", until: int = NOW + DAY) -> OpenZone:
    return OpenZone(zone_key=zone_key, open_until=until, day=day, next_day_at=NOW + 20 * HOUR)


def gateway(
    name: str = "main", *, cps: float = 1e6, channels: int = 10**6, weight: int | None = None
) -> GatewayBudget:
    return GatewayBudget(
        switch="sw", switch_uuid="core-1", gateway=name, weight=weight, cps=cps, channels=channels
    )


def launch(
    store: Store,
    contacts: list[Contact],
    *,
    campaign_id: str = CAMPAIGN,
    scenario: str = "parcel",
    first: tuple[OrderKey, ...] = (),
    again: bool = False,
) -> list[int]:
    """A running campaign of these contacts; the ids of its leads."""
    store.create_campaign(campaign(campaign_id, scenario=scenario), b"bundle", first)
    loaded = store.load_leads(campaign_id, list(enumerate(contacts, 1)), now=NOW, again=again)
    assert store.set_state(
        campaign_id, CampaignState.RUNNING, among=frozenset({CampaignState.LOADING}), now=NOW
    )
    return [outcome.lead_id for outcome in loaded if isinstance(outcome, Added)]


def request(
    wanted: int = 1,
    *,
    campaign_id: str = CAMPAIGN,
    worker: str = WORKER,
    now: int = NOW,
    zones: tuple[OpenZone, ...] | None = None,
    gateways: tuple[GatewayBudget, ...] | None = None,
    per_day: int | None = None,
    project_per_day: int | None = None,
    project_ever: int | None = None,
) -> ClaimRequest:
    return ClaimRequest(
        campaign_id=campaign_id,
        worker_id=worker,
        now=now,
        attempt_ids=tuple(f"attempt-{next(_ids)}" for _ in range(wanted)),
        zones=(open_zone(until=now + DAY),) if zones is None else zones,
        per_day=per_day,
        gateways=(gateway(),) if gateways is None else gateways,
        project_per_day=project_per_day,
        project_ever=project_ever,
    )


def claim_one(store: Store, **options: object) -> Attempt:
    reply: ClaimReply = store.claim(request(1, **options))  # type: ignore[arg-type]  # the options of `request`
    assert reply.attempts, f"nothing was claimed: {reply.reason}"
    return reply.attempts[0]


def ending(
    attempt: Attempt, disposition: Disposition = Disposition.BUSY, *, result: str | None = None, at: int = NOW
) -> Ending:
    answered = disposition in (Disposition.ANSWERED, Disposition.MACHINE)
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=disposition,
        cause="NORMAL_CLEARING" if answered else "USER_BUSY",
        result=result,
        answered_at=at - SECOND if answered else None,
        ended_at=at,
    )


def dialed(attempt: Attempt, **changes: object) -> LeadState:
    """The lead's state after this attempt was counted."""
    before = attempt.state
    after = replace(before, attempts=before.attempts + 1, tries=before.tries + 1)
    return replace(after, **changes)  # type: ignore[arg-type]  # fields of LeadState


def retry(
    attempt: Attempt,
    at: int,
    *,
    reason: WaitReason = WaitReason.RETRY,
    uncount: bool = False,
    **changes: object,
) -> Decision:
    return Decision(
        rule="busy",
        state=dialed(attempt, **changes),
        next=Next(kind=NextKind.DUE, at=at, reason=reason),
        uncount_number=uncount,
    )


def done(attempt: Attempt, status: str = "confirmed", outbox: tuple[OutboxEntry, ...] = ()) -> Decision:
    return Decision(
        rule="confirmed",
        state=dialed(attempt, status=status),
        next=Next(kind=NextKind.DONE),
        uncount_number=False,
        outbox=outbox,
    )


def held(attempt: Attempt) -> Decision:
    following = Next(kind=NextKind.HELD, reason=WaitReason.LOST)
    return Decision(rule="lost", state=dialed(attempt), next=following, uncount_number=False)
