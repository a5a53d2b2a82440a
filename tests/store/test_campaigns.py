"""Campaigns come, run, end; those being loaded can be taken back without a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import redis

from orchestrator.domain.lead import CampaignState
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store import Already, CampaignCounts, Store, open_store
from orchestrator.store.keys import prefix
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    MOSCOW,
    NOW,
    OMSK,
    campaign,
    claim_one,
    contact,
    done,
    ending,
    held,
    launch,
    open_zone,
    request,
    retry,
)


def test_a_campaign_is_given_back_as_it_was_made(store: Store) -> None:
    store.create_campaign(campaign(), b"\x00bundle", (OrderKey(by=OrderBy.OLDEST),))
    assert store.campaign(CAMPAIGN) == campaign()
    assert store.bundle("d1") == b"\x00bundle"


def test_campaigns_are_listed_in_the_order_of_creation(store: Store) -> None:
    names = ["z-1", "a-1", "m-1"]
    for name in names:
        store.create_campaign(campaign(name), b"", ())
    assert [c.campaign_id for c in store.campaigns()] == names


def test_what_is_not_there_is_none(store: Store) -> None:
    for name in ("nothing", "a b", "", "x:counts", "*"):
        assert store.campaign(name) is None
        assert store.bundle(name) is None
        assert store.lead_of_number(CAMPAIGN, name) is None
    assert store.campaigns() == ()
    assert store.counts("nothing") == CampaignCounts()
    assert store.zones("nothing") == ()
    assert list(store.leads("nothing")) == []
    assert list(store.history("nothing")) == []


def test_an_id_is_taken_once(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    for other in (
        campaign(),
        replace(campaign(), title="another"),
    ):  # two launches in one millisecond are two
        with pytest.raises(KnownError, match="already"):
            store.create_campaign(other, b"", ())
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert found.title == campaign().title


def test_an_id_that_could_not_be_a_key_is_refused(store: Store) -> None:
    for broken in ("a:b", "a b", "", "x" * 101):
        with pytest.raises(ValueError, match="campaign id"):
            store.create_campaign(campaign(broken), b"", ())


def test_a_state_changes_only_from_those_named(store: Store) -> None:
    launch(store, [contact(1)])
    paused, running = CampaignState.PAUSED, CampaignState.RUNNING
    assert not store.set_state(CAMPAIGN, running, among=frozenset({paused}), now=NOW)
    assert store.set_state(CAMPAIGN, paused, among=frozenset({running}), now=NOW)
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert found.state is paused
    with pytest.raises(KnownError, match="no campaign"):
        store.set_state("nothing", paused, among=frozenset({running}), now=NOW)


def test_calls_under_way_end_in_a_stopped_campaign(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    attempt = claim_one(store)
    store.set_state(CAMPAIGN, CampaignState.STOPPED, among=frozenset({CampaignState.RUNNING}), now=NOW)
    assert store.claim(request(1)).attempts == ()
    assert store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.claim(request(1)).attempts == ()
    assert not store.finish_if_done(CAMPAIGN, NOW)


def test_a_campaign_is_finished_when_every_lead_is_done_or_held(store: Store) -> None:
    launch(store, [contact(i) for i in range(3)])
    assert not store.finish_if_done(CAMPAIGN, NOW)
    a, b, c = store.claim(request(3)).attempts
    store.finish(a, ending(a), done(a), NOW)
    store.finish(b, ending(b), held(b), NOW)
    assert not store.finish_if_done(CAMPAIGN, NOW)
    store.finish(c, ending(c), retry(c, NOW + HOUR), NOW)
    assert not store.finish_if_done(CAMPAIGN, NOW)
    last = claim_one(store, now=NOW + HOUR)
    store.finish(last, ending(last), done(last), NOW)
    assert store.finish_if_done(CAMPAIGN, NOW)
    assert not store.finish_if_done(CAMPAIGN, NOW)
    found = store.campaign(CAMPAIGN)
    assert found is not None
    assert found.state is CampaignState.FINISHED


def test_a_finished_campaign_runs_again_for_a_lead_a_person_lets_go(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), held(attempt), NOW)
    assert store.finish_if_done(CAMPAIGN, NOW)
    assert store.resume_lead(CAMPAIGN, 1, NOW)
    assert claim_one(store).lead_id == 1


def test_zones_are_those_with_leads_to_call(store: Store) -> None:
    launch(store, [contact(1, zone=OMSK), contact(2, zone=MOSCOW), contact(3, zone="A+B")])
    assert set(store.zones(CAMPAIGN)) == {OMSK, MOSCOW, "A+B"}
    attempt = claim_one(store, zones=(open_zone(OMSK),))
    assert OMSK in store.zones(CAMPAIGN)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert set(store.zones(CAMPAIGN)) == {MOSCOW, "A+B"}


# -- deleting -------------------------------------------------------------------------------------------------


def _names(server: redis.Redis, project: str) -> set[str]:
    return {
        key.decode().removeprefix(prefix(project))
        for key in server.scan_iter(f"{prefix(project)}*", count=10_000)
    }


def test_a_deleted_campaign_leaves_no_trace(store: Store, server: redis.Redis, project: str) -> None:
    store.create_campaign(campaign(), b"", ())
    people = [(i, contact(i, 5000 + i, zone=OMSK if i % 2 else MOSCOW, order=str(i))) for i in range(300)]
    store.load_leads(CAMPAIGN, people, now=NOW)
    store.delete_campaign(CAMPAIGN)
    assert _names(server, project) == {"last_campaign"}
    store.create_campaign(campaign(), b"", ())
    assert len(store.load_leads(CAMPAIGN, people, now=NOW)) == 300
    assert store.counts(CAMPAIGN).leads == 300


def test_a_campaign_deleted_and_made_anew_elsewhere_is_read_anew(
    store: Store, data_folder: Path, project: str
) -> None:
    store.create_campaign(campaign(), b"", ())
    store.load_leads(CAMPAIGN, [(1, contact(1, zone=OMSK, order="1"))], now=NOW)
    other = open_store(None, folder=data_folder, project=project)
    other.delete_campaign(CAMPAIGN)
    launch(other, [contact(1, zone=MOSCOW, name="Анна")])
    attempt = claim_one(store)
    assert (attempt.zone, attempt.contact.fields) == (MOSCOW, {"name": "Анна"})
    other.close()


def test_claims_and_loads_notice_that_a_campaign_was_made_anew(
    store: Store, data_folder: Path, project: str
) -> None:
    """The zones are the same, so only the campaign's number tells the two apart."""
    store.create_campaign(campaign(), b"", ())
    store.load_leads(CAMPAIGN, [(1, contact(1, old="1"))], now=NOW)
    other = open_store(None, folder=data_folder, project=project)
    other.delete_campaign(CAMPAIGN)
    other.create_campaign(campaign(), b"", (OrderKey(by=OrderBy.NEWEST),))
    other.load_leads(CAMPAIGN, [(1, contact(1, new="1"))], now=NOW)
    store.load_leads(CAMPAIGN, [(1, contact(2, new="2"))], now=NOW)
    other.delete_campaign(CAMPAIGN)
    launch(other, [contact(i, name="Анна") for i in range(2)])
    assert [a.contact.fields for a in store.claim(request(2)).attempts] == [{"name": "Анна"}] * 2
    other.close()


