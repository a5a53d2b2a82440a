"""Why leads are not being dialed: each lead has exactly one reason. The order of reasons is in lua/_reason.lua."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.domain.consent import ConsentDemand, NoConsent
from orchestrator.domain.lead import WaitReason
from orchestrator.store.claiming import BUSY_MS, TRIAL_MS, pack_demand, pack_gateways, pack_quota
from orchestrator.store.db import Db
from orchestrator.store.keys import NUMBER_BUCKETS
from orchestrator.store.leads import id_of_number
from orchestrator.store.requests import HEARD_MS, GatewayBudget, HourQuota, OpenZone
from orchestrator.store.rows import Reason, Why
from orchestrator.store.terms import Fixed, TermsBook

BUCKETS = 100  # number buckets per script: about 10 ms of Redis's time with a million numbers
LEADS = 1000  # leads per script: the same
FEW_LEADS = 10_000
DUE_PAGE = 2000
HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What holds at `now` (epoch ms): as in a claim, and when the closed zones open next."""

    now: int
    zones: tuple[OpenZone, ...]
    closed: Mapping[str, int | None]
    cap_day: int | None
    cap_ever: int | None
    gateways: tuple[GatewayBudget, ...]
    as_running: bool
    per_hour: HourQuota | None = None
    consent: ConsentDemand | None = None


class _Sum:
    """Leads and earliest times by reason."""

    def __init__(self) -> None:
        self.leads: Counter[WaitReason] = Counter()
        self.earliest: dict[WaitReason, int] = {}

    def add(self, reason: WaitReason, leads: int, at: int | None) -> None:
        if leads <= 0:
            return
        self.leads[reason] += leads
        if at is not None:
            self.earliest[reason] = min(at, self.earliest.get(reason, at))

    def why(self) -> Why:
        return Why(
            reasons=tuple(
                Reason(reason=reason, count=leads, earliest_at=self.earliest.get(reason))
                for reason, leads in sorted(self.leads.items())
            )
        )


def of_number(db: Db, terms: TermsBook, campaign_id: str, number: str, question: Question) -> Why:
    lead_id = id_of_number(db, campaign_id, number)
    if lead_id is None:
        return Why(reasons=())
    fixed = terms.reread(campaign_id)
    request = _request(campaign_id, question, fixed) | {
        "lead": lead_id,
        "gateways": pack_gateways(question.gateways),
    }
    name, at, zone = db.run("explain_lead", request)
    earliest = _int(at) if zone == b"" else _opening(question, fixed, int(zone))
    return Why(reasons=(Reason(reason=WaitReason(name.decode()), count=1, earliest_at=earliest),))


def of_campaign(
    db: Db, terms: TermsBook, campaign_id: str, question: Question, *, few_leads: int = FEW_LEADS
) -> Why:
    """A campaign of up to `few_leads` is looked through by its leads, a larger one by the numbers that matter."""
    fixed = terms.reread(campaign_id)
    request = _request(campaign_id, question, fixed)
    reply = db.run("sum_waits", request | {"gateways": pack_gateways(question.gateways)})
    state, dialing, done, held, rest, free_reason, free_at, waits, zones = reply
    total = _Sum()
    total.add(WaitReason.DIALING, dialing, None)
    total.add(WaitReason.DONE, done, None)
    leads = dialing + done + held + rest
    if question.consent is not None:
        few_leads = leads  # whoever has not agreed is in no list of numbers
    if state:
        refused = _refused(db, request, question, leads) if held else 0
        total.add(WaitReason.NO_CONSENT, refused, None)
        total.add(WaitReason.LOST, held - refused, None)
        total.add(WaitReason(state.decode()), rest, None)
        return total.why()
    later, places = _places(db, request, waits, zones)
    places[HELD] = held
    for moved in _moved(db, request, leads, few_leads):
        places[moved.place] -= moved.leads
        at = moved.at if moved.zone is None else _opening(question, fixed, moved.zone)
        total.add(moved.reason, moved.leads, at)
    for place, leads in places.items():
        kind, _, name = place.partition(" ")
        if kind == HELD:
            total.add(WaitReason.LOST, leads, None)
        elif kind == "wait":
            total.add(WaitReason(name), leads, later[name])
        elif name in _open_zones(question, fixed):
            if kind == "agent":
                total.add(WaitReason.AGENT, leads, None)
            else:
                total.add(WaitReason(free_reason.decode()), leads, _int(free_at))
        else:
            total.add(WaitReason.HOURS, leads, _opening(question, fixed, int(name)))
    return total.why()


