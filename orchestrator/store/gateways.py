"""The breaker's side of gateways: what is known of those that fail, and what a person does about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import redis

from orchestrator.store.db import Db
from orchestrator.store.records import check_id
from orchestrator.store.rows import Failure, RestRow

_REST, _LIVE = b" rest", b" live"


def rest(db: Db, switch: str, gateway: str, *, now: int, for_ms: int) -> None:
    db.run("rest_gateway", {"name": _name(switch, gateway), "now": now, "for_ms": for_ms})


def wake(db: Db, switch: str, gateway: str) -> bool:
    was_known, is_repeated = db.run_telling("wake_gateway", {"name": _name(switch, gateway)})
    return bool(was_known) or is_repeated


def answered(db: Db, attempt_ids: Iterable[str], now: int) -> None:
    db.run("hear_answers", {"ids": list(attempt_ids), "now": now})


def rests(db: Db) -> tuple[RestRow, ...]:
    """Of gateways and switches that fail or rest, ordered by name."""

    def read(client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=True)
        pipe.hgetall(db.key("gateways"))
        pipe.hkeys(db.key("live"))
        return pipe.execute()

    fields, live = db.read(read)
    found = sorted(
        (name.removesuffix(_REST).decode(), text.decode())
        for name, text in fields.items()
        if name.endswith(_REST)
    )
    return tuple(_row(name, text, {attempt_id.decode() for attempt_id in live}) for name, text in found)


def calls(db: Db) -> dict[tuple[str, str], int]:
    fields = db.read(lambda client: client.hgetall(db.key("gateways")))
    counted: dict[tuple[str, str], int] = {}
    for name, count in fields.items():
        if name.endswith(_LIVE):
            switch, _, gateway = name.removesuffix(_LIVE).decode().partition("/")
            counted[switch, gateway] = int(count)
    return counted


def _name(switch: str, gateway: str) -> str:
    """As lua/_rest.lua has it: a trunk is SWITCH/GATEWAY, a switch stands for itself."""
    checked = check_id(switch, "switch")
    return f"{checked}/{check_id(gateway, 'gateway')}" if gateway else checked


def _row(name: str, text: str, live: set[str]) -> RestRow:
    head, *failures = text.split("\t")
    fails, _, _, until, _, trial, _ = head.split(" ")
    switch, _, gateway = name.partition("/")
    return RestRow(
        switch=switch,
        gateway=gateway,
        fails=int(fails),
        until=int(until) or None,
        trial=trial if trial in live else None,
        failures=tuple(
            Failure(at=int(at), why=why) for at, _, why in (failure.partition(" ") for failure in failures)
        ),
    )
