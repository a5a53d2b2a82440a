"""Redis did it, but the reply was lost: the call is made again, and it is as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from orchestrator.domain.consent import Consent, ConsentHow, GivenAs
from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.store import Added, Already, LeadRow, Store, open_store
from orchestrator.store.leads import one_lead
from tests.store.calls import ask, call, callback, standing, told
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    NOW,
    campaign,
    contact,
    done,
    ending,
    held,
    launch,
    number,
    request,
)
from tests.store.servers import Wire


@pytest.fixture
def wire(data_folder: Path, server: redis.Redis, tmp_path: Path) -> Iterator[Wire]:
    opened = Wire(tmp_path / "w.sock", data_folder / "store" / "redis.sock")
    yield opened
    opened.close()


@pytest.fixture
def far(wire: Wire, store: Store, project: str) -> Iterator[Store]:
    """The same project as `store`, over the wire."""
    opened = open_store(f"unix://{wire.path}", folder=wire.path.parent, project=project)
    opened.campaigns()
    yield opened
    assert wire.lost == 1
    opened.close()


def test_a_claim_gives_what_it_gave_the_first_time(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(i) for i in range(9)])
    far.claim(request(1))
    wire.lose_next_reply()
    attempts = far.claim(request(4)).attempts
    assert len(attempts) == 4
    assert store.counts(CAMPAIGN).dialing == 5
    assert {a.attempt_id for a in store.live()} >= {a.attempt_id for a in attempts}


def test_an_ending_is_applied_once(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(i) for i in range(2)])
    first, second = far.claim(request(2)).attempts
    far.finish(first, ending(first), done(first), NOW)
    wire.lose_next_reply()
    far.finish(second, ending(second), done(second), NOW)
    assert store.counts(CAMPAIGN).attempts == 2
    assert len(list(store.history(CAMPAIGN))) == 2


def test_a_batch_of_contacts_is_loaded_once_and_reported_as_added(
    store: Store, far: Store, wire: Wire
) -> None:
    store.create_campaign(campaign(), b"", ())
    assert far.load_leads(CAMPAIGN, [(1, contact(1))], now=NOW) == [Added(lead_id=1)]
    wire.lose_next_reply()
    assert far.load_leads(CAMPAIGN, [(2, contact(2))], now=NOW) == [Added(lead_id=2)]
    assert store.counts(CAMPAIGN).leads == 2


def test_a_change_of_state_that_was_made_says_so(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(1)])
    wire.lose_next_reply()
    assert far.set_state(CAMPAIGN, CampaignState.PAUSED, among=frozenset({CampaignState.RUNNING}), now=NOW)


def test_a_campaign_is_created_once(store: Store, far: Store, wire: Wire) -> None:
    wire.lose_next_reply()
    far.create_campaign(campaign(), b"", ())
    assert store.campaign(CAMPAIGN) == campaign()


def test_a_deletion_is_carried_to_its_end(store: Store, far: Store, wire: Wire) -> None:
    store.create_campaign(campaign(), b"", ())
    wire.lose_next_reply()
    far.delete_campaign(CAMPAIGN)
    assert store.campaigns() == ()


def test_adopted_attempts_are_not_forgotten(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(i) for i in range(3)])
    store.claim(request(2, worker="w1"))
    store.claim(request(1, worker="w2"))
    far.adopt("nobody", "w2")
    wire.lose_next_reply()
    assert len(far.adopt("w1", "w2")) == 3  # more than were handed over, but none is missed


def test_a_released_attempt_is_released_once(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(1)])
    (attempt,) = far.claim(request(1)).attempts
    wire.lose_next_reply()
    far.release(attempt, NOW)
    assert store.counts(CAMPAIGN).ready == 1


def test_a_persons_decision_is_carried_out_once(store: Store, far: Store, wire: Wire) -> None:
    launch(store, [contact(1)])
    (attempt,) = far.claim(request(1)).attempts
    far.finish(attempt, ending(attempt), held(attempt), NOW)
    wire.lose_next_reply()
    far.close_lead(CAMPAIGN, 1, "closed", NOW)
    assert len(store.outbox()) == 1


def test_reading_is_repeated_too(store: Store, far: Store, wire: Wire) -> None:
    store.dnc_add([number(1)], "", NOW)
    wire.lose_next_reply()
    assert len(list(far.dnc_list())) == 1


def test_scripts_are_sent_again_when_redis_forgot_them(store: Store, server: redis.Redis) -> None:
    launch(store, [contact(1), contact(2)])
    server.script_flush()
    assert len(store.claim(request(2)).attempts) == 2


def test_a_redis_that_stays_away_is_one_clear_line(
    data_folder: Path, server: redis.Redis, tmp_path: Path
) -> None:
    wire = Wire(tmp_path / "w.sock", data_folder / "store" / "redis.sock")
    far = open_store(f"unix://{wire.path}", folder=tmp_path, project="gone", patience_s=0.2)
    wire.close()
    wire.path.unlink()
    far._db.client.connection_pool.disconnect()
    with pytest.raises(KnownError, match=rf"Redis at unix://{wire.path} cannot be reached") as caught:
        far.campaigns()
    assert "\n" not in str(caught.value)


def test_a_call_is_recorded_once_and_that_is_known(store: Store, far: Store, wire: Wire) -> None:
    standing(store)
    made = call()
    wire.lose_next_reply()
    assert far.note_call(made, (told(),), ask(made), NOW)
    assert not far.note_call(made, (told(),), ask(made), NOW)
    assert len(store.outbox()) == 1
    assert callback(store).calls == 1


def test_a_question_is_answered_by_who_claimed_it(store: Store, far: Store, wire: Wire) -> None:
    wire.lose_next_reply()
    assert far.claim_ask("call-1", 1)
    assert not store.claim_ask("call-1", 1)


def test_a_standing_campaign_keeps_the_program_before(store: Store, far: Store, wire: Wire) -> None:
    standing(store, program="c1")
    wire.lose_next_reply()
    standing(far, program="c2")
    assert store.bundle("c1") is not None
    assert store.bundle("c2") is not None


def test_a_scenario_is_served_once(store: Store, far: Store, wire: Wire) -> None:
    wire.lose_next_reply()
    far.serve("shop_line", "d1", b"bundle")
    assert store.served() == {"shop_line": "d1"}


def test_old_calls_are_forgotten_to_the_last_day(store: Store, far: Store, wire: Wire) -> None:
    for days in range(12):
        store.note_call(call(at=NOW - days * DAY), (), None, NOW)
    wire.lose_next_reply()
    far.forget_calls(NOW)
    assert len(list(store.calls(0, NOW + DAY))) == 1


def _opened(store: Store) -> None:
    store.create_campaign(replace(campaign(), state=CampaignState.RUNNING, is_open=True), b"", ())


def test_a_batch_that_enters_a_running_campaign_is_stored_once(store: Store, far: Store, wire: Wire) -> None:
    _opened(store)
    far.load_leads(CAMPAIGN, [(1, contact(0))], now=NOW)
    wire.lose_next_reply()
    found = far.load_leads(CAMPAIGN, [(1, contact(1)), (2, contact(2))], now=NOW)
    assert found == [Added(lead_id=2), Added(lead_id=3)]
    assert store.counts(CAMPAIGN).leads == 3


def test_a_lead_is_changed_once(store: Store, far: Store, wire: Wire) -> None:
    _opened(store)
    far.load_leads(CAMPAIGN, [(1, contact(1)), (2, contact(3))], now=NOW)
    far.change_lead(CAMPAIGN, 2, contact(3), contact(4), NOW)
    wire.lose_next_reply()
    assert far.change_lead(CAMPAIGN, 1, contact(1), contact(2), NOW) == Already(
        campaign_id=CAMPAIGN, lead_id=1
    )
    found = store.lead(CAMPAIGN, 1)
    assert found is not None
    assert found.contact == contact(2)


def test_a_lead_is_withdrawn_once_and_its_owner_is_told_so(
    store: Store, far: Store, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opened(store)
    far.load_leads(CAMPAIGN, [(1, contact(1)), (2, contact(2))], now=NOW)
    far.withdraw_lead(CAMPAIGN, 2, by="api", now=NOW)

    def found_at_last(*arguments: object) -> LeadRow | None:
        row = one_lead(*arguments)  # type: ignore[arg-type]  # as it was called
        wire.lose_next_reply()
        return row

    monkeypatch.setattr("orchestrator.store.changing.one_lead", found_at_last)
    assert far.withdraw_lead(CAMPAIGN, 1, by="api", now=NOW) is Withdrawn.WITHDRAWN
    assert len(store.outbox()) == 2


def test_a_campaign_is_closed_once(store: Store, far: Store, wire: Wire) -> None:
    _opened(store)
    wire.lose_next_reply()
    assert far.close_campaign(CAMPAIGN)


def test_what_people_agree_to_and_take_back_is_kept_and_told_once(
    store: Store, far: Store, wire: Wire
) -> None:
    given = Consent(number=number(1), purpose="news", given_at=NOW - DAY, how=ConsentHow.WEB)
    other = replace(given, number=number(2))
    far.consents.give([other], now=NOW)
    far.consents.withdraw(number(2), None, how=ConsentHow.SMS, note="", now=NOW, also_dnc=True)
    wire.lose_next_reply()
    assert far.consents.give([given], now=NOW) == [GivenAs.KNOWN], "by then we have it"
    assert store.consents.of(number(1)) == (given,)
    assert [entry.body["what"] for entry in store.outbox()] == ["given", "withdrawn", "given"]


def test_a_withdrawal_tells_again_what_it_ended(store: Store, far: Store, wire: Wire) -> None:
    given = Consent(number=number(1), purpose="news", given_at=NOW - DAY, how=ConsentHow.WEB)
    far.consents.give([given], now=NOW, is_told=False)
    far.consents.withdraw(number(2), None, how=ConsentHow.SMS, note="", now=NOW, also_dnc=True)
    wire.lose_next_reply()
    assert far.consents.withdraw(number(1), None, how=ConsentHow.SMS, note="", now=NOW, also_dnc=True) == 1
    assert [entry.body["number"] for entry in store.outbox()] == [number(2), number(1)]
