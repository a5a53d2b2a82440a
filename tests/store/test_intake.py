"""Whose turn an intake is, and what is kept of a round that was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from orchestrator.store import Store, open_store
from orchestrator.store.intake import MOST_ERRORS, IntakeChange, IntakeError, IntakeRound, IntakeRow, NotOurs
from orchestrator.store.keys import prefix
from tests.store.factories import NOW

LONG = 60_000  # ms of real time


@pytest.fixture
def other(data_folder: Path, project: str) -> Iterator[Store]:
    """Another worker's store of the same project."""
    opened = open_store(None, folder=data_folder, project=project, fsync="everysec")
    yield opened
    opened.close()


def begin(store: Store, worker: str = "w1") -> IntakeRound:
    turn = store.intakes.begin("orders", worker, LONG)
    assert turn is not None
    return turn


def lapse(server: redis.Redis, project: str) -> None:
    """The lease runs out."""
    assert server.delete(f"{prefix(project)}intake:orders:lease")


def error(number: int) -> IntakeError:
    return IntakeError(at=NOW, where=f"line {number}", code="blank", what="x" * 1000)


def test_one_worker_works_on_an_intake_at_a_time(store: Store, other: Store) -> None:
    turn = begin(store)
    assert store.intakes.read("orders").worker == "w1"
    assert other.intakes.begin("orders", "w2", LONG) is None
    assert store.intakes.begin("orders", "w1", LONG) is None  # nor does it begin another round itself
    assert other.intakes.begin("shop", "w2", LONG) is not None
    turn.end()
    assert store.intakes.read("orders").worker == ""
    begin(other, "w2")


def test_nothing_is_known_of_an_intake_at_first(store: Store) -> None:
    assert store.intakes.read("orders") == IntakeRow(name="orders")
    assert store.intakes.errors("orders") == []


def test_what_a_round_keeps_is_there(store: Store, other: Store) -> None:
    turn = begin(store)
    turn.write(
        IntakeChange(
            set={"cursor": "9", "due_at": "17", "campaign": "c-1"},
            add={"added": 2, "refused": 0},
            files={"a": "{1}", "b": "{2}"},
        )
    )
    turn.write(IntakeChange(add={"added": 1}, gone=("a",)))
    turn.end(IntakeChange(set={"at": str(NOW), "why": "no", "fails": "2"}))
    assert other.intakes.read("orders") == IntakeRow(
        name="orders",
        cursor="9",
        campaign="c-1",
        due_at=17,
        at=NOW,
        why="no",
        fails=2,
        counts={"added": 3},
        files={"b": "{2}"},
    )


def test_a_round_that_was_lost_keeps_nothing_more(
    store: Store, other: Store, server: redis.Redis, project: str
) -> None:
    late = begin(store)
    late.write(IntakeChange(add={"added": 1}))
    lapse(server, project)
    late.hold(LONG)  # nobody else has begun: it goes on
    assert other.intakes.begin("orders", "w2", LONG) is None
    lapse(server, project)
    now = begin(other, "w2")
    for act in (lambda: late.write(IntakeChange(add={"added": 9})), lambda: late.hold(LONG), late.end):
        with pytest.raises(NotOurs):
            act()
    now.write(IntakeChange(add={"added": 1}))
    assert store.intakes.read("orders").counts == {"added": 2}
    assert store.intakes.read("orders").worker == "w2"


def test_a_step_whose_reply_was_lost_counts_once(store: Store) -> None:
    turn = begin(store)
    change = IntakeChange(add={"added": 1}, errors=(error(1),))
    turn.write(change)
    turn._step -= 1  # as Db repeats it
    turn.write(change)
    assert store.intakes.read("orders").counts == {"added": 1}
    assert len(store.intakes.errors("orders")) == 1


def test_the_latest_errors_are_kept_and_bounded(store: Store) -> None:
    turn = begin(store)
    turn.write(IntakeChange(errors=tuple(error(number) for number in range(MOST_ERRORS))))
    turn.write(IntakeChange(errors=(error(-1),)))
    found = store.intakes.errors("orders")
    assert len(found) == MOST_ERRORS
    assert (found[0].where, found[-1].where, len(found[0].what)) == ("line -1", "line 1", 300)
    assert len(store.intakes.errors("orders", 3)) == 3


def test_what_was_withdrawn_is_remembered_until_it_is_back(store: Store) -> None:
    turn = begin(store)
    turn.write(IntakeChange(withdrawn=("a", "b"), now=NOW))
    turn.write(IntakeChange(back=("b", "c"), now=NOW))
    assert [store.intakes.was_withdrawn("orders", name) for name in "abc"] == [True, False, False]
    assert not store.intakes.was_withdrawn("shop", "a")
