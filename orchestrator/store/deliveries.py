"""Deliveries of the outbox: made of its entries, taken, tried again, parked. docs/outbox.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
import redis

from orchestrator.domain.delivery import Delivery, DeliveryState, Taken
from orchestrator.store import outbox
from orchestrator.store.db import Db
from orchestrator.store.lags import OutboxLag, outbox_lag
from orchestrator.store.rows import OutboxRow

BATCH = 1000  # deliveries of a batch taken together, at most
_IDS = 500  # of one script
_KEPT = (
    "key",
    "lane",
    "chain",
    "kind",
    "at",
    "campaign_id",
    "attempt_id",
    "target",
    "is_batch",
    "tries",
    "tried_at",
    "why",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery that has not been made, and how it stands."""

    delivery: Delivery
    state: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFigures:
    """What a lane has done so far."""

    delivered: int = 0
    failed: int = 0  # tries
    dropped: int = 0
    delivered_at: int | None = None  # epoch ms, the last one


class DeliveryBook:
    """A door of the store. Every change is one atomic step, safe to repeat; `now` is the caller's clock, epoch ms."""

    def __init__(self, db: Db) -> None:
        self._db = db

    # -- making them

    def unrouted(self, limit: int = 500) -> tuple[str, list[OutboxRow]]:
        """(the mark, entries after it): those that have not become deliveries yet, oldest first."""
        mark = self._db.read(lambda client: client.get(self._db.key("outbox:read")))
        after = mark.decode() if mark else outbox.BEGIN
        return after, outbox.read(self._db, after, limit)

    def route(self, after: str, upto: str, deliveries: Iterable[Delivery]) -> bool:
        """The entries after the mark `after` up to id `upto` have become these. False: others were faster."""
        add = [_new(delivery) for delivery in deliveries]
        return bool(self._db.run("route_outbox", {"after": after, "upto": upto, "add": add}))

    def add(self, deliveries: Iterable[Delivery]) -> int:
        """Deliver these as well, but those whose ids wait already; how many were added. For replays."""
        waiting, added = list(deliveries), 0
        for begin in range(0, len(waiting), _IDS):
            some = [_new(delivery) for delivery in waiting[begin : begin + _IDS]]
            added += int(self._db.run("add_deliveries", {"add": some}))
        return added

    # -- delivering them

    def take(
        self, by: str, token: str, now: int, *, at_once: int, busy: Mapping[str, int]
    ) -> tuple[Taken, ...]:
        """Take what is due: of each lane so much that `at_once` chains of it are under way with this deliverer.

        token: new with every call. busy: chains under way by lane.
        """
        request = {
            "by": by,
            "token": token,
            "now": now,
            "at_once": at_once,
            "busy": dict(busy),
            "batch": BATCH,
        }
        return tuple(
            Taken(
                token=chain[0].decode(),
                deliveries=tuple(_delivery(chain[i].decode(), chain[i + 1]) for i in range(1, len(chain), 2)),
            )
            for chain in self._db.run("take_outbox", request)
        )

    def done(self, taken: Taken, now: int) -> bool:
        """They were delivered. False: they were not ours any more, and nothing was changed."""
        return self._finish(taken, now, outcome="done")

    def later(self, taken: Taken, now: int, *, due: int, why: str) -> bool:
        """They failed, and are tried again from `due` on."""
        return self._finish(taken, now, outcome="later", due=due, why=why)

    def wait(self, taken: Taken, now: int, *, due: int, why: str) -> bool:
        """Their time has not come: they are due at `due`, and no try is counted."""
        return self._finish(taken, now, outcome="wait", due=due, why=why)

    def park(self, taken: Taken, now: int, *, why: str) -> bool:
        """They failed, and are not tried again until a person says so. Those behind them go on."""
        return self._finish(taken, now, outcome="park", why=why)

    def share(self, by: str, *, ttl_ms: int | None, running: Iterable[str]) -> int:
        """Say that this deliverer lives for `ttl_ms` of real time (None: that it goes), working on the tokens
        `running`. Gives back what nobody works on any more; how many chains that were.
        """
        request = {"by": by, "ttl_ms": ttl_ms, "running": dict.fromkeys(running, True)}
        return int(self._db.run("share_outbox", request))

    # -- looking, and deciding

    def rows(self) -> Iterator[DeliveryRow]:
        """All that have not been made, the oldest entry first."""
        records = self._db.read(self._records)
        parked = set(self._db.read(lambda client: client.zrange(self._db.key("outbox:parked"), 0, -1)))
        under_way = self._under_way()
        found = [(raw_id, _delivery(raw_id.decode(), record)) for raw_id, record in records.items()]
        for raw_id, delivery in sorted(found, key=lambda item: order_of(item[1].delivery_id)):
            if raw_id in parked:
                state = DeliveryState.PARKED
            elif raw_id in under_way:
                state = DeliveryState.UNDER_WAY
            else:
                state = DeliveryState.WAITING
            yield DeliveryRow(delivery=delivery, state=state)

    def figures(self) -> dict[str, LaneFigures]:
        """Lane -> what it has done."""
        raw = self._db.read(lambda client: client.hgetall(self._db.key("outbox:figures")))
        lanes: dict[str, dict[str, int]] = {}
        for name, value in raw.items():
            lane, _, what = name.decode().partition(" ")
            lanes.setdefault(lane, {})[what] = int(float(value))
        return {
            lane: LaneFigures(
                delivered=figures.get("delivered", 0),
                failed=figures.get("failed", 0),
                dropped=figures.get("dropped", 0),
                delivered_at=figures.get("delivered_at"),
            )
            for lane, figures in sorted(lanes.items())
        }

    def lag(self) -> OutboxLag:
        """How far behind it is."""
        return outbox_lag(self._db)

    def has_due(self, now: int) -> bool:
        """Whether something waits to be made a delivery, is due, or is under way."""
        if self.unrouted(1)[1] or self._db.read(lambda c: c.hlen(self._db.key("outbox:taken"))):
            return True
        lanes = self._db.read(lambda c: c.smembers(self._db.key("outbox:lanes")))
        return any(self._due_chains(lane.decode(), now) for lane in lanes)

    def retry(self, ids: Iterable[str], now: int) -> tuple[str, ...]:
        """Try these at once; parked ones have all their tries again. Those that there are (still)."""
        latest_first = sorted(ids, key=order_of, reverse=True)
        return tuple(
            reversed([name for name, said in self._decided("retry_outbox", latest_first, now) if said])
        )

    def drop(self, ids: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Never deliver these. (dropped, just being delivered: those go on.)"""
        said = list(self._decided("drop_outbox", list(ids)))
        return tuple(name for name, code in said if code == 1), tuple(
            name for name, code in said if code == 2
        )

    def trim(self, before: int) -> int:
        """Forget entries of the outbox older than `before` (epoch ms, real time), as far as they have become
        deliveries; some thousands at a time.
        """
        return int(self._db.run("trim_outbox", {"before": before}))

    def _finish(self, taken: Taken, now: int, **more: object) -> bool:
        request = {
            "lane": taken.lane,
            "chain": taken.chain,
            "token": taken.token,
            "ids": [delivery.delivery_id for delivery in taken.deliveries],
            "now": now,
            **more,
        }
        return bool(self._db.run("finish_outbox", request))

    def _records(self, client: redis.Redis) -> dict[bytes, bytes]:
        """A few at a time: there may be a hundred thousand of a place that was away for a day."""
        return dict(client.hscan_iter(self._db.key("outbox:deliveries"), count=_IDS))

    def _due_chains(self, lane: str, now: int) -> int:
        key = self._db.key(f"outbox:due:{lane}")
        return int(self._db.read(lambda client: client.zcount(key, "-inf", now)))

    def _under_way(self) -> set[bytes]:
        taken = self._db.read(lambda client: client.hgetall(self._db.key("outbox:taken")))
        found: set[bytes] = set()
        for place, raw in taken.items():
            found.update(self._chain(place.decode(), orjson.loads(raw)["n"]))
        return found

    def _chain(self, place: str, count: int) -> list[bytes]:
        key = self._db.key(f"outbox:chain:{place.replace(' ', ':')}")
        found: list[bytes] = self._db.read(lambda client: client.lrange(key, 0, count - 1))
        return found

    def _decided(self, script: str, ids: Sequence[str], now: int | None = None) -> Iterator[tuple[str, int]]:
        for begin in range(0, len(ids), _IDS):
            some = ids[begin : begin + _IDS]
            yield from zip(some, self._db.run(script, {"ids": some, "now": now}), strict=True)


def order_of(delivery_id: str) -> tuple[int, ...]:
    """By it, deliveries stand in the order their entries were written."""
    parts = delivery_id.replace("-", ".").split(".")
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())


def _new(delivery: Delivery) -> dict[str, str]:
    return {
        "id": delivery.delivery_id,
        "lane": delivery.lane,
        "chain": delivery.chain,
        "record": _record(delivery),
    }


def _record(delivery: Delivery) -> str:
    """The body is a text in it: Lua reads and writes the rest, and knows no empty list from an empty mapping."""
    kept = {name: getattr(delivery, name) for name in _KEPT}
    kept |= {"due": delivery.due_at, "body": orjson.dumps(dict(delivery.body)).decode()}
    return orjson.dumps({name: value for name, value in kept.items() if value is not None}).decode()


def _delivery(delivery_id: str, record: bytes) -> Delivery:
    read = orjson.loads(record)
    body = orjson.loads(read.pop("body"))
    return Delivery(delivery_id=delivery_id, due_at=int(read.pop("due")), body=body, **read)
