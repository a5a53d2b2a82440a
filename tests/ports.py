"""Ports of the loopback for what a test starts."""

from __future__ import annotations

import random
import socket

# Below those that a system gives to outgoing connections, and a switch to sound: nobody takes one before it is used
FIRST, LAST = 10_000, 16_000


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """One that nobody has at the moment; `kind`: SOCK_STREAM or SOCK_DGRAM."""
    chance = random.SystemRandom()  # whatever seed a test sets, two processes look elsewhere
    while True:
        port = chance.randrange(FIRST, LAST)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
