"""The claim, the live attempts, and undoing a claim."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from orchestrator.domain.consent import ConsentDemand, NoConsent
from orchestrator.domain.lead import Attempt, WaitReason
from orchestrator.store.db import Db, Stale
from orchestrator.store.records import Terms, check_id, split_live, unpack_attempt
from orchestrator.store.requests import ClaimReply, ClaimRequest, GatewayBudget, HourQuota
from orchestrator.store.terms import Fixed, TermsBook

LOOK = 200  # leads promoted, and leads looked at, by one claim at most: about 5 ms of Redis's time
BUSY_MS = 15_000  # a lead whose number is on the line for another campaign is looked at again after this
MOST_IDS = 100
TRIAL_MS = (
    120_000  # a trial that has not ended after this is talking, or nobody hears of it: another call may try
)


def claim(db: Db, terms: TermsBook, request: ClaimRequest) -> ClaimReply:
    if not 1 <= len(request.attempt_ids) <= MOST_IDS:
        raise ValueError(f"a claim takes 1 to {MOST_IDS} attempt ids, not {len(request.attempt_ids)}")
    for attempt_id in request.attempt_ids:
        check_id(attempt_id, "attempt id")
    check_id(request.worker_id, "worker id")
    if len(request.only) > MOST_IDS:
        raise ValueError(f"a claim is for {MOST_IDS} certain leads at most, not {len(request.only)}")
    fixed = _knowing_zones(terms, request)
    try:
        reply = db.run("claim_leads", _claim_request(request, fixed))
    except Stale:
        fixed = terms.reread(request.campaign_id)
        reply = db.run("claim_leads", _claim_request(request, fixed))
    reason, wait_until, next_due, trials, *attempts = reply
    return ClaimReply(
        attempts=tuple(terms.decoded(request.campaign_id, partial(_attempts, attempts))),
        wait_until=int(wait_until) if wait_until else None,
        reason=WaitReason(reason.decode()),
        next_due_at=int(next_due) if next_due else None,
        trials=frozenset(trials.decode().split()),
    )


def _knowing_zones(terms: TermsBook, request: ClaimRequest) -> Fixed:
    fixed = terms.of(request.campaign_id)
    if all(zone.zone_key in fixed.terms.zones for zone in request.zones):
        return fixed
    return terms.reread(request.campaign_id)  # loaded by another process since


def _claim_request(request: ClaimRequest, fixed: Fixed) -> dict[str, object]:
    known = fixed.terms.zones
    caps = [cap for cap in (request.per_day, request.project_per_day) if cap is not None]
    return {
        "campaign": request.campaign_id,
        "seq": fixed.seq,
        "worker": request.worker_id,
        "now": request.now,
        "ids": request.attempt_ids,
        "zones": [
            {
                "zone": str(known[zone.zone_key]),
                "open_until": zone.open_until,
                "day": str(int(zone.day)),
                "next_day_at": zone.next_day_at,
            }
            for zone in request.zones
            if zone.zone_key in known
        ],
        "gateways": pack_gateways(request.gateways),
        "cap_day": min(caps, default=None),
        "cap_ever": request.project_ever,
        "look": LOOK,
        "busy_ms": BUSY_MS,
        "trial_ms": TRIAL_MS,
        "heard_ms": request.heard_ms,
        "only": request.only,
        "quota": pack_quota(request.per_hour),
        "consent": pack_demand(request.consent),
    }


def pack_quota(quota: HourQuota | None) -> dict[str, object] | None:
    if quota is None or (quota.attempts is None and quota.share is None):
        return None
    packed = {"attempts": quota.attempts, "share": quota.share, "until_ms": quota.until}
    return {name: value for name, value in packed.items() if value is not None}


def pack_demand(demand: ConsentDemand | None) -> dict[str, object] | None:
    if demand is None:
        return None
    return {"purpose": demand.purpose, "hold": demand.otherwise is NoConsent.HOLD}


def pack_gateways(gateways: Iterable[GatewayBudget]) -> list[dict[str, object]]:
    packed: list[dict[str, object]] = []
    for gateway in {(g.switch, g.gateway): g for g in gateways}.values():
        item: dict[str, object] = {
            "switch": check_id(gateway.switch, "switch"),
            "switch_uuid": gateway.switch_uuid and check_id(gateway.switch_uuid, "core UUID"),
            "gateway": check_id(gateway.gateway, "gateway"),
            "cps": gateway.cps,
            "channels": gateway.channels,
        }
        if gateway.weight is not None:
            item["weight"] = gateway.weight
        packed.append(item)
    return packed


def _attempts(texts: Iterable[bytes], terms: Terms) -> list[Attempt]:
    return [unpack_attempt(split_live(text), terms) for text in texts]


def decode_live(terms: TermsBook, texts: Iterable[bytes]) -> list[Attempt]:
    """Attempts of any campaigns, oldest first."""
    split = [split_live(text) for text in texts]
    attempts = [terms.decoded(live.campaign_id, partial(unpack_attempt, live)) for live in split]
    return sorted(attempts, key=lambda attempt: (attempt.claimed_at, attempt.attempt_id))
