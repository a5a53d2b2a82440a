"""The floor's state: who leads, where each agent is, and whatever else must outlive a worker.

Whoever leads has a token. Every write names it; one by somebody who leads no more changes nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import uuid4

import redis

from orchestrator.domain.agent import AgentRecord
from orchestrator.store.commands import Reply, pack_reply
from orchestrator.store.db import Db
from orchestrator.store.db import NotLeading as NotLeading
from orchestrator.store.quarters import Count, summed
from orchestrator.store.records import check_id
from orchestrator.store.screens import KEPT, KEPT_S, ScreenEvent, pack_event

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,199}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """Who leads now. left_ms: how much longer in real time, unless it is renewed."""

    worker_id: str
    token: int
    left_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorChanges:
    """One step of the floor; all of it is stored, or (after a lost lead) nothing.

    agents: changed records; gone_agents: ids whose records go. parts: named texts (JSON) that a new leader begins
    with, None removes one; a name is 1 to 200 of A-Z a-z 0-9 _ . : @ - (`callers`, `campaign:orders-1`). counts: added
    to the history (see Quarters). screens: appended to agents' streams. replies: what became of commands, which are
    over with it.
    """

    agents: tuple[AgentRecord, ...] = ()
    gone_agents: tuple[str, ...] = ()
    parts: Mapping[str, str | None] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    screens: tuple[ScreenEvent, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorKept:
    """What was stored last. `agents` by id; `parts` by name. unreadable: agents whose records another version of the
    program has written in a way that this one does not read: they are as if they had never been at work.
    """

    agents: dict[str, AgentRecord]
    parts: dict[str, str]
    unreadable: tuple[str, ...] = ()


class FloorBook:
    """A door of the store. KnownError when Redis cannot be reached."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._holder = uuid4().hex
        self._token = 0
        self._step = 0
        self._unsure: list[dict[str, object]] = []  # writes that may or may not have arrived
        self._lock = Lock()

    def lead(self, worker_id: str, ttl_ms: int) -> int | None:
        """Take the lead, or go on leading, for `ttl_ms` of real time: the token. None: another worker leads.

        The token stays while nobody else has led in between, even if the time had run out.
        """
        request = {"worker": check_id(worker_id, "worker id"), "holder": self._holder, "ttl_ms": ttl_ms}
        token = int(self._db.run("take_lead", request))
        return token or None

    def resign(self, token: int) -> bool:
        """Let another worker lead at once. False: somebody else does already."""
        done, is_repeated = self._db.run_telling("resign_lead", {"token": token})
        return bool(done) or is_repeated

    def leader(self) -> Leader | None:
        """Who leads; None: nobody does."""
        found = self._db.run("show_leader", {})
        if not found:
            return None
        worker_id, token, left_ms = found
        return Leader(worker_id=worker_id.decode(), token=token, left_ms=left_ms)

    def write(self, token: int, changes: FloorChanges) -> None:
        """NotLeading, and nothing stored, when another token is in force. After any other KnownError the changes are
        kept here and go before those of the next write: they are not to be written again.
        """
        with self._lock:
            if token != self._token:
                self._token, self._step = token, 0
                self._unsure = []
            self._step += 1
            self._unsure.append(_request(token, self._step, changes))
            try:
                while self._unsure:
                    self._db.run("write_floor", self._unsure[0])
                    del self._unsure[0]
            except NotLeading:
                self._unsure = []
                raise

    def read(self) -> FloorKept:
        """What a new leader begins with; after `lead`, so that nobody else writes any more."""
        found, parts = self._db.read(self._read)
        agents = {name.decode(): _record(text) for name, text in found.items()}
        return FloorKept(
            agents={name: record for name, record in agents.items() if record is not None},
            parts={name.decode(): text.decode() for name, text in parts.items()},
            unreadable=tuple(sorted(name for name, record in agents.items() if record is None)),
        )

    def _read(self, client: redis.Redis) -> Any:
        pipe = client.pipeline(transaction=True)
        pipe.hgetall(self._db.key("floor:agents"))
        pipe.hgetall(self._db.key("floor:parts"))
        return pipe.execute()


def _record(text: bytes) -> AgentRecord | None:
    try:
        return AgentRecord.loads(text.decode())
    except (ValueError, TypeError):
        return None


def _request(token: int, step: int, changes: FloorChanges) -> dict[str, object]:
    for name in changes.parts:
        if not _PART.match(name):
            raise ValueError(f"not the name of a part: {name[:40]!r}")
    return {
        "token": token,
        "step": step,
        "agents": {check_id(each.agent_id, "agent id"): each.dumps() for each in changes.agents},
        "gone_agents": changes.gone_agents,
        "parts": {name: text for name, text in changes.parts.items() if text is not None},
        "gone_parts": [name for name, text in changes.parts.items() if text is None],
        "counts": summed(changes.counts),
        "screens": [(check_id(each.agent_id, "agent id"), pack_event(each)) for each in changes.screens],
        "replies": [(check_id(each.command_id, "command id"), pack_reply(each)) for each in changes.replies],
        "kept": KEPT,
        "kept_s": KEPT_S,
    }
