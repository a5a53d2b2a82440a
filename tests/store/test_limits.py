"""What holds a lead back at the moment of dialing: the list, a number on the line, caps, gateways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.lead import Phase, WaitReason
from orchestrator.store import Store
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MOSCOW,
    NOW,
    OMSK,
    SECOND,
    claim_one,
    contact,
    done,
    ending,
    gateway,
    launch,
    number,
    open_zone,
    request,
    retry,
)

# -- do not call ----------------------------------------------------------------------------------------------


def test_a_number_on_the_list_is_never_dialed(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    store.dnc_add([number(1)], "asked", NOW)
    reply = store.claim(request(2))
    assert [a.number for a in reply.attempts] == [number(2)]
    row = store.lead_of_number(CAMPAIGN, number(1))
    assert row is not None
    assert (row.phase, row.state.status) == (Phase.DONE, "do_not_call")
    told = store.outbox()
    assert [(e.kind, e.lead_id, e.body) for e in told] == [
        ("status", 1, {"status": "do_not_call", "number": number(1)}),
    ]


def test_the_list_counts_at_the_moment_of_dialing(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.dnc_add([number(1)], "asked while talking", NOW)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.claim(request(1)).attempts == ()
    assert store.counts(CAMPAIGN).by_status == {"do_not_call": 1}


# -- one call per number --------------------------------------------------------------------------------------


def test_a_number_on_the_line_is_not_dialed_by_another_campaign(store: Store) -> None:
    launch(store, [contact(1)])
    launch(store, [contact(1, order="2")], campaign_id="other-1", scenario="other")
    attempt = claim_one(store)
    reply = store.claim(request(1, campaign_id="other-1"))
    assert (reply.attempts, reply.reason, reply.next_due_at) == (
        (),
        WaitReason.NUMBER_BUSY,
        NOW + 15 * SECOND,
    )
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert claim_one(store, campaign_id="other-1", now=NOW + 15 * SECOND).number == number(1)


# -- caps -----------------------------------------------------------------------------------------------------


def test_the_smaller_cap_per_day_counts(store: Store) -> None:
    for index, (own, shared) in enumerate([(1, 9), (9, 1), (None, 1), (1, None)]):
        name = f"parcel-{index}"
        launch(store, [contact(index)], campaign_id=name)
        attempt = claim_one(store, campaign_id=name, per_day=own, project_per_day=shared)
        store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
        reply = store.claim(request(1, campaign_id=name, per_day=own, project_per_day=shared))
        assert (reply.attempts, reply.reason, reply.next_due_at) == ((), WaitReason.PER_DAY, NOW + 20 * HOUR)


def test_the_cap_per_day_counts_over_all_campaigns(store: Store) -> None:
    launch(store, [contact(1)])
    launch(store, [contact(1, order="2")], campaign_id="other-1", scenario="other")
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert store.claim(request(1, campaign_id="other-1", per_day=1)).reason is WaitReason.PER_DAY


def test_on_the_next_local_day_the_number_may_be_called_again(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store, per_day=1)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.claim(request(1, per_day=1)).attempts == ()
    tomorrow = open_zone(day="20261123", until=NOW + 2 * DAY)
    assert claim_one(store, now=NOW + 20 * HOUR, per_day=1, zones=(tomorrow,)).lead_id == 1


def test_days_are_counted_apart_where_two_dates_hold_at_once(store: Store) -> None:
    """A number known in two zones (columns of two lists) has calls of two local days at one moment."""
    launch(store, [contact(1)])
    launch(store, [contact(1, zone=OMSK)], campaign_id="other-1", scenario="other")
    today, tomorrow = open_zone(MOSCOW), open_zone(OMSK, day="20261123")
    for name, zone in ((CAMPAIGN, today), ("other-1", tomorrow)) * 2:
        attempt = claim_one(store, campaign_id=name, zones=(zone,), per_day=2)
        store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.claim(request(1, zones=(today,), per_day=2)).reason is WaitReason.PER_DAY
    assert (
        store.claim(request(1, campaign_id="other-1", zones=(tomorrow,), per_day=2)).reason
        is WaitReason.PER_DAY
    )


def test_a_lead_whose_only_number_is_spent_is_done(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store, project_ever=1)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.claim(request(1, project_ever=1)).attempts == ()
    assert store.counts(CAMPAIGN).by_status == {"lifetime": 1}
    assert [e.body["status"] for e in store.outbox()] == ["lifetime"]


def test_a_spent_number_is_given_up_for_the_contacts_next_one(store: Store) -> None:
    launch(store, [contact(1, 2)])
    attempt = claim_one(store, project_ever=1)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    second = claim_one(store, project_ever=1)
    assert (second.number, second.state.given_up) == (number(2), (0,))
    store.finish(second, ending(second), retry(second, NOW), NOW)
    assert store.claim(request(1, project_ever=1)).attempts == ()
    row = store.lead(CAMPAIGN, 1)
    assert row is not None
    assert (row.phase, row.state.status, row.state.given_up) == (Phase.DONE, "lifetime", (0, 1))


def test_an_attempt_that_rang_nobody_gives_its_count_back(store: Store) -> None:
    launch(store, [contact(1)])
    for _ in range(3):
        attempt = claim_one(store, per_day=1, project_ever=1)
        store.finish(attempt, ending(attempt), retry(attempt, NOW, uncount=True), NOW)


# -- gateways -------------------------------------------------------------------------------------------------


def test_no_more_calls_at_once_than_the_gateway_has_channels(store: Store) -> None:
    launch(store, [contact(i) for i in range(5)])
    two = (gateway(channels=2),)
    reply = store.claim(request(5, gateways=two))
    assert (len(reply.attempts), reply.reason, reply.next_due_at) == (2, WaitReason.GATEWAY_CHANNELS, None)
    assert reply.wait_until == NOW + SECOND
    store.finish(reply.attempts[0], ending(reply.attempts[0]), done(reply.attempts[0]), NOW)
    assert len(store.claim(request(5, gateways=two)).attempts) == 1


@pytest.mark.parametrize(("cps", "burst"), [(20, 5), (8, 2), (4, 1), (1, 1), (0.5, 1)])
def test_new_calls_per_second_stay_within_the_budget(store: Store, cps: float, burst: int) -> None:
    launch(store, [contact(i) for i in range(200)])
    gateways, now, starts = (gateway(cps=cps),), NOW, []
    for _ in range(30):
        reply = store.claim(request(5, now=now, gateways=gateways))
        starts += [now] * len(reply.attempts)
        assert reply.wait_until is not None
        now = max(now, reply.wait_until)
    assert starts.count(NOW) == burst
    for begin, at in enumerate(starts):
        within = [other for other in starts[begin:] if other < at + SECOND]
        assert len(within) <= cps + burst
    assert len(starts) - burst == pytest.approx((starts[-1] - NOW) / 1000 * cps, abs=1)


def test_waiting_for_a_token_is_exact(store: Store) -> None:
    launch(store, [contact(i) for i in range(9)])
    gateways = (gateway(cps=3),)
    first = store.claim(request(2, gateways=gateways))
    assert (len(first.attempts), first.reason, first.wait_until) == (1, WaitReason.GATEWAY_CPS, NOW + 334)
    assert store.claim(request(1, now=NOW + 333, gateways=gateways)).attempts == ()
    assert len(store.claim(request(1, now=NOW + 334, gateways=gateways)).attempts) == 1


def test_a_clock_set_back_does_not_block_a_gateway(store: Store) -> None:
    launch(store, [contact(i) for i in range(9)])
    slow = (gateway(cps=1),)
    assert len(store.claim(request(1, now=NOW + DAY, gateways=slow)).attempts) == 1
    assert len(store.claim(request(1, gateways=slow)).attempts) == 1
    reply = store.claim(request(1, gateways=slow))
    assert (reply.attempts, reply.wait_until) == ((), NOW + SECOND)


def test_clocks_of_workers_may_differ_by_less_than_a_minute(store: Store) -> None:
    launch(store, [contact(i) for i in range(9)])
    slow = (gateway(cps=1),)
    assert len(store.claim(request(1, now=NOW + 50 * SECOND, gateways=slow)).attempts) == 1
    reply = store.claim(request(1, gateways=slow))
    assert (reply.attempts, reply.wait_until) == ((), NOW + 51 * SECOND)


def test_gateways_in_order_take_over_when_the_first_is_full(store: Store) -> None:
    launch(store, [contact(i) for i in range(6)])
    gateways = (gateway("main", channels=2), gateway("spare", channels=3))
    reply = store.claim(request(6, gateways=gateways))
    assert [a.gateway for a in reply.attempts] == ["main", "main", "spare", "spare", "spare"]
    assert reply.reason is WaitReason.GATEWAY_CHANNELS


def test_weights_share_calls_evenly_over_many_claims(store: Store) -> None:
    launch(store, [contact(i) for i in range(60)])
    gateways = (gateway("main", weight=3), gateway("spare", weight=1))
    taken = [a.gateway for _ in range(20) for a in store.claim(request(3, gateways=gateways)).attempts]
    assert (taken.count("main"), taken.count("spare")) == (45, 15)
    assert max(len(run) for run in "".join(name[0] for name in taken).split("s")) <= 3


def test_one_gateway_on_two_switches_has_two_budgets(store: Store) -> None:
    launch(store, [contact(i) for i in range(6)])
    here, there = gateway(channels=1), replace(gateway(channels=2), switch="sw2", switch_uuid="core-2")
    reply = store.claim(request(6, gateways=(here, there, here)))
    assert [(a.switch, a.switch_uuid) for a in reply.attempts] == [
        ("sw", "core-1"),
        ("sw2", "core-2"),
        ("sw2", "core-2"),
    ]


def test_without_a_gateway_nothing_is_claimed(store: Store) -> None:
    launch(store, [contact(1)])
    assert store.claim(request(1, gateways=())).reason is WaitReason.SWITCH_DOWN
