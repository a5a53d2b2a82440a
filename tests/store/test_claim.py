"""What a claim gives, in which order, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.lead import CampaignState, LeadState, Phase, WaitReason
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MINUTE,
    MOSCOW,
    NOW,
    OMSK,
    SECOND,
    campaign,
    claim_one,
    contact,
    dialed,
    done,
    ending,
    gateway,
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
    reply = store.claim(request(1, gateways=slow))
    assert reply.wait_until == NOW + SECOND


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
