"""Leads are withdrawn while their campaign runs, in whatever state they are; leads and attempts by the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import OutboxEntry, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.store import Moved, Store
from tests.store.desk import change, known, lead, opened, told, withdraw
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    NOW,
    OMSK,
    claim_one,
    contact,
    done,
    ending,
    held,
    number,
    request,
    retry,
)


def test_a_lead_that_waits_for_its_call_is_withdrawn_at_once(store: Store) -> None:
    opened(store, replace(known(1, "a"), zones=(OMSK,)), contact(2))
    assert withdraw(store, note="paid") is Withdrawn.WITHDRAWN
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "withdrawn")
    (entry,) = store.outbox()
    assert (entry.kind, entry.lead_id, entry.attempt_id) == ("status", 1, "")
    assert entry.body == {
        "status": "withdrawn",
        "number": number(1),
        "note": "paid",
        "by": "api",
        "external_id": "a",
    }
    assert withdraw(store) is Withdrawn.DONE_ALREADY
    assert claim_one(store).lead_id == 2


@pytest.mark.parametrize("case", ["waiting", "held", "changed"])
def test_every_open_lead_is_withdrawn(store: Store, case: str) -> None:
    opened(store, contact(1))
    if case == "changed":
        change(store, contact(2))
    else:
        attempt = claim_one(store)
        decision = retry(attempt, NOW + HOUR) if case == "waiting" else held(attempt)
        store.finish(attempt, ending(attempt), decision, NOW)
    assert withdraw(store) is Withdrawn.WITHDRAWN
    counts = store.counts(CAMPAIGN)
    assert (counts.done, counts.by_status) == (1, {"withdrawn": 1})
    assert store.claim(request(now=NOW + DAY)).attempts == ()


def test_a_lead_that_is_being_called_is_withdrawn_after_its_call(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    assert withdraw(store) is Withdrawn.AFTER_CALL
    assert withdraw(store) is Withdrawn.AFTER_CALL
    assert told(store) == []
    assert store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "withdrawn")
    assert told(store) == [("status", "withdrawn")]


def test_what_a_call_that_was_taken_came_to_stands(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    withdraw(store)
    store.finish(attempt, ending(attempt, Disposition.ANSWERED, result="confirmed"), done(attempt), NOW)
    assert lead(store).state.status == "confirmed"
    assert told(store) == []


@pytest.mark.parametrize("disposition", [Disposition.NO_ANSWER, Disposition.INVALID_NUMBER])
def test_nobody_is_told_of_a_call_in_vain_to_a_contact_that_was_withdrawn_during_it(
    store: Store, disposition: Disposition
) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    withdraw(store, note="paid", cancel=True)
    sorry = OutboxEntry(kind="sms", body={"to": "+79990000001", "text": "We could not reach you"})
    exhausted = done(attempt, "not_reached", (sorry, OutboxEntry(kind="exhausted", body={})))
    assert store.finish(attempt, ending(attempt, disposition), exhausted, NOW)
    assert (lead(store).phase, lead(store).state.status) == (Phase.DONE, "withdrawn")
    assert told(store) == [("status", "withdrawn")]
    assert [entry.kind for entry in store.outbox()] == ["status"]
    counts = store.counts(CAMPAIGN)
    assert (counts.attempts, counts.by_status) == (1, {"withdrawn": 1})
    assert lead(store).state.attempts == 1


def test_a_withdrawn_lead_is_not_called_when_its_claim_is_undone_or_nobody_knows_how_it_ended(
    store: Store,
) -> None:
    opened(store, contact(1), contact(2))
    first, second = store.claim(request(2)).attempts
    withdraw(store)
    withdraw(store, 2)
    store.release(first, NOW)
    store.finish(second, ending(second), held(second), NOW)
    assert store.counts(CAMPAIGN).by_status == {"withdrawn": 2}


def test_withdrawn_and_changed_during_one_call(store: Store) -> None:
    opened(store, contact(1))
    attempt = claim_one(store)
    change(store, contact(2))
    withdraw(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    assert (lead(store).state.status, lead(store).contact) == ("withdrawn", contact(2))


def test_only_leads_that_are_there_are_withdrawn_and_by_the_name_they_still_have(store: Store) -> None:
    opened(store, known(1, "a"), contact(2))
    assert withdraw(store, 9) is Withdrawn.NO_SUCH_LEAD
    with pytest.raises(Moved):
        withdraw(store, 2, external_id="a")


def test_a_call_that_need_not_ring_on_is_told_to_its_worker_once(store: Store) -> None:
    opened(store, contact(1), contact(2))
    first, second = store.claim(request(2)).attempts
    withdraw(store)
    assert store.take_cancels("w1") == (), "nobody asked for it"
    withdraw(store, cancel=True)
    withdraw(store, 2, cancel=True)
    assert store.take_cancels("w2") == ()
    store.release(second, NOW)
    assert store.take_cancels("w1") == (first.attempt_id,)
    assert store.take_cancels("w1") == ()


# Pages


def test_leads_come_by_the_page_as_they_are_asked_for(store: Store) -> None:
    opened(store, *(known(index, f"id-{index}") for index in range(5)))
    withdraw(store, 2)
    page = store.leads_page(CAMPAIGN, limit=2)
    assert ([row.lead_id for row in page.items], page.next) == ([1, 2], 2)
    page = store.leads_page(CAMPAIGN, after=2, limit=3)
    assert ([row.lead_id for row in page.items], page.next) == ([3, 4, 5], None)
    for wanted, found in (
        ({"phase": Phase.DONE}, [2]),
        ({"status": "new"}, [1, 3, 4, 5]),
        ({"number": number(3)}, [4]),
        ({"external_id": "id-4"}, [5]),
        ({"external_id": "id-4", "phase": Phase.DONE}, []),
        ({"number": "nonsense"}, []),
        ({"external_id": "id-1", "after": 2}, []),
    ):
        page = store.leads_page(CAMPAIGN, **wanted)  # type: ignore[arg-type]  # what is asked for
        assert ([row.lead_id for row in page.items], page.next) == (found, None)
    with pytest.raises(KnownError, match="no campaign"):
        store.leads_page("nothing")


def test_attempts_come_by_the_page_of_one_lead_or_all(store: Store) -> None:
    opened(store, contact(1), contact(2))
    for hour in range(2):
        for attempt in store.claim(request(2, now=NOW + hour * HOUR)).attempts:
            store.finish(
                attempt, ending(attempt), retry(attempt, NOW + hour * HOUR + HOUR), NOW + hour * HOUR
            )
    page = store.attempts_page(CAMPAIGN, limit=3)
    assert page.next is not None
    rest = store.attempts_page(CAMPAIGN, after=page.next, limit=3)
    assert [row.attempt.lead_id for row in (*page.items, *rest.items)] == [1, 2, 1, 2]
    assert rest.next is None
    of_one = store.attempts_page(CAMPAIGN, lead_id=2)
    assert [row.attempt.lead_id for row in of_one.items] == [2, 2]
    with pytest.raises(KnownError, match="no campaign"):
        store.attempts_page("nothing")
