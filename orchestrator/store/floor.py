"""The floor's state: who leads, where each agent is, and whatever else must outlive a worker.

Whoever leads has a token. Every write names it; one by somebody who leads no more changes nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.domain.agent import AgentRecord
from orchestrator.domain.problem import KnownError
from orchestrator.store.commands import Reply
from orchestrator.store.db import Db
from orchestrator.store.quarters import Count
from orchestrator.store.screens import ScreenEvent


class NotLeading(KnownError):  # noqa: N818  # no error: somebody else leads, and we stop
    """Somebody else has led since: nothing of this write was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """Who leads now. until_ms: how much longer in real time, unless it is renewed."""

    worker_id: str
    token: int
    left_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorChanges:
    """One step of the floor; all of it is stored, or (after a lost lead) nothing.

    agents: changed records; gone_agents: ids whose records go. parts: named texts (JSON) that a new leader begins with,
    None removes one; names are 1 to 200 characters without blanks (`callers`, `campaign:orders-1`). counts: added to
    the history (see Quarters). screens: appended to agents' streams. replies: what became of commands, which are over
    with it. step: of this leader, from 1 upwards; a write whose reply was lost is made again with the same step and
    counts nothing twice.
    """

    step: int
    agents: tuple[AgentRecord, ...] = ()
    gone_agents: tuple[str, ...] = ()
    parts: Mapping[str, str | None] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    screens: tuple[ScreenEvent, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorKept:
    """What was stored last. `agents` by id; `parts` by name."""

    agents: dict[str, AgentRecord]
    parts: dict[str, str]


class FloorBook:
    """A door of the store. KnownError when Redis cannot be reached."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def lead(self, worker_id: str, ttl_ms: int) -> int | None:
        """Take the lead, or go on leading, for `ttl_ms` of real time: the token. None: another worker leads.

        The token stays while nobody else has led in between, even if the time had run out.
        """
        raise NotImplementedError

    def resign(self, token: int) -> bool:
        """Let another worker lead at once. False: somebody else does already."""
        raise NotImplementedError

    def leader(self) -> Leader | None:
        """Who leads; None: nobody does."""
        raise NotImplementedError

    def write(self, token: int, changes: FloorChanges) -> None:
        """NotLeading, and nothing stored, when another token is in force."""
        raise NotImplementedError

    def read(self) -> FloorKept:
        """What a new leader begins with; after `lead`, so that nobody writes any more."""
        raise NotImplementedError
