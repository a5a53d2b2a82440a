"""Leads and attempts by the page, for those who ask for some at a time."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.lead import Phase
from orchestrator.domain.problem import KnownError
from orchestrator.store.campaigns import counts
from orchestrator.store.db import Db
from orchestrator.store.history import log_page
from orchestrator.store.leads import id_of_external, id_of_number, one_lead, read_leads
from orchestrator.store.records import is_id
from orchestrator.store.rows import AttemptRow, LeadRow, Page
from orchestrator.store.terms import TermsBook

STEP = 500  # leads, or entries of the log, that are read at once
MOST_READ = 10_000  # of them for one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which leads are asked for; None: whatever it is."""

    phase: Phase | None = None
    status: str | None = None
    number: str | None = None  # E.164
    external_id: str | None = None

    def takes(self, row: LeadRow) -> bool:
        return (
            self.phase in (None, row.phase)
            and self.status in (None, row.state.status)
            and (self.number is None or self.number in row.contact.numbers)
            and self.external_id in (None, row.contact.external_id)
        )


def leads_page(
    db: Db, terms: TermsBook, campaign_id: str, wanted: Wanted, *, after: int, limit: int
) -> Page[LeadRow, int]:
    require(db, campaign_id)
    if wanted.number is not None or wanted.external_id is not None:
        row = _named(db, terms, campaign_id, wanted)
        found = () if row is None or row.lead_id <= after or not wanted.takes(row) else (row,)
        return Page(items=found, next=None)
    total, items = counts(db, campaign_id).leads, list[LeadRow]()
    last = min(total, after + MOST_READ)
    for begin in range(after + 1, last + 1, STEP):
        for row in read_leads(db, terms, campaign_id, range(begin, min(begin + STEP, last + 1))):
            if wanted.takes(row):
                items.append(row)
            if len(items) == limit:
                return Page(items=tuple(items), next=row.lead_id if row.lead_id < total else None)
    return Page(items=tuple(items), next=last if last < total else None)


def _named(db: Db, terms: TermsBook, campaign_id: str, wanted: Wanted) -> LeadRow | None:
    if wanted.external_id is not None:
        lead_id = id_of_external(db, campaign_id, wanted.external_id)
    else:
        lead_id = id_of_number(db, campaign_id, wanted.number or "")
    return None if lead_id is None else one_lead(db, terms, campaign_id, lead_id)


def attempts_page(
    db: Db, terms: TermsBook, campaign_id: str, *, after: str, limit: int, lead_id: int | None
) -> Page[AttemptRow, str]:
    require(db, campaign_id)
    items: list[AttemptRow] = []
    for _ in range(MOST_READ // STEP):
        step = STEP if lead_id is not None else min(STEP, limit - len(items))
        found = log_page(db, terms, campaign_id, after, step, lead_id)
        for entry_id, row in found:
            after = entry_id
            if row is not None:
                items.append(row)
            if len(items) == limit:
                return Page(items=tuple(items), next=after)
        if len(found) < step:
            return Page(items=tuple(items), next=None)
    return Page(items=tuple(items), next=after)


def require(db: Db, campaign_id: str) -> None:
    """KnownError when there is no such campaign."""
    key = db.key(f"campaign:{campaign_id}")
    if not is_id(campaign_id) or not db.read(lambda client: client.exists(key)):
        raise KnownError(f"no campaign {campaign_id!r}")
