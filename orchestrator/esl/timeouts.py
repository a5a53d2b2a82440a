"""How long the switch may take for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds, of one connection. The switch itself allows 25 s to authenticate."""

    connect_s: float = 5.0
    greeting_s: float = 5.0
    auth_s: float = 5.0
    reply_s: float = 10.0
    write_s: float = 10.0  # that it takes no bytes at all: the connection is given up then
    goodbye_s: float = 1.0
