"""The log of ended attempts: one stream entry each, everything but the contact, which is the lead's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Contact, Decision, Ending, Next, NextKind, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.leads import contacts_then
from orchestrator.store.records import Terms, pack_basis, pack_state, unpack_basis, unpack_state
from orchestrator.store.rows import AttemptRow, Earlier
from orchestrator.store.said import outcomes_of
from orchestrator.store.terms import TermsBook

PAGE = 500
_ADDED = (("", False, ()), "")  # what an entry lacks that was written before there were agents, or consents
_ITEMS = 22


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
            (ending.reached, ending.was_abandoned, ending.met),
            pack_basis(attempt.basis),
        )
    )


def history(db: Db, terms: TermsBook, campaign_id: str) -> Iterator[AttemptRow]:
    """Ended attempts in the order they ended, read page by page. KnownError when another version of the program has
    written them in a way that this one does not read.
    """
    after = ""
    while found := log_page(db, terms, campaign_id, after, PAGE):
        yield from (row for _, row in found if row is not None)
        after = found[-1][0]


def history_between(
    db: Db, terms: TermsBook, campaign_id: str, since: int, until: int
) -> Iterator[AttemptRow | Earlier]:
    """Ended attempts that were claimed from `since` on and before `until` (epoch ms), in the order they ended, and of
    those before only what costs nothing to read. KnownError as `history`.
    """
    key, begin = db.key(f"campaign:{campaign_id}:log"), "-"
    while page := db.read(partial(_page, key=key, begin=begin, limit=PAGE)):
        try:
            entries = [entry for _, fields in page if (entry := orjson.loads(fields[b"e"]))[3] < until]
            rows = iter(_rows(db, terms, campaign_id, [entry for entry in entries if entry[3] >= since]))
            found = [
                next(rows)
                if entry[3] >= since
                else Earlier(lead_id=entry[1], disposition=Disposition(entry[5]))
                for entry in entries
            ]
        except (ValueError, TypeError, LookupError) as error:
            raise _unreadable(campaign_id, error) from error
        yield from found
        begin = "(" + page[-1][0].decode()


def log_page(
    db: Db, terms: TermsBook, campaign_id: str, after: str, limit: int, lead_id: int | None = None
) -> list[tuple[str, AttemptRow | None]]:
    """Entries of the log behind `after` ("": from the first on): (entry id, attempt). None instead of an attempt of
    another lead than this one. KnownError as `history`.
    """
    key = db.key(f"campaign:{campaign_id}:log")
    page = db.read(partial(_page, key=key, begin=f"({after}" if after else "-", limit=limit))
    try:
        entries = [orjson.loads(fields[b"e"]) for _, fields in page]
        wanted = [entry for entry in entries if lead_id is None or entry[1] == lead_id]
        rows = {row.attempt.attempt_id: row for row in _rows(db, terms, campaign_id, wanted)}
        return [
            (entry_id.decode(), rows.get(entry[0]))
            for (entry_id, _), entry in zip(page, entries, strict=True)
        ]
    except (ValueError, TypeError, LookupError) as error:
        raise _unreadable(campaign_id, error) from error


def _unreadable(campaign_id: str, error: Exception) -> KnownError:
    return KnownError(
        f"the attempts of {campaign_id} were stored by another version of prozvon ({error}): "
        "read them with the version that dialed the campaign"
    )


def one_attempt(db: Db, terms: TermsBook, campaign_id: str, entry_id: str) -> AttemptRow:
    """The ended attempt of this entry of the log."""
    key = db.key(f"campaign:{campaign_id}:log")
    ((_, fields),) = db.read(partial(_entry, key=key, entry_id=entry_id))
    (row,) = _rows(db, terms, campaign_id, [orjson.loads(fields[b"e"])])
    return row


def _entry(client: redis.Redis, *, key: str, entry_id: str) -> Any:
    return client.xrange(key, entry_id, entry_id)


def _rows(db: Db, terms: TermsBook, campaign_id: str, entries: list[Any]) -> list[AttemptRow]:
    if not entries:
        return []
    tried = [(entry[1], unpack_state(entry[4]).tries) for entry in entries]
    contacts = contacts_then(db, terms, campaign_id, tried)
    said = outcomes_of(db, db.key(f"campaign:{campaign_id}:outcomes"), [entry[0] for entry in entries])
    return [
        replace(
            terms.decoded(campaign_id, partial(_unpack_entry, campaign_id, entry, contact)),
            outcome=said.get(entry[0]),
        )
        for entry, contact in zip(entries, contacts, strict=True)
    ]


def _page(client: redis.Redis, *, key: str, begin: str, limit: int) -> Any:
    return client.xrange(key, begin, "+", count=limit)


def _unpack_entry(campaign_id: str, entry: list[Any], contact: Contact, terms: Terms) -> AttemptRow:
    (
        attempt_id, lead_id, route, begun, before, disposition, cause, result, path, heard, values,
        rang, answered, ended, detail, rule, after, kind, due, reason, people, basis,
    ) = [*entry, *_ADDED[len(entry) - _ITEMS :]] if len(entry) < _ITEMS else entry  # fmt: skip
    gateway, switch, switch_uuid, worker_id = terms.route_texts[route].split(" ")
    reached, was_abandoned, met = people
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
        basis=unpack_basis(basis),
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
        reached=reached,
        was_abandoned=was_abandoned,
        met=tuple((leg, seconds) for leg, seconds in met),
    )
    following = Next(kind=NextKind(kind), at=begun + due, reason=WaitReason(reason))
    return AttemptRow(attempt=attempt, ending=ending, rule=rule, state=unpack_state(after), next=following)
