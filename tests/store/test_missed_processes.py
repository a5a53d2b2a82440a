"""Several processes record the same calls while others call back: each call once, one callback for a number."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallbackFate, MissedDecision, ServedBy
from orchestrator.store import open_store
from orchestrator.store.store import Store
from tests.store.calls import SHOP_MISSED, all_calls, ask, call, standing, told
from tests.store.factories import MINUTE, NOW, done, ending, request

CALLS = 240
CALLERS = 40
WORKERS = 3


def _made(index: int) -> tuple[object, ...]:
    """The `index`-th call and what is decided of it: every eighth reaches somebody."""
    made = replace(call(index % CALLERS, at=NOW + index * 1000), call_id=f"shared-{index}")
    if index % 8 == 7:
        return replace(made, reached="+79990009999"), (told(),), MissedDecision(served=ServedBy.PERSON)
    return made, (told(),), ask(made, after=0)


def _record(data: Path, project: str, worker: int, pipe: Connection) -> None:
    """Note every call, beginning elsewhere than the others, some of them twice; how many were news."""
    store = open_store(None, folder=data, project=project, fsync="everysec")
    noted = 0
    for step in range(CALLS):
        index = (step + worker * CALLS // WORKERS) % CALLS
        for _ in range(1 + index % 2):
            noted += store.note_call(*_made(index), NOW + 10 * MINUTE)  # type: ignore[arg-type]  # as they come
    pipe.send(noted)
    store.close()


def _call_back(data: Path, project: str, pipe: Connection) -> None:
    """Claim and end callbacks, a third of them answered, until it is told that all calls are recorded."""
    store = open_store(None, folder=data, project=project, fsync="everysec")
    is_last, turn, ended = False, 0, 0
    while not is_last:
        is_last = pipe.poll()
        turn += 1
        asked = request(3, worker="w", campaign_id=SHOP_MISSED, now=NOW + 10 * MINUTE)
        asked = replace(asked, attempt_ids=tuple(f"back-{turn}-{index}" for index in range(3)))
        for attempt in store.claim(asked).attempts:
            kind = Disposition.ANSWERED if ended % 3 == 0 else Disposition.BUSY
            facts = ending(attempt, kind, at=NOW + 10 * MINUTE)
            ended += store.finish(attempt, facts, done(attempt, kind.value), NOW + 10 * MINUTE)
    pipe.send(ended)
    store.close()


def test_workers_record_calls_and_call_back_at_once(store: Store, data_folder: Path, project: str) -> None:
    standing(store)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    caller = context.Process(target=_call_back, args=(data_folder, project, theirs))
    caller.start()
    recorders = []
    for worker in range(WORKERS):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_record, args=(data_folder, project, worker, sender))
        process.start()
        recorders.append((process, receiver))
    noted = 0
    for process, receiver in recorders:
        noted += receiver.recv()
        process.join()
        assert process.exitcode == 0
    ours.send(None)
    ended = ours.recv()
    caller.join()
    assert caller.exitcode == 0
    rows = all_calls(store)
    assert noted == len(rows) == CALLS
    assert len([entry for entry in store.outbox() if entry.kind == "sms"]) == CALLS
    counts = store.counts(SHOP_MISSED)
    assert counts.leads == sum(row.fate is CallbackFate.ADDED for row in rows)
    assert counts.attempts == ended
    assert store.live() == []
