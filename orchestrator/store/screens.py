"""What an agent's screen is shown: a bounded stream of events for each agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from orchestrator.store.db import Db
from orchestrator.store.records import check_id

KEPT = 100  # latest events of an agent
KEPT_S = 2 * 86_400  # real time after the latest one
BEGIN = "0-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenEvent:
    """kind: rings, talks, over, missed (`engine.floor.orders.Moment`), outcome. at: epoch ms. body: JSON."""

    agent_id: str
    kind: str
    at: int
    body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRow:
    """entry_id: where to go on reading."""

    entry_id: str
    event: ScreenEvent


class Screens:
    """A door of the store. Events are written with the step that caused them (`FloorChanges.screens`)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def read(self, agent_id: str, after: str = BEGIN, limit: int = KEPT) -> list[ScreenRow]:
        """Events after the one with id `after`, oldest first."""
        key = self._db.key(f"screen:{check_id(agent_id, 'agent id')}")
        page = self._db.read(lambda client: client.xrange(key, f"({after}", "+", count=limit))
        return [_row(agent_id, *entry) for entry in page]

    def latest(self, agent_id: str) -> ScreenRow | None:
        """The last one: what the screen shows now."""
        key = self._db.key(f"screen:{check_id(agent_id, 'agent id')}")
        page = self._db.read(lambda client: client.xrevrange(key, "+", "-", count=1))
        return _row(agent_id, *page[0]) if page else None


def pack_event(event: ScreenEvent) -> str:
    return orjson.dumps((event.kind, event.at, dict(event.body))).decode()


def _row(agent_id: str, entry_id: bytes, fields: Mapping[bytes, bytes]) -> ScreenRow:
    kind, at, body = orjson.loads(fields[b"e"])
    return ScreenRow(
        entry_id=entry_id.decode(), event=ScreenEvent(agent_id=agent_id, kind=kind, at=at, body=body)
    )
