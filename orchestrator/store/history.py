"""The log of ended attempts: one stream entry each, everything but the contact, which is the lead's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, Next, NextKind, WaitReason
from orchestrator.store.db import Db
from orchestrator.store.leads import read_contacts
from orchestrator.store.records import pack_state, unpack_state
from orchestrator.store.rows import AttemptRow
from orchestrator.store.terms import TermsBook

PAGE = 500


def pack_entry(attempt: Attempt, ending: Ending, decision: Decision) -> bytes:
    """The order is that of `_unpack_entry`."""
    return orjson.dumps(
        (
            attempt.attempt_id,
            attempt.lead_id,
            attempt.number,
            attempt.zone,
            pack_state(attempt.state),
            attempt.gateway,
            attempt.switch,
            attempt.switch_uuid,
            attempt.worker_id,
            attempt.claimed_at,
            ending.disposition.value,
            ending.cause,
            ending.result,
            ending.path,
            ending.heard,
            ending.values,
            ending.rang_at,
            ending.answered_at,
            ending.ended_at,
            ending.detail,
            decision.rule,
            pack_state(decision.state),
            decision.next.kind.value,
            decision.next.at,
            decision.next.reason.value,
        )
    )


def history(db: Db, terms: TermsBook, campaign_id: str) -> Iterator[AttemptRow]:
    """Ended attempts in the order they ended, read page by page."""
    key = db.key(f"campaign:{campaign_id}:log")
    begin = "-"
    while True:
        page = db.read(partial(_page, key=key, begin=begin))
        if not page:
            return
        entries = [orjson.loads(fields[b"e"]) for _, fields in page]
        contacts = read_contacts(db, terms, campaign_id, [entry[1] for entry in entries])
        for entry in entries:
            yield _unpack_entry(campaign_id, entry, contacts[entry[1]])
        begin = "(" + page[-1][0].decode()


def _page(client: redis.Redis, *, key: str, begin: str) -> Any:
    return client.xrange(key, begin, "+", count=PAGE)


def _unpack_entry(campaign_id: str, entry: list[Any], contact: Contact) -> AttemptRow:
    (
        attempt_id, lead_id, number, zone, before, gateway, switch, switch_uuid, worker_id, claimed_at,
        disposition, cause, result, path, heard, values, rang_at, answered_at, ended_at, detail,
        rule, after, kind, at, reason,
    ) = entry  # fmt: skip
    attempt = Attempt(
        attempt_id=attempt_id,
        campaign_id=campaign_id,
        lead_id=lead_id,
        number=number,
        zone=zone,
        contact=contact,
        state=unpack_state(before),
        gateway=gateway,
        switch=switch,
        switch_uuid=switch_uuid,
        worker_id=worker_id,
        claimed_at=claimed_at,
    )
    ending = Ending(
        attempt_id=attempt_id,
        disposition=Disposition(disposition),
        cause=cause,
        result=result,
        path=tuple(path),
        heard=tuple(heard),
        values=tuple((name, value) for name, value in values),
        rang_at=rang_at,
        answered_at=answered_at,
        ended_at=ended_at,
        detail=detail,
    )
    following = Next(kind=NextKind(kind), at=at, reason=WaitReason(reason))
    return AttemptRow(attempt=attempt, ending=ending, rule=rule, state=unpack_state(after), next=following)
