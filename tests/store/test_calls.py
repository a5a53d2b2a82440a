"""A call that came in is recorded once, with all that follows from it."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
import redis

from orchestrator.domain.inbound import CallbackFate, CallEnd, MissedDecision
from orchestrator.domain.lead import Contact
from orchestrator.domain.problem import KnownError
from orchestrator.store import Store
from orchestrator.store.keys import prefix
from tests.store.calls import (
    SHOP,
    SHOP_MISSED,
    all_calls,
    ask,
    call,
    callback,
    missed,
    row_of,
    standing,
    told,
)
from tests.store.factories import DAY, HOUR, MINUTE, NOW


def test_a_call_is_given_back_as_it_was(store: Store) -> None:
    made = call(values=(("order", "0042"),), reached="", result="done")
    assert store.note_call(made, (), None, NOW)
    row = row_of(store, made)
    assert row.call == made
    assert (row.why, row.fate, row.lead_id, row.dropped) == ("", CallbackFate.NONE, None, 0)


def test_a_call_of_which_little_is_known_is_recorded(store: Store) -> None:
    made = call(
        None, answered_at=None, end=CallEnd.LOST, path=(), heard=(), notes=(), recordings=(), called=""
    )
    made = replace(made, queue_wait_s=None, result=None, program="")
    assert store.note_call(made, (), None, NOW)
    assert row_of(store, made).call == made


def test_it_is_recorded_once_and_its_notes_are_told_once(store: Store) -> None:
    standing(store)
    made = call()
    assert store.note_call(made, (told(), told("row")), ask(made), NOW)
    assert not store.note_call(made, (told(),), ask(made), NOW + HOUR)
    assert [(e.kind, e.attempt_id, e.campaign_id, e.lead_id, e.body) for e in store.outbox()] == [
        ("sms", made.call_id, SHOP, 0, told().body),
        ("row", made.call_id, SHOP, 0, told().body),
    ]
    assert callback(store).calls == 1


def test_it_is_known_again_though_another_source_says_it_began_on_the_day_before(store: Store) -> None:
    made = call(at=NOW)
    midnight = NOW // DAY * DAY
    first = replace(made, began_at=midnight + 1, answered_at=None)
    assert store.note_call(first, (), None, NOW)
    assert not store.note_call(replace(first, began_at=midnight - 1), (), None, NOW)
    assert not store.note_call(replace(first, began_at=midnight + DAY), (), None, NOW)
    assert len(all_calls(store)) == 1


def test_calls_are_read_in_the_order_they_began_by_their_time(store: Store) -> None:
    begun = [NOW + offset for offset in (5 * MINUTE, 0, 2 * DAY, -DAY, MINUTE)]
    for at in begun:
        store.note_call(call(at=at + 10_000), (), None, NOW)
    assert [row.call.began_at for row in store.calls(0, NOW + 9 * DAY)] == sorted(begun)
    assert [row.call.began_at for row in store.calls(NOW, NOW + MINUTE)] == [NOW]
    assert [row.call.began_at for row in store.calls(NOW, NOW + MINUTE + 1)] == [NOW, NOW + MINUTE]
    assert list(store.calls(NOW + 3 * DAY, NOW + 4 * DAY)) == []


def test_more_calls_than_are_read_at_a_time(store: Store) -> None:
    for index in range(501):
        store.note_call(call(at=NOW + index, notes=(), path=()), (), None, NOW)
    assert [row.call.ended_at for row in all_calls(store)] == [NOW + index for index in range(501)]


def test_old_days_are_forgotten_and_no_others(store: Store, server: redis.Redis, project: str) -> None:
    for days in range(25):
        store.note_call(call(at=NOW - days * DAY), (), None, NOW)
    assert store.forget_calls(NOW - 2 * DAY) == 22
    assert len(all_calls(store)) == 3
    assert store.forget_calls(NOW - 2 * DAY) == 0
    assert len(list(server.scan_iter(f"{prefix(project)}call*"))) == 2 * 3 + 1


def test_calls_of_another_version_are_one_clear_line(store: Store, server: redis.Redis, project: str) -> None:
    made = call()
    store.note_call(made, (), None, NOW)
    (key,) = server.scan_iter(f"{prefix(project)}call:*")
    server.hset(key, made.call_id, b"added\t1\t0\n" + orjson.dumps(["too", "short"]))
    with pytest.raises(KnownError, match="another version"):
        all_calls(store)


def test_ids_that_are_none_are_refused_before_anything_is_stored(store: Store) -> None:
    for wrong in (call(call_id="a b"), call(scenario="x:y")):
        with pytest.raises(ValueError, match="is not 1 to 100"):
            store.note_call(wrong, (), None, NOW)
    assert all_calls(store) == []


def test_a_callback_goes_to_the_caller_and_to_nobody_else(store: Store) -> None:
    standing(store)
    made = call()
    decision = ask(made)
    assert decision.callback is not None
    other = Contact(numbers=("+79995550000",), zones=("Europe/Moscow",), language="ru")
    with pytest.raises(ValueError, match="to no other"):
        store.note_call(made, (), replace(decision, callback=replace(decision.callback, contact=other)), NOW)


def test_a_withheld_number_is_in_the_record_with_the_reason(store: Store) -> None:
    standing(store)
    made = call(None)
    assert store.note_call(made, (), MissedDecision(why="hung_up", fate=CallbackFate.WITHHELD), NOW)
    row = row_of(store, made)
    assert (row.why, row.fate, row.lead_id) == ("hung_up", CallbackFate.WITHHELD, None)
    assert store.counts(SHOP_MISSED).leads == 0


def test_without_a_standing_campaign_there_is_no_callback_but_a_record(store: Store) -> None:
    row = missed(store)
    assert (row.fate, row.lead_id, row.why) == (CallbackFate.NO_PLAN, None, "hung_up")


def test_who_asks_first_answers_a_question(store: Store) -> None:
    assert store.claim_ask("call-1", 1)
    assert not store.claim_ask("call-1", 1)
    assert store.claim_ask("call-1", 2)
    assert store.claim_ask("call-2", 1)


def test_the_programs_of_a_scenario_are_kept_for_calls_that_are_recorded_late(store: Store) -> None:
    for index in range(10):
        store.serve(SHOP, f"d{index}", f"bundle {index}".encode())
    assert store.served() == {SHOP: "d9"}
    assert store.bundle("d1") is None
    assert store.bundle("d2") == b"bundle 2"
    store.serve(SHOP, "d5", b"bundle 5")
    assert store.served() == {SHOP: "d5"}
    assert store.bundle("d2") == b"bundle 2"


def test_a_program_that_another_scenario_takes_calls_by_is_kept(store: Store) -> None:
    store.serve("other", "d0", b"bundle")
    for index in range(9):
        store.serve(SHOP, f"d{index}", b"bundle")
    assert store.bundle("d0") == b"bundle"
