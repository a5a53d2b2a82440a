"""What a claim gives, in which order, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.lead import CampaignState, LeadState, WaitReason
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    MINUTE,
    MOSCOW,
    NOW,
    OMSK,
    campaign,
    claim_one,
    contact,
    dialed,
    done,
    ending,
    held,
    launch,
    number,
    open_zone,
    request,
    retry,
)

OVERDUE_FIRST = (
    OrderKey(by=OrderBy.FIELD, column="overdue", descending=True),
    OrderKey(by=OrderBy.FEWEST_ATTEMPTS),
    OrderKey(by=OrderBy.OLDEST),
)


def test_a_claimed_attempt_is_whole_and_stored(store: Store) -> None:
    who = contact(1, 2, language="en", name="O'Neil; ${x}\t\n", order="0042")
    launch(store, [who])
    asked = request(1)
    attempt = store.claim(asked).attempts[0]
    assert attempt.attempt_id == asked.attempt_ids[0]
    assert (attempt.campaign_id, attempt.lead_id, attempt.number, attempt.zone) == (
        CAMPAIGN,
        1,
        number(1),
        MOSCOW,
    )
    assert (attempt.contact, attempt.state) == (who, LeadState())
    assert (attempt.gateway, attempt.switch, attempt.switch_uuid) == ("main", "sw", "core-1")
    assert (attempt.worker_id, attempt.claimed_at) == ("w1", NOW)
    assert store.live() == store.live("w1") == [attempt]
    assert store.live_attempt(attempt.attempt_id) == attempt
    assert store.live("other") == []
    assert store.live_attempt("other") is None


def test_each_lead_is_claimed_once(store: Store) -> None:
    launch(store, [contact(index) for index in range(25)])
    first, second = store.claim(request(20)), store.claim(request(20))
    leads = [a.lead_id for a in (*first.attempts, *second.attempts)]
    assert sorted(leads) == list(range(1, 26))
    assert (first.reason, first.wait_until) == (WaitReason.NEXT, NOW)
    assert (second.reason, second.wait_until, second.next_due_at) == (WaitReason.DIALING, None, None)


def test_asking_again_with_the_same_ids_gives_the_same_attempts(store: Store) -> None:
    launch(store, [contact(index) for index in range(5)])
    asked = request(3)
    assert store.claim(asked).attempts == store.claim(asked).attempts
    assert store.counts(CAMPAIGN).dialing == 3


def test_leads_come_in_the_order_of_the_scenario(store: Store) -> None:
    launch(
        store,
        [contact(i, overdue=value) for i, value in enumerate(["2", "10", "", "9", "10"])],
        first=OVERDUE_FIRST,
    )
    assert [a.lead_id for a in store.claim(request(5)).attempts] == [2, 5, 4, 1, 3]


def test_fewer_attempts_go_first_among_equals(store: Store) -> None:
    launch(store, [contact(i, overdue="7") for i in range(3)], first=OVERDUE_FIRST)
    tried = claim_one(store)
    store.finish(tried, ending(tried), retry(tried, NOW), NOW)
    assert [a.lead_id for a in store.claim(request(3)).attempts] == [2, 3, 1]


def test_newest_first_turns_the_order_of_loading_round(store: Store) -> None:
    launch(store, [contact(i) for i in range(4)], first=(OrderKey(by=OrderBy.NEWEST),))
    tried = claim_one(store)
    assert tried.lead_id == 4
    store.finish(tried, ending(tried), retry(tried, NOW), NOW)
    assert [a.lead_id for a in store.claim(request(4)).attempts] == [4, 3, 2, 1]


def test_the_best_over_all_open_zones_goes_first(store: Store) -> None:
    zones = (open_zone(MOSCOW), open_zone(OMSK))
    people = [contact(i, zone=MOSCOW if i % 2 else OMSK, overdue=str(i)) for i in range(30)]
    launch(store, people, first=OVERDUE_FIRST)
    reply = store.claim(request(30, zones=zones))
    assert [a.contact.fields["overdue"] for a in reply.attempts] == [str(i) for i in range(29, -1, -1)]


def test_a_closed_zone_is_left_alone(store: Store) -> None:
    launch(store, [contact(1, zone=OMSK), contact(2, zone=MOSCOW)])
    reply = store.claim(request(5))
    assert [a.zone for a in reply.attempts] == [MOSCOW]
    assert (reply.reason, reply.wait_until) == (WaitReason.HOURS, None)


def test_a_zone_whose_hours_have_ended_since_is_left_alone(store: Store) -> None:
    launch(store, [contact(1)])
    assert store.claim(request(1, zones=(open_zone(until=NOW),))).attempts == ()
    assert len(store.claim(request(1, zones=(open_zone(until=NOW + 1),))).attempts) == 1


def test_a_zone_the_campaign_does_not_have_is_no_mistake(store: Store) -> None:
    launch(store, [contact(1)])
    assert store.claim(request(1, zones=(open_zone("Asia/Tokyo"),))).reason is WaitReason.HOURS


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (CampaignState.PAUSED, WaitReason.PAUSED),
        (CampaignState.STOPPED, WaitReason.STOPPED),
        (CampaignState.FINISHED, WaitReason.DONE),
    ],
)
def test_only_a_running_campaign_dials(store: Store, state: CampaignState, reason: WaitReason) -> None:
    launch(store, [contact(1)])
    store.set_state(CAMPAIGN, state, among=frozenset({CampaignState.RUNNING}), now=NOW)
    reply = store.claim(request(1))
    assert (reply.attempts, reply.reason, reply.wait_until) == ((), reason, None)


def test_a_campaign_being_loaded_does_not_dial(store: Store) -> None:
    store.create_campaign(campaign(), b"", ())
    store.load_leads(CAMPAIGN, [(1, contact(1))], now=NOW)
    assert store.claim(request(1)).reason is WaitReason.LOADING


def test_an_unknown_campaign_is_a_clear_error(store: Store) -> None:
    with pytest.raises(KnownError, match="no campaign 'nothing-1'"):
        store.claim(request(1, campaign_id="nothing-1"))


def test_ids_that_could_break_a_record_are_refused(store: Store) -> None:
    launch(store, [contact(1)])
    for attempt_ids in ((), ("a b",), ("a\tb",), ("",), tuple(f"a{i}" for i in range(101))):
        with pytest.raises(ValueError, match="attempt id"):
            store.claim(replace(request(1), attempt_ids=attempt_ids))
    with pytest.raises(ValueError, match="worker id"):
        store.claim(request(1, worker="w\n1"))


def test_a_lead_is_claimed_when_it_is_due_and_not_before(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + 15 * MINUTE), NOW)
    early = store.claim(request(1, now=NOW + 15 * MINUTE - 1))
    assert (early.attempts, early.reason) == ((), WaitReason.RETRY)
    assert (early.wait_until, early.next_due_at) == (None, NOW + 15 * MINUTE)
    again = claim_one(store, now=NOW + 15 * MINUTE)
    assert again.state == dialed(attempt)


def test_many_due_leads_are_made_ready_in_bounded_steps(store: Store) -> None:
    launch(store, [contact(i) for i in range(450)])
    for _ in range(5):
        attempts = store.claim(request(100)).attempts
        store.finish_many([(a, ending(a), retry(a, NOW + HOUR)) for a in attempts], NOW)
    assert store.counts(CAMPAIGN).waiting == 450
    first = store.claim(request(1, now=NOW + HOUR, gateways=()))
    assert (first.reason, store.counts(CAMPAIGN).ready) == (WaitReason.SWITCH_DOWN, 200)
    claimed = []
    for _ in range(6):
        reply = store.claim(request(90, now=NOW + HOUR))
        claimed += [a.lead_id for a in reply.attempts]
    assert sorted(claimed) == list(range(1, 451))


def test_while_more_due_leads_wait_to_be_made_ready_it_is_worth_asking_at_once(store: Store) -> None:
    launch(store, [contact(i, zone=OMSK) for i in range(200)] + [contact(1000)])
    zones = (open_zone(OMSK), open_zone(MOSCOW))
    for wanted, due in ((100, 1), (100, 1), (1, 2)):  # Omsk first, the one in Moscow last
        attempts = store.claim(request(wanted, zones=zones)).attempts
        store.finish_many([(a, ending(a), retry(a, NOW + due)) for a in attempts], NOW)
    later = NOW + MINUTE
    reply = store.claim(request(5, now=later))
    assert (reply.attempts, reply.reason, reply.wait_until) == ((), WaitReason.NEXT, later)
    assert len(store.claim(request(5, now=later)).attempts) == 1


def test_the_number_in_turn_is_dialed_in_its_own_zone(store: Store) -> None:
    who = replace(contact(1, 2), zones=(MOSCOW, OMSK))
    launch(store, [who])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW, phone=1), NOW)
    assert store.zones(CAMPAIGN) == (OMSK,)
    assert store.claim(request(1)).reason is WaitReason.HOURS
    second = claim_one(store, zones=(open_zone(OMSK),))
    assert (second.number, second.zone) == (number(2), OMSK)


# -- why nothing ----------------------------------------------------------------------------------------------


def test_what_is_left_says_why_nothing_is_claimed(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    first, second = store.claim(request(2)).attempts
    assert store.claim(request(1)).reason is WaitReason.DIALING
    store.finish(first, ending(first), held(first), NOW)
    store.finish(second, ending(second), done(second), NOW)
    assert store.claim(request(1)).reason is WaitReason.LOST
    store.close_lead(CAMPAIGN, 1, "closed", NOW)
    assert store.claim(request(1)).reason is WaitReason.DONE
