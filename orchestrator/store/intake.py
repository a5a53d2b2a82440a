"""Intakes: who works on one, how far it got, what it brought in, what could not be taken. docs/intake.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import redis

from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.records import check_id

MOST_ERRORS = 1000  # of one intake that are kept
MOST_WITHDRAWN = 100_000  # external ids of one intake that are remembered
MOST_TEXT = 300  # characters of each text of an error


class NotOurs(KnownError):  # noqa: N818  # no error: somebody else goes on with it, and we stop
    """Another round has begun since: nothing of this write was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeError:
    """Something that could not be taken. where: file and line, or the item; what: for people, without values."""

    at: int  # epoch ms
    where: str
    code: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeChange:
    """One step of a round; all of it is stored, or (when the round was lost) nothing.

    set: named texts that stay (`cursor`, `due_at`, `at`, `why`, `fails`, `campaign`). add: what to add to which counts.
    files: file -> how far it was loaded (JSON); gone: files that are through. withdrawn, back: external ids that the
    source wants called no more, and called again after all; at `now` (epoch ms).
    """

    set: Mapping[str, str] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    errors: tuple[IntakeError, ...] = ()
    withdrawn: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    now: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRow:
    """An intake as the store knows it. worker: who works on it now, "" when nobody does. at: of the last round that
    was through; why: why it failed, "" when it did not; fails: rounds in a row that did. due_at: when a polled source
    is asked again. counts: what all rounds brought in, by fate.
    """

    name: str
    worker: str = ""
    cursor: str = ""
    campaign: str = ""
    due_at: int = 0
    at: int | None = None
    why: str = ""
    fails: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class IntakeRound:
    """Our turn with one intake, until `end`, or until nobody has held it for its time."""

    def __init__(self, db: Db, name: str, by: str, worker: str, token: int) -> None:
        self._db, self._name, self._by, self._worker, self._token = db, name, by, worker, token
        self._step = 0

    def hold(self, ttl_ms: int) -> None:
        """It is ours for so much longer, in real time. NotOurs: it is not any more."""
        if _take(self._db, self._name, self._by, self._worker, ttl_ms) != self._token:
            raise NotOurs(f"another worker goes on with the intake {self._name}")

    def write(self, change: IntakeChange) -> None:
        """NotOurs, and nothing stored, when another round has begun since."""
        self._write(change, ends=False)

    def end(self, change: IntakeChange | None = None) -> None:
        """The last step: others may work on it at once."""
        self._write(change or IntakeChange(), ends=True)

    def _write(self, change: IntakeChange, *, ends: bool) -> None:
        self._step += 1
        request: dict[str, object] = {
            "name": self._name,
            "token": self._token,
            "step": self._step,
            "set": dict(change.set),
            "add": {what: count for what, count in change.add.items() if count},
            "files": dict(change.files),
            "gone": change.gone,
            "errors": [_packed(error) for error in change.errors],
            "keep": MOST_ERRORS,
            "withdrawn": change.withdrawn,
            "back": change.back,
            "now": change.now,
            "remember": MOST_WITHDRAWN,
            "ends": ends,
        }
        if not self._db.run("write_intake", request):
            raise NotOurs(f"another worker goes on with the intake {self._name}")


class IntakeBook:
    """A door of the store. KnownError when Redis cannot be reached."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def begin(self, name: str, worker: str, ttl_ms: int) -> IntakeRound | None:
        """Our turn, for `ttl_ms` of real time; None: somebody else is at it."""
        by = uuid4().hex
        token = _take(self._db, check_id(name, "intake"), by, worker, ttl_ms)
        return IntakeRound(self._db, name, by, worker, token) if token else None

    def read(self, name: str) -> IntakeRow:
        """All zero and empty for one that nobody has worked on yet."""
        is_held, found, files = self._db.read(lambda client: self._read(client, name))
        texts = {key.decode(): value.decode() for key, value in found.items()}
        return IntakeRow(
            name=name,
            worker=texts.get("worker", "") if is_held else "",
            cursor=texts.get("cursor", ""),
            campaign=texts.get("campaign", ""),
            due_at=int(texts.get("due_at", "0")),
            at=int(texts["at"]) if "at" in texts else None,
            why=texts.get("why", ""),
            fails=int(texts.get("fails", "0")),
            counts={key[2:]: int(value) for key, value in texts.items() if key.startswith("n ")},
            files={key.decode(): value.decode() for key, value in files.items()},
        )

    def errors(self, name: str, limit: int = MOST_ERRORS) -> list[IntakeError]:
        """What could not be taken, the newest first."""
        key = self._db.key(f"intake:{name}:errors")
        found = self._db.read(lambda client: client.lrange(key, 0, limit - 1))
        return [IntakeError(**orjson.loads(each)) for each in found]

    def was_withdrawn(self, name: str, external_id: str) -> bool:
        """Whether the source said last that it is not to be called."""
        key = self._db.key(f"intake:{name}:withdrawn")
        return self._db.read(lambda client: client.zscore(key, external_id)) is not None

    def _read(self, client: redis.Redis, name: str) -> Any:
        key = self._db.key(f"intake:{name}")
        pipe = client.pipeline(transaction=True)
        pipe.exists(f"{key}:lease")
        pipe.hgetall(key)
        pipe.hgetall(f"{key}:files")
        return pipe.execute()


def _take(db: Db, name: str, by: str, worker: str, ttl_ms: int) -> int:
    return int(db.run("take_intake", {"name": name, "by": by, "worker": worker, "ttl_ms": ttl_ms}))


def _packed(error: IntakeError) -> str:
    found = {
        "at": error.at,
        "where": error.where[:MOST_TEXT],
        "code": error.code,
        "what": error.what[:MOST_TEXT],
    }
    return orjson.dumps(found).decode()
