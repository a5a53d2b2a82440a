"""What all kinds of deliveries are delivered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from orchestrator.domain.delivery import Delivery

# Brings one delivery (of a batch: all of it) to its place. Undelivered when that did not take it. It may be called
# twice for the same: the key says so to the place.
Carry = Callable[[tuple[Delivery, ...]], None]


class NotYet(Exception):  # noqa: N818  # not an error: its time has not come
    """It may not be brought there before `due` (epoch ms). No try is counted."""

    def __init__(self, due: int, why: str) -> None:
        super().__init__(why)
        self.due = due
        self.why = why


class HasApi(Protocol):
    """A line to a switch, as far as it is used here."""

    @property
    def is_up(self) -> bool: ...

    def api(self, command: str) -> str: ...


Lines = Mapping[str, HasApi]
