"""Callers who wait in a queue: their order over all workers and switches, and how fast it moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median

from orchestrator.store.db import Db
from orchestrator.store.records import check_id

FRESH_MS = 3_600_000  # what is older says nothing of now
ENOUGH = 3  # callers who were reached, before anything is foretold

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """position: from 1. wait_s: how long it will take from now, as it did lately; None when nobody can tell."""

    position: int
    wait_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A caller in a queue. joined_at: epoch ms."""

    call_id: str
    scenario: str
    queue: str
    switch: str
    joined_at: int


class WaitingRoom:
    """A door of the store. Every change is one atomic step, safe to repeat; `now` is the caller's clock, epoch ms.

    ValueError for names that cannot be part of a key.
    """

    def __init__(self, db: Db) -> None:
        self._db = db

    def join(
        self, scenario: str, queue: str, call_id: str, switch: str, *, most: int | None, now: int
    ) -> Place | None:
        """The caller's place at the end of the line, or the one they have. None: `most` wait already."""
        request: dict[str, object] = {
            "queue": f"{_name(scenario)}:{_name(queue)}",
            "call": check_id(call_id, "call id"),
            "switch": _name(switch),
            "most": most,
            "now": now,
        }
        return _place(self._db.run("join_queue", request), now)

    def place(self, call_id: str, now: int) -> Place | None:
        """None: the caller stands in no line."""
        return _place(self._db.run("find_place", {"call": check_id(call_id, "call id")}), now)

    def leave(self, call_id: str, *, is_reached: bool, now: int) -> bool:
        """is_reached: a person has taken the call now. False: they stood in no line."""
        request: dict[str, object] = {"call": check_id(call_id, "call id"), "reached": is_reached, "now": now}
        return bool(self._db.run("leave_queue", request))

    def waiting(self) -> tuple[Waiting, ...]:
        """All callers in all queues, the one who came first first."""
        rows = self._db.read(lambda client: client.hgetall(self._db.key("queued")))
        found = []
        for call_id, text in rows.items():
            place, switch, joined_at, _ = text.decode().split(" ")
            scenario, _, queue = place.partition(":")
            found.append(
                Waiting(
                    call_id=call_id.decode(),
                    scenario=scenario,
                    queue=queue,
                    switch=switch,
                    joined_at=int(joined_at),
                )
            )
        return tuple(sorted(found, key=lambda each: (each.joined_at, each.call_id)))


def _place(reply: tuple[int, list[bytes]], now: int) -> Place | None:
    position, paces = reply
    if not position:
        return None
    fresh = [int(ms) for at, ms in (text.split(b" ") for text in paces) if now - int(at) <= FRESH_MS]
    wait_s = round(position * median(fresh) / 1000) if len(fresh) >= ENOUGH else None
    return Place(position=position, wait_s=wait_s)


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise ValueError(f"not a name: {text[:40]!r}")
    return text
