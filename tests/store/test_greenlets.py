"""The store among greenlets, as the worker uses it: bounded connections, nobody blocked, a lost server shared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import os, signal, sys
from dataclasses import replace
from pathlib import Path
import gevent
from orchestrator.store import embedded, open_store
from tests.store.factories import CAMPAIGN, NOW, contact, done, ending, launch, request

data = Path(sys.argv[1])
store = open_store(None, folder=data, project="demo")
launch(store, [contact(i) for i in range(300)])
ticks = 0

def tick():
    global ticks
    while True:
        ticks += 1
        gevent.sleep(0.001)

def work(name):
    turn = 0
    while True:
        turn += 1
        asked = replace(request(2, worker=name), attempt_ids=tuple(f"{name}-{turn}-{i}" for i in range(2)))
        attempts = store.claim(asked).attempts
        if not attempts:
            return
        store.finish_many([(a, ending(a), done(a)) for a in attempts], NOW)
        if turn == 2 and name == "w0":
            os.kill(embedded.server_pid(data), signal.SIGKILL)

ticking = gevent.spawn(tick)
workers = [gevent.spawn(work, f"w{i}") for i in range(40)]
gevent.joinall(workers, raise_error=True, timeout=30)
assert all(w.ready() for w in workers), "a greenlet hangs"
counts = store.counts(CAMPAIGN)
assert (counts.done, counts.attempts, counts.dialing) == (300, 300, 0), counts
assert ticks > 20, f"other greenlets stood still: {ticks}"
used = store._db.client.info("clients")["connected_clients"]
assert used <= 16, f"{used} connections"
store.close()
"""


def test_greenlets_share_the_store(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parent.parent.parent
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data")],
        cwd=here,
        env={"PYTHONPATH": f"{here}:{here / 'scripts'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
