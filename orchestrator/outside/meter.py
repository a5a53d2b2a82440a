"""Sockets that count what they read: for answers that never end without ever becoming a body.

A hundred thousand `100 Continue`, packed blocks that unpack to nothing: no limit of a body's size sees them. And
whoever sends faster than we read never lets a time-out come: a read that finds something returns without giving a turn.
"""

from __future__ import annotations

import time
from typing import Any

import gevent
from gevent import socket, ssl

BREATH_S, PAUSE_S = 0.01, 0.001


class OverLimit(Exception):  # noqa: N818  # reads as what happened
    """More was read than may be, or for longer."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__("late" if is_late else "too much")
        self.is_late = is_late


class Meter:
    """most: bytes, as they come over the wire (unencrypted). deadline: of time.monotonic."""

    def __init__(self, most: int, deadline: float) -> None:
        self._left = most
        self._deadline = deadline
        self._turn = time.monotonic()

    def count(self, size: int) -> None:
        self._left -= size
        now = time.monotonic()
        if self._left < 0 or now > self._deadline:
            raise OverLimit(is_late=self._left >= 0)
        if now - self._turn > BREATH_S:
            gevent.sleep(PAUSE_S)  # not 0: timers would not get their turn (esl.turns)
            self._turn = time.monotonic()


class MeteredSocket(socket.socket):
    meter: Meter | None = None

    def recv_into(self, *args: Any) -> int:
        size: int = super().recv_into(*args)
        if self.meter is not None:
            self.meter.count(size)
        return size


class MeteredTls(ssl.SSLSocket):
    meter: Meter | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        size: int = super().recv_into(*args, **kwargs)
        if self.meter is not None:
            self.meter.count(size)
        return size
