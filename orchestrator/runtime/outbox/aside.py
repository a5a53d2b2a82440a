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
    """threads: how many pieces of work at once; others wait. timeout_s: for each, with its waiting. suspect: what hangs
    when it is not through by then.
    """

    def __init__(self, threads: int = 4, timeout_s: float = 60.0, suspect: str = "the disk") -> None:
        self._threads = threads
        self._timeout_s = timeout_s
        self._suspect = suspect
        self._pool: ThreadPool | None = None
        self._others: list[Aside] = []

    def apart(self, threads: int, timeout_s: float, suspect: str) -> Aside:
        """Threads for other work, which hold up none of ours; they stop with these."""
        self._others.append(Aside(threads, timeout_s, suspect))
        return self._others[-1]

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
                f"{what} is not through within {self._timeout_s:g} s: does {self._suspect} hang?"
            ) from None

    def stop(self) -> None:
        """A thread whose disk hangs is not waited for."""
        for other in self._others:
            other.stop()
        pool, self._pool = self._pool, None
        if pool is not None:
            with suppress(gevent.Timeout), gevent.Timeout(STOP_S):
                pool.kill()