def test_what_others_have_stays(store: Store, server: redis.Redis, project: str) -> None:
    launch(store, [contact(1, order="1")])
    store.create_campaign(campaign("parcel-2"), b"", ())
    store.load_leads("parcel-2", [(1, contact(2, order="2"))], now=NOW)
    store.delete_campaign("parcel-2")
    assert store.bundle("d1") == b"bundle"
    store.create_campaign(campaign("parcel-3"), b"", ())
    loaded = store.load_leads("parcel-3", [(1, contact(1, order="1"))], now=NOW)
    assert loaded == [Already(campaign_id=CAMPAIGN)]


def test_only_a_campaign_being_loaded_can_be_deleted(store: Store) -> None:
    launch(store, [contact(1)])
    for name in (CAMPAIGN, "nothing"):
        with pytest.raises(KnownError, match="only stopped"):
            store.delete_campaign(name)
    assert store.counts(CAMPAIGN).leads == 1


def test_a_deletion_cut_short_is_finished_by_the_next_one(
    store: Store, server: redis.Redis, project: str
) -> None:
    store.create_campaign(campaign(), b"", ())
    store.load_leads(CAMPAIGN, [(1, contact(1))], now=NOW)
    store._db.run("delete_campaign", {"campaign": CAMPAIGN})  # and then the process was killed
    assert store.campaign(CAMPAIGN) is None
    assert store.campaigns() == ()
    store.create_campaign(campaign("parcel-2"), b"", ())
    assert not [name for name in _names(server, project) if CAMPAIGN in name]


def test_nothing_can_be_loaded_into_a_campaign_that_is_gone(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    store.load_leads(CAMPAIGN, [(1, contact(1))], now=NOW)
    store.delete_campaign(CAMPAIGN)
    with pytest.raises(KnownError, match="no campaign"):
        store.load_leads(CAMPAIGN, [(1, contact(1))], now=NOW)
