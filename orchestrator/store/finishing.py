"""Ending attempts: what the rules decided is applied at once, and once."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from orchestrator.domain.lead import Attempt, Decision, Ending, OutboxEntry
from orchestrator.domain.trunk import TrunkSign, TrunkWord
from orchestrator.store.db import Db
from orchestrator.store.history import pack_entry, route_of
from orchestrator.store.records import pack_state, word
from orchestrator.store.terms import TermsBook

BATCH = 100  # endings per script: about 3 ms of Redis's time

Item = tuple[Attempt, Ending, Decision]


def finish_many(db: Db, terms: TermsBook, items: Sequence[Item], now: int) -> list[bool]:
    """True for each attempt that ended by this call."""
    done: list[bool] = []
    for begin in range(0, len(items), BATCH):
        batch = items[begin : begin + BATCH]
        request: dict[str, object] = {"now": now, "items": [_item(*item) for item in batch]}
        reply = db.run("finish_attempts", request, *_log_entries(terms, batch))
        done += map(bool, reply)
    return done


def _log_entries(terms: TermsBook, batch: Sequence[Item]) -> list[bytes]:
    routes: dict[str, set[str]] = {}
    for attempt, _, _ in batch:
        routes.setdefault(attempt.campaign_id, set()).add(route_of(attempt))
    known = {campaign_id: terms.with_routes(campaign_id, texts) for campaign_id, texts in routes.items()}
    return [pack_entry(*item, known[item[0].campaign_id]) for item in batch]


def _item(attempt: Attempt, ending: Ending, decision: Decision) -> dict[str, object]:
    item: dict[str, object] = {
        "id": attempt.attempt_id,
        "disposition": ending.disposition.value,
        "answered": ending.answered_at is not None,
        "kind": decision.next.kind.value,
        "at": decision.next.at,
        "reason": decision.next.reason.value,
        "state": pack_state(decision.state),
        "uncount": decision.uncount_number,
        "outbox": [_outbox(entry) for entry in decision.outbox],
    }
    if ending.answered_at is not None:
        item["answered_at"] = ending.answered_at
    if ending.result is not None:
        item["result"] = word(ending.result)
    if decision.trunk is not None:
        item |= _trunk(decision.trunk)
    return item


def _trunk(said: TrunkWord) -> dict[str, object]:
    """The usual word is a short one."""
    if said.sign is TrunkSign.WORKS:
        return {"works": said.at}
    return {
        "fails": {
            "is_refused": said.sign is TrunkSign.REFUSED,
            "at": said.at,
            "why": " ".join(said.why.split()),
            "after": said.rest.after,
            "for_ms": said.rest.for_ms,
            "most_ms": said.rest.most_ms,
        }
    }


def _outbox(entry: OutboxEntry) -> dict[str, str]:
    return {"kind": entry.kind, "body": orjson.dumps(entry.body).decode()}
