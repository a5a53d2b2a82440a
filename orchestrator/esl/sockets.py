"""A TCP socket to a switch that notices when the other end has gone."""

from __future__ import annotations

import contextlib

import gevent
from gevent import socket

# A peer that vanishes without a word (power, cable, firewall) is noticed after 10 + 3 * 5 s of silence, or
# when what we wrote was not acknowledged for 20 s. Without these Linux waits for two hours, or 15 minutes.
_KEEPALIVE = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 20_000))


def open_socket(host: str, port: int, *, timeout_s: float) -> socket.socket:
    """Connect, name look-up included, within `timeout_s`. Raises `OSError`."""
    with gevent.Timeout(timeout_s, TimeoutError(f"no connection within {timeout_s:g} s")):
        sock = socket.create_connection((host, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option = getattr(socket, name, None)  # not every system has all of them
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
    return sock


def close_socket(sock: socket.socket) -> None:
    """Close at once; greenlets that wait on it get an `OSError`. Never raises."""
    with contextlib.suppress(OSError):  # it was not connected any more
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
