"""Reading leads, and what a person decides about held ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import redis

from orchestrator.domain.lead import Contact, LeadState, Phase, WaitReason
from orchestrator.store.campaigns import counts
from orchestrator.store.db import Db
from orchestrator.store.keys import LEADS_A_BUCKET
from orchestrator.store.records import (
    digits,
    is_changed,
    is_id,
    is_number,
    unpack_contact,
    unpack_state,
    word,
)
from orchestrator.store.rows import DueNow, LeadRow
from orchestrator.store.terms import TermsBook

_PHASES = {"r": Phase.READY, "w": Phase.WAITING, "d": Phase.DIALING, "o": Phase.DONE, "h": Phase.HELD}


def all_leads(db: Db, terms: TermsBook, campaign_id: str) -> Iterator[LeadRow]:
    """In the order of loading, read a thousand at a time."""
    total = counts(db, campaign_id).leads
    step = 10 * LEADS_A_BUCKET
    for begin in range(1, total + 1, step):
        yield from read_leads(db, terms, campaign_id, range(begin, min(begin + step, total + 1)))


def one_lead(db: Db, terms: TermsBook, campaign_id: str, lead_id: int) -> LeadRow | None:
    return next(read_leads(db, terms, campaign_id, [lead_id]), None)


def lead_of_number(db: Db, terms: TermsBook, campaign_id: str, number: str) -> LeadRow | None:
    lead_id = id_of_number(db, campaign_id, number)
    return None if lead_id is None else one_lead(db, terms, campaign_id, lead_id)


def id_of_number(db: Db, campaign_id: str, number: str) -> int | None:
    if not is_number(number):
        return None
    text = digits(number)
    key = db.key(f"campaign:{campaign_id}:index:{text[-4:]}")
    found = db.read(lambda client: client.hget(key, text[:-4]))
    return None if found is None else int(found)


def lead_of_external(db: Db, terms: TermsBook, campaign_id: str, external_id: str) -> LeadRow | None:
    lead_id = id_of_external(db, campaign_id, external_id)
    return None if lead_id is None else one_lead(db, terms, campaign_id, lead_id)


def id_of_external(db: Db, campaign_id: str, external_id: str) -> int | None:
    key = db.key(f"campaign:{campaign_id}:external:{external_bucket(external_id)}")
    found = db.read(lambda client: client.hget(key, external_id))
    return None if found is None else int(found)


def external_bucket(external_id: str) -> str:
    """As lua/_external.lua has it."""
    return hashlib.sha1(external_id.encode(), usedforsecurity=False).hexdigest()[:3]


def due_for_agent(db: Db, campaign_id: str, now: int, most: int) -> tuple[int, ...]:
    key = db.key(f"campaign:{campaign_id}:waiting:{WaitReason.AGENT.value}")
    found = db.read(lambda client: client.zrangebyscore(key, "-inf", now, start=0, num=most))
    return tuple(map(int, found))


def read_leads(db: Db, terms: TermsBook, campaign_id: str, lead_ids: Sequence[int]) -> Iterator[LeadRow]:
    """Those of them that there are, in this order."""
    base = db.key(f"campaign:{campaign_id}")

    def read_slots(client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=False)
        for lead_id in lead_ids:
            bucket, field = divmod(lead_id, LEADS_A_BUCKET)
            pipe.hget(f"{base}:contact:{bucket}", str(field))
            pipe.hget(f"{base}:lead:{bucket}", str(field))
        return pipe.execute()

    slots = db.read(read_slots)
    dialing = [
        lead for lead, record in zip(lead_ids, slots[1::2], strict=True) if (record or b"r")[:1] == b"d"
    ]
    wished = _wished(db, base, dialing) if dialing else {}
    for lead_id, contact, record in zip(lead_ids, slots[::2], slots[1::2], strict=True):
        if contact is not None:
            row = _row(lead_id, terms.decoded(campaign_id, partial(unpack_contact, contact)), record)
            if raw := wished.get(lead_id):
                row = replace(row, pending=terms.decoded(campaign_id, partial(unpack_contact, raw)))
            yield row


def _wished(db: Db, base: str, lead_ids: Sequence[int]) -> dict[int, bytes]:
    """What the contacts of leads that are being called become then."""
    found = db.read(partial(_read_slots, base=f"{base}:wished", lead_ids=lead_ids))
    return {lead: raw[1 + raw[0] :] for lead, raw in zip(lead_ids, found, strict=True) if raw is not None}


def _read_slots(client: redis.Redis, *, base: str, lead_ids: Sequence[int]) -> Any:
    pipe = client.pipeline(transaction=False)
    for lead_id in lead_ids:
        bucket, field = divmod(lead_id, LEADS_A_BUCKET)
        pipe.hget(f"{base}:{bucket}", str(field))
    return pipe.execute()


def contacts_then(
    db: Db, terms: TermsBook, campaign_id: str, attempts: Sequence[tuple[int, int]]
) -> list[Contact]:
    """The contact of each of these leads as it was when the lead had been tried so often: (lead id, tries). LookupError
    when one of them is not there.
    """
    base = db.key(f"campaign:{campaign_id}")
    lead_ids = sorted({lead_id for lead_id, _ in attempts})
    raws = dict(
        zip(lead_ids, db.read(partial(_read_slots, base=f"{base}:contact", lead_ids=lead_ids)), strict=True)
    )
    if None in raws.values():
        raise LookupError("a lead is not there")
    changed = [lead_id for lead_id, raw in raws.items() if is_changed(raw)]
    old = db.read(partial(_read_slots, base=f"{base}:was", lead_ids=changed)) if changed else []
    was = {lead_id: orjson.loads(raw) for lead_id, raw in zip(changed, old, strict=True)}

    known: dict[bytes, Contact] = {}

    def then(lead_id: int, tries: int) -> Contact:
        kept: bytes = next(
            (raw.encode() for until, raw in was.get(lead_id, ()) if tries < until), raws[lead_id]
        )
        if kept not in known:
            known[kept] = terms.decoded(campaign_id, partial(unpack_contact, kept))
        return known[kept]

    return [then(lead_id, tries) for lead_id, tries in attempts]


def _row(lead_id: int, contact: Contact, record: bytes | None) -> LeadRow:
    if record is None:
        return LeadRow(
            lead_id=lead_id,
            contact=contact,
            state=LeadState(),
            phase=Phase.READY,
            due_at=None,
            reason=WaitReason.NEXT,
        )
    phase, due, reason, state, _ = record.split(b"\t", 4)
    return LeadRow(
        lead_id=lead_id,
        contact=contact,
        state=unpack_state(state.decode()),
        phase=_PHASES[phase.decode()],
        due_at=int(due) or None,
        reason=WaitReason(reason.decode()),
    )


def resume(db: Db, campaign_id: str, lead_id: int, now: int) -> bool:
    return bool(db.run("resume_lead", {"campaign": campaign_id, "lead": lead_id, "now": now}))


_WAITS = (WaitReason.RETRY, WaitReason.NEXT_DAY, WaitReason.PER_DAY, WaitReason.NUMBER_BUSY)


def due_now(db: Db, campaign_id: str, now: int) -> DueNow:
    base = db.key(f"campaign:{campaign_id}")

    def read_counts(client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=True)
        pipe.hget(f"{base}:counts", "ready")
        for reason in (WaitReason.AGENT, *_WAITS):
            pipe.zcount(f"{base}:waiting:{reason.value}", "-inf", now)
        return pipe.execute()

    ready, for_agent, *due = db.read(read_counts)
    return DueNow(ready=int(ready or 0) + sum(due), for_agent=for_agent)


def lead_of_attempt(db: Db, attempt_id: str) -> tuple[str, int] | None:
    if not is_id(attempt_id):
        return None
    found = db.read(lambda client: client.get(db.key(f"ended:{attempt_id}")))
    if found is None:
        return None
    campaign_id, lead_id, _ = found.decode().split(" ")
    return campaign_id, int(lead_id)


def give_place_up(db: Db, campaign_id: str, lead_id: int, now: int) -> bool:
    done, is_repeated = db.run_telling(
        "give_place_up", {"campaign": campaign_id, "lead": lead_id, "now": now}
    )
    return bool(done) or is_repeated


def close(db: Db, campaign_id: str, lead_id: int, status: str, now: int) -> bool:
    body = orjson.dumps({"status": status, "by": "person"}).decode()
    request = {"campaign": campaign_id, "lead": lead_id, "status": word(status), "body": body, "now": now}
    return bool(db.run("close_lead", request))
