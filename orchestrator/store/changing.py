"""Leads that are changed or withdrawn while their campaign runs."""

from __future__ import annotations

import contextlib
import secrets
import struct

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import Contact
from orchestrator.store.db import Db, Stale
from orchestrator.store.leads import one_lead
from orchestrator.store.order import is_newest_first, sort_bytes
from orchestrator.store.records import check_id, fingerprint, pack_contact
from orchestrator.store.rows import Already, LoadedAs, Taken, Updated
from orchestrator.store.terms import Fixed, TermsBook

_ID = struct.Struct(">I")
_LAST_ID = 2**32 - 1


class Moved(Exception):  # noqa: N818  # no error: look again and repeat
    """The lead has another contact than the wish was made from."""


def change(
    db: Db, terms: TermsBook, campaign_id: str, lead_id: int, base: Contact, contact: Contact, now: int
) -> LoadedAs | None:
    """What became of it; None: the lead is done, or there is none. Moved as above."""
    try:
        said = _send(db, terms, campaign_id, lead_id, base, contact, now)
    except Stale:
        terms.forget(campaign_id)
        said = _send(db, terms, campaign_id, lead_id, base, contact, now)
    if said == "moved":
        raise Moved
    return _changed_as(campaign_id, lead_id, said)


def change_to(
    db: Db, terms: TermsBook, campaign_id: str, lead_id: int, contact: Contact, now: int
) -> LoadedAs | None:
    """As `change`, whatever the lead has now."""
    while (lead := one_lead(db, terms, campaign_id, lead_id)) is not None:
        with contextlib.suppress(Moved):
            return change(db, terms, campaign_id, lead_id, lead.pending or lead.contact, contact, now)
    return None


def _changed_as(campaign_id: str, lead_id: int, said: str) -> LoadedAs | None:
    match said.split(" "):
        case ["changed"]:
            return Updated(lead_id=lead_id)
        case ["same"]:
            return Already(campaign_id=campaign_id, lead_id=lead_id)
        case ["taken", other]:
            return Taken(lead_id=lead_id, by=int(other))
    return None


def _send(
    db: Db, terms: TermsBook, campaign_id: str, lead_id: int, base: Contact, contact: Contact, now: int
) -> str:
    fixed = terms.with_contacts(campaign_id, [base, contact])
    request: dict[str, object] = {"campaign": campaign_id, "seq": fixed.seq, "lead": lead_id, "now": now}
    said: bytes = db.run(
        "change_lead",
        request,
        pack_contact(base, fixed.terms),
        sort_of(fixed, lead_id, base),
        sort_of(fixed, lead_id, contact),
        pack_contact(contact, fixed.terms),
        fingerprint(contact),
    )
    return said.decode()


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
        "note": note,
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
