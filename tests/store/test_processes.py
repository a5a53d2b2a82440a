"""Several processes at once: each lead once, each number once at a time, budgets kept, every ending once."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from orchestrator.domain.lead import CampaignState
from orchestrator.store import Store, open_store
from tests.store.factories import (
    CAMPAIGN,
    NOW,
    campaign,
    contact,
    done,
    ending,
    gateway,
    launch,
    request,
    retry,
)

LEADS = 600
WORKERS = 4
CHANNELS = 13


def _work(data: Path, project: str, worker: str, pipe: Connection) -> None:
    """Claim and end until nothing is left; half of the endings twice, one lead in three a second time."""
    store = open_store(None, folder=data, project=project, fsync="everysec")
    ended, most, turn = [], 0, 0
    while True:
        turn += 1
        asked = request(3, worker=worker, gateways=(gateway(channels=CHANNELS),))
        reply = store.claim(replace(asked, attempt_ids=tuple(f"{worker}-{turn}-{i}" for i in range(3))))
        on_line = len(store.live())
        most = max(most, on_line)
        if not reply.attempts and not on_line:
            break
        for attempt in reply.attempts:
            is_tried_again = attempt.lead_id % 3 == 0 and attempt.state.attempts == 0
            decision = retry(attempt, NOW) if is_tried_again else done(attempt)
            times = 1 + attempt.lead_id % 2
            done_by = [store.finish(attempt, ending(attempt), decision, NOW) for _ in range(times)]
            ended += [attempt.lead_id] * sum(done_by)
    pipe.send((ended, most))
    store.close()


def test_workers_share_the_work(store: Store, data_folder: Path, project: str) -> None:
    launch(store, [contact(i) for i in range(LEADS)])
    context = multiprocessing.get_context("fork")
    results = []
    for index in range(WORKERS):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(data_folder, project, f"w{index}", sender))
        process.start()
        results.append((process, receiver))
    ended: Counter[int] = Counter()
    for process, receiver in results:
        leads, most = receiver.recv()
        process.join()
        assert process.exitcode == 0
        assert most <= CHANNELS
        ended += Counter(leads)
    assert ended == {lead: 2 if lead % 3 == 0 else 1 for lead in range(1, LEADS + 1)}
    counts = store.counts(CAMPAIGN)
    assert (counts.done, counts.attempts) == (LEADS, ended.total())
    assert store.finish_if_done(CAMPAIGN, NOW)


def _load(data: Path, project: str, half: int) -> None:
    store = open_store(None, folder=data, project=project, fsync="everysec")
    store.load_leads(CAMPAIGN, [(i, contact(i)) for i in range(half * 300, half * 300 + 700)], now=NOW)
    store.close()


def test_two_that_load_overlapping_lists_add_each_number_once(
    store: Store, data_folder: Path, project: str
) -> None:
    store.create_campaign(campaign(), b"", ())
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_load, args=(data_folder, project, half)) for half in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert store.counts(CAMPAIGN).leads == 1000
    assert store.set_state(CAMPAIGN, CampaignState.RUNNING, among=frozenset({CampaignState.LOADING}), now=NOW)
