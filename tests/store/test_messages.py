"""The book of messages: each is in it once, sent at most once by the book, and receipts have the last word."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from orchestrator.domain.message import Message, MessageState, Suppressed, TypedLimit
from orchestrator.store import Store
from orchestrator.store.keys import prefix
from tests.store.factories import NOW, SECOND

ANNA, BORIS = "+79990000001", "+79990000002"
DAY = 86_400_000
QUEUED, SENT, FAILED = MessageState.QUEUED, MessageState.SENT, MessageState.FAILED
DELIVERED, UNDELIVERED = MessageState.DELIVERED, MessageState.UNDELIVERED


def message(name: str = "shop-1-0.0", *, to: str = ANNA, at: int = NOW, **more: Any) -> Message:
    return Message(message_id=name, kind="sms", at=at, to=to, text="Ждём вас", segments=1, **more)


def begin(store: Store, name: str = "shop-1-0.0", *, now: int = NOW, **more: Any) -> tuple[MessageState, str]:
    asked = {key: more.pop(key) for key in ("not_listed", "refused", "typed") if key in more}
    return store.messages.begin(message(name, **more), now, keep_days=30, **asked)


def state_of(store: Store, name: str = "shop-1-0.0") -> tuple[MessageState, str]:
    found = store.messages.of(name)
    assert found is not None
    return found.state, found.why


def test_a_message_is_kept_as_it_was_told(store: Store) -> None:
    more: dict[str, Any] = {"campaign_id": "c", "lead_id": 7, "attempt_id": "a", "rule": "no_choice"}
    assert begin(store, **more) == (QUEUED, "")
    assert store.messages.of("shop-1-0.0") == message(**more, state_at=NOW)
    assert store.messages.of("another") is None


def test_what_was_sent_is_not_sent_again(store: Store) -> None:
    begin(store)
    store.messages.waits("shop-1-0.0", NOW, "the gateway is away")
    assert state_of(store) == (QUEUED, "the gateway is away")
    assert begin(store, now=NOW + SECOND) == (QUEUED, "")
    store.messages.sent("shop-1-0.0", NOW + SECOND)
    assert begin(store, now=NOW + 2 * SECOND) == (SENT, "")


def test_a_failed_one_may_be_tried_again(store: Store) -> None:
    begin(store)
    store.messages.failed("shop-1-0.0", NOW, "no such number")
    assert state_of(store) == (FAILED, "no such number")
    assert begin(store) == (QUEUED, "")


def test_nobody_on_the_do_not_call_list_is_written_to(store: Store) -> None:
    assert begin(store, not_listed=[ANNA]) == (QUEUED, "")
    store.dnc_add([ANNA], "", NOW)
    suppressed = (MessageState.SUPPRESSED, Suppressed.DO_NOT_CALL.value)
    assert begin(store, not_listed=[ANNA]) == suppressed, "put on the list between two tries"
    assert begin(store, "shop-2-0.0", not_listed=["", BORIS, ANNA]) == suppressed
    store.dnc_remove([ANNA])
    assert begin(store, not_listed=[ANNA]) == suppressed, "what was decided stays decided"
    assert begin(store, "shop-3-0.0", refused=Suppressed.NO_ADDRESS)[1] == "no_address"


def test_a_number_that_callers_type_gets_so_many_a_day(store: Store) -> None:
    limit = TypedLimit(day="20261122", per_number=2, per_call=9)
    for n, call in enumerate(("a", "b")):
        assert begin(store, f"m{n}", typed=limit, attempt_id=call)[0] is QUEUED
        assert begin(store, f"m{n}", typed=limit, attempt_id=call)[0] is QUEUED, "tried again, counted once"
    assert begin(store, "m3", typed=limit, attempt_id="c") == (MessageState.SUPPRESSED, "per_number")
    assert begin(store, "m4", typed=limit, attempt_id="c", to=BORIS)[0] is QUEUED
    tomorrow = TypedLimit(day="20261123", per_number=2, per_call=9)
    assert begin(store, "m5", typed=tomorrow, attempt_id="d")[0] is QUEUED


def test_a_caller_cannot_write_to_the_whole_country(store: Store) -> None:
    limit = TypedLimit(day="20261122", per_number=5, per_call=2)
    states = [
        begin(store, f"m{n}", typed=limit, attempt_id="call", to=f"+7999000000{n}")[1] for n in range(4)
    ]
    assert states == ["", "", "per_call", "per_call"]


def test_a_receipt_has_the_last_word(store: Store) -> None:
    begin(store)
    assert store.messages.receipt("shop-1-0.0", DELIVERED, NOW + 5) == "shop-1-0.0"
    store.messages.sent("shop-1-0.0", NOW + 6, reference="gw:77/1")
    assert state_of(store) == (DELIVERED, ""), "the receipt was faster than our own word"
    assert store.messages.receipt("gw:77/1", UNDELIVERED, NOW + 4, "late") == "shop-1-0.0"
    assert state_of(store) == (DELIVERED, ""), "an older receipt changes nothing"
    assert store.messages.receipt("gw:77/1", UNDELIVERED, NOW + 9, "expired") == "shop-1-0.0"
    assert state_of(store, "gw:77/1") == (UNDELIVERED, "expired")
    assert store.messages.receipt("nobody's", DELIVERED, NOW) is None
    with pytest.raises(ValueError, match="not what a receipt says"):
        store.messages.receipt("shop-1-0.0", SENT, NOW)


def test_no_receipt_makes_a_suppressed_one_delivered(store: Store) -> None:
    begin(store, refused=Suppressed.NO_ADDRESS)
    store.messages.receipt("shop-1-0.0", DELIVERED, NOW + 5)
    assert state_of(store) == (MessageState.SUPPRESSED, "no_address")


def test_pages_go_from_the_newest_to_the_oldest_without_a_gap(store: Store) -> None:
    for n in range(7):
        begin(store, f"m{n}", at=NOW + n // 3, to=ANNA if n % 2 else BORIS)
    store.messages.sent("m3", NOW)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = store.messages.page(after=after, limit=2)
        seen += [each.message_id for each in page]
    assert seen == ["m6", "m5", "m4", "m3", "m2", "m1", "m0"]
    of_anna = store.messages.page(number=ANNA)[0]
    assert [each.message_id for each in of_anna] == ["m5", "m3", "m1"]
    assert [each.message_id for each in store.messages.page(state=SENT)[0]] == ["m3"]
    between = store.messages.page(since=NOW + 1, until=NOW + 2)[0]
    assert [each.message_id for each in between] == ["m5", "m4", "m3"]
    with pytest.raises(ValueError, match="invalid literal"):
        store.messages.page(after="nonsense")


def test_those_to_somebody_and_of_a_campaign_are_found_without_reading_all(
    store: Store, server: redis.Redis, project: str
) -> None:
    for n in range(4):
        begin(
            store, f"m{n}", to=ANNA if n % 2 else "a@x.example", campaign_id="c-1" if n < 3 else "", lead_id=n
        )
    begin(store, "like", to="a_x.example")
    server.delete(f"{prefix(project)}messages")

    def ids(**wanted: Any) -> list[str]:
        return [each.message_id for each in store.messages.page(**wanted)[0]]

    assert ids() == []
    assert ids(number=ANNA) == ["m3", "m1"]
    assert ids(number="a@x.example") == ["m2", "m0"]
    assert ids(campaign_id="c-1") == ["m2", "m1", "m0"]
    assert ids(campaign_id="c-1", number=ANNA) == ["m1"]
    assert ids(campaign_id="c-1", lead_id=2) == ["m2"]


def test_old_ones_leave_the_book(store: Store) -> None:
    begin(store, "old")
    begin(store, "new", now=NOW + 31 * DAY, at=NOW + 31 * DAY)
    assert [each.message_id for each in store.messages.page()[0]] == ["new"]
