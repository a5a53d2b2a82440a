"""A worker as a process: its name, and the signals that end it."""

from __future__ import annotations

import os
import random
import signal
import socket

import gevent

from orchestrator.runtime.project import Project
from orchestrator.runtime.worker import Worker


def run_worker(project: Project, *, until_done: bool, drain_s: float) -> None:
    """Run a worker in this process until SIGTERM or SIGINT; twice means at once."""
    worker_id = f"{socket.gethostname()[:20]}-{os.getpid()}-{random.randrange(16**4):04x}"
    worker_id = "".join(c if c.isalnum() or c == "-" else "-" for c in worker_id)
    worker = Worker(project, worker_id=worker_id, until_done=until_done, drain_s=drain_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, worker.stop)
    worker.run()
