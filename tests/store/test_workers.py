"""Workers live as long as their heartbeats; what the dead leave is taken over once."""

from __future__ import annotations

import time

import pytest

from orchestrator.store import Store
from tests.store.factories import CAMPAIGN, NOW, contact, done, ending, launch, request

LONG_MS = 600_000


def test_a_worker_lives_while_its_heart_beats(store: Store) -> None:
    store.heartbeat("w1", LONG_MS, {"up": "main"})
    store.heartbeat("w2", LONG_MS, {})
    assert store.workers() == {"w1": {"up": "main"}, "w2": {}}
    store.heartbeat("w1", LONG_MS, {"up": ""})
    store.forget_worker("w2")
    assert store.workers() == {"w1": {"up": ""}}


def test_a_heartbeat_runs_out_in_real_time(store: Store) -> None:
    store.heartbeat("w1", 30, {})
    deadline = time.monotonic() + 5
    while store.workers():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_living_worker_keeps_its_attempts(store: Store) -> None:
    launch(store, [contact(1)])
    store.heartbeat("w1", LONG_MS, {})
    store.claim(request(1, worker="w1"))
    assert store.adopt("w1", "w2") == []
    assert [a.worker_id for a in store.live()] == ["w1"]


def test_the_attempts_of_a_dead_worker_are_taken_over_once(store: Store) -> None:
    launch(store, [contact(i) for i in range(5)])
    mine = store.claim(request(3, worker="w1")).attempts
    theirs = store.claim(request(2, worker="w3")).attempts
    adopted = store.adopt("w1", "w2")
    assert [a.attempt_id for a in adopted] == sorted(a.attempt_id for a in mine)
    assert {a.worker_id for a in adopted} == {"w2"}
    assert store.adopt("w1", "w3") == []
    assert store.live("w2") == adopted
    assert [a.attempt_id for a in store.live("w3")] == [a.attempt_id for a in theirs]


def test_whoever_ends_an_adopted_attempt_first_ends_it(store: Store) -> None:
    launch(store, [contact(1)])
    (before,) = store.claim(request(1, worker="w1")).attempts
    (after,) = store.adopt("w1", "w2")
    assert store.finish(before, ending(before), done(before), NOW)
    assert not store.finish(after, ending(after), done(after), NOW)
    assert store.counts(CAMPAIGN).attempts == 1


def test_asking_again_after_being_taken_for_dead_gives_nothing_back(store: Store) -> None:
    launch(store, [contact(1)])
    asked = request(1, worker="w1")
    store.claim(asked)
    store.adopt("w1", "w2")
    assert store.claim(asked).attempts == ()


def test_worker_ids_are_plain(store: Store) -> None:
    with pytest.raises(ValueError, match="worker id"):
        store.heartbeat("w 1", LONG_MS, {})
    with pytest.raises(ValueError, match="worker id"):
        store.adopt("w1", "w\t2")
