"""Attempts of a campaign in an hour: so many, or its share of what is left."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.lead import WaitReason
from orchestrator.store import ClaimReply, HourQuota, Store
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    contact,
    ending,
    gateway,
    launch,
    number,
    open_zone,
    request,
    retry,
)

BEGIN = NOW - NOW % HOUR
THREE = HourQuota(attempts=3)


def claim(
    store: Store, quota: HourQuota | None, *, wanted: int = 10, now: int = BEGIN, worker: str = "w1"
) -> ClaimReply:
    return store.claim(replace(request(wanted, now=now, worker=worker), per_hour=quota))


def test_an_hour_has_so_many_attempts_over_all_workers(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    assert len(claim(store, THREE, wanted=2).attempts) == 2
    reply = claim(store, THREE, worker="w2", now=BEGIN + 59 * MINUTE)
    assert (len(reply.attempts), reply.reason, reply.wait_until) == (1, WaitReason.PER_HOUR, BEGIN + HOUR)
    none = claim(store, THREE, now=BEGIN + 59 * MINUTE)
    assert (none.attempts, none.reason, none.wait_until) == ((), WaitReason.PER_HOUR, BEGIN + HOUR)
    assert len(claim(store, THREE, now=BEGIN + HOUR).attempts) == 3


def test_a_claim_that_is_repeated_counts_once(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    asked = replace(request(2, now=BEGIN), per_hour=THREE)
    assert store.claim(asked).attempts == store.claim(asked).attempts
    assert len(claim(store, THREE).attempts) == 1


def test_an_attempt_that_was_not_made_is_given_back_within_its_hour(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    first, second, _ = claim(store, THREE).attempts
    assert store.release(first, BEGIN + MINUTE)
    assert len(claim(store, THREE, now=BEGIN + MINUTE).attempts) == 1
    assert len(claim(store, THREE, now=BEGIN + HOUR).attempts) == 3
    assert store.release(second, BEGIN + HOUR)  # of the hour before
    assert claim(store, THREE, now=BEGIN + HOUR).attempts == ()


def test_a_clock_that_is_set_back_begins_an_hour_of_its_own(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    assert len(claim(store, THREE, now=BEGIN + HOUR).attempts) == 3
    assert len(claim(store, THREE).attempts) == 3


def test_a_quota_that_was_raised_holds_at_once(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    assert len(claim(store, THREE).attempts) == 3
    assert len(claim(store, HourQuota(attempts=5)).attempts) == 2
    assert claim(store, HourQuota(attempts=1)).reason is WaitReason.PER_HOUR
    assert len(claim(store, None).attempts) == 5
    assert len(claim(store, HourQuota()).attempts) == 0


def test_what_is_left_is_spread_over_the_hours_that_are_left(store: Store) -> None:
    """Twenty leads, four hours: five in the first; then three hours for the fifteen, and those that come back today."""
    launch(store, [contact(index) for index in range(1, 21)])
    until = BEGIN + 4 * HOUR
    first = claim(store, HourQuota(share=1 / 4, until=until))
    assert len(first.attempts) == 5
    # what is left at the hour's first claim counts, not what is left meanwhile
    assert claim(store, HourQuota(share=1 / 3.5, until=until), now=BEGIN + 30 * MINUTE).attempts == ()
    for attempt, due in zip(first.attempts[:2], (BEGIN + 2 * HOUR, BEGIN + DAY), strict=True):
        store.finish(attempt, ending(attempt), retry(attempt, due), BEGIN + MINUTE)
    second = claim(store, HourQuota(share=1 / 3, until=until), now=BEGIN + HOUR)
    assert len(second.attempts) == 6  # a third of 16, rounded up
    both = claim(store, HourQuota(attempts=2, share=1 / 2, until=until), now=BEGIN + 2 * HOUR)
    assert len(both.attempts) == 2


def test_the_last_hour_takes_what_is_left(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 4)])
    reply = claim(store, HourQuota(share=1.0, until=BEGIN + HOUR))
    assert len(reply.attempts) == 3
    assert reply.reason is WaitReason.PER_HOUR


def test_leads_that_nothing_else_holds_wait_for_the_next_hour(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 11)])
    claim(store, THREE)
    store.dnc_add([number(4)], "", BEGIN)
    zones = (open_zone(until=BEGIN + DAY),)
    found = store.why(CAMPAIGN, now=BEGIN, zones=zones, gateways=(gateway(channels=3),), per_hour=THREE)
    said = {item.reason: (item.count, item.earliest_at) for item in found.reasons}
    assert said == {
        WaitReason.DIALING: (3, None),
        WaitReason.DO_NOT_CALL: (1, None),
        WaitReason.PER_HOUR: (6, BEGIN + HOUR),
    }
    one = store.why(CAMPAIGN, now=BEGIN, zones=zones, per_hour=THREE, number=number(9))
    assert [(item.reason, item.earliest_at) for item in one.reasons] == [(WaitReason.PER_HOUR, BEGIN + HOUR)]
    later = store.why(CAMPAIGN, now=BEGIN + HOUR, zones=zones, per_hour=THREE, number=number(9))
    assert [item.reason for item in later.reasons] == [WaitReason.NEXT]
