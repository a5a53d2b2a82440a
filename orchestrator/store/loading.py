"""Contacts into a campaign, by the batch."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from orchestrator.domain.lead import Contact
from orchestrator.store.changing import change_all
from orchestrator.store.db import Db, Stale
from orchestrator.store.order import NO_ATTEMPTS, is_newest_first, sort_bytes
from orchestrator.store.records import fingerprint, pack_contact
from orchestrator.store.rows import Added, Already, LoadedAs, Merged
from orchestrator.store.terms import Fixed, TermsBook

_SIZES = struct.Struct(">BBI")
BATCH = 500  # contacts per script: about 5 ms of Redis's time


@dataclass(frozen=True, slots=True, kw_only=True)
class ToChange:
    """The row is this open lead, which is still to be changed."""

    lead_id: int


class Loader:
    """Each batch has a token of its own, so that one sent twice after a lost reply is loaded once."""

    def __init__(self, db: Db, terms: TermsBook) -> None:
        self._db = db
        self._terms = terms
        self._run = secrets.token_hex(8)
        self._numbers = count()  # safe between threads, as a generator would not be

    def load(self, campaign_id: str, contacts: Sequence[Contact], *, now: int, again: bool) -> list[LoadedAs]:
        loaded: list[LoadedAs] = []
        for begin in range(0, len(contacts), BATCH):
            loaded += self._settled(campaign_id, contacts[begin : begin + BATCH], now, again=again)
        return loaded

    def _settled(
        self, campaign_id: str, batch: Sequence[Contact], now: int, *, again: bool
    ) -> list[LoadedAs]:
        """Leads that the batch is to change are changed; rows whose lead is done by then are placed anew."""
        placed = self._once(campaign_id, batch, again=again)
        while wishes := [
            (place, found.lead_id) for place, found in enumerate(placed) if isinstance(found, ToChange)
        ]:
            changed = change_all(
                self._db, self._terms, campaign_id, [(lead, batch[place]) for place, lead in wishes], now
            )
            for (place, _), outcome in zip(wishes, changed, strict=True):
                if outcome is None:
                    (placed[place],) = self._once(campaign_id, [batch[place]], again=again)
                else:
                    placed[place] = outcome
        return [found for found in placed if not isinstance(found, ToChange)]

    def _once(self, campaign_id: str, batch: Sequence[Contact], *, again: bool) -> list[LoadedAs | ToChange]:
        token = f"{self._run}-{next(self._numbers)}"
        try:
            return self._load(campaign_id, batch, token, again=again)
        except Stale:
            self._terms.forget(campaign_id)
            return self._load(campaign_id, batch, token, again=again)

    def _load(
        self, campaign_id: str, batch: Sequence[Contact], token: str, *, again: bool
    ) -> list[LoadedAs | ToChange]:
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
        return [_loaded_as(campaign_id, line) for line in reply.decode().split("\n")]


def _row(contact: Contact, fixed: Fixed) -> bytes:
    """One contact as load_leads.lua reads it."""
    record, sort = pack_contact(contact, fixed.terms), sort_bytes(fixed.first, contact.fields)
    at, static = sort[-1], sort[:-1]
    if at != NO_ATTEMPTS:
        static = static[:at] + b"\0" + static[at:]
    return fingerprint(contact) + _SIZES.pack(at, len(static), len(record)) + static + record


def _loaded_as(campaign_id: str, line: str) -> LoadedAs | ToChange:
    sign, rest = line[0], line[1:]
    match sign:
        case "+":
            return Added(lead_id=int(rest))
        case "=":
            return Merged(into=int(rest))
        case "~":
            return Already(campaign_id=campaign_id, lead_id=int(rest))
        case "*":
            return ToChange(lead_id=int(rest))
    return Already(campaign_id=rest)
