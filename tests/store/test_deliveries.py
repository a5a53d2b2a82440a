"""Deliveries: made of each entry once, in order per contact, by one deliverer at a time, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.delivery import Delivery, DeliveryState, Taken
from orchestrator.domain.lead import OutboxEntry
from orchestrator.store import Store
from orchestrator.store.deliveries import BATCH, DeliveryBook
from orchestrator.store.keys import prefix
from tests.store.factories import NOW, SECOND, claim_one, contact, done, ending, launch

_tokens = count(1)
LEASE_MS = 60_000


def delivery(
    name: str, *, lane: str = "mail", chain: str = "anna", due_at: int = NOW, **more: Any
) -> Delivery:
    return Delivery(
        delivery_id=name,
        key=f"key-{name}",
        lane=lane,
        chain=chain,
        kind="email",
        at=NOW,
        due_at=due_at,
        **more,
    )


def add(store: Store, *deliveries: Delivery) -> None:
    after, _ = store.deliveries.unrouted()
    assert store.deliveries.route(after, after, deliveries)


def told(store: Store) -> None:
    """One attempt ends, and the outbox hears of it."""
    attempt = claim_one(store)
    entry = OutboxEntry(kind="status", body={"was": "new"})
    assert store.finish(attempt, ending(attempt), done(attempt, outbox=(entry,)), NOW)


def take(
    store: Store, *, by: str = "d1", now: int = NOW, at_once: int = 10, **busy: int
) -> tuple[Taken, ...]:
    return store.deliveries.take(by, f"t{next(_tokens)}", now, at_once=at_once, busy=busy)


def names(taken: tuple[Taken, ...]) -> list[list[str]]:
    return [[d.delivery_id for d in chain.deliveries] for chain in taken]


def states(store: Store) -> dict[str, str]:
    return {row.delivery.delivery_id: row.state.value for row in store.deliveries.rows()}


def broken(server: redis.Redis, project: str) -> list[str]:
    """What is wrong with the deliveries' keys."""
    base = prefix(project) + "outbox:"
    records = set(server.hkeys(f"{base}deliveries"))
    parked = set(server.zrange(f"{base}parked", 0, -1))
    taken = {key.decode() for key in server.hkeys(f"{base}taken")}
    chains = {
        key.decode().removeprefix(f"{base}chain:").replace(":", " "): server.lrange(key, 0, -1)
        for key in server.scan_iter(f"{base}chain:*")
    }
    due = {
        f"{key.decode().removeprefix(f'{base}due:')} {chain.decode()}"
        for key in server.scan_iter(f"{base}due:*")
        for chain in server.zrange(key, 0, -1)
    }
    lanes = {lane.decode() for lane in server.smembers(f"{base}lanes")}
    standing = [name for ids in chains.values() for name in ids]
    found = []
    if len(standing) != len(set(standing)):
        found.append("one stands twice")
    if set(standing) | parked != records or set(standing) & parked:
        found.append(f"records {records}, in chains {standing}, parked {parked}")
    if due & taken or due | taken != set(chains):
        found.append(f"chains {set(chains)}, due {due}, taken {taken}")
    if not {place.split()[0] for place in due} <= lanes:
        found.append(f"lanes {lanes} do not have all of {due}")
    return found


@pytest.fixture(autouse=True)
def nothing_is_astray(store: Store, server: redis.Redis, project: str) -> Iterator[None]:
    yield
    assert broken(server, project) == []


# -- making them


def test_entries_become_deliveries_once_whoever_comes_first(store: Store) -> None:
    launch(store, [contact(1)])
    told(store)
    after, entries = store.deliveries.unrouted()
    assert entries
    upto = entries[-1].entry_id
    assert store.deliveries.route(after, upto, [delivery("1-0.0")])
    assert not store.deliveries.route(after, upto, [delivery("1-0.1")])
    assert states(store) == {"1-0.0": "waiting"}
    assert store.deliveries.unrouted() == (upto, [])


