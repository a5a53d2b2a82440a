"""Redis did it, but the reply was lost: deliveries are neither made twice, nor kept by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from orchestrator.store import Store, open_store
from tests.store.factories import NOW
from tests.store.servers import Wire
from tests.store.test_deliveries import LEASE_MS, add, delivery, names, states, take


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
    opened.deliveries.share("warm", ttl_ms=None, running=())
    yield opened
    assert wire.lost == 1
    opened.close()


def test_entries_become_deliveries_once(store: Store, far: Store, wire: Wire) -> None:
    wire.lose_next_reply()
    assert not far.deliveries.route(
        "0-0", "1-0", [delivery("1-0.0")]
    )  # it was, but that is for nobody to know
    assert states(store) == {"1-0.0": "waiting"}
    assert store.deliveries.unrouted()[0] == "1-0"


def test_replays_are_added_once(store: Store, far: Store, wire: Wire) -> None:
    wire.lose_next_reply()
    assert far.deliveries.add([delivery("1-0.1000")]) == 0  # it was, but that is for nobody to know
    assert states(store) == {"1-0.1000": "waiting"}
    assert names(take(store)) == [["1-0.1000"]]


def test_what_was_taken_twice_is_given_back(store: Store, far: Store, wire: Wire) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0", chain="boris"))
    wire.lose_next_reply()
    second = take(far, at_once=1)
    assert names(second) == [["2-0.0"]]  # the first is ours too, and we do not know
    assert far.deliveries.share("d1", ttl_ms=LEASE_MS, running=[second[0].token]) == 1
    assert names(take(far)) == [["1-0.0"]]


@pytest.mark.parametrize("outcome", ["done", "later", "park"])
def test_an_outcome_is_told_once(store: Store, far: Store, wire: Wire, outcome: str) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"))
    (taken,) = take(far)
    wire.lose_next_reply()
    match outcome:
        case "done":
            assert not far.deliveries.done(taken, NOW)
            assert states(store) == {"2-0.0": "waiting"}
        case "later":
            assert not far.deliveries.later(taken, NOW, due=NOW, why="down")
            assert [row.delivery.tries for row in store.deliveries.rows()] == [1, 0]
        case _:
            assert not far.deliveries.park(taken, NOW, why="refused")
            assert states(store) == {"1-0.0": "parked", "2-0.0": "waiting"}


def test_a_parked_one_is_put_back_once(store: Store, far: Store, wire: Wire) -> None:
    add(store, delivery("1-0.0"), delivery("2-0.0"))
    (taken,) = take(store)
    store.deliveries.park(taken, NOW, why="refused")
    wire.lose_next_reply()
    assert far.deliveries.retry(["1-0.0"], NOW) == ("1-0.0",)
    assert states(store) == {"1-0.0": "waiting", "2-0.0": "waiting"}
    assert names(take(store)) == [["1-0.0"]]
