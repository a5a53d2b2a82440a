"""Live figures: what each project, queue, campaign and agent looks like now. Written by the leader, read by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.store.db import Db

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

    def write(self, token: int, figures: Iterable[Figure], now: int) -> None:
        """These are all figures there are now; only what has changed is sent. At least every few seconds, or they are
        stale. NotLeading.
        """
        raise NotImplementedError

    def read(self, *scopes: Scope) -> LiveFigures:
        """Of these scopes, or all."""
        raise NotImplementedError
