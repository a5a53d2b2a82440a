"""The store's doors to leads: into a campaign, looked at, changed, withdrawn, decided by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import Contact, Phase
from orchestrator.store import changing, lead_pages, leads
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
        now: int,
        again: bool = False,
    ) -> list[LoadedAs]:
        """Add (line, contact) pairs to a campaign that is being loaded, or that runs; what became of each, in order.

        While it runs: an open lead with the contact's external id gets the contact's columns instead. While it is open
        (`Campaign.is_open`) leads that are done let go of their numbers and external ids.
        again: also rows that another campaign of the scenario has, or this one. ValueError for a contact without E.164
        numbers, or with an external id that cannot be one. KnownError when the campaign takes no (more) contacts.
        """
        return self._loader.load(campaign_id, [contact for _, contact in contacts], now=now, again=again)

    def change_lead(
        self, campaign_id: str, lead_id: int, base: Contact, contact: Contact, now: int
    ) -> LoadedAs | None:
        """Give an open lead another contact, if what it has, or is to have (`LeadRow.pending`), is `base`; else Moved
        is raised. Updated, Already (it has it), Taken; None: it is done, or not there.
        """
        return changing.change(self._db, self._terms, campaign_id, lead_id, base, contact, now)

    def withdraw_lead(
        self,
        campaign_id: str,
        lead_id: int,
        *,
        external_id: str = "",
        note: str = "",
        by: str,
        cancel: bool = False,
        now: int,
    ) -> Withdrawn:
        """The lead is called no more; the outbox hears of it when it is done. external_id: it is meant by that, and
        Moved is raised when that is another lead's by now. cancel: see `take_cancels`.
        """
        return changing.withdraw(
            self._db,
            self._terms,
            campaign_id,
            lead_id,
            external_id=external_id,
            note=note,
            by=by,
            cancel=cancel,
            now=now,
        )

    def is_withdrawn(self, campaign_id: str, lead_id: int) -> bool:
        """Whether it is to be called no more; one that is being called is done only when that has ended."""
        return changing.is_withdrawn(self._db, campaign_id, lead_id)

    def take_cancels(self, worker_id: str) -> tuple[str, ...]:
        """Attempts of this worker that need not ring on: their leads were withdrawn. Each is told once."""
        return changing.take_cancels(self._db, worker_id)

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