def test_entries_that_nobody_wants_are_passed_over_and_trimmed_later(store: Store) -> None:
    launch(store, [contact(i) for i in range(300)])
    for _ in range(300):
        told(store)
    total = len(store.outbox())
    far_future = 2**42
    assert store.deliveries.trim(far_future) == 0  # nothing has become a delivery yet
    after, entries = store.deliveries.unrouted()
    assert store.deliveries.route(after, entries[-1].entry_id, [])
    assert store.deliveries.trim(1) == 0
    gone = store.deliveries.trim(far_future)
    assert gone > 0
    assert len(store.outbox()) == total - gone
    assert store.deliveries.unrouted()[0] == entries[-1].entry_id


def test_everything_of_a_delivery_comes_back(store: Store) -> None:
    made = delivery(
        "5-1.2",
        campaign_id="shop_line",
        attempt_id="uuid-1",
        target="a@x.example",
        is_batch=True,
        body={"values": {}, "list": [], "text": "Привет, \x00 \u2028", "n": 1.5, "none": None},
    )
    add(store, made)
    ((taken,),) = [chain.deliveries for chain in take(store)]
    assert taken == made
    assert (made.text("n"), made.text("none"), made.text("nothing")) == ("1.5", "", "")


# -- order and sharing


def test_of_one_contact_only_the_first_is_delivered_until_it_is_done(store: Store) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"), delivery("3-0.0", chain="boris"))
    anna, boris = take(store)
    assert names((anna, boris)) == [["1-0.0"], ["3-0.0"]]
    assert take(store) == ()
    assert store.deliveries.done(anna, NOW)
    assert names(take(store)) == [["2-0.0"]]


def test_one_that_failed_holds_up_its_own_contact_and_no_other(store: Store) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"), delivery("3-0.0", chain="boris"))
    anna, _ = take(store)
    assert store.deliveries.later(anna, NOW, due=NOW + SECOND, why="down")
    assert take(store, now=NOW + SECOND - 1) == ()
    (again,) = take(store, now=NOW + SECOND)
    found = again.deliveries[0]
    assert (found.delivery_id, found.tries, found.why, found.tried_at) == ("1-0.0", 1, "down", NOW)


def test_one_lane_that_is_full_holds_up_no_other(store: Store) -> None:
    add(store, *(delivery(f"{i}-0.0", chain=f"c{i}") for i in range(5)), delivery("9-0.0", lane="sms"))
    assert [chain.lane for chain in take(store, at_once=2)] == ["mail", "mail", "sms"]
    assert [chain.lane for chain in take(store, at_once=2, mail=2, sms=1)] == []
    assert [chain.lane for chain in take(store, at_once=2, mail=1)] == ["mail"]


def test_several_deliverers_never_have_the_same(store: Store) -> None:
    add(store, *(delivery(f"{i}-0.0", chain=f"c{i}") for i in range(9)))
    for by in ("d1", "d2"):
        store.deliveries.share(by, ttl_ms=LEASE_MS, running=())
    got = [name for by in ("d1", "d2", "d1") for name in names(take(store, by=by, at_once=3))]
    assert sorted(got) == [[f"{i}-0.0"] for i in range(9)]


def test_a_batch_is_taken_as_a_whole_and_done_as_a_whole(store: Store) -> None:
    digest = [
        delivery(f"{i}-0.0", chain="digest", due_at=NOW + i * SECOND, is_batch=True) for i in range(BATCH + 5)
    ]
    add(store, *digest)
    (taken,) = take(store)
    assert len(taken.deliveries) == BATCH
    add(store, delivery("999999-0.0", chain="digest", due_at=NOW + 9_000 * SECOND, is_batch=True))
    assert store.deliveries.done(taken, NOW)
    assert take(store, now=NOW + (BATCH - 1) * SECOND) == ()
    (rest,) = take(store, now=NOW + BATCH * SECOND)
    assert len(rest.deliveries) == 6


