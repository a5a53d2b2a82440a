"""Contacts into a campaign, by the batch."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence
from itertools import count

from orchestrator.domain.lead import Contact
from orchestrator.store.db import Db, Stale
from orchestrator.store.order import NO_ATTEMPTS, is_newest_first, sort_bytes
from orchestrator.store.records import fingerprint, pack_contact
from orchestrator.store.rows import Added, Already, LoadedAs, Merged
from orchestrator.store.terms import Fixed, TermsBook

_SIZES = struct.Struct(">BBI")
BATCH = 500  # contacts per script: about 5 ms of Redis's time


class Loader:
    """Each batch has a token of its own, so that one sent twice after a lost reply is loaded once."""

    def __init__(self, db: Db, terms: TermsBook) -> None:
        self._db = db
        self._terms = terms
        self._tokens = (f"{secrets.token_hex(8)}-{number}" for number in count())

    def load(
        self, campaign_id: str, contacts: Sequence[tuple[int, Contact]], *, again: bool
    ) -> list[LoadedAs]:
        loaded: list[LoadedAs] = []
        for begin in range(0, len(contacts), BATCH):
            batch = [contact for _, contact in contacts[begin : begin + BATCH]]
            token = next(self._tokens)
            try:
                loaded += self._load(campaign_id, batch, token, again=again)
            except Stale:
                self._terms.forget(campaign_id)
                loaded += self._load(campaign_id, batch, token, again=again)
        return loaded

    def _load(self, campaign_id: str, batch: list[Contact], token: str, *, again: bool) -> list[LoadedAs]:
        fixed = self._terms.with_contacts(campaign_id, batch)
        request: dict[str, object] = {
            "campaign": campaign_id,
            "seq": fixed.seq,
            "again": again,
            "newest": is_newest_first(fixed.first),
            "token": token,
        }
        rows = b"".join([_row(contact, fixed) for contact in batch])
        reply = self._db.run("load_leads", request, rows)
        return [_loaded_as(line) for line in reply.decode().split("\n")]


def _row(contact: Contact, fixed: Fixed) -> bytes:
    """One contact as load_leads.lua reads it."""
    record, sort = pack_contact(contact, fixed.terms), sort_bytes(fixed.first, contact.fields)
    at, static = sort[-1], sort[:-1]
    if at != NO_ATTEMPTS:
        static = static[:at] + b"\0" + static[at:]
    return fingerprint(contact) + _SIZES.pack(at, len(static), len(record)) + static + record


def _loaded_as(line: str) -> LoadedAs:
    sign, rest = line[0], line[1:]
    if sign == "+":
        return Added(lead_id=int(rest))
    if sign == "=":
        return Merged(into=int(rest))
    return Already(campaign_id=rest)
