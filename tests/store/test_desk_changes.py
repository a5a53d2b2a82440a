"""Leads are changed while their campaign runs, in whatever state they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import CampaignState, Phase, WaitReason
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.store import Added, Already, Merged, Moved, Store, Updated
from tests.store.desk import ALL, called, change, enter, lead, opened, withdraw
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    NOW,
    OMSK,
    claim_one,
    contact,
    ending,
    held,
    launch,
    number,
    open_zone,
    request,
    retry,
)


def test_a_lead_that_was_never_called_is_called_by_its_new_columns(store: Store) -> None:
    opened(store, contact(1, name="A"))
    moved = replace(contact(2, name="B"), zones=(OMSK,))
    assert change(store, moved) == Updated(lead_id=1)
    assert store.zones(CAMPAIGN) == (OMSK,)
    attempt = claim_one(store, zones=(open_zone(OMSK),))
    assert (attempt.number, attempt.zone, attempt.contact) == (number(2), OMSK, moved)


@pytest.mark.parametrize(
    "first",
    [
        (),
        (OrderKey(by=OrderBy.FIELD, column="due", descending=True), OrderKey(by=OrderBy.FEWEST_ATTEMPTS)),
        (OrderKey(by=OrderBy.FEWEST_ATTEMPTS), OrderKey(by=OrderBy.NEWEST)),
        (OrderKey(by=OrderBy.OLDEST),),
    ],
)
def test_the_order_of_calling_holds_for_those_that_are_changed(
    store: Store, first: tuple[OrderKey, ...]
) -> None:
    launch(store, [contact(index, due=str(index)) for index in range(4)], first=first)
    assert withdraw(store, 2) is Withdrawn.WITHDRAWN
    assert change(store, contact(0, due="9")) == Updated(lead_id=1)
    assert change(store, contact(0, due="5")) == Updated(lead_id=1)
    called = [attempt.lead_id for attempt in store.claim(request(4)).attempts]
    expected = {OrderBy.FIELD: [1, 4, 3], OrderBy.FEWEST_ATTEMPTS: [4, 3, 1]}
    assert called == (expected[first[0].by] if first and first[0].by in expected else [1, 3, 4])


def test_a_change_from_another_contact_than_it_has_is_refused(store: Store) -> None:
    opened(store, contact(1, name="A"))
    base = lead(store).contact
    assert change(store, contact(1, name="B")) == Updated(lead_id=1)
    with pytest.raises(Moved):
        store.change_lead(CAMPAIGN, 1, base, contact(1, name="C"), NOW)
    assert change(store, contact(1, name="B")) == Already(campaign_id=CAMPAIGN, lead_id=1)


def test_a_lead_that_is_done_or_not_there_is_not_changed(store: Store) -> None:
    opened(store, contact(1))
    called(store, is_done=True)
    assert change(store, contact(2)) is None
    assert store.change_lead(CAMPAIGN, 9, contact(1), contact(2), NOW) is None


def test_what_waits_goes_on_waiting_but_not_for_the_old_number(store: Store) -> None:
    opened(store, contact(1))
    called(store, is_done=False)
    assert change(store, contact(1, name="B")) == Updated(lead_id=1)
    assert (lead(store).phase, lead(store).due_at, lead(store).reason) == (
        Phase.WAITING,
        NOW + HOUR,
        WaitReason.RETRY,
    )
    store.claim(request(per_day=1, now=NOW + HOUR))
    assert lead(store).reason is WaitReason.PER_DAY
    change(store, contact(2))
    assert lead(store).phase is Phase.READY


def test_a_held_lead_is_changed_and_stays_held(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), held(attempt), NOW)
    assert change(store, contact(2)) == Updated(lead_id=1)
    assert lead(store).phase is Phase.HELD
    assert store.resume_lead(CAMPAIGN, 1, NOW)
    assert claim_one(store).number == number(2)


def test_a_lead_that_is_being_called_has_its_new_columns_afterwards(store: Store) -> None:
    opened(store, contact(1, name="A"))
    attempt = claim_one(store)
    assert change(store, contact(2, name="B")) == Updated(lead_id=1)
    assert (lead(store).contact, lead(store).pending) == (contact(1, name="A"), contact(2, name="B"))
    assert enter(store, contact(2)) == [Merged(into=1)], "the new number is the lead's at once"
    assert change(store, contact(3, name="C")) == Updated(lead_id=1)
    assert enter(store, contact(2, name="other")) == [Added(lead_id=2)]
    assert store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).contact, lead(store).pending) == (contact(3, name="C"), None)
    assert lead(store).due_at == NOW + HOUR


def test_a_change_is_taken_back_during_the_call(store: Store) -> None:
    opened(store, contact(1, name="A"))
    claim_one(store)
    change(store, contact(2, name="B"))
    assert change(store, contact(1, name="A")) == Updated(lead_id=1)
    assert lead(store).pending is None
    assert store.lead_of_number(CAMPAIGN, number(2)) is None


def test_a_released_claim_leaves_the_lead_with_its_new_columns(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    change(store, contact(2))
    assert store.release(attempt, NOW)
    assert claim_one(store).number == number(2)


def test_attempts_keep_the_contact_that_they_were_made_with(store: Store) -> None:
    opened(store, contact(1, name="A"))
    for index, name in ((2, "B"), (3, "C")):
        called(store, is_done=False)
        change(store, contact(index, name=f"not {name}"))
        change(store, contact(index, name=name))
        store.set_state(CAMPAIGN, CampaignState.RUNNING, among=ALL, now=NOW)
        store.claim(request(now=NOW + index * HOUR))
        attempt = store.live()[0]
        store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert [(row.attempt.number, row.attempt.contact.fields["name"]) for row in store.history(CAMPAIGN)] == [
        (number(1), "A"),
        (number(2), "B"),
        (number(2), "B"),
        (number(3), "C"),
    ]


def test_numbers_that_stay_keep_their_place_in_the_rules(store: Store) -> None:
    opened(store, contact(1, 2, 3))
    attempt = claim_one(store)
    state = replace(attempt.state, phone=2, given_up=(0, 1), tries=1)
    store.finish(attempt, ending(attempt), replace(retry(attempt, NOW + HOUR), state=state), NOW)
    change(store, contact(3, 4, 1))
    assert (lead(store).state.phone, lead(store).state.given_up) == (0, (2,))
    change(store, contact(1, 4))
    assert (lead(store).state.phone, lead(store).state.given_up) == (1, (0,))
    change(store, contact(1))
    assert (lead(store).state.phone, lead(store).state.given_up) == (0, ()), (
        "whoever has no other number is called"
    )
