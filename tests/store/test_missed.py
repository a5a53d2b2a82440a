"""Missed calls become callbacks: one for many, none too many, dropped when they are not needed any more."""

from __future__ import annotations

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate, ServedBy
from orchestrator.domain.lead import CampaignState, Phase, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from tests.store.calls import SHOP, SHOP_MISSED, all_calls, callback, missed, served, standing
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OMSK,
    SECOND,
    campaign,
    claim_one,
    contact,
    done,
    ending,
    held,
    launch,
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


# -- as for all other leads


def test_nobody_is_called_back_while_another_campaign_dials_them(store: Store) -> None:
    launch(store, [contact(1)])
    missed(store, 1, after=0)
    attempt = claim_one(store)
    asked = store.claim(request(1, campaign_id=SHOP_MISSED))
    assert (asked.attempts, asked.reason) == ((), WaitReason.NUMBER_BUSY)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert claims(store, NOW + MINUTE) == [number(1)]


def test_caps_of_the_number_hold_for_callbacks(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    missed(store, 1, after=0)
    asked = store.claim(request(1, campaign_id=SHOP_MISSED, project_per_day=1))
    assert (asked.attempts, asked.reason) == ((), WaitReason.PER_DAY)


def test_a_number_on_the_do_not_call_list_is_not_called_back(store: Store) -> None:
    store.dnc_add([number(1)], "asked for it", NOW)
    assert missed(store, 1).fate is CallbackFate.DO_NOT_CALL
    assert store.counts(SHOP_MISSED).leads == 0


def test_one_that_comes_on_the_list_later_is_not_called_either(store: Store) -> None:
    missed(store, 1, after=0)
    store.dnc_add([number(1)], "", NOW)
    assert claims(store, NOW) == []
    assert callback(store).lead.state.status == "do_not_call"


# -- the standing campaign


def test_it_never_finishes_by_itself(store: Store) -> None:
    assert not store.finish_if_done(SHOP_MISSED, NOW)
    missed(store, 1)
    served(store, 1, at=NOW + 1)
    assert not store.finish_if_done(SHOP_MISSED, NOW)
    found = store.campaign(SHOP_MISSED)
    assert found is not None
    assert (found.state, found.standing) == (CampaignState.RUNNING, SHOP)


def test_a_deploy_gives_it_another_program_and_changes_nothing_else(store: Store) -> None:
    missed(store, 1)
    store.set_state(SHOP_MISSED, CampaignState.PAUSED, among=frozenset({CampaignState.RUNNING}), now=NOW)
    before = store.campaign(SHOP_MISSED)
    assert before is not None
    for index in range(2, 5):
        standing(store, program=f"c{index}", bundle=b"%d" % index)
    found = store.campaign(SHOP_MISSED)
    assert found is not None
    assert (found.program, found.state, found.created_at) == ("c4", CampaignState.PAUSED, before.created_at)
    assert [store.bundle(f"c{index}") for index in range(1, 5)] == [None, None, b"3", b"4"]
    assert callback(store).lead.phase is Phase.WAITING


def test_the_same_program_again_is_no_change(store: Store) -> None:
    standing(store, program="c2")
    standing(store, program="c2")
    assert store.bundle("c1") is not None
    assert [c.campaign_id for c in store.campaigns()] == [SHOP_MISSED]


def test_a_deploy_may_change_what_drops_a_callback(store: Store) -> None:
    missed(store, 1)
    standing(store, is_dropped=False)
    assert served(store, 1, at=NOW + MINUTE).dropped == 0


def test_a_campaign_that_people_launched_is_not_taken_over(store: Store) -> None:
    store.create_campaign(campaign("hotline-missed", scenario="hotline"), b"bundle", ())
    with pytest.raises(KnownError, match="rename the scenario"):
        standing(store, "hotline")
    assert missed(store, 1, scenario="hotline").fate is CallbackFate.NO_PLAN


def test_a_stopped_one_takes_no_more_and_a_paused_one_does(store: Store) -> None:
    every = frozenset(CampaignState)
    store.set_state(SHOP_MISSED, CampaignState.PAUSED, among=every, now=NOW)
    assert missed(store, 1).fate is CallbackFate.ADDED
    store.set_state(SHOP_MISSED, CampaignState.STOPPED, among=every, now=NOW)
    assert missed(store, 2).fate is CallbackFate.NO_PLAN


def test_its_rows_are_read_a_page_at_a_time(store: Store) -> None:
    for caller in range(1005):
        missed(store, caller)
    assert [row.lead.lead_id for row in store.callbacks(SHOP_MISSED)] == list(range(1, 1006))
    assert [row.lead.lead_id for row in store.callbacks(SHOP_MISSED, [7, 5, 9999])] == [7, 5]
    assert len(all_calls(store)) == 1005


def test_an_ordinary_campaign_has_no_callbacks(store: Store) -> None:
    launch(store, [contact(1)])
    assert list(store.callbacks(CAMPAIGN)) == []
