"""Contacts enter campaigns that run, again and again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.store import Added, Already, Merged, Store, Taken, Updated
from tests.store.desk import ALL, called, change, enter, known, lead, opened
from tests.store.factories import (
    CAMPAIGN,
    NOW,
    campaign,
    contact,
    launch,
    number,
)


def test_an_open_campaign_runs_without_contacts_and_does_not_finish(store: Store) -> None:
    opened(store)
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert (found.state, found.is_open) == (CampaignState.RUNNING, True)
    assert not store.finish_if_done(CAMPAIGN, NOW)


def test_a_closed_campaign_takes_no_more_and_finishes_when_its_leads_are_done(store: Store) -> None:
    opened(store, contact(1))
    assert store.close_campaign(CAMPAIGN)
    assert not store.close_campaign(CAMPAIGN)
    with pytest.raises(KnownError, match="takes no more contacts: it is closed"):
        enter(store, contact(2))
    assert not store.finish_if_done(CAMPAIGN, NOW)
    called(store, is_done=True)
    assert store.finish_if_done(CAMPAIGN, NOW)


def test_only_campaigns_that_are_there_are_closed(store: Store) -> None:
    launch(store, [contact(1)])
    assert not store.close_campaign(CAMPAIGN)
    with pytest.raises(KnownError, match="no campaign"):
        store.close_campaign("nothing")


@pytest.mark.parametrize("state", [CampaignState.RUNNING, CampaignState.PAUSED])
def test_contacts_enter_any_campaign_that_runs_or_is_paused(store: Store, state: CampaignState) -> None:
    launch(store, [contact(1)])
    store.set_state(CAMPAIGN, state, among=ALL, now=NOW)
    assert enter(store, contact(2), contact(1, name="B")) == [Added(lead_id=2), Merged(into=1)]


def test_a_campaign_of_callbacks_takes_no_contacts(store: Store) -> None:
    made = replace(campaign("parcel-missed"), state=CampaignState.RUNNING, standing="parcel")
    store.ensure_standing(made, b"bundle", is_dropped_when_reached=True)
    with pytest.raises(KnownError, match="it is for callbacks"):
        enter(store, contact(1), campaign_id="parcel-missed")


# Rows that come again


def test_the_very_same_row_is_already_there_also_when_its_lead_is_done(store: Store) -> None:
    opened(store, contact(1, name="A"))
    same = Already(campaign_id=CAMPAIGN, lead_id=1)
    assert enter(store, contact(1, name="A")) == [same]
    called(store, is_done=True)
    assert enter(store, contact(1, name="A")) == [same]
    assert enter(store, contact(1, name="A"), again=True) == [Added(lead_id=2)]


def test_a_number_whose_lead_is_done_makes_a_new_lead(store: Store) -> None:
    opened(store, contact(1, 2, name="A"))
    assert enter(store, contact(2, name="B")) == [Merged(into=1)]
    called(store, is_done=True)
    assert enter(store, contact(2, name="B")) == [Added(lead_id=2)]
    row = store.lead_of_number(CAMPAIGN, number(2))
    assert row is not None
    assert row.lead_id == 2
    assert enter(store, contact(3, 2)) == [Merged(into=2)], "an open one keeps its number"
    assert enter(store, contact(3)) == [Added(lead_id=3)], "nothing of the merged row was entered"


def test_a_number_stays_with_its_lead_in_a_campaign_that_is_not_open(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    called(store, is_done=True)
    assert enter(store, contact(1, name="B")) == [Merged(into=1)]


def test_a_row_that_another_campaign_has_is_left_out(store: Store) -> None:
    launch(store, [known(1, "a")], campaign_id="parcel-0")
    assert opened(store, known(1, "a"), known(1, "b")) == [Already(campaign_id="parcel-0"), Added(lead_id=1)]


# External ids


def test_a_row_with_a_known_external_id_changes_the_open_lead(store: Store) -> None:
    opened(store, known(1, "a", due="1"), known(2, "b"))
    assert enter(store, known(1, "a", due="2"), known(2, "b"), known(3, "a")) == [
        Updated(lead_id=1),
        Already(campaign_id=CAMPAIGN, lead_id=2),
        Updated(lead_id=1),
    ]
    assert lead(store).contact == known(3, "a")
    assert store.lead_of_number(CAMPAIGN, number(1)) is None
    assert store.lead_of_external(CAMPAIGN, "a") == store.lead_of_number(CAMPAIGN, number(3)) == lead(store)


def test_a_row_goes_back_to_what_it_was(store: Store) -> None:
    opened(store, known(1, "a", due="1"))
    for due in ("2", "1"):
        assert enter(store, known(1, "a", due=due)) == [Updated(lead_id=1)]
        assert lead(store).contact.fields == {"due": due}


def test_an_external_id_whose_lead_is_done_makes_a_new_lead(store: Store) -> None:
    opened(store, known(1, "a", due="1"))
    called(store, is_done=True)
    assert enter(store, known(1, "a", due="1")) == [Already(campaign_id=CAMPAIGN, lead_id=1)]
    assert enter(store, known(1, "a", due="2")) == [Added(lead_id=2)]
    found = store.lead_of_external(CAMPAIGN, "a")
    assert found is not None
    assert found.lead_id == 2
    assert store.lead_of_external(CAMPAIGN, "b") is None


def test_the_same_external_id_twice_in_one_batch_is_one_lead(store: Store) -> None:
    assert opened(store, known(1, "a"), known(2, "a"), known(2, "a"), known(1, "b")) == [
        Added(lead_id=1),
        Updated(lead_id=1),
        Already(campaign_id=CAMPAIGN, lead_id=1),
        Merged(into=1),
    ], "the batch is placed before what is to be changed is changed"


def test_a_list_that_is_being_loaded_merges_what_comes_twice(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    assert enter(store, known(1, "a"), known(2, "a")) == [Added(lead_id=1), Merged(into=1)]
    store.set_state(CAMPAIGN, CampaignState.RUNNING, among=ALL, now=NOW)
    called(store, is_done=True)
    assert enter(store, known(2, "a")) == [Merged(into=1)], "it is not open: nobody is called anew"


def test_a_number_of_another_open_lead_cannot_be_taken(store: Store) -> None:
    opened(store, known(1, "a"), known(2, "b"))
    assert enter(store, known(2, "a")) == [Taken(lead_id=1, by=2)]
    assert change(store, known(2, "a")) == Taken(lead_id=1, by=2)
    assert lead(store).contact == known(1, "a")
