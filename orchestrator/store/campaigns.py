"""Campaigns: creating, listing, changing state, deleting while they are loaded; their counts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import redis

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.plan import OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.keys import EXTERNAL_BUCKETS, LEADS_A_BUCKET, NUMBER_BUCKETS, SEEN_BUCKETS
from orchestrator.store.records import check_id, is_id, shown, unword
from orchestrator.store.rows import CampaignCounts
from orchestrator.store.terms import TermsBook, pack_order

FIELDS = ("scenario", "program", "state", "created_at", "title", "source", "standing", "project")
_READ = (*FIELDS, "open")
MOST = 1_000  # characters of a field


def create(db: Db, campaign: Campaign, bundle: bytes, first: tuple[OrderKey, ...]) -> None:
    """KnownError when the id is taken."""
    finish_deletions(db)
    check_id(campaign.campaign_id, "campaign id")
    fields = {name: shown(str(getattr(campaign, name)), MOST) for name in FIELDS} | {
        "first": pack_order(first)
    }
    if campaign.is_open:
        fields["open"] = "1"
    check_id(campaign.scenario, "scenario")
    check_id(campaign.program, "program")
    request = {"campaign": campaign.campaign_id, "token": uuid4().hex, "fields": fields}
    if not db.run("create_campaign", request, bundle):
        raise KnownError(f"there is a campaign {campaign.campaign_id!r} already")


def read(db: Db, campaign_id: str) -> Campaign | None:
    if not is_id(campaign_id):
        return None
    key = db.key(f"campaign:{campaign_id}")
    return _campaign(campaign_id, db.read(lambda client: client.hmget(key, list(_READ))))


def read_all(db: Db) -> tuple[Campaign, ...]:
    """In the order of creation."""
    names = [name.decode() for name in db.read(lambda client: client.zrange(db.key("campaigns"), 0, -1))]

    def read_fields(client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=False)
        for name in names:
            pipe.hmget(db.key(f"campaign:{name}"), list(_READ))
        return pipe.execute()

    found = (_campaign(name, values) for name, values in zip(names, db.read(read_fields), strict=True))
    return tuple(campaign for campaign in found if campaign is not None)


def _campaign(campaign_id: str, values: list[bytes | None]) -> Campaign | None:
    if values[0] is None:
        return None
    texts = dict(zip(_READ, ((value or b"").decode() for value in values), strict=True))
    return Campaign(
        campaign_id=campaign_id,
        scenario=texts["scenario"],
        program=texts["program"],
        state=CampaignState(texts["state"]),
        created_at=int(texts["created_at"]),
        title=texts["title"],
        source=texts["source"],
        standing=texts["standing"],
        project=texts["project"],
        is_open=texts["open"] == "1",
    )


def bundle(db: Db, digest: str) -> bytes | None:
    found = db.read(lambda client: client.get(db.key(f"bundle:{digest}"))) if is_id(digest) else None
    return found if isinstance(found, bytes) else None


def set_state(
    db: Db, campaign_id: str, to: CampaignState, *, among: frozenset[CampaignState], now: int
) -> bool:
    request = {"campaign": campaign_id, "to": to.value, "among": sorted(among), "now": now}
    (is_changed, state), is_repeated = db.run_telling("set_state", request)
    return bool(is_changed) or (is_repeated and state.decode() == to.value)


def close(db: Db, campaign_id: str) -> bool:
    was_open, is_repeated = db.run_telling("close_campaign", {"campaign": campaign_id})
    return bool(was_open) or is_repeated


def finish_if_done(db: Db, campaign_id: str, now: int) -> bool:
    return bool(db.run("finish_campaign", {"campaign": campaign_id, "now": now}))


def zones(db: Db, terms: TermsBook, campaign_id: str) -> tuple[str, ...]:
    raw = db.read(lambda client: client.hgetall(db.key(f"campaign:{campaign_id}:counts")))
    numbers = sorted(
        int(field[5:]) for field, value in raw.items() if field.startswith(b"zone ") and int(value)
    )
    if not numbers:
        return ()
    return terms.decoded(campaign_id, lambda known: tuple(known.zone_keys[number] for number in numbers))


def counts(db: Db, campaign_id: str) -> CampaignCounts:
    raw = db.read(lambda client: client.hgetall(db.key(f"campaign:{campaign_id}:counts")))
    plain: dict[str, int] = {}
    grouped: dict[str, dict[str, int]] = {"status": {}, "disposition": {}, "result": {}, "outcome": {}}
    for field, value in raw.items():
        kind, _, name = field.decode().partition(" ")
        if kind == "zone":
            continue
        if not name:
            plain[kind] = int(value)
        elif int(value):
            grouped[kind][unword(name)] = int(value)
    return CampaignCounts(
        **plain,
        by_status=grouped["status"],
        by_disposition=grouped["disposition"],
        by_result=grouped["result"],
        by_outcome=grouped["outcome"],
    )


def delete(db: Db, campaign_id: str) -> None:
    """Remove a campaign in LOADING without a trace, in steps that leave Redis free for others.

    KnownError when it is not in LOADING. A deletion that was cut short is finished by the next `create` or `delete`.
    """
    if not db.run("delete_campaign", {"campaign": campaign_id}):
        raise KnownError(f"{campaign_id} is not being loaded (any more): it cannot be deleted, only stopped")
    finish_deletions(db)


def finish_deletions(db: Db) -> None:
    for name in db.read(lambda client: client.smembers(db.key("deleting"))):
        _delete_parts(db, name.decode())


def _delete_parts(db: Db, campaign_id: str) -> None:
    leads = counts(db, campaign_id).leads
    _in_steps(db, campaign_id, "contact", leads // LEADS_A_BUCKET + 1, size=500)
    _in_steps(db, campaign_id, "index", NUMBER_BUCKETS, size=1000)
    _in_steps(db, campaign_id, "external", EXTERNAL_BUCKETS, size=1000)
    _in_steps(db, campaign_id, "seen", SEEN_BUCKETS, size=500)
    db.run("delete_part", {"campaign": campaign_id, "part": "rest", "begin": 0, "end": 0})


def _in_steps(db: Db, campaign_id: str, part: str, total: int, *, size: int) -> None:
    for begin in range(0, total, size):
        end = min(begin + size, total) - 1
        db.run("delete_part", {"campaign": campaign_id, "part": part, "begin": begin, "end": end})
