"""Each lead has exactly one reason, the same whether it is asked for alone, among few, or among a million."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orchestrator.domain.lead import CampaignState, WaitReason
from orchestrator.store import GatewayBudget, OpenZone, Reason, Store, reasons
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    MINUTE,
    MOSCOW,
    NOW,
    OMSK,
    SECOND,
    claim_one,
    contact,
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

Found = Mapping[WaitReason, tuple[int, int | None]]


def ask(  # one argument for each thing that varies
    store: Store,
    *,
    now: int = NOW,
    zones: tuple[OpenZone, ...] | None = None,
    closed: Mapping[str, int | None] | None = None,
    per_day: int | None = None,
    ever: int | None = None,
    gateways: tuple[GatewayBudget, ...] | None = None,
    as_running: bool = False,
    campaign_id: str = CAMPAIGN,
) -> Found:
    """Reason -> (leads, earliest), asked in all three ways."""
    question = reasons.Question(
        now=now,
        zones=(open_zone(until=now + HOUR),) if zones is None else zones,
        closed=closed or {},
        cap_day=per_day,
        cap_ever=ever,
        gateways=(gateway(),) if gateways is None else gateways,
        as_running=as_running,
    )
    few = reasons.of_campaign(store._db, store._terms, campaign_id, question)
    many = reasons.of_campaign(store._db, store._terms, campaign_id, question, few_leads=0)
    assert few == many
    single: dict[WaitReason, int] = {}
    for row in store.leads(campaign_id):
        (one,) = reasons.of_number(
            store._db, store._terms, campaign_id, row.contact.numbers[0], question
        ).reasons
        assert one.count == 1
        single[one.reason] = single.get(one.reason, 0) + 1
    assert single == {item.reason: item.count for item in few.reasons}
    return {item.reason: (item.count, item.earliest_at) for item in few.reasons}


def test_a_lead_nothing_holds_is_the_next(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    assert ask(store) == {WaitReason.NEXT: (2, NOW)}


def test_each_stage_of_a_lead_is_a_reason(store: Store) -> None:
    launch(store, [contact(i) for i in range(7)])
    a, b, c, d, e = store.claim(request(5)).attempts
    store.finish(a, ending(a), done(a), NOW)
    store.finish(b, ending(b), held(b), NOW)
    store.finish(c, ending(c), retry(c, NOW + 2 * HOUR), NOW)
    store.finish(d, ending(d), retry(d, NOW + 3 * HOUR, reason=WaitReason.NEXT_DAY), NOW)
    assert e.lead_id == 5
    assert ask(store) == {
        WaitReason.DONE: (1, None),
        WaitReason.LOST: (1, None),
        WaitReason.RETRY: (1, NOW + 2 * HOUR),
        WaitReason.NEXT_DAY: (1, NOW + 3 * HOUR),
        WaitReason.DIALING: (1, None),
        WaitReason.NEXT: (2, NOW),
    }


@pytest.mark.parametrize("state", [CampaignState.LOADING, CampaignState.PAUSED, CampaignState.STOPPED])
def test_a_halted_campaign_holds_all_that_is_left(store: Store, state: CampaignState) -> None:
    launch(store, [contact(i) for i in range(4)])
    a, b = store.claim(request(2)).attempts
    store.finish(a, ending(a), retry(a, NOW + HOUR), NOW)
    store.set_state(CAMPAIGN, state, among=frozenset(CampaignState), now=NOW)
    assert b.lead_id == 2
    assert ask(store) == {WaitReason(state.value): (3, None), WaitReason.DIALING: (1, None)}


def test_a_preview_asks_as_if_it_ran(store: Store) -> None:
    launch(store, [contact(1), contact(2), contact(3, zone=OMSK)])
    store.set_state(CAMPAIGN, CampaignState.LOADING, among=frozenset(CampaignState), now=NOW)
    store.dnc_add([number(1)], "", NOW)
    assert ask(store, as_running=True, closed={OMSK: NOW + HOUR}) == {
        WaitReason.DO_NOT_CALL: (1, None),
        WaitReason.NEXT: (1, NOW),
        WaitReason.HOURS: (1, NOW + HOUR),
    }


def test_leads_due_but_not_claimed_yet_are_no_retries_any_more(store: Store) -> None:
    launch(store, [contact(1), contact(2, zone=OMSK)])
    zones = (open_zone(MOSCOW), open_zone(OMSK))
    for attempt in store.claim(request(2, zones=zones)).attempts:
        store.finish(attempt, ending(attempt), retry(attempt, NOW + MINUTE), NOW)
    later = NOW + 2 * MINUTE
    assert ask(store, now=later) == {WaitReason.NEXT: (1, later), WaitReason.HOURS: (1, None)}


def test_hours_say_when_the_first_closed_zone_opens(store: Store) -> None:
    launch(store, [contact(1, zone=OMSK), contact(2, zone="A"), contact(3, zone="B")])
    closed = {OMSK: NOW + 2 * HOUR, "A": NOW + HOUR, "B": None}
    assert ask(store, zones=(), closed=closed) == {WaitReason.HOURS: (3, NOW + HOUR)}
    found = store.why(CAMPAIGN, now=NOW, zones=(), closed=closed, number=number(1))
    assert found.reasons == (Reason(reason=WaitReason.HOURS, count=1, earliest_at=NOW + 2 * HOUR),)


def test_a_zone_that_has_closed_since_counts_as_closed(store: Store) -> None:
    launch(store, [contact(1)])
    assert ask(store, zones=(open_zone(until=NOW),)) == {WaitReason.HOURS: (1, None)}


def test_the_list_is_stronger_than_a_retry_and_than_hours(store: Store) -> None:
    launch(store, [contact(1), contact(2), contact(3)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    store.dnc_add([number(1), number(2), number(9)], "", NOW)
    assert ask(store) == {WaitReason.DO_NOT_CALL: (2, None), WaitReason.NEXT: (1, NOW)}
    assert ask(store, zones=()) == {WaitReason.DO_NOT_CALL: (2, None), WaitReason.HOURS: (1, None)}


def test_only_the_number_in_turn_counts_on_the_list(store: Store) -> None:
    launch(store, [contact(1, 2)])
    store.dnc_add([number(2)], "", NOW)
    assert ask(store) == {WaitReason.NEXT: (1, NOW)}


def test_a_number_on_the_line_elsewhere(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    launch(store, [contact(1, order="2")], campaign_id="other-1", scenario="other")
    claim_one(store, campaign_id="other-1")
    assert ask(store) == {WaitReason.NUMBER_BUSY: (1, NOW + 15 * SECOND), WaitReason.NEXT: (1, NOW)}
    assert store.claim(request(2)).attempts[0].lead_id == 2
    assert ask(store) == {WaitReason.NUMBER_BUSY: (1, NOW + 15 * SECOND), WaitReason.DIALING: (1, None)}


def test_caps_hold_leads_that_no_claim_has_met_yet(store: Store) -> None:
    launch(store, [contact(1), contact(2, 3), contact(4)])
    attempts = store.claim(request(2)).attempts
    store.finish_many([(a, ending(a), retry(a, NOW)) for a in attempts], NOW)
    assert ask(store, per_day=1) == {WaitReason.PER_DAY: (2, NOW + 20 * HOUR), WaitReason.NEXT: (1, NOW)}
    assert ask(store, ever=1) == {WaitReason.LIFETIME: (1, None), WaitReason.NEXT: (2, NOW)}
    assert ask(store, per_day=2, ever=2) == {WaitReason.NEXT: (3, NOW)}


def test_a_spent_number_is_stronger_than_a_retry(store: Store) -> None:
    launch(store, [contact(1), contact(2, 3)])
    attempts = store.claim(request(2)).attempts
    store.finish_many([(a, ending(a), retry(a, NOW + HOUR)) for a in attempts], NOW)
    assert ask(store, ever=1) == {WaitReason.LIFETIME: (1, None), WaitReason.RETRY: (1, NOW + HOUR)}


def test_the_number_after_a_spent_one_is_what_counts(store: Store) -> None:
    launch(store, [replace(contact(1, 2), zones=(MOSCOW, OMSK))])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert ask(store, ever=1, closed={OMSK: NOW + HOUR}) == {WaitReason.HOURS: (1, NOW + HOUR)}
    assert ask(store, ever=1, zones=(open_zone(MOSCOW), open_zone(OMSK))) == {WaitReason.NEXT: (1, NOW)}


def test_gateways_hold_what_nothing_else_holds(store: Store) -> None:
    launch(store, [contact(i) for i in range(4)])
    one = (gateway(channels=1, cps=1),)
    claim_one(store, gateways=one)
    assert ask(store, gateways=one)[WaitReason.GATEWAY_CHANNELS] == (3, NOW + SECOND)
    two = (gateway(channels=2, cps=1),)
    assert ask(store, gateways=two)[WaitReason.GATEWAY_CPS] == (3, NOW + SECOND)
    assert ask(store, gateways=())[WaitReason.NEXT] == (3, NOW)


def test_a_number_that_is_not_there_has_no_reason(store: Store) -> None:
    launch(store, [contact(1)])
    for asked in (number(2), "12", ""):
        assert store.why(CAMPAIGN, now=NOW, zones=(), number=asked).reasons == ()


def test_the_smaller_of_both_caps_counts(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    for own, shared in ((1, 5), (5, 1), (None, 1), (1, None)):
        found = store.why(CAMPAIGN, now=NOW, zones=(open_zone(),), per_day=own, project_per_day=shared)
        assert [item.reason for item in found.reasons] == [WaitReason.PER_DAY]


def test_every_combination_of_holds_gives_one_reason_a_lead(store: Store) -> None:
    """All that can hold a lead, at once; `ask` compares the three ways of asking."""
    people = [
        replace(contact(i, 100 + i % 3 + 3 * i), zones=((MOSCOW, OMSK), (OMSK, MOSCOW))[i % 2])
        for i in range(60)
    ]
    launch(store, people)
    launch(store, [contact(i, order="x") for i in range(0, 60, 7)], campaign_id="other-1", scenario="other")
    zones = (open_zone(MOSCOW), open_zone(OMSK))
    for attempt in store.claim(request(40, zones=zones)).attempts:
        i = attempt.lead_id
        at = NOW + (i % 4) * MINUTE
        decision = (retry(attempt, at), retry(attempt, at, phone=1), done(attempt), held(attempt))[i % 5 % 4]
        store.finish(attempt, ending(attempt), decision, NOW)
    store.claim(request(5, campaign_id="other-1", zones=zones))
    store.dnc_add([number(i) for i in range(0, 200, 9)], "", NOW)
    for now in (NOW, NOW + 2 * MINUTE):
        for opened in ((), zones, zones[:1], zones[1:]):
            for cap in (None, 1, 2):
                found = ask(store, now=now, zones=opened, per_day=cap, ever=cap)
                assert sum(count for count, _ in found.values()) == 60