def _places(
    db: Db, request: dict[str, object], waits: list[list[bytes]], zones: list[list[bytes]]
) -> tuple[dict[str, int | None], Counter[str]]:
    """When the first of each wait is due, and the leads at each place: "wait REASON" (not due yet), "agent NUMBER"
    (due, and waiting for an agent), "zone NUMBER".
    """
    places: Counter[str] = Counter({f"zone {zone.decode()}": int(leads) for zone, leads in zones})
    later: dict[str, int | None] = {}
    for raw, leads, first, due in waits:
        reason = raw.decode()
        later[reason] = _int(first)
        places[f"wait {reason}"] += int(leads)
        kind = "agent" if reason == WaitReason.AGENT else "zone"
        skip = 0
        while skip < int(due):
            page = {"campaign": request["campaign"], "now": request["now"], "reason": reason}
            read, *found = db.run("sum_due", page | {"skip": skip, "limit": DUE_PAGE})
            for zone, count in found:
                places[f"{kind} {zone.decode()}"] += int(count)
            if not read:
                break
            skip += int(read)
    return later, places


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """Leads counted at `place` that a stronger reason holds. `zone`: the one whose opening they wait for."""

    place: str
    reason: WaitReason
    leads: int
    at: int | None
    zone: int | None


def _moved(db: Db, request: dict[str, object], leads: int, few_leads: int) -> Iterator[_Moved]:
    """Found by the leads when they are few, else by the numbers."""
    by, begin, end, step = "buckets", 0, NUMBER_BUCKETS, BUCKETS
    if leads <= few_leads:
        by, begin, end, step = "leads", 1, leads + 1, LEADS
    for at in range(begin, end, step):
        for item in db.run("sum_blocked", request | {"by": by, "begin": at, "end": min(at + step, end) - 1}):
            place, name, count, first, zone = item
            yield _Moved(
                place=place.decode(),
                reason=WaitReason(name.decode()),
                leads=count,
                at=_int(first),
                zone=_int(zone),
            )


def _refused(db: Db, request: dict[str, object], question: Question, leads: int) -> int:
    """How many are held since nobody agreed."""
    if question.consent is None or question.consent.otherwise is not NoConsent.HOLD:
        return 0
    moved = _moved(db, request | {"held_only": True}, leads, leads)
    return sum(each.leads for each in moved)


def _opening(question: Question, fixed: Fixed, zone: int) -> int | None:
    return question.closed.get(fixed.terms.zone_keys[zone])


def _open_zones(question: Question, fixed: Fixed) -> dict[str, OpenZone]:
    known = fixed.terms.zones
    return {
        str(known[zone.zone_key]): zone
        for zone in question.zones
        if zone.zone_key in known and question.now < zone.open_until
    }


def _request(campaign_id: str, question: Question, fixed: Fixed) -> dict[str, object]:
    return {
        "campaign": campaign_id,
        "now": question.now,
        "zones": {
            number: {"day": str(int(zone.day)), "next_day_at": zone.next_day_at}
            for number, zone in _open_zones(question, fixed).items()
        },
        "cap_day": question.cap_day,
        "cap_ever": question.cap_ever,
        "busy_ms": BUSY_MS,
        "trial_ms": TRIAL_MS,
        "heard_ms": HEARD_MS,
        "as_running": question.as_running,
        "quota": pack_quota(question.per_hour),
        "consent": pack_demand(question.consent),
    }


def _int(value: bytes | int) -> int | None:
    return int(float(value)) if value not in (b"", "") else None
