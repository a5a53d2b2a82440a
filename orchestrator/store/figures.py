"""Live figures: what each project, queue, campaign and agent looks like now. Written by the leader, read by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
import redis

from orchestrator.store.db import Db, NotLeading

FRESH_MS = 5_000  # real time after which figures that nobody renewed are stale


class Scope(StrEnum):
    """What a figure is about."""

    PROJECT = "project"
    QUEUE = "queue"
    CAMPAIGN = "campaign"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """name: id of the queue, campaign or agent, or the project's label. values: JSON."""

    scope: Scope
    name: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """at: epoch ms of the writer's clock when they were true; 0 when there never were any. is_stale: nobody has renewed
    them for FRESH_MS of real time.
    """

    at: int
    is_stale: bool
    figures: tuple[Figure, ...]  # by scope and name


class FigureBook:
    """A door of the store."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._version: int | None = None  # of what was written last; None: nothing is known of what is there
        self._written: dict[str, str] = {}

    def write(self, token: int, figures: Iterable[Figure], now: int) -> None:
        """These are all figures there are now; only what has changed is sent. At least every few seconds, or they are
        stale. NotLeading.
        """
        wanted = {f"{each.scope.value} {each.name}": orjson.dumps(each.values).decode() for each in figures}
        version = self._send(token, wanted, now, is_whole=self._version is None)
        if not version:  # somebody else has written, or Redis has lost some of it
            version = self._send(token, wanted, now, is_whole=True)
        self._version, self._written = version, wanted

    def _send(self, token: int, wanted: dict[str, str], now: int, *, is_whole: bool) -> int:
        known = {} if is_whole else self._written
        request = {
            "token": token,
            "base": self._version or 0,
            "at": now,
            "changed": {key: text for key, text in wanted.items() if known.get(key) != text},
            "gone": [key for key in known if key not in wanted],
            "whole": is_whole,
            "fresh_ms": FRESH_MS,
        }
        try:
            return int(self._db.run("write_figures", request))
        except NotLeading:
            self._version = None
            raise

    def read(self, *scopes: Scope) -> LiveFigures:
        """Of these scopes, or all."""
        values, fresh = self._db.read(self._read)
        at = int(values.pop(b"at", 0))
        values.pop(b"version", None)
        found = []
        for key, text in sorted(values.items()):
            scope, _, name = key.decode().partition(" ")
            if not scopes or Scope(scope) in scopes:
                found.append(Figure(scope=Scope(scope), name=name, values=orjson.loads(text)))
        return LiveFigures(at=at, is_stale=not fresh, figures=tuple(found))

    def _read(self, client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=True)
        pipe.hgetall(self._db.key("figures"))
        pipe.exists(self._db.key("figures:fresh"))
        return pipe.execute()
