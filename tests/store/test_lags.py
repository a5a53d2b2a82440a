"""How far behind the outbox is, by place."""

from __future__ import annotations

from orchestrator.store import Store
from orchestrator.store.lags import LaneLag
from tests.store.factories import NOW, contact, launch
from tests.store.test_deliveries import add, delivery, take, told


def test_each_place_tells_what_waits_and_since_when(store: Store) -> None:
    lag = store.deliveries.lag()
    assert (lag.lanes, lag.parked, lag.unrouted_at) == ((), 0, None)
    add(
        store,
        delivery("20-0.0", due_at=NOW + 5_000),
        delivery("9-10.0", chain="boris"),
        delivery("10-0.1", lane="sms"),
        delivery("30-0.0"),
    )
    mail, sms = store.deliveries.lag().lanes
    assert mail == LaneLag(lane="mail", waiting=2, under_way=0, oldest_at=NOW)
    assert (sms.lane, sms.waiting) == ("sms", 1)


def test_the_oldest_is_told_also_while_it_is_under_way_and_not_once_it_is_parked(store: Store) -> None:
    add(store, delivery("9-1.0", chain="boris"), delivery("9-2.0", lane="sms", due_at=NOW + 9))
    [taken] = take(store)
    lanes = {each.lane: each for each in store.deliveries.lag().lanes}
    assert lanes["mail"] == LaneLag(lane="mail", waiting=0, under_way=1, oldest_at=NOW)
    assert store.deliveries.park(taken, NOW, why="refused")
    lag = store.deliveries.lag()
    assert lag.parked == 1
    assert all(each.oldest_at is None for each in lag.lanes if each.lane == "mail")


def test_entries_that_nobody_has_looked_at_yet_are_late_too(store: Store) -> None:
    launch(store, [contact(1)])
    told(store)
    assert store.deliveries.lag().unrouted_at == NOW
