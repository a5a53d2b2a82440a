"""Work on files in threads of its own: a disk or network drive that hangs holds up nobody's calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import gevent
from gevent.threadpool import ThreadPool

from orchestrator.outside.undelivered import Undelivered

STOP_S = 0.5

T = TypeVar("T")


class Aside:
    """threads: how many pieces of work at once; others wait. timeout_s: for each, with its waiting."""

    def __init__(self, threads: int = 4, timeout_s: float = 60.0) -> None:
        self._threads = threads
        self._timeout_s = timeout_s
        self._pool: ThreadPool | None = None

    def run(self, work: Callable[[], T], what: str) -> T:
        """What `work` returns or raises. Undelivered when it is not through in time (it may go on all the same)."""
        if self._pool is None:
            self._pool = ThreadPool(self._threads)
        try:
            with gevent.Timeout(self._timeout_s):
                found: T = self._pool.apply(work)
                return found
        except gevent.Timeout:
            raise Undelivered(
                f"{what} is not through within {self._timeout_s:g} s: does the disk hang?"
            ) from None

    def stop(self) -> None:
        """A thread whose disk hangs is not waited for."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with suppress(gevent.Timeout), gevent.Timeout(STOP_S):
                pool.kill()
