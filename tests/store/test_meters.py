"""What workers measure is summed over all of them, once, and survives each of them."""

from __future__ import annotations

from orchestrator.store import Store
from orchestrator.store.meters import Measured

LONG_MS = 600_000


def _beat(store: Store, worker: str, holder: str, **sums: int) -> None:
    store.heartbeat(worker, LONG_MS, {}, Measured(holder=holder, sums=sums))


def test_what_workers_say_is_summed_and_said_again_it_counts_once(store: Store) -> None:
    _beat(store, "w1", "a", calls=3, us=2_500_000_000_000)
    _beat(store, "w1", "a", calls=3, us=2_500_000_000_000)
    _beat(store, "w2", "b", calls=4)
    _beat(store, "w1", "a", calls=5, us=2_500_000_000_001)
    assert store.meters.read() == {"calls": 9, "us": 2_500_000_000_001}


def test_sums_do_not_fall_when_a_worker_ends_or_begins_anew(store: Store) -> None:
    _beat(store, "w1", "a", calls=3)
    store.forget_worker("w1")
    assert store.meters.read() == {"calls": 3}
    _beat(store, "w1", "b", calls=2)  # another process under the same name
    _beat(store, "w1", "c", calls=1)  # and one that came after it was killed
    assert store.meters.read() == {"calls": 6}


def test_a_worker_that_measures_nothing_leaves_nothing(store: Store) -> None:
    store.heartbeat("w1", LONG_MS, {})
    assert store.meters.read() == {}
