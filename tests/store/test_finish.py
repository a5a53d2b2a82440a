"""An attempt ends once, and everything that follows from it happens at once."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import redis

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Decision,
    Ending,
    LeadState,
    Next,
    NextKind,
    OutboxEntry,
    Phase,
    WaitReason,
)
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from orchestrator.store.keys import prefix
from tests.store.factories import (
    CAMPAIGN,
    HOUR,
    NOW,
    claim_one,
    contact,
    done,
    ending,
    gateway,
    held,
    launch,
    number,
    request,
    retry,
)


def test_an_attempt_ends_once(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    told = OutboxEntry(kind="result", body={"result": "confirmed"})
    assert store.finish(attempt, ending(attempt, Disposition.ANSWERED), done(attempt, outbox=(told,)), NOW)
    before = (store.counts(CAMPAIGN), list(store.history(CAMPAIGN)), store.outbox(), store.lead(CAMPAIGN, 1))
    assert not store.finish(attempt, ending(attempt, Disposition.LOST), held(attempt), NOW + 1)
    assert not store.release(attempt, NOW + 1)
    assert (
        store.counts(CAMPAIGN),
        list(store.history(CAMPAIGN)),
        store.outbox(),
        store.lead(CAMPAIGN, 1),
    ) == before
    assert store.live() == []


def test_twice_in_one_batch_is_once(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    first, second = store.claim(request(2)).attempts
    items = [(a, ending(a), retry(a, NOW + HOUR)) for a in (first, second, first)]
    assert store.finish_many(items, NOW) == [True, True, False]
    assert store.counts(CAMPAIGN).attempts == 2


def test_no_endings_is_no_call(store: Store) -> None:
    assert store.finish_many([], NOW) == []


def test_more_endings_than_one_script_takes(store: Store) -> None:
    launch(store, [contact(i) for i in range(150)])
    attempts = [*store.claim(request(100)).attempts, *store.claim(request(50)).attempts]
    assert store.finish_many([(a, ending(a), done(a)) for a in attempts], NOW) == [True] * 150


def test_a_stranger_is_not_finished(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    attempt = claim_one(store)
    store.release(attempt, NOW)
    assert not store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert store.counts(CAMPAIGN).attempts == 0


def test_counts_say_what_happened(store: Store) -> None:
    launch(store, [contact(i) for i in range(5)])
    a, b, c, d, _ = store.claim(request(5)).attempts
    store.finish(a, ending(a, Disposition.ANSWERED, result="confirmed"), done(a), NOW)
    store.finish(b, ending(b, Disposition.MACHINE), retry(b, NOW + HOUR), NOW)
    store.finish(c, ending(c, Disposition.LOST), held(c), NOW)
    store.finish(d, ending(d), retry(d, NOW, status="call back, 10%: да"), NOW)
    counts = store.counts(CAMPAIGN)
    assert (counts.leads, counts.ready, counts.waiting, counts.dialing, counts.done, counts.held) == (
        5,
        1,
        1,
        1,
        1,
        1,
    )
    assert (counts.attempts, counts.answered) == (4, 2)
    assert counts.by_disposition == {"answered": 1, "machine": 1, "lost": 1, "busy": 1}
    assert counts.by_result == {"confirmed": 1}
    assert counts.by_status == {"new": 3, "confirmed": 1, "call back, 10%: да": 1}


def test_the_log_gives_back_all_that_was_known(store: Store) -> None:
    launch(store, [contact(1, 2, name='Дарья "Даша"\n', order="0042")])
    attempt = claim_one(store)
    facts = Ending(
        attempt_id=attempt.attempt_id,
        disposition=Disposition.ANSWERED,
        cause="NORMAL_CLEARING",
        result="confirmed",
        path=("0.0 start", "4.2 key 1"),
        heard=("hello", "choice"),
        values=(("code", "0042"), ("b", "")),
        rang_at=NOW + 500,
        answered_at=NOW + 1000,
        ended_at=NOW + 2000,
        detail="sip 200",
    )
    after = LeadState(
        attempts=1,
        tries=2,
        phone=1,
        given_up=(0,),
        retries=(("busy", 2), ("не дошло: x,y", 1)),
        status="call back",
    )
    following = Next(kind=NextKind.DUE, at=NOW + HOUR, reason=WaitReason.NEXT_DAY)
    store.finish(
        attempt, facts, Decision(rule="confirmed", state=after, next=following, uncount_number=False), NOW
    )
    row = next(store.history(CAMPAIGN))
    assert (row.attempt, row.ending, row.rule, row.state, row.next) == (
        attempt,
        facts,
        "confirmed",
        after,
        following,
    )
    lead = store.lead(CAMPAIGN, 1)
    assert lead is not None
    assert (lead.state, lead.phase, lead.due_at, lead.reason) == (
        after,
        Phase.WAITING,
        NOW + HOUR,
        WaitReason.NEXT_DAY,
    )
    assert claim_one(store, now=NOW + HOUR).state == after


def test_an_ending_with_nothing_known_is_kept_too(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    facts = Ending(attempt_id=attempt.attempt_id, disposition=Disposition.CANCELLED, cause="")
    store.finish(attempt, facts, done(attempt), NOW)
    assert next(store.history(CAMPAIGN)).ending == facts


def test_the_log_is_in_the_order_of_ending(store: Store) -> None:
    launch(store, [contact(i) for i in range(1200)])
    ended = []
    for _ in range(12):
        attempts = list(reversed(store.claim(request(100)).attempts))
        store.finish_many([(a, ending(a), done(a)) for a in attempts], NOW)
        ended += [a.attempt_id for a in attempts]
    assert [row.attempt.attempt_id for row in store.history(CAMPAIGN)] == ended


def test_the_outbox_is_written_with_its_cause(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    entries = (OutboxEntry(kind="status", body={"status": "готово"}), OutboxEntry(kind="exhausted", body={}))
    store.finish(attempt, ending(attempt), done(attempt, outbox=entries), NOW + 5)
    first, second = store.outbox()
    assert (first.kind, first.body, first.at, first.attempt_id) == (
        "status",
        {"status": "готово"},
        NOW + 5,
        attempt.attempt_id,
    )
    assert (second.kind, second.body, second.campaign_id, second.lead_id) == ("exhausted", {}, CAMPAIGN, 1)
    assert store.outbox(after=first.entry_id) == [second]
    assert store.outbox(limit=1) == [first]


@pytest.mark.parametrize("reason", list(WaitReason))
def test_every_reason_to_wait_is_a_place_to_wait(store: Store, reason: WaitReason) -> None:
    """Those that are no reason of the rules wait as a retry: nothing is ever lost in a set nobody looks at."""
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR, reason=reason), NOW)
    assert store.counts(CAMPAIGN).waiting == 1
    assert claim_one(store, now=NOW + HOUR).lead_id == 1


def test_a_retry_that_is_due_already_is_ready(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert store.counts(CAMPAIGN).ready == 1


def test_an_ending_frees_the_number_and_the_channel(store: Store) -> None:
    launch(store, [contact(1)])
    one = (gateway(channels=1),)
    for _ in range(3):
        attempt = claim_one(store, gateways=one)
        store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)


def test_a_released_claim_never_was(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store, per_day=1, project_ever=1)
    assert store.release(attempt, NOW)
    assert not store.release(attempt, NOW)
    again = claim_one(store, per_day=1, project_ever=1)
    assert again.state == attempt.state
    assert store.counts(CAMPAIGN).attempts == 0


def test_a_release_after_retries_restores_the_state_before(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    second = claim_one(store)
    store.release(second, NOW)
    row = store.lead_of_number(CAMPAIGN, number(1))
    assert row is not None
    assert (row.phase, row.state) == (Phase.READY, second.state)


# -- held for a person ----------------------------------------------------------------------------------------


def test_a_held_lead_is_called_again_only_when_a_person_says_so(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt, Disposition.LOST), held(attempt), NOW)
    assert store.claim(request(1, now=NOW + 1000 * HOUR)).attempts == ()
    assert store.resume_lead(CAMPAIGN, 1, NOW)
    assert not store.resume_lead(CAMPAIGN, 1, NOW)
    assert claim_one(store).state.attempts == 1


def test_a_held_lead_can_be_closed(store: Store) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    assert not store.close_lead(CAMPAIGN, 1, "x", NOW)
    store.finish(attempt, ending(attempt, Disposition.LOST), held(attempt), NOW)
    assert store.close_lead(CAMPAIGN, 1, "reached by hand", NOW)
    assert not store.close_lead(CAMPAIGN, 1, "x", NOW)
    assert not store.resume_lead(CAMPAIGN, 1, NOW)
    assert store.counts(CAMPAIGN).by_status == {"reached by hand": 1}
    assert [entry.body for entry in store.outbox()] == [{"status": "reached by hand", "by": "person"}]


def test_a_person_decides_about_leads_that_exist(store: Store) -> None:
    launch(store, [contact(1)])
    assert not store.resume_lead(CAMPAIGN, 7, NOW)
    assert not store.close_lead(CAMPAIGN, 7, "x", NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: [*entry, "what the next version adds"],
        lambda entry: entry[:-3],
        lambda entry: [*entry[:5], "a disposition to come", *entry[6:]],
        lambda entry: [*entry[:2], 99, *entry[3:]],
        lambda entry: {"attempt": entry[0]},
    ],
)
def test_a_log_of_another_version_is_one_clear_line(
    store: Store, server: redis.Redis, project: str, change: Callable[[list[object]], object]
) -> None:
    launch(store, [contact(1)])
    attempt = claim_one(store)
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    key = f"{prefix(project)}campaign:{CAMPAIGN}:log"
    [(entry_id, fields)] = server.xrange(key)
    server.delete(key)
    server.xadd(key, {"e": orjson.dumps(change(orjson.loads(fields[b"e"])))}, id=entry_id)
    with pytest.raises(
        KnownError, match=rf"^the attempts of {CAMPAIGN} were stored by another version .*read them"
    ):
        list(store.history(CAMPAIGN))