# -- what survives what


def test_what_a_dead_deliverer_had_is_taken_by_another(
    store: Store, server: redis.Redis, project: str
) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"))
    store.deliveries.share("dead", ttl_ms=LEASE_MS, running=())
    (lost,) = take(store, by="dead")
    assert store.deliveries.share("d1", ttl_ms=LEASE_MS, running=()) == 0
    server.delete(f"{prefix(project)}outbox:deliverer:dead")  # its time is over
    assert store.deliveries.share("d1", ttl_ms=LEASE_MS, running=()) == 1
    (found,) = take(store, by="d1")
    assert names((found,)) == [["1-0.0"]]
    assert not store.deliveries.done(lost, NOW)  # it was not dead, only slow
    assert not store.deliveries.later(lost, NOW, due=NOW, why="late")
    assert store.deliveries.done(found, NOW)
    assert states(store) == {"2-0.0": "waiting"}


def test_what_was_taken_without_hearing_of_it_is_given_back(store: Store) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0", chain="boris"))
    (mine, _lost) = take(store)
    assert store.deliveries.share("d1", ttl_ms=LEASE_MS, running=[mine.token]) == 1
    assert names(take(store)) == [["2-0.0"]]


def test_who_goes_in_good_order_leaves_everything_to_the_others(store: Store) -> None:
    add(store, delivery("1-0.0"))
    store.deliveries.share("d1", ttl_ms=LEASE_MS, running=())
    take(store)
    assert store.deliveries.share("d1", ttl_ms=None, running=()) == 1
    assert names(take(store, by="d2")) == [["1-0.0"]]


# -- parking, and what people decide


def test_a_parked_one_waits_for_a_person_and_the_next_goes_on(store: Store) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"))
    (taken,) = take(store)
    assert store.deliveries.park(taken, NOW, why="no such mailbox")
    assert states(store) == {"1-0.0": "parked", "2-0.0": "waiting"}
    (second,) = take(store)
    assert names((second,)) == [["2-0.0"]]
    assert states(store) == {"1-0.0": "parked", "2-0.0": "under_way"}
    assert store.deliveries.retry(["1-0.0", "none", "7-0.0"], NOW) == ("1-0.0",)
    assert take(store) == ()  # order: the second one is under way
    assert store.deliveries.later(second, NOW, due=NOW, why="")
    assert names(take(store)) == [["2-0.0"]]


def test_those_put_back_come_first_and_in_their_old_order(store: Store) -> None:
    add(store, *(delivery(f"{i}-0.0") for i in (9, 10, 11)), delivery("12-0.0"))
    for _ in range(3):
        (taken,) = take(store)
        store.deliveries.park(taken, NOW, why="refused")
    assert store.deliveries.retry(["9-0.0", "11-0.0", "10-0.0"], NOW) == ("9-0.0", "10-0.0", "11-0.0")
    order = []
    while found := take(store):
        order += names(found)
        assert [d.tries for d in found[0].deliveries] == [0]
        store.deliveries.done(found[0], NOW)
    assert order == [["9-0.0"], ["10-0.0"], ["11-0.0"], ["12-0.0"]]


def test_more_can_be_added_and_what_waits_is_not_added_twice(store: Store) -> None:
    add(store, delivery("1-0.0"))
    again = [delivery("1-0.0", lane="other"), delivery("1-0.1000"), delivery("2-0.1000", chain="boris")]
    assert store.deliveries.add(again) == 2
    assert store.deliveries.add(again) == 0
    assert sorted(name for chain in names(take(store)) for name in chain) == ["1-0.0", "2-0.1000"]
    assert [row.delivery.lane for row in store.deliveries.rows()] == ["mail"] * 3
    assert store.deliveries.add([]) == 0


