"""Queues: one order for all workers, nobody in two lines, a wait foretold from what waiting was like."""

from __future__ import annotations

import pytest

from orchestrator.store import Store
from orchestrator.store.waiting import FRESH_MS, Place, Waiting
from tests.store.factories import MINUTE, NOW, SECOND


def join(store: Store, call: str, now: int = NOW, *, most: int | None = None, queue: str = "sales") -> int:
    """The place; 0 when the queue is full."""
    place = store.waiting_room.join("shop", queue, call, "main", most=most, now=now)
    return 0 if place is None else place.position


def leave(store: Store, call: str, now: int = NOW, *, is_reached: bool = False) -> bool:
    return store.waiting_room.leave(call, is_reached=is_reached, now=now)


def test_places_move_up_when_somebody_leaves(store: Store) -> None:
    assert [join(store, call, NOW + at) for at, call in enumerate(["c", "a", "b"])] == [1, 2, 3]
    assert leave(store, "a")
    assert not leave(store, "a")
    place = store.waiting_room.place("b", NOW)
    assert place == Place(position=2, wait_s=None)
    assert store.waiting_room.place("a", NOW) is None
    assert [each.call_id for each in store.waiting_room.waiting()] == ["c", "b"]


def test_whoever_comes_at_the_same_moment_or_by_a_slow_clock_is_behind(store: Store) -> None:
    assert [join(store, call, NOW) for call in ("z", "y", "x")] == [1, 2, 3]
    assert join(store, "w", NOW - MINUTE) == 4


def test_asking_again_keeps_the_place(store: Store) -> None:
    assert [join(store, call) for call in ("a", "b", "a")] == [1, 2, 1]
    assert len(store.waiting_room.waiting()) == 2


def test_nobody_stands_in_two_lines(store: Store) -> None:
    assert [join(store, "a"), join(store, "b")] == [1, 2]
    assert join(store, "a", queue="service") == 1
    assert store.waiting_room.place("b", NOW) == Place(position=1, wait_s=None)
    assert [each.queue for each in store.waiting_room.waiting()] == ["service", "sales"]


def test_a_queue_takes_so_many_and_no_more(store: Store) -> None:
    assert [join(store, call, most=2) for call in ("a", "b", "c")] == [1, 2, 0]
    assert join(store, "b", most=2) == 2
    leave(store, "a")
    assert join(store, "c", most=2) == 2
    assert join(store, "d", most=0) == 0
    assert join(store, "d") == 3


def test_the_wait_is_foretold_from_what_each_place_took_lately(store: Store) -> None:
    """Three callers, each reached a minute after the one before: a place takes about a minute."""
    for call in ("a", "b", "c"):
        join(store, call)
    for turn, call in enumerate(("a", "b", "c"), 1):
        assert store.waiting_room.join("shop", "sales", "x", "main", most=None, now=NOW).wait_s is None  # type: ignore[union-attr]
        leave(store, call, NOW + turn * MINUTE, is_reached=True)
    join(store, "y", NOW + 4 * MINUTE)
    for call, position in (("x", 1), ("y", 2)):
        place = store.waiting_room.place(call, NOW + 4 * MINUTE)
        assert place == Place(position=position, wait_s=60 * position)
    assert store.waiting_room.place("y", NOW + 3 * MINUTE + FRESH_MS + SECOND) == Place(
        position=2, wait_s=None
    )


def test_who_gives_up_says_nothing_of_the_wait(store: Store) -> None:
    for call in "abcd":
        join(store, call)
    for call in "abc":
        leave(store, call, NOW + SECOND)
    assert store.waiting_room.place("d", NOW + SECOND) == Place(position=1, wait_s=None)


def test_only_the_last_twenty_count(store: Store) -> None:
    for turn in range(30):
        join(store, f"call-{turn}", NOW)
        leave(store, f"call-{turn}", NOW + (MINUTE if turn < 10 else SECOND), is_reached=True)
    join(store, "x", NOW + MINUTE)
    assert store.waiting_room.place("x", NOW + MINUTE) == Place(position=1, wait_s=1)


def test_a_caller_is_told_with_queue_and_switch(store: Store) -> None:
    join(store, "a")
    assert store.waiting_room.waiting() == (
        Waiting(call_id="a", scenario="shop", queue="sales", switch="main", joined_at=NOW),
    )


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 65, "{a}", "é"])
def test_no_name_becomes_part_of_another_key(store: Store, name: str) -> None:
    for names in ((name, "sales", "main"), ("shop", name, "main"), ("shop", "sales", name)):
        with pytest.raises(ValueError, match="not a name"):
            store.waiting_room.join(names[0], names[1], "a", names[2], most=None, now=NOW)
