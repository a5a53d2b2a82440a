"""The connection every part of the store talks through: runs scripts, comes back after a loss, translates errors."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import orjson
import redis
from redis import exceptions as failure
from redis import sentinel

from orchestrator.domain.problem import KnownError
from orchestrator.store.keys import prefix
from orchestrator.store.scripts import script

PATIENCE_S = 10.0  # how long one call goes on trying to reach Redis
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 1.0
_LOST = (failure.ConnectionError, failure.TimeoutError)
_CODE = re.compile(
    r"(?:^|[ :]-)([A-Z]{2,}) "
)  # an error inside a script comes wrapped: "... -OOM command not allowed"
_PASSING = frozenset({"READONLY", "LOADING", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN", "BUSY"})
_SAID = {
    "NOCAMPAIGN": "no campaign {rest!r}",
    "NOTLOADING": "the campaign takes no more contacts: it is {rest}",
    "MISCONF": "Redis cannot write to its disk and refuses changes: see its log",
    "OOM": "Redis is out of memory (maxmemory) and refuses changes",
    "NOAUTH": "Redis wants a password: put it in the `store:` address",
    "NOPERM": "this Redis user may not do what is needed: {rest}",
    "READONLY": "Redis at {where} takes no changes: it is a replica",
}

T = TypeVar("T")


class Stale(Exception):  # noqa: N818  # not an error: read again and repeat
    """The campaign was deleted and made anew since its terms were read."""


class NotLeading(KnownError):  # noqa: N818  # no error: somebody else leads, and we stop
    """Somebody else has led the floor since: nothing of this write was stored."""


class Unreachable(KnownError):  # noqa: N818  # the network's, not ours
    """Redis cannot be reached, or takes no changes now: it may be well again in a moment."""


class Server(Protocol):
    """Where Redis is."""

    @property
    def where(self) -> str:
        """For people; never a password."""

    def revive(self) -> None:
        """After a lost connection, before the next try: bring the server back if it is ours to bring back.

        KnownError when there is no hope.
        """

    def close(self) -> None: ...


class Db:
    """Every script is safe to repeat, so a call whose connection broke is made again, for `patience_s`."""

    def __init__(
        self, client: redis.Redis, server: Server, project: str, *, patience_s: float = PATIENCE_S
    ) -> None:
        self.client = client
        self.prefix = prefix(project)
        self._server = server
        self._patience_s = patience_s

    def key(self, name: str) -> str:
        return self.prefix + name

    def run(self, name: str, request: Mapping[str, object], *blobs: bytes | str) -> Any:
        """The reply of lua/NAME.lua (its header says of what shape) to `request` as JSON and `blobs` after it.

        KnownError when Redis cannot be reached or refuses; Stale as above.
        """
        return self.run_telling(name, request, *blobs)[0]

    def run_telling(self, name: str, request: Mapping[str, object], *blobs: bytes | str) -> tuple[Any, bool]:
        """As `run`, and whether an earlier try may have been carried out though its reply was lost."""
        asked = orjson.dumps({key: value for key, value in request.items() if value is not None})
        return self._attempting(lambda: self._evaluate(name, asked, blobs))

    def read(self, do: Callable[[redis.Redis], Any]) -> Any:
        """What `do(client)` returns: plain commands that change nothing. redis-py's own types say bytes or text; it
        is always bytes here.
        """
        return self._attempting(lambda: do(self.client))[0]

    def close(self) -> None:
        let_go(self.client)
        self._server.close()

    def _evaluate(self, name: str, asked: bytes, blobs: tuple[bytes | str, ...]) -> Any:
        found = script(name)
        try:
            return self.client.evalsha(found.sha, 1, self.prefix, asked, *blobs)
        except failure.NoScriptError:  # a new server, or one that was restarted: EVAL keeps the script there
            return self.client.eval(found.text, 1, self.prefix, asked, *blobs)

    def _attempting(self, do: Callable[[], T]) -> tuple[T, bool]:
        deadline, pause = None, FIRST_PAUSE_S
        while True:
            try:
                return do(), deadline is not None
            except failure.AuthenticationError:
                raise KnownError(f"Redis at {self._server.where} refuses the user or password") from None
            except _LOST as error:
                hopeless: Exception = Unreachable(
                    f"Redis at {self._server.where} cannot be reached: {what_failed(error)}"
                )
            except failure.ResponseError as error:
                hopeless = self._translated(error)
                if _code_of(error) not in _PASSING:
                    raise hopeless from None
                # perhaps it was the master until now: ask again where the master is
                self.client.connection_pool.disconnect(inuse_connections=False)
            deadline = deadline or time.monotonic() + self._patience_s
            if time.monotonic() + pause > deadline:
                raise hopeless from None
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
            self._server.revive()

    def _translated(self, error: failure.ResponseError) -> Exception:
        code = _code_of(error)
        rest = str(error).partition(f"{code} ")[2]
        if code == "STALE":
            return Stale(rest)
        if code == "NOTLEADING":
            return NotLeading("another worker leads the floor now")
        if code in _SAID:
            kind = Unreachable if code in _PASSING or code in ("MISCONF", "OOM") else KnownError
            return kind(_SAID[code].format(rest=rest, where=self._server.where))
        return error


def let_go(client: redis.Redis) -> None:
    """Close every connection: a client that was given its pool leaves it open, and so does a pool its sentinels."""
    pool: Any = client.connection_pool
    sentinels = pool.sentinel_manager.sentinels if isinstance(pool, sentinel.SentinelConnectionPool) else ()
    for each in (pool, *(server.connection_pool for server in sentinels)):
        with contextlib.suppress(failure.RedisError, OSError):
            each.disconnect()


def _code_of(error: failure.ResponseError) -> str:
    """`OOM`, `READONLY` ...; redis-py takes the code off for errors that it has a class for."""
    if isinstance(error, failure.ReadOnlyError):
        return "READONLY"
    found = _CODE.search(str(error))
    return found[1] if found else ""


def what_failed(error: Exception) -> str:
    """One short line, without addresses and passwords of our own making."""
    if isinstance(error, sentinel.MasterNotFoundError):
        return "the sentinels cannot be reached, or know no master of that name"
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
