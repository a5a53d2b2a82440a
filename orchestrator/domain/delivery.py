"""What is to be brought to somebody outside: an entry of the outbox, made into one thing for one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "waiting"  # for its time, or for the one before it
    UNDER_WAY = "under_way"
    PARKED = "parked"  # not tried again until a person says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing for one place.

    lane: the place, as far as one place's trouble is no other's: `mail`, `sms`, `webhook@crm`. chain: whose it is;
    those of one lane and chain are delivered in the order they were written. Both: letters, digits and _@+.- only.
    is_batch: those of its chain that are there when its time comes are delivered together.
    """

    delivery_id: str  # entry id of the outbox, a dot, and which of that entry's deliveries it is
    key: str  # the idempotency key: the same however often it is delivered
    lane: str
    chain: str
    kind: str
    at: int  # epoch ms: when its cause was stored
    due_at: int  # epoch ms
    campaign_id: str = ""  # of a call that came in: its scenario
    attempt_id: str = ""  # of a call that came in: the call's id
    target: str = ""  # who gets it, where the lane does not say it: an address, a number
    is_batch: bool = False
    body: Mapping[str, object] = field(default_factory=dict)
    tries: int = 0  # that failed
    tried_at: int | None = None
    why: str = ""  # it was not delivered

    def text(self, name: str) -> str:
        """A field of the body as text; "" when it has none."""
        found = self.body.get(name)
        return "" if found is None else str(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Deliveries of one chain that one deliverer has taken: nobody else delivers from that chain meanwhile."""

    token: str
    deliveries: tuple[Delivery, ...]  # at least one; more than one of a batch only

    @property
    def lane(self) -> str:
        return self.deliveries[0].lane

    @property
    def chain(self) -> str:
        return self.deliveries[0].chain
