"""Withdrawn and changed leads beside what else moves leads: agents' words, missed calls, deletions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import Phase
from orchestrator.domain.outcome import NextAction, OutcomeFate
from orchestrator.store import Store, Updated
from orchestrator.store.keys import prefix
from tests.store.calls import SHOP_MISSED, missed, standing
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    MINUTE,
    NOW,
    campaign,
    claim_one,
    contact,
    ending,
    number,
    retry,
)
from tests.store.test_outcomes import after_a_talk, finish, lead, on_the_line, said, say


@pytest.mark.parametrize(
    ("word", "following", "fate", "status"),
    [
        ("thinks", NextAction.CALL_BACK, OutcomeFate.KEPT, "withdrawn"),
        ("thinks", NextAction.NONE, OutcomeFate.KEPT, "withdrawn"),
        ("sold", NextAction.NONE, OutcomeFate.APPLIED, "client"),
    ],
)
def test_an_agent_does_not_bring_a_withdrawn_lead_back(
    store: Store, word: str, following: NextAction, fate: OutcomeFate, status: str
) -> None:
    attempt = on_the_line(store)
    store.withdraw_lead(CAMPAIGN, 1, by="api", now=NOW)
    ended = replace(ending(attempt), reached="anna")
    assert store.finish(attempt, ended, retry(attempt, NOW + HOUR), NOW)
    at = NOW + HOUR if following is NextAction.CALL_BACK else None
    assert say(store, said(attempt.attempt_id, word, following, at=at)) is fate
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, status)


def test_an_outcome_is_decided_by_the_numbers_that_the_lead_has_now(store: Store) -> None:
    attempt = after_a_talk(store, 1, 2)
    say(store, said(attempt.attempt_id, "thinks"))
    assert store.change_lead(CAMPAIGN, 1, lead(store).contact, contact(3), NOW) == Updated(lead_id=1)
    assert say(store, said(attempt.attempt_id, "thinks", outcome_id="o2")) is OutcomeFate.APPLIED
    assert (lead(store).contact, lead(store).state.phone) == (contact(3), 0)


def test_what_an_agent_said_during_the_call_is_applied_before_the_lead_is_closed(store: Store) -> None:
    attempt = on_the_line(store)
    say(store, said(attempt.attempt_id, "thinks"))
    assert store.withdraw_lead(CAMPAIGN, 1, by="api", now=NOW) is Withdrawn.AFTER_CALL
    finish(store, attempt)
    assert lead(store).state.status == "withdrawn"
    assert [(row.kind, row.body.get("by")) for row in store.outbox()][-1] == ("status", "api")


def test_a_callback_is_withdrawn_and_a_new_missed_call_makes_another_one(store: Store) -> None:
    standing(store)
    missed(store, 1)
    assert store.withdraw_lead(SHOP_MISSED, 1, by="cli", now=NOW) is Withdrawn.WITHDRAWN
    assert missed(store, 1, at=NOW + MINUTE).lead_id == 2


def test_whoever_calls_again_during_a_withdrawn_callback_is_called_back(store: Store) -> None:
    standing(store)
    missed(store, 1, after=0)
    attempt = claim_one(store, campaign_id=SHOP_MISSED)
    assert store.withdraw_lead(SHOP_MISSED, 1, by="cli", now=NOW) is Withdrawn.AFTER_CALL
    missed(store, 1, at=NOW + MINUTE)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW + MINUTE)
    found = store.lead(SHOP_MISSED, 1)
    assert found is not None
    assert found.phase is Phase.WAITING


def test_a_deleted_campaign_leaves_nothing_of_its_names_changes_and_withdrawals(
    store: Store, server: redis.Redis, project: str
) -> None:
    store.create_campaign(campaign(), b"bundle", ())
    before = set(server.scan_iter(f"{prefix(project)}*"))
    people = [replace(contact(index), external_id=f"order-{index}") for index in range(3)]
    store.load_leads(CAMPAIGN, list(enumerate(people)), now=NOW)
    store.change_lead(CAMPAIGN, 2, people[1], contact(9), NOW)
    store.withdraw_lead(CAMPAIGN, 1, by="cli", now=NOW)
    assert store.lead_of_number(CAMPAIGN, number(9)) is not None
    store.delete_campaign(CAMPAIGN)
    left = set(server.scan_iter(f"{prefix(project)}*")) - before
    assert left == {f"{prefix(project)}outbox".encode()}
