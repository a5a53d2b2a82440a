"""An open campaign, and what is done to its leads, for the tests of that."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import CampaignState, Contact
from orchestrator.store import LeadRow, Store
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    NOW,
    campaign,
    claim_one,
    contact,
    done,
    ending,
    retry,
)

ALL = frozenset(CampaignState)


def opened(store: Store, *contacts: Contact, campaign_id: str = CAMPAIGN) -> list[object]:
    """An open campaign with these contacts; what became of each."""
    made = replace(campaign(campaign_id), state=CampaignState.RUNNING, is_open=True)
    store.create_campaign(made, b"bundle", ())
    return enter(store, *contacts, campaign_id=campaign_id)


def enter(store: Store, *contacts: Contact, campaign_id: str = CAMPAIGN, again: bool = False) -> list[object]:
    return list(store.load_leads(campaign_id, list(enumerate(contacts, 1)), now=NOW, again=again))


def known(index: int, external_id: str, **fields: str) -> Contact:
    return replace(contact(index, **fields), external_id=external_id)


def lead(store: Store, lead_id: int = 1) -> LeadRow:
    row = store.lead(CAMPAIGN, lead_id)
    assert row is not None
    return row


def called(store: Store, *, is_done: bool) -> None:
    """One call, which ends the lead or leaves it for an hour later."""
    attempt = claim_one(store)
    decision = done(attempt) if is_done else retry(attempt, NOW + HOUR)
    assert store.finish(attempt, ending(attempt), decision, NOW)


def change(store: Store, to: Contact, lead_id: int = 1) -> object:
    row = lead(store, lead_id)
    return store.change_lead(CAMPAIGN, lead_id, row.pending or row.contact, to, NOW)


def withdraw(store: Store, lead_id: int = 1, **options: object) -> Withdrawn:
    return store.withdraw_lead(CAMPAIGN, lead_id, by="api", now=NOW, **options)  # type: ignore[arg-type]  # options of it


def told(store: Store) -> list[tuple[str, object]]:
    return [(row.kind, row.body.get("status")) for row in store.outbox()]
