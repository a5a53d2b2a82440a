"""The standing campaign: for ever, renewed by each deploy, and otherwise as all others."""

from __future__ import annotations

import pytest

from orchestrator.domain.inbound import CallbackFate
from orchestrator.domain.lead import CampaignState, Phase, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from tests.store.calls import SHOP, SHOP_MISSED, all_calls, ask, call, callback, missed, served, standing
from tests.store.factories import (
    CAMPAIGN,
    MINUTE,
    NOW,
    campaign,
    claim_one,
    contact,
    done,
    ending,
    launch,
    number,
    request,
)


@pytest.fixture(autouse=True)
def shop(store: Store) -> str:
    return standing(store)


def claims(store: Store, now: int, campaign_id: str = SHOP_MISSED) -> list[str]:
    """Numbers that a claim gives, and leaves on the line."""
    return [a.number for a in store.claim(request(9, campaign_id=campaign_id, now=now)).attempts]


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
        made = call(caller)
        assert store.note_call(made, (), ask(made), NOW)
    assert [row.lead.lead_id for row in store.callbacks(SHOP_MISSED)] == list(range(1, 1006))
    assert [row.lead.lead_id for row in store.callbacks(SHOP_MISSED, [7, 5, 9999])] == [7, 5]
    assert len(all_calls(store)) == 1005


def test_an_ordinary_campaign_has_no_callbacks(store: Store) -> None:
    launch(store, [contact(1)])
    assert list(store.callbacks(CAMPAIGN)) == []
