"""Tokens of the HTTP API: kept as SHA-256 only, so that nobody who reads the store can use them.

`now` is always real time here: tokens belong to the real world, whatever clock the calls go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
import redis

from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.records import check_id

SUBJECTS = {
    "campaigns": ("read", "write"),
    "leads": ("read", "write"),
    "dnc": ("read", "write"),
    "consent": ("read", "write"),
    "messages": ("read", "write"),
    "agents": ("read", "write"),
    "figures": ("read",),
    "recordings": ("read",),
    "events": ("read",),
    "outbox": ("read", "write"),
    "report": ("read",),
    "metrics": ("read",),
}
SCOPES = tuple(f"{subject}:{right}" for subject, rights in SUBJECTS.items() for right in rights)


class Standing(StrEnum):
    GOOD = "good"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    TOO_FAST = "too_fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether a request may go on. wait_ms: after which TOO_FAST is over."""

    standing: Standing
    name: str = ""
    scopes: tuple[str, ...] = ()
    wait_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """Times are epoch ms; `None`: it never expires, was not used yet. used_at: to the minute."""

    name: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    used_at: int | None


class TokenBook:
    """A door of the store."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def create(
        self, name: str, digest: str, scopes: Iterable[str], *, expires_at: int | None, now: int
    ) -> None:
        """digest: SHA-256 of the token, hex. KnownError when there is a token of this name. ValueError for a name
        that is no id, and for scopes that there are none.
        """
        wanted = tuple(dict.fromkeys(scopes))
        if not wanted or not set(wanted) <= set(SCOPES):
            raise ValueError(f"no scopes: {wanted}")
        token = {
            "name": check_id(name, "token"),
            "scopes": " ".join(wanted),
            "created_at": now,
            "expires_at": expires_at,
        }
        said = {key: value for key, value in token.items() if value is not None}
        if not self._db.run("create_token", {"digest": digest, "token": said}):
            raise KnownError(
                f"there is a token {name!r} already: `prozvon token revoke {name}` takes it away"
            )

    def admit(self, digest: str, *, now: int, rate: float, burst: int) -> Admission:
        """Whether whoever shows the token with this digest may go on now; counts the request.

        rate: requests a second in the long run; burst: how many at once (GCRA).
        """
        standing, name, scopes, wait = self._db.run(
            "admit_token", {"digest": digest, "now": now, "interval": 1000 / rate, "burst": burst}
        )
        return Admission(
            standing=Standing(standing.decode()),
            name=name.decode(),
            scopes=tuple(scopes.decode().split()),
            wait_ms=wait,
        )

    def revoke(self, name: str) -> bool:
        """It is no good from now on. False: there is none of this name."""
        return bool(self._db.run("revoke_token", {"name": name}))

    def listed(self) -> tuple[TokenRow, ...]:
        """All, also expired ones, by name."""

        def read(client: redis.Redis) -> Any:
            return client.hgetall(self._db.key("tokens")), client.hgetall(self._db.key("tokens:used"))

        tokens, used = self._db.read(read)
        rows = (_row(orjson.loads(text), used.get(digest)) for digest, text in tokens.items())
        return tuple(sorted(rows, key=lambda row: row.name))


def _row(token: dict[str, Any], used_at: bytes | None) -> TokenRow:
    return TokenRow(
        name=token["name"],
        scopes=tuple(token["scopes"].split()),
        created_at=token["created_at"],
        expires_at=token.get("expires_at"),
        used_at=None if used_at is None else int(used_at),
    )
