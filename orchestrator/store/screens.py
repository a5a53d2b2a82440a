"""What an agent's screen is shown: a bounded stream of events for each agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.store.db import Db

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
        raise NotImplementedError

    def latest(self, agent_id: str) -> ScreenRow | None:
        """The last one: what the screen shows now."""
        raise NotImplementedError
