"""Contacts become leads once, whatever is loaded twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.lead import CampaignState, Contact, LeadState, Phase, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.store import Added, Already, LeadRow, Merged, Store
from tests.store.factories import CAMPAIGN, MOSCOW, NOW, OMSK, campaign, contact, launch, number


@pytest.fixture
def loading(store: Store) -> Store:
    store.create_campaign(campaign(), b"", ())
    return store


def _load(store: Store, *contacts: Contact, campaign_id: str = CAMPAIGN, again: bool = False) -> list[object]:
    return list(store.load_leads(campaign_id, list(enumerate(contacts, 1)), now=NOW, again=again))


def test_leads_are_numbered_from_one_in_the_order_of_loading(loading: Store) -> None:
    assert _load(loading, contact(5), contact(3)) == [Added(lead_id=1), Added(lead_id=2)]
    assert _load(loading, contact(4)) == [Added(lead_id=3)]
    assert [row.contact.numbers for row in loading.leads(CAMPAIGN)] == [
        (number(5),),
        (number(3),),
        (number(4),),
    ]


def test_a_new_lead_is_ready(loading: Store) -> None:
    who = contact(1, name="Анна")
    _load(loading, who)
    expected = LeadRow(
        lead_id=1, contact=who, state=LeadState(), phase=Phase.READY, due_at=None, reason=WaitReason.NEXT
    )
    assert loading.lead(CAMPAIGN, 1) == loading.lead_of_number(CAMPAIGN, number(1)) == expected
    assert loading.lead(CAMPAIGN, 2) is None
    assert loading.lead_of_number(CAMPAIGN, number(2)) is None


def test_any_number_that_is_in_the_campaign_merges_the_contact(loading: Store) -> None:
    assert _load(loading, contact(1, 2), contact(3, 2), contact(2), contact(3)) == [
        Added(lead_id=1),
        Merged(into=1),
        Merged(into=1),
        Added(lead_id=2),
    ]
    assert loading.lead_of_number(CAMPAIGN, number(2)) == loading.lead(CAMPAIGN, 1)


def test_a_number_twice_in_one_contact_is_no_lead_of_its_own(loading: Store) -> None:
    assert _load(loading, contact(1, 2), contact(2, 1)) == [Added(lead_id=1), Merged(into=1)]


def test_batches_of_any_size_are_loaded(loading: Store) -> None:
    assert _load(loading) == []
    assert _load(loading, *(contact(i) for i in range(1201))) == [Added(lead_id=i + 1) for i in range(1201)]
    assert loading.counts(CAMPAIGN).leads == 1201
    assert [row.lead_id for row in loading.leads(CAMPAIGN)] == list(range(1, 1202))


def test_contacts_of_different_columns_zones_and_languages_stand_side_by_side(loading: Store) -> None:
    people = [
        contact(1, name="Анна", order="1"),
        contact(2, order="1", name="Анна"),
        contact(3),
        contact(4, zone=OMSK, language="en", note="a\tb\nc,\x1f\x00«»"),
        replace(contact(5, 6), zones=(OMSK, "America/New_York+Europe/Moscow")),
    ]
    _load(loading, *people)
    found = [row.contact for row in loading.leads(CAMPAIGN)]
    assert found == people
    assert [list(c.fields) for c in found] == [list(c.fields) for c in people]


def test_the_same_list_twice_calls_nobody_twice(store: Store) -> None:
    rows = [contact(1, order="1"), contact(1, order="2"), contact(2, order="3")]
    launch(store, rows)
    store.create_campaign(campaign("parcel-2"), b"", ())
    assert _load(store, *rows, campaign_id="parcel-2") == [Already(campaign_id=CAMPAIGN)] * 3
    assert store.counts("parcel-2").leads == 0


def test_the_same_person_with_another_parcel_is_called(store: Store) -> None:
    launch(store, [contact(1, order="1")])
    store.create_campaign(campaign("parcel-2"), b"", ())
    assert _load(store, contact(1, order="2"), campaign_id="parcel-2") == [Added(lead_id=1)]


def test_the_same_row_for_another_scenario_is_called(store: Store) -> None:
    launch(store, [contact(1, order="1")])
    store.create_campaign(campaign("survey-1", scenario="survey"), b"", ())
    assert _load(store, contact(1, order="1"), campaign_id="survey-1") == [Added(lead_id=1)]


def test_again_calls_once_more(store: Store) -> None:
    launch(store, [contact(1, order="1")])
    store.create_campaign(campaign("parcel-2"), b"", ())
    assert _load(store, contact(1, order="1"), campaign_id="parcel-2", again=True) == [Added(lead_id=1)]
    store.delete_campaign("parcel-2")
    store.create_campaign(campaign("parcel-3"), b"", ())
    assert _load(store, contact(1, order="1"), campaign_id="parcel-3") == [Already(campaign_id=CAMPAIGN)]


def test_rows_of_a_deleted_campaign_are_new_again(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    _load(store, contact(1, order="1"), contact(1, order="2"))
    store.delete_campaign(CAMPAIGN)
    store.create_campaign(campaign("parcel-2"), b"", ())
    assert _load(store, contact(1, order="1"), campaign_id="parcel-2") == [Added(lead_id=1)]


def test_a_row_that_is_already_elsewhere_but_merges_here_says_merged(store: Store) -> None:
    launch(store, [contact(1, order="1")])
    store.create_campaign(campaign("parcel-2"), b"", ())
    loaded = _load(store, contact(1, order="2"), contact(1, order="1"), campaign_id="parcel-2")
    assert loaded == [Added(lead_id=1), Merged(into=1)]


@pytest.mark.parametrize("state", [CampaignState.STOPPED, CampaignState.FINISHED])
def test_a_campaign_that_is_over_takes_no_more(store: Store, state: CampaignState) -> None:
    launch(store, [contact(1)])
    store.set_state(CAMPAIGN, state, among=frozenset(CampaignState), now=NOW)
    with pytest.raises(KnownError, match=f"no more contacts: it is {state}"):
        _load(store, contact(2))


def test_an_unknown_campaign_is_a_clear_error(store: Store) -> None:
    with pytest.raises(KnownError, match="no campaign 'nothing'"):
        _load(store, contact(1), campaign_id="nothing")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(contact(1), numbers=(), zones=()),
        replace(contact(1), zones=(MOSCOW, OMSK)),
        replace(contact(1), numbers=("89990000001",)),
        replace(contact(1), numbers=("+0999",)),
        replace(contact(1), numbers=("+7999 0001",)),
        replace(contact(1), numbers=("+7999,8",)),
        replace(contact(1), numbers=("+٧٩٩٩٠٠٠",)),
        replace(contact(1), language="r\tu"),
    ],
)
def test_a_contact_that_could_break_a_record_is_refused(loading: Store, wrong: Contact) -> None:
    with pytest.raises(ValueError, match=r"contact|number|language"):
        _load(loading, contact(9), wrong)
    assert loading.counts(CAMPAIGN).leads == 0


def test_loading_goes_on_after_a_pause_of_the_loader(loading: Store) -> None:
    _load(loading, contact(1))
    assert _load(loading, contact(1), contact(2)) == [Merged(into=1), Added(lead_id=2)]
    assert loading.set_state(
        CAMPAIGN, CampaignState.RUNNING, among=frozenset({CampaignState.LOADING}), now=NOW
    )
