"""Callbacks that are not needed any more are dropped; one that rings is left to end."""

from __future__ import annotations

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate, ServedBy
from orchestrator.domain.lead import Phase
from orchestrator.store import Store
from tests.store.calls import SHOP_MISSED, callback, missed, served, standing
from tests.store.factories import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    claim_one,
    contact,
    done,
    ending,
    held,
    launch,
    number,
    request,
    retry,
)


@pytest.fixture(autouse=True)
def shop(store: Store) -> str:
    return standing(store)


def claims(store: Store, now: int, campaign_id: str = SHOP_MISSED) -> list[str]:
    """Numbers that a claim gives, and leaves on the line."""
    return [a.number for a in store.claim(request(9, campaign_id=campaign_id, now=now)).attempts]


# -- dropped


def test_who_called_again_and_reached_somebody_is_not_called_back(store: Store) -> None:
    missed(store, 1)
    missed(store, 2)
    assert served(store, 1, at=NOW + MINUTE).dropped == 1
    row = callback(store)
    assert (row.lead.phase, row.lead.state.status) == (Phase.DONE, "called_again")
    assert (row.reached_by, row.reached_at) == ("called_again", NOW + MINUTE)
    assert claims(store, NOW + HOUR) == [number(2)]
    assert [(e.kind, e.body) for e in store.outbox()] == [
        ("status", {"status": "called_again", "number": number(1)})
    ]


def test_it_is_dropped_while_they_talk_and_counted_for_their_call(store: Store) -> None:
    missed(store, 1)
    assert store.caller_reached(number(1), NOW + MINUTE, NOW + 2 * MINUTE) == 1
    assert callback(store).lead.state.status == "called_again"
    assert store.caller_reached(number(1), NOW + MINUTE, NOW + 2 * MINUTE) == 1  # asked again: as it was
    assert served(store, 1, at=NOW + MINUTE).dropped == 1
    assert served(store, 1, at=NOW + HOUR).dropped == 0
    assert len(store.outbox()) == 1


def test_a_ready_and_a_held_callback_are_dropped_too(store: Store) -> None:
    missed(store, 1, after=0)
    missed(store, 2, after=0)
    held_one = claim_one(store, campaign_id=SHOP_MISSED, now=NOW)
    store.finish(held_one, ending(held_one, Disposition.LOST), held(held_one), NOW)
    assert served(store, 1, at=NOW + MINUTE).dropped == 1
    assert served(store, 2, at=NOW + MINUTE).dropped == 1
    assert store.counts(SHOP_MISSED).done == 2


def test_the_talk_may_have_been_about_another_scenario(store: Store) -> None:
    missed(store, 1)
    assert served(store, 1, at=NOW + MINUTE, scenario="hotline").dropped == 1


def test_all_scenarios_that_wait_for_the_number_are_told(store: Store) -> None:
    standing(store, "hotline")
    missed(store, 1)
    missed(store, 1, scenario="hotline")
    assert served(store, 1, at=NOW + MINUTE).dropped == 2


def test_a_scenario_may_call_back_whatever_happens(store: Store) -> None:
    standing(store, "hotline", is_dropped=False)
    missed(store, 1, scenario="hotline")
    assert served(store, 1, at=NOW + MINUTE, scenario="hotline").dropped == 0
    assert claims(store, NOW + HOUR, "hotline-missed") == [number(1)]


def test_a_flow_followed_to_its_end_serves_its_own_scenario_only(store: Store) -> None:
    standing(store, "meters")
    missed(store, 1)
    missed(store, 1, scenario="meters")
    assert served(store, 1, at=NOW + MINUTE, by=ServedBy.FLOW, scenario="meters").dropped == 1
    assert callback(store, campaign_id="meters-missed").lead.phase is Phase.DONE
    assert callback(store).lead.phase is Phase.WAITING


def test_a_flow_of_a_scenario_that_calls_nobody_back_serves_nobody(store: Store) -> None:
    assert served(store, 1, by=ServedBy.FLOW, scenario="meters").dropped == 0


def test_a_talk_that_began_before_the_missed_call_does_not_undo_it(store: Store) -> None:
    """Two from one office call at once; or the talk's end is recorded late."""
    missed(store, 1, at=NOW)
    assert served(store, 1, at=NOW - SECOND, now=NOW + MINUTE).dropped == 0
    assert callback(store).lead.phase is Phase.WAITING


