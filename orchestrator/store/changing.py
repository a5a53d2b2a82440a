"""Leads that are changed or withdrawn while their campaign runs."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import Contact
from orchestrator.store.db import Db, Stale
from orchestrator.store.keys import LEADS_A_BUCKET
from orchestrator.store.leads import one_lead, read_leads
from orchestrator.store.order import is_newest_first, sort_bytes
from orchestrator.store.records import check_id, fingerprint, pack_contact, shown
from orchestrator.store.rows import Already, LoadedAs, Taken, Updated
from orchestrator.store.terms import Fixed, TermsBook

_ID = struct.Struct(">I")
_LAST_ID = 2**32 - 1
BATCH = 100  # changes per script
MOST_NOTE = 500  # characters of a note that are kept
Wish = tuple[int, Contact, Contact]
"""(lead id, the contact that the wish was made from, what it is to become)."""


class Moved(Exception):  # noqa: N818  # no error: look again and repeat
    """The lead has another contact than the wish was made from."""


def change(
    db: Db, terms: TermsBook, campaign_id: str, lead_id: int, base: Contact, contact: Contact, now: int
) -> LoadedAs | None:
    """What became of it; None: the lead is done, or there is none. Moved as above."""
    (said,) = _change(db, terms, campaign_id, [(lead_id, base, contact)], now)
    if said == "moved":
        raise Moved
    return _changed_as(campaign_id, lead_id, said)


def change_all(
    db: Db, terms: TermsBook, campaign_id: str, wishes: Sequence[tuple[int, Contact]], now: int
) -> list[LoadedAs | None]:
    """As `change` for each of them in turn (lead id, contact), whatever the leads have now."""
    found: dict[int, LoadedAs | None] = {}
    left = dict(enumerate(wishes))
    while left:
        leads = sorted({lead_id for lead_id, _ in left.values()})
        bases = {row.lead_id: row.pending or row.contact for row in read_leads(db, terms, campaign_id, leads)}
        among = list(left.items())[:BATCH]
        known = [(place, (lead, bases[lead], to)) for place, (lead, to) in among if lead in bases]
        said = _change(db, terms, campaign_id, [wish for _, wish in known], now) if known else []
        answers = {place: each for (place, _), each in zip(known, said, strict=True)}
        for place, (lead, _) in among:
            answer = answers.get(place, "gone")
            if answer != "moved":  # else by somebody else, or by the wish before this one
                found[place] = _changed_as(campaign_id, lead, answer)
                del left[place]
    return [found[place] for place in range(len(wishes))]


def _changed_as(campaign_id: str, lead_id: int, said: str) -> LoadedAs | None:
    match said.split(" "):
        case ["changed"]:
            return Updated(lead_id=lead_id)
        case ["same"]:
            return Already(campaign_id=campaign_id, lead_id=lead_id)
        case ["taken", other]:
            return Taken(lead_id=lead_id, by=int(other))
    return None


def _change(db: Db, terms: TermsBook, campaign_id: str, wishes: Sequence[Wish], now: int) -> list[str]:
    try:
        return _send(db, terms, campaign_id, wishes, now)
    except Stale:
        terms.forget(campaign_id)
        return _send(db, terms, campaign_id, wishes, now)


def _send(db: Db, terms: TermsBook, campaign_id: str, wishes: Sequence[Wish], now: int) -> list[str]:
    fixed = terms.with_contacts(campaign_id, [each for _, *both in wishes for each in both])
    leads = [lead_id for lead_id, _, _ in wishes]
    request: dict[str, object] = {"campaign": campaign_id, "seq": fixed.seq, "leads": leads, "now": now}
    blobs: list[bytes] = []
    for lead_id, base, contact in wishes:
        blobs += [
            pack_contact(base, fixed.terms),
            sort_of(fixed, lead_id, base),
            sort_of(fixed, lead_id, contact),
            pack_contact(contact, fixed.terms),
            fingerprint(contact),
        ]
    return [said.decode() for said in db.run("change_leads", request, *blobs)]


def sort_of(fixed: Fixed, lead_id: int, contact: Contact) -> bytes:
    """SORT of a lead, as lua/_lead.lua has it; of one that was never called it stands nowhere but in its place."""
    sort = sort_bytes(fixed.first, contact.fields)
    age = _ID.pack(_LAST_ID - lead_id) if is_newest_first(fixed.first) else b""
    return sort[:-1] + age + sort[-1:]


def withdraw(
    db: Db,
    terms: TermsBook,
    campaign_id: str,
    lead_id: int,
    *,
    external_id: str,
    note: str,
    by: str,
    cancel: bool,
    now: int,
) -> Withdrawn:
    """Moved: another lead has the external id by now."""
    lead = one_lead(db, terms, campaign_id, lead_id)
    if lead is None:
        return Withdrawn.NO_SUCH_LEAD
    request: dict[str, object] = {
        "campaign": campaign_id,
        "lead": lead_id,
        "external": external_id,
        "token": secrets.token_hex(8),
        "note": shown(note, MOST_NOTE),
        "by": check_id(by, "who withdraws it"),
        "now": now,
        "cancel": cancel,
    }
    said = db.run("withdraw_lead", request, sort_of(terms.of(campaign_id), lead_id, lead.contact)).decode()
    if said == "moved":
        raise Moved
    return Withdrawn(said)


def take_cancels(db: Db, worker_id: str) -> tuple[str, ...]:
    return tuple(found.decode() for found in db.run("take_cancels", {"worker": worker_id}))


def is_withdrawn(db: Db, campaign_id: str, lead_id: int) -> bool:
    key = db.key(f"campaign:{campaign_id}:withdrawn:{lead_id // LEADS_A_BUCKET}")
    return bool(db.read(lambda client: client.hexists(key, str(lead_id % LEADS_A_BUCKET))))