def test_one_that_waits_can_be_tried_at_once(store: Store) -> None:
    add(store, delivery("1-0.0", due_at=NOW + 9_000))
    assert take(store) == ()
    assert not store.deliveries.has_due(NOW)
    assert store.deliveries.retry(["1-0.0"], NOW) == ("1-0.0",)
    assert store.deliveries.has_due(NOW)
    assert names(take(store)) == [["1-0.0"]]
    assert store.deliveries.has_due(NOW)


def test_dropped_ones_are_gone_and_those_under_way_are_not_dropped(store: Store) -> None:
    add(store, *(delivery(f"{i}-0.0") for i in (1, 2, 3)), delivery("4-0.0", chain="boris"))
    (anna, boris) = take(store)
    store.deliveries.park(boris, NOW, why="refused")
    dropped, under_way = store.deliveries.drop(["1-0.0", "2-0.0", "4-0.0", "5-0.0"])
    assert (dropped, under_way) == (("2-0.0", "4-0.0"), ("1-0.0",))
    store.deliveries.done(anna, NOW)
    assert states(store) == {"3-0.0": "waiting"}


def test_figures_tell_what_each_lane_has_done(store: Store) -> None:
    add(
        store, delivery("1-0.0"), delivery("2-0.0", lane="webhook@crm"), delivery("3-0.0", lane="webhook@crm")
    )
    mail, crm = take(store)
    store.deliveries.done(mail, NOW)
    store.deliveries.later(crm, NOW, due=NOW, why="down")
    store.deliveries.drop(["3-0.0"])
    figures = store.deliveries.figures()
    assert (figures["mail"].delivered, figures["mail"].delivered_at) == (1, NOW)
    assert (figures["webhook@crm"].failed, figures["webhook@crm"].dropped) == (1, 1)
    assert figures["webhook@crm"].delivered_at is None


# -- any order of events

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "take", "done", "later", "park", "retry", "drop", "die"]), st.integers(0, 6)
    ),
    max_size=60,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_nothing_is_lost_doubled_or_overtaken(
    store: Store, server: redis.Redis, project: str, actions: list[tuple[str, int]]
) -> None:
    book: DeliveryBook = store.deliveries
    server.delete(*server.keys(f"{prefix(project)}*"), "none")
    numbers, now = count(1), NOW
    open_: set[str] = set()
    delivered: dict[str, list[tuple[int, ...]]] = {}
    held: list[Taken] = []
    has_gone_back = False
    for what, n in actions:
        now += 1
        if what == "add":
            name = f"{next(numbers)}-0.0"
            add(store, delivery(name, chain=f"c{n % 3}", due_at=now, is_batch=n % 3 == 2))
            open_.add(name)
        elif what == "take":
            held += take(store, now=now, at_once=n)
        elif what == "die":
            book.share("d1", ttl_ms=None, running=())
            held.clear()
        elif what in ("retry", "drop") and open_:
            name = sorted(open_)[n % len(open_)]
            has_gone_back |= what == "retry"
            if what == "retry":
                assert book.retry([name], now) == (name,)
            elif name in book.drop([name])[0]:
                open_.discard(name)
        elif held:
            taken = held.pop(n % len(held))
            ids = [d.delivery_id for d in taken.deliveries]
            if what == "later":
                assert book.later(taken, now, due=now + n, why="down")
            elif what == "park":
                assert book.park(taken, now, why="refused")
            elif what == "done":
                assert book.done(taken, now)
                assert open_ >= set(ids)
                open_ -= set(ids)
                delivered.setdefault(taken.chain, []).extend(d.delivery_id for d in taken.deliveries)
        assert set(states(store)) == open_
        assert broken(server, project) == []
    if not has_gone_back:
        for order in delivered.values():
            assert [int(name.split("-")[0]) for name in order] == sorted(int(n.split("-")[0]) for n in order)
    assert {row.state for row in book.rows()} <= set(DeliveryState)
