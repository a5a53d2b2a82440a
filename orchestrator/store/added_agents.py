"""Agents who came by the API instead of the agents file: kept as they would stand in it."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from orchestrator.store.db import Db
from orchestrator.store.records import check_id


class AddedAgents:
    """A door of the store. An agent is kept by its id as JSON, in the words of the agents file; nothing is checked."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def put(self, agent_id: str, said: Mapping[str, object]) -> bool:
        """Add an agent, or say another thing of it. Whether it was there before."""
        kept = orjson.dumps(dict(said)).decode()
        found = self._db.run("keep_agent", {"agent": check_id(agent_id, "agent id"), "kept": kept})
        return bool(found)

    def remove(self, agent_id: str) -> bool:
        """Whether it was there."""
        request = {"agent": check_id(agent_id, "agent id")}
        was, is_repeated = self._db.run_telling("keep_agent", request)
        return bool(was) or is_repeated

    def version(self) -> int:
        """Another one after each change."""
        found = self._db.read(lambda client: client.get(self._db.key("added_agents:version")))
        return int(found or 0)

    def listed(self) -> dict[str, dict[str, object]]:
        """Agent id -> what was said of it, by id."""
        found = self._db.read(lambda client: client.hgetall(self._db.key("added_agents")))
        return {name.decode(): orjson.loads(text) for name, text in sorted(found.items())}
