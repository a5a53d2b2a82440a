"""The log of ended attempts: one stream entry each, everything but the contact, which is the lead's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, Next, NextKind, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.leads import read_contacts
from orchestrator.store.records import Terms, pack_state, unpack_state
from orchestrator.store.rows import AttemptRow
from orchestrator.store.terms import TermsBook

PAGE = 500


def route_of(attempt: Attempt) -> str:
    """What many attempts of a campaign share; written as a small number."""
    return f"{attempt.gateway} {attempt.switch} {attempt.switch_uuid} {attempt.worker_id}"


def pack_entry(attempt: Attempt, ending: Ending, decision: Decision, terms: Terms) -> bytes:
    """As `_unpack_entry` reads it. Number and zone are the contact's at `state.phone`; times count from the claim."""
    begun = attempt.claimed_at
    return orjson.dumps(
        (
            attempt.attempt_id,
            attempt.lead_id,
            terms.routes[route_of(attempt)],
            begun,
            pack_state(attempt.state),
            ending.disposition.value,
            ending.cause,
            ending.result,
            ending.path,
            ending.heard,
            ending.values,
            None if ending.rang_at is None else ending.rang_at - begun,
            None if ending.answered_at is None else ending.answered_at - begun,
            ending.ended_at - begun,
            ending.detail,
            decision.rule,
            pack_state(decision.state),
            decision.next.kind.value,
            decision.next.at - begun,
            decision.next.reason.value,
        )
    )


def history(db: Db, terms: TermsBook, campaign_id: str) -> Iterator[AttemptRow]:
    """Ended attempts in the order they ended, read page by page. KnownError when another version of the program has
    written them in a way that this one does not read.
    """
    key = db.key(f"campaign:{campaign_id}:log")
    begin = "-"
    while True:
        page = db.read(partial(_page, key=key, begin=begin))
        if not page:
            return
        try:
            entries = [orjson.loads(fields[b"e"]) for _, fields in page]
            contacts = read_contacts(db, terms, campaign_id, [entry[1] for entry in entries])
            rows = [
                terms.decoded(campaign_id, partial(_unpack_entry, campaign_id, entry, contacts[entry[1]]))
                for entry in entries
            ]
        except (ValueError, TypeError, LookupError) as error:
            raise KnownError(
                f"the attempts of {campaign_id} were stored by another version of prozvon ({error}): "
                "read them with the version that dialed the campaign"
            ) from error
        yield from rows
        begin = "(" + page[-1][0].decode()


def _page(client: redis.Redis, *, key: str, begin: str) -> Any:
    return client.xrange(key, begin, "+", count=PAGE)


def _unpack_entry(campaign_id: str, entry: list[Any], contact: Contact, terms: Terms) -> AttemptRow:
    (
        attempt_id, lead_id, route, begun, before, disposition, cause, result, path, heard, values,
        rang, answered, ended, detail, rule, after, kind, due, reason,
    ) = entry  # fmt: skip
    gateway, switch, switch_uuid, worker_id = terms.route_texts[route].split(" ")
    state = unpack_state(before)
    attempt = Attempt(
        attempt_id=attempt_id,
        campaign_id=campaign_id,
        lead_id=lead_id,
        number=contact.numbers[state.phone],
        zone=contact.zones[state.phone],
        contact=contact,
        state=state,
        gateway=gateway,
        switch=switch,
        switch_uuid=switch_uuid,
        worker_id=worker_id,
        claimed_at=begun,
    )
    ending = Ending(
        attempt_id=attempt_id,
        disposition=Disposition(disposition),
        cause=cause,
        result=result,
        path=tuple(path),
        heard=tuple(heard),
        values=tuple((name, value) for name, value in values),
        rang_at=None if rang is None else begun + rang,
        answered_at=None if answered is None else begun + answered,
        ended_at=begun + ended,
        detail=detail,
    )
    following = Next(kind=NextKind(kind), at=begun + due, reason=WaitReason(reason))
    return AttemptRow(attempt=attempt, ending=ending, rule=rule, state=unpack_state(after), next=following)