def test_a_missed_call_recorded_after_its_caller_was_served_makes_no_callback(store: Store) -> None:
    served(store, 1, at=NOW + MINUTE)
    assert missed(store, 1, at=NOW, now=NOW + HOUR).fate is CallbackFate.SERVED_SINCE
    assert missed(store, 1, at=NOW + 2 * MINUTE, now=NOW + HOUR).fate is CallbackFate.ADDED


def test_the_same_of_a_caller_whom_the_flow_served(store: Store) -> None:
    standing(store, "meters")
    served(store, 1, at=NOW + MINUTE, by=ServedBy.FLOW, scenario="meters")
    assert missed(store, 1, at=NOW, scenario="meters").fate is CallbackFate.SERVED_SINCE
    assert missed(store, 1, at=NOW).fate is CallbackFate.ADDED


def test_any_campaign_that_reaches_a_person_drops_the_callback(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store, now=NOW)
    missed(store, 1, at=NOW + SECOND)
    store.finish(attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), done(attempt), NOW + HOUR)
    row = callback(store)
    assert (row.lead.phase, row.lead.state.status) == (Phase.DONE, "reached_elsewhere")
    assert row.reached_at == NOW + HOUR - SECOND


def test_a_machine_is_nobody_and_neither_is_who_does_not_answer(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    first, second = store.claim(request(2)).attempts
    missed(store, 1, at=NOW)
    missed(store, 2, at=NOW)
    store.finish(first, ending(first, Disposition.MACHINE, at=NOW + HOUR), done(first), NOW + HOUR)
    store.finish(second, ending(second, at=NOW + HOUR), done(second), NOW + HOUR)
    assert store.counts(SHOP_MISSED).waiting == 2


def test_who_was_on_the_line_with_us_while_the_call_was_missed_is_still_called_back(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    missed(store, 1, at=NOW + HOUR)
    store.finish(attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), done(attempt), NOW + 2 * HOUR)
    assert callback(store).lead.phase is Phase.WAITING


# -- what rings is left to end


@pytest.mark.parametrize("outcome", ["retry", "exhausted", "held", "released"])
def test_a_callback_that_rings_is_left_to_end_and_its_ending_closes_the_lead(
    store: Store, outcome: str
) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    assert served(store, 1, at=NOW + HOUR).dropped == 1
    assert store.live() == [attempt]
    assert callback(store).lead.phase is Phase.DIALING
    if outcome == "released":
        store.release(attempt, NOW + HOUR)
    else:
        decision = {
            "retry": retry(attempt, NOW + DAY),
            "exhausted": done(attempt, "exhausted"),
            "held": held(attempt),
        }[outcome]
        store.finish(attempt, ending(attempt), decision, NOW + HOUR)
    lead = callback(store).lead
    assert (lead.phase, lead.state.status) == (Phase.DONE, "called_again")
    assert lead.state.tries == (outcome != "released")
    assert store.outbox()[-1].body["status"] == "called_again"


def test_one_that_is_answered_after_all_is_done_by_its_own_rules(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    served(store, 1, at=NOW + HOUR)
    store.finish(
        attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), done(attempt, "answered"), NOW + HOUR
    )
    row = callback(store)
    assert (row.lead.phase, row.lead.state.status, row.reached_by) == (Phase.DONE, "answered", "called_again")


def test_who_calls_in_vain_again_after_that_is_called_back_after_all(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    served(store, 1, at=NOW + HOUR)
    missed(store, 1, at=NOW + 2 * HOUR)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + 3 * HOUR), NOW + 2 * HOUR)
    row = callback(store)
    assert (row.lead.phase, row.reached_by, row.calls) == (Phase.WAITING, None, 2)


def test_a_callback_that_reached_somebody_says_so_and_does_not_drop_itself(store: Store) -> None:
    missed(store, 1)
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    store.finish(
        attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), retry(attempt, NOW + DAY), NOW + HOUR
    )
    row = callback(store)
    assert (row.lead.phase, row.reached_by, row.reached_at) == (
        Phase.WAITING,
        "callback",
        NOW + HOUR - SECOND,
    )


def test_a_callback_that_reached_somebody_drops_those_of_other_scenarios(store: Store) -> None:
    standing(store, "hotline")
    missed(store, 1)
    missed(store, 1, scenario="hotline")
    attempt = claim_one(store, campaign_id=SHOP_MISSED, now=NOW + HOUR)
    store.finish(
        attempt, ending(attempt, Disposition.ANSWERED, at=NOW + HOUR), done(attempt, "answered"), NOW + HOUR
    )
    assert callback(store, campaign_id="hotline-missed").lead.state.status == "reached_elsewhere"
