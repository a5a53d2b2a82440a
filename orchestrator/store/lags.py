"""How far behind the outbox is: what waits at each place, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.store import outbox
from orchestrator.store.db import Db

MOST = 5_000  # contacts of a place that are looked at: some milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLag:
    """waiting, under_way: contacts with something to be delivered. oldest_at: when the cause of the oldest delivery was
    stored (epoch ms of the project's clock); None: nothing waits. Of a place at which very many contacts wait it is
    looked for among those that are due first.
    """

    lane: str
    waiting: int
    under_way: int
    oldest_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLag:
    """unrouted_at: of the oldest entry that has not become deliveries yet. parked: deliveries."""

    lanes: tuple[LaneLag, ...]
    parked: int
    unrouted_at: int | None


def outbox_lag(db: Db) -> OutboxLag:
    """KnownError when Redis cannot be reached."""
    lanes = tuple(
        LaneLag(lane=lane.decode(), waiting=waiting, under_way=taken, oldest_at=int(at) if at else None)
        for lane, waiting, taken, at in sorted(db.run("sum_lanes", {"most": MOST}))
    )
    mark = db.read(lambda client: client.get(db.key("outbox:read")))
    unrouted = outbox.read(db, mark.decode() if mark else outbox.BEGIN, 1)
    return OutboxLag(
        lanes=lanes,
        parked=int(db.read(lambda client: client.zcard(db.key("outbox:parked")))),
        unrouted_at=unrouted[0].at if unrouted else None,
    )
