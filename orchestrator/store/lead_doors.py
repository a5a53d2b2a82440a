"""The store's doors to leads: into a campaign, looked at, changed, withdrawn, decided by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.domain.lead import Contact, Phase
from orchestrator.store import lead_pages, leads
from orchestrator.store.db import Db
from orchestrator.store.loading import Loader
from orchestrator.store.rows import AttemptRow, LeadRow, LoadedAs, Page
from orchestrator.store.terms import TermsBook


class LeadDoors:
    """Part of `Store`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._terms = TermsBook(db)
        self._loader = Loader(db, self._terms)

    def load_leads(
        self,
        campaign_id: str,
        contacts: Sequence[tuple[int, Contact]],
        *,
        now: int,  # noqa: ARG002  # every change is told the time, though nothing is kept of it here
        again: bool = False,
    ) -> list[LoadedAs]:
        """Add (line, contact) pairs to a campaign in LOADING; what became of each, in order.

        again: also rows that another campaign of the scenario has. ValueError for a contact without E.164 numbers.
        """
        return self._loader.load(campaign_id, contacts, again=again)

    def leads(self, campaign_id: str) -> Iterator[LeadRow]:
        """All leads in the order of loading."""
        return leads.all_leads(self._db, self._terms, campaign_id)

    def leads_page(
        self,
        campaign_id: str,
        *,
        after: int = 0,
        limit: int = 100,
        phase: Phase | None = None,
        status: str | None = None,
        number: str | None = None,
        external_id: str | None = None,
    ) -> Page[LeadRow, int]:
        """Leads with ids above `after`, in their order, those alone that are as asked; `limit` of them at most. A page
        of a large campaign may hold fewer, or none, and still have a `next`. number, external_id: the latest lead that
        has it. KnownError: no such campaign.
        """
        return lead_pages.leads_page(
            self._db,
            self._terms,
            campaign_id,
            lead_pages.Wanted(phase=phase, status=status, number=number, external_id=external_id),
            after=after,
            limit=limit,
        )

    def attempts_page(
        self, campaign_id: str, *, after: str = "", limit: int = 100, lead_id: int | None = None
    ) -> Page[AttemptRow, str]:
        """Ended attempts behind entry `after` of the log ("": from the first on), in the order they ended; of one lead,
        or all. As `leads_page` else.
        """
        return lead_pages.attempts_page(
            self._db, self._terms, campaign_id, after=after, limit=limit, lead_id=lead_id
        )

    def lead(self, campaign_id: str, lead_id: int) -> LeadRow | None:
        return leads.one_lead(self._db, self._terms, campaign_id, lead_id)

    def lead_of_number(self, campaign_id: str, number: str) -> LeadRow | None:
        """The latest lead that has it."""
        return leads.lead_of_number(self._db, self._terms, campaign_id, number)

    def lead_of_external(self, campaign_id: str, external_id: str) -> LeadRow | None:
        """The latest lead that has it."""
        return leads.lead_of_external(self._db, self._terms, campaign_id, external_id)

    def resume_lead(self, campaign_id: str, lead_id: int, now: int) -> bool:
        """A held lead is ready again (and a finished campaign runs again). False: it is not held."""
        return leads.resume(self._db, campaign_id, lead_id, now)

    def close_lead(self, campaign_id: str, lead_id: int, status: str, now: int) -> bool:
        """A held lead is done, with this status; the outbox hears of it. False: it is not held."""
        return leads.close(self._db, campaign_id, lead_id, status, now)
