"""Missed calls become callbacks: one for many, none too many."""

from __future__ import annotations

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate
from orchestrator.domain.lead import Phase, WaitReason
from orchestrator.store import Store
from tests.store.calls import SHOP_MISSED, callback, missed, standing
from tests.store.factories import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OMSK,
    SECOND,
    claim_one,
    done,
    ending,
    held,
    number,
    open_zone,
    request,
    retry,
)

DAILY = ((86_400, 1),)


@pytest.fixture(autouse=True)
def shop(store: Store) -> str:
    return standing(store)


def claims(store: Store, now: int, campaign_id: str = SHOP_MISSED) -> list[str]:
    """Numbers that a claim gives, and leaves on the line."""
    return [a.number for a in store.claim(request(9, campaign_id=campaign_id, now=now)).attempts]


# -- a lead of its own


def test_a_missed_call_is_called_back_when_it_is_due(store: Store) -> None:
    row = missed(store, 1, after=2 * MINUTE)
    assert (row.fate, row.lead_id, row.campaign_id, row.why) == (
        CallbackFate.ADDED,
        1,
        SHOP_MISSED,
        "hung_up",
    )
    lead = store.lead(SHOP_MISSED, 1)
    assert lead is not None
    assert (lead.phase, lead.due_at, lead.reason) == (Phase.WAITING, NOW + 2 * MINUTE, WaitReason.RETRY)
    assert lead.contact.fields == {"called": "+74950000001", "caller": number(1)}
    assert claims(store, NOW + 2 * MINUTE - 1) == []
    assert claims(store, NOW + 2 * MINUTE) == [number(1)]


def test_a_call_recorded_late_is_due_at_once(store: Store) -> None:
    missed(store, 1, now=NOW + HOUR)
    assert claims(store, NOW + HOUR) == [number(1)]


def test_callbacks_go_in_the_order_of_the_calls(store: Store) -> None:
    for caller in (3, 1, 2):
        missed(store, caller)
    assert claims(store, NOW + HOUR) == [number(3), number(1), number(2)]


def test_hours_of_the_callers_zone_hold(store: Store) -> None:
    missed(store, 1)
    asked = request(1, campaign_id=SHOP_MISSED, now=NOW + HOUR, zones=(open_zone(OMSK),))
    assert store.claim(asked).reason is WaitReason.HOURS


# -- ten make one


def test_ten_missed_calls_of_a_number_make_one_callback(store: Store) -> None:
    fates = [missed(store, 1, at=NOW + index * SECOND).fate for index in range(10)]
    assert fates == [CallbackFate.ADDED] + 9 * [CallbackFate.MERGED]
    row = callback(store)
    assert (row.calls, row.first_at, row.last_at) == (10, NOW, NOW + 9 * SECOND)
    assert (store.counts(SHOP_MISSED).leads, store.counts(SHOP_MISSED).waiting) == (1, 1)
    assert row.lead.due_at == NOW + 2 * MINUTE  # the first one's: nobody waits longer for having called again


def test_who_calls_in_vain_while_a_retry_waits_is_called_sooner(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + DAY), NOW + HOUR)
    missed(store, 1, at=NOW + 2 * HOUR)
    assert callback(store).lead.due_at == NOW + 2 * HOUR + 2 * MINUTE
    assert callback(store).lead.state.attempts == 1  # of as many as the rules allow


def test_who_calls_in_vain_while_a_callback_rings_is_merged_into_it(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    assert missed(store, 1, at=NOW + HOUR).fate is CallbackFate.MERGED
    assert store.live() == [attempt]
    store.finish(attempt, ending(attempt), retry(attempt, NOW + 2 * HOUR), NOW + HOUR)
    assert callback(store).lead.due_at == NOW + 2 * HOUR


def test_a_held_callback_is_decided_by_its_caller_who_calls_again(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    store.finish(attempt, ending(attempt, Disposition.LOST), held(attempt), NOW + HOUR)
    missed(store, 1, at=NOW + 2 * HOUR)
    assert callback(store).lead.phase is Phase.WAITING


def test_after_a_callback_the_next_missed_call_makes_another_one(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    store.finish(
        attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), done(attempt, "answered"), NOW + HOUR
    )
    row = missed(store, 1, at=NOW + 2 * HOUR)
    assert (row.fate, row.lead_id) == (CallbackFate.ADDED, 2)
    found = store.lead_of_number(SHOP_MISSED, number(1))
    assert found is not None
    assert found.lead_id == 2


# -- at most so many


def test_at_most_so_many_callbacks_of_a_number_within_the_window(store: Store) -> None:
    def round_trip(at: int) -> CallbackFate:
        fate = missed(store, 1, at=at, after=0, per_number=((86_400, 2), (7 * 86_400, 3))).fate
        if fate is CallbackFate.ADDED:
            attempt = claim_one(store, campaign_id=SHOP_MISSED, now=at)
            store.finish(attempt, ending(attempt, at=at), done(attempt, "exhausted"), at)
        return fate

    hours = (0, 1, 2, 23, 24, 25, 26, 7 * 24 - 1, 7 * 24, 7 * 24 + 1)
    added = [hour for hour in hours if round_trip(NOW + hour * HOUR) is CallbackFate.ADDED]
    assert added == [0, 1, 24, 7 * 24, 7 * 24 + 1]


def test_another_number_has_a_count_of_its_own(store: Store) -> None:
    for caller in (1, 2):
        assert missed(store, caller, per_number=DAILY).fate is CallbackFate.ADDED


def test_a_promised_callback_is_made_though_the_number_had_its_callbacks(store: Store) -> None:
    missed(store, 1, after=0, per_number=DAILY)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW)
    store.finish(attempt, ending(attempt), done(attempt, "exhausted"), NOW)
    assert missed(store, 1, at=NOW + HOUR, per_number=DAILY).fate is CallbackFate.CAPPED
    assert missed(store, 1, at=NOW + HOUR, per_number=DAILY, is_promised=True).fate is CallbackFate.ADDED


@pytest.mark.parametrize("before", [MINUTE, DAY])
def test_what_was_promised_holds_whatever_was_due(store: Store, before: int) -> None:
    missed(store, 1, after=before)
    missed(store, 1, at=NOW + SECOND, after=HOUR, is_promised=True)
    row = callback(store)
    assert (row.lead.due_at, row.is_promised) == (NOW + SECOND + HOUR, True)


def test_a_promise_for_later_takes_a_lead_back_that_was_ready(store: Store) -> None:
    missed(store, 1, after=0)
    assert store.counts(SHOP_MISSED).ready == 1
    missed(store, 1, at=NOW + SECOND, after=HOUR, is_promised=True)
    assert callback(store).lead.due_at == NOW + SECOND + HOUR
