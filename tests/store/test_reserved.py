"""Leads that may only be called with an agent reserved for them, and claims of certain leads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Decision, NextKind, Phase, WaitReason
from orchestrator.store import ClaimRequest, LeadRow, Store
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OMSK,
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

DUE = NOW + 3 * DAY


def for_agent(attempt: Attempt, at: int = DUE, **changes: object) -> Decision:
    return retry(attempt, at, reason=WaitReason.AGENT, needs_agent=True, **changes)


def abandon(store: Store, attempt: Attempt, at: int = DUE, **changes: object) -> None:
    gone = replace(
        ending(attempt, Disposition.ABANDONED), answered_at=NOW - 9000, was_abandoned=True, result="abandoned"
    )
    assert store.finish(attempt, gone, for_agent(attempt, at, **changes), NOW)


def abandoned(store: Store, *numbers: int) -> None:
    """A campaign with one lead, abandoned at NOW, due in three days."""
    launch(store, [contact(*(numbers or (1,)))])
    abandon(store, claim_one(store))


def only(*lead_ids: int, now: int = DUE, wanted: int = 1, **options: object) -> ClaimRequest:
    asked: ClaimRequest = request(wanted, now=now, **options)  # type: ignore[arg-type]  # the options of `request`
    return replace(asked, only=lead_ids)


def lead(store: Store, lead_id: int = 1) -> LeadRow:
    found = store.lead(CAMPAIGN, lead_id)
    assert found is not None
    return found


def reasons(store: Store, now: int = DUE, *, is_open: bool = True) -> dict[WaitReason, int]:
    zones = (open_zone(until=now + DAY),) if is_open else ()
    found = store.why(CAMPAIGN, now=now, zones=zones, gateways=(gateway(),))
    single = store.why(CAMPAIGN, now=now, zones=zones, gateways=(gateway(),), number=number(1))
    assert single.reasons[0].reason in {item.reason for item in found.reasons}
    return {item.reason: item.count for item in found.reasons}


def test_who_was_abandoned_waits_for_an_agent_and_is_not_dialed_without_one(store: Store) -> None:
    abandoned(store)
    row = lead(store)
    assert (row.phase, row.reason, row.due_at, row.state.needs_agent) == (
        Phase.WAITING,
        WaitReason.AGENT,
        DUE,
        True,
    )
    early = store.claim(request(now=NOW + HOUR))
    assert (early.attempts, early.reason, early.next_due_at) == ((), WaitReason.AGENT, DUE)
    due = store.claim(request(now=DUE))
    assert (due.attempts, due.reason, due.next_due_at, due.wait_until) == ((), WaitReason.AGENT, None, None)
    assert not store.finish_if_done(CAMPAIGN, DUE)
    assert store.counts(CAMPAIGN).abandoned == 1


def test_it_is_claimed_by_its_id_once_it_is_due(store: Store) -> None:
    abandoned(store)
    assert store.due_for_agent(CAMPAIGN, DUE - 1) == ()
    early = store.claim(only(1, now=DUE - 1))
    assert (early.attempts, early.reason, early.next_due_at) == ((), WaitReason.AGENT, DUE)
    assert store.due_for_agent(CAMPAIGN, DUE) == (1,)
    asked = only(1)
    reply = store.claim(asked)
    assert [attempt.lead_id for attempt in reply.attempts] == [1]
    assert reply.attempts[0].state.needs_agent
    assert store.claim(asked).attempts == reply.attempts  # the reply was lost: asked again
    assert store.due_for_agent(CAMPAIGN, DUE) == ()


def test_it_waits_for_an_agent_again_when_the_call_was_not_made_or_reached_nobody(store: Store) -> None:
    abandoned(store)
    [attempt] = store.claim(only(1)).attempts
    assert store.release(attempt, DUE)
    assert (lead(store).reason, lead(store).due_at) == (WaitReason.AGENT, DUE)
    [attempt] = store.claim(only(1)).attempts
    store.finish(attempt, ending(attempt, at=DUE), for_agent(attempt, DUE + 15 * MINUTE), DUE)
    assert (lead(store).reason, lead(store).due_at) == (WaitReason.AGENT, DUE + 15 * MINUTE)
    [attempt] = store.claim(only(1, now=DUE + HOUR)).attempts
    store.finish(attempt, ending(attempt, at=DUE), for_agent(attempt, DUE), DUE + HOUR)
    assert (lead(store).reason, lead(store).phase) == (WaitReason.AGENT, Phase.WAITING)  # due at once


def test_once_somebody_was_there_it_is_like_any_other_lead(store: Store) -> None:
    abandoned(store)
    [attempt] = store.claim(only(1)).attempts
    store.finish(
        attempt, ending(attempt, Disposition.ANSWERED, at=DUE), retry(attempt, DUE, needs_agent=False), DUE
    )
    assert lead(store).phase is Phase.READY
    assert len(store.claim(request(now=DUE)).attempts) == 1


def test_hours_and_gateways_hold_with_an_agent_too(store: Store) -> None:
    abandoned(store)
    closed = store.claim(only(1, zones=(open_zone(OMSK, until=DUE + DAY),)))
    assert (closed.attempts, closed.reason) == ((), WaitReason.HOURS)
    full = store.claim(only(1, gateways=(gateway(channels=0),)))
    assert (full.attempts, full.reason) == ((), WaitReason.GATEWAY_CHANNELS)


def test_a_number_that_had_its_calls_today_still_waits_for_an_agent_tomorrow(store: Store) -> None:
    abandoned(store)
    capped = store.claim(replace(only(1, now=DUE), per_day=1, zones=(open_zone(until=DUE + DAY),)))
    assert (capped.attempts, capped.reason) == ((), WaitReason.AGENT)
    assert lead(store).due_at == NOW + 20 * HOUR  # the next day's opening, as the zone said
    assert lead(store).reason is WaitReason.AGENT


def test_a_number_that_is_on_the_line_elsewhere_is_looked_at_again(store: Store) -> None:
    abandoned(store)
    launch(store, [contact(1)], campaign_id="other-1", scenario="other")
    claim_one(store, campaign_id="other-1", now=DUE)
    busy = store.claim(only(1))
    assert (busy.attempts, lead(store).reason, lead(store).due_at) == ((), WaitReason.AGENT, DUE + 15_000)


def test_a_number_on_the_list_is_not_called_by_an_agent_either(store: Store) -> None:
    abandoned(store)
    store.dnc_add([number(1)], "", DUE)
    listed = store.claim(only(1))
    assert (listed.attempts, listed.reason) == ((), WaitReason.DONE)
    assert lead(store).state.status == "do_not_call"


def test_a_number_that_may_not_be_called_any_more_is_given_up_for_the_next_one(store: Store) -> None:
    abandoned(store, 1, 2)
    spent = store.claim(only(1, project_ever=1))
    assert (spent.attempts, spent.reason) == ((), WaitReason.AGENT)
    assert (lead(store).state.phone, lead(store).due_at) == (1, DUE)
    [attempt] = store.claim(only(1, project_ever=1)).attempts
    assert attempt.number == number(2)


def test_none_but_the_leads_asked_for_are_claimed_in_the_order_asked_for(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 6)])
    attempts = store.claim(request(5)).attempts
    for attempt in attempts[:3]:
        abandon(store, attempt)
    store.finish(attempts[3], ending(attempts[3]), retry(attempts[3], DUE), NOW)
    store.finish(attempts[4], ending(attempts[4]), done(attempts[4]), NOW)
    reply = store.claim(only(3, 1, 5, 4, wanted=4))
    assert [attempt.lead_id for attempt in reply.attempts] == [3, 1, 4]
    assert reply.reason is WaitReason.DONE
    assert store.due_for_agent(CAMPAIGN, DUE) == (2,)
    two = store.claim(only(2, 1, wanted=1))
    assert [attempt.lead_id for attempt in two.attempts] == [2]


@pytest.mark.parametrize("lead_id", [1, 2])
def test_a_lead_that_is_not_due_for_it_says_why(store: Store, lead_id: int) -> None:
    launch(store, [contact(1), contact(2)])
    claim_one(store)
    reply = store.claim(only(lead_id))
    assert (reply.attempts, reply.reason) == ((), [WaitReason.DIALING, WaitReason.NEXT][lead_id - 1])


def test_a_claim_is_for_a_hundred_certain_leads_at_most(store: Store) -> None:
    launch(store, [contact(1)])
    with pytest.raises(ValueError, match="100 certain leads"):
        store.claim(only(*range(1, 102)))


def test_every_lead_that_waits_for_an_agent_says_so(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    abandon(store, claim_one(store))
    assert reasons(store, now=NOW + HOUR) == {WaitReason.AGENT: 1, WaitReason.NEXT: 1}
    assert reasons(store) == {WaitReason.AGENT: 1, WaitReason.NEXT: 1}
    assert reasons(store, is_open=False) == {WaitReason.HOURS: 2}
    store.dnc_add([number(1)], "", DUE)
    assert reasons(store) == {WaitReason.DO_NOT_CALL: 1, WaitReason.NEXT: 1}


def test_a_person_may_let_a_held_lead_wait_for_an_agent_again(store: Store) -> None:
    abandoned(store)
    [attempt] = store.claim(only(1)).attempts
    lost = Decision(
        rule="lost",
        state=replace(attempt.state, tries=2),
        next=replace(done(attempt).next, kind=NextKind.HELD),
        uncount_number=False,
    )
    store.finish(attempt, ending(attempt, Disposition.LOST), lost, DUE)
    assert lead(store).phase is Phase.HELD
    assert store.resume_lead(CAMPAIGN, 1, DUE + HOUR)
    assert (lead(store).reason, lead(store).due_at) == (WaitReason.AGENT, DUE + HOUR)


def test_leads_that_are_due_are_counted_before_any_claim_makes_them_ready(store: Store) -> None:
    launch(store, [contact(index) for index in range(1, 5)])
    attempts = store.claim(request(3)).attempts
    abandon(store, attempts[0], NOW + HOUR)
    store.finish(attempts[1], ending(attempts[1]), retry(attempts[1], NOW + HOUR), NOW)
    found = [store.due_now(CAMPAIGN, NOW), store.due_now(CAMPAIGN, NOW + HOUR)]
    assert [(due.ready, due.for_agent) for due in found] == [(1, 0), (2, 1)]


def test_the_lead_of_an_attempt_that_keeps_a_place_is_found(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    first, second = store.claim(request(2)).attempts
    abandon(store, first)
    store.finish(second, ending(second), done(second), NOW)
    assert store.lead_of_attempt(first.attempt_id) == (CAMPAIGN, first.lead_id)
    assert store.lead_of_attempt(second.attempt_id) is None
    assert store.lead_of_attempt("a b") is None


def test_a_place_that_is_kept_no_more_makes_it_a_lead_like_any_other(store: Store) -> None:
    abandoned(store)
    assert store.give_place_up(CAMPAIGN, 1, NOW)
    row = lead(store)
    assert (row.reason, row.due_at, row.state.needs_agent) == (WaitReason.RETRY, DUE, False)
    assert not store.give_place_up(CAMPAIGN, 1, NOW)
    [attempt] = store.claim(request(now=DUE)).attempts
    abandon(store, attempt, DUE)
    assert store.give_place_up(CAMPAIGN, 1, DUE)
    assert lead(store).phase is Phase.READY
    assert not store.give_place_up(CAMPAIGN, 7, DUE)
