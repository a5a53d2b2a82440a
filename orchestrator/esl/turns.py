"""Turns between greenlets."""

from __future__ import annotations

import gevent

BREATH_S = 0.005  # how long a greenlet may go on before the others get a turn


def give_turn() -> None:
    """Let everything else go on for once: sockets and timers too.

    `gevent.sleep(0)` is not enough: it runs what is ready up to 50 times in a row before anybody's socket or
    timer is looked at (CALLBACK_CHECK_COUNT of gevent's loop), a quarter of a second at 5 ms a time.
    """
    gevent.idle(priority=gevent.get_hub().loop.MAXPRI)  # type: ignore[attr-defined]  # not in the stubs
