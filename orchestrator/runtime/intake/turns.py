"""One worker at a time works on an intake: a round is held for as long as it takes, and let go at its end."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import gevent

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.store.intake import IntakeRound, NotOurs

BEATS = 4  # how often it is held anew in its time


def worker_name() -> str:
    """Who works on it, for people."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}"


@contextmanager
def our_turn(project: Project, name: str, worker: str) -> Iterator[IntakeRound | None]:
    """A round of the intake; None while somebody else is at it. What is written after it was lost raises NotOurs."""
    ttl_ms = round(project.settings.lease_s * 1000)
    turn = project.store.intakes.begin(name, worker, ttl_ms)
    if turn is None:
        yield None
        return

    def hold() -> None:
        with suppress(NotOurs):
            while True:
                gevent.sleep(project.settings.lease_s / BEATS)
                with suppress_away():
                    turn.hold(ttl_ms)

    holder = gevent.spawn(hold)
    try:
        yield turn
    finally:
        holder.kill()
        with suppress(KnownError):  # lost, or the store is away: then the lease runs out
            turn.end()


@contextmanager
def suppress_away() -> Iterator[None]:
    """The store being away for a while is no reason to let go; that it is somebody else's is."""
    try:
        yield
    except NotOurs:
        raise
    except KnownError:
        pass
