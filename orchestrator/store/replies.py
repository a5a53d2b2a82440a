"""Replies of the API kept for a day by their `Idempotency-Key`: a request that is sent again gets the reply it had.

`now` is not needed: everything here lives by Redis's own expiry, in real time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
import redis

from orchestrator.store.db import Db

KEEP_MS = 86_400_000
UNDERWAY_MS = 20_000  # whoever was killed in the middle holds up its repetition for no longer


class Turn(StrEnum):
    """What is to be done with a request that has a key."""

    DO = "do"  # it is new: do it, then `keep` or `forget`
    SAY = "say"  # it was done: say what was said
    WAIT = "wait"  # the same one is just being done
    REFUSE = "refuse"  # the key belongs to another request
    STRANGER = (
        "stranger"  # the token is none: nothing is kept for it, or whoever guesses could fill the store
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    turn: Turn
    reply: KeptReply | None = field(default=None)


class ReplyBook:
    """A door of the store."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def take(self, token: str, key: str, request: str, run: str) -> Taken:
        """Whose turn it is to do what is asked under this key.

        token: digest of the caller's token, of whom the key is. key, request: digests of the key and of what is asked.
        run: an id of this very try, new for each. A token that is not known is answered STRANGER and leaves nothing.
        """
        asked = {"name": f"{token}:{key}", "token": token, "request": request, "run": run, "ms": UNDERWAY_MS}
        turn, text = self._db.run("take_reply", asked)
        return Taken(turn=Turn(turn.decode()), reply=_unpack(text) if text else None)

    def hold(self, token: str, key: str) -> None:
        """It is still being done: whoever sends it again waits on."""
        self._db.read(lambda client: client.pexpire(self._key(token, key), UNDERWAY_MS))

    def keep(self, token: str, key: str, request: str, reply: KeptReply) -> None:
        """What is said to whoever sends this again in the next day."""
        packed = orjson.dumps((reply.status, reply.headers, reply.body.decode("latin-1")))
        text = b"%b done %b" % (request.encode(), packed)
        self._db.read(lambda client: _set(client, self._key(token, key), text))

    def forget(self, token: str, key: str) -> None:
        """It was not done: whoever sends it again has it done."""
        self._db.read(lambda client: client.delete(self._key(token, key)))

    def _key(self, token: str, key: str) -> str:
        return self._db.key(f"reply:{token}:{key}")


def _set(client: redis.Redis, key: str, text: bytes) -> Any:
    return client.set(key, text, px=KEEP_MS)


def _unpack(text: bytes) -> KeptReply:
    status, headers, body = orjson.loads(text)
    return KeptReply(
        status=status,
        headers=tuple((name, value) for name, value in headers),
        body=body.encode("latin-1"),
    )
