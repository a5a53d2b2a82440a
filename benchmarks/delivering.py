"""Delivers what is in a project's outbox, or posts as many bodies bare: each as a process, with greenlets."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import http.client  # noqa: E402  # after the patching
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.pool import Pool  # noqa: E402

from orchestrator.runtime.outbox import Deliveries  # noqa: E402
from orchestrator.runtime.project import open_project  # noqa: E402

BODY = b'{"campaign": "bench", "lead": 1, "status": "withdrawn", "filler": "' + b"x" * 400 + b'"}'


def deliver(folder: Path) -> float:
    """Seconds until all that the outbox holds is delivered."""
    with open_project(folder) as project:
        deliveries = Deliveries(project, {})
        began = time.monotonic()
        deliveries.start()
        while deliveries.is_busy:
            gevent.sleep(0.01)
        took = time.monotonic() - began
        deliveries.stop()
    return took


def post(address: str, count: int, at_once: int) -> float:
    """Seconds that `count` plain posts take, `at_once` at the same time, each with a connection of its own."""

    def one(number: int) -> None:
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("POST", "/sink", BODY, {"Idempotency-Key": str(number)})
        assert connection.getresponse().status == 200
        connection.close()

    began = time.monotonic()
    Pool(at_once).map(one, range(count))
    return time.monotonic() - began


if __name__ == "__main__":
    if sys.argv[1] == "deliver":
        print(deliver(Path(sys.argv[2])))
    else:
        print(post(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
