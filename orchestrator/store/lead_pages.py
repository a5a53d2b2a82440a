"""Leads and attempts by the page, for those who ask for some at a time."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.lead import Phase
from orchestrator.store.db import Db
from orchestrator.store.rows import AttemptRow, LeadRow, Page
from orchestrator.store.terms import TermsBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which leads are asked for; None: whatever it is."""

    phase: Phase | None = None
    status: str | None = None
    number: str | None = None  # E.164
    external_id: str | None = None


def leads_page(
    db: Db, terms: TermsBook, campaign_id: str, wanted: Wanted, *, after: int, limit: int
) -> Page[LeadRow, int]:
    raise NotImplementedError


def attempts_page(
    db: Db, terms: TermsBook, campaign_id: str, *, after: str, limit: int, lead_id: int | None
) -> Page[AttemptRow, str]:
    raise NotImplementedError
