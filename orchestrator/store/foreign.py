"""A Redis somewhere else: its address, and whether it is good enough to keep calls in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import redis
from redis import exceptions as failure
from redis.sentinel import Sentinel, SentinelConnectionPool

from orchestrator.domain.problem import KnownError
from orchestrator.store.db import what_failed
from orchestrator.store.server import NO_RETRY

OLDEST = (6, 2)
CONNECTIONS = 16
TIMEOUT_S = 30.0
CONNECT_S = 5.0
SENTINEL_PORT = 26379
FORMS = (
    "redis://[user:password@]host[:port][/db], rediss://... (TLS), unix:///path/to/socket[?db=0] or "
    "redis+sentinel://[user:password@]host[:port],host[:port]/service[/db]"
)
LISTPACK_VALUE = 256  # bytes of a contact that should still fit


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignServer:
    """Nothing of ours to start or stop."""

    where: str

    def revive(self) -> None:
        """It comes back by itself, or not."""

    def close(self) -> None:
        """Nothing is held."""


def connect(url: str) -> redis.Redis:
    """A client that has not talked yet. KnownError when the address is not one."""
    scheme = url.partition("://")[0]
    common = {
        "timeout": TIMEOUT_S,
        "max_connections": CONNECTIONS,
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": CONNECT_S,
        "protocol": 2,
        "retry": NO_RETRY,
    }
    try:
        if scheme == "redis+sentinel":
            return _by_sentinel(url)
        if scheme in ("redis", "rediss", "unix"):
            return redis.Redis(connection_pool=redis.BlockingConnectionPool.from_url(url, **common))
    except ValueError as error:
        raise KnownError(f"store address {without_password(url)}: {error}; write {FORMS}") from None
    raise KnownError(f"store address {without_password(url)} is not understood; write {FORMS}")


def _by_sentinel(url: str) -> redis.Redis:
    """ValueError when something is missing or wrong."""
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    if not hosts or not service:
        raise ValueError("it needs the sentinels and the name of the service")
    user, _, password = login.partition(":")
    sentinels = Sentinel(  # type: ignore[no-untyped-call]  # redis-py has no types there
        [_host_port(text) for text in hosts.split(",")],
        sentinel_kwargs={"socket_timeout": CONNECT_S, "socket_connect_timeout": CONNECT_S, "retry": NO_RETRY},
    )
    pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]  # as above
        service,
        sentinels,
        db=int(db or 0),
        username=unquote(user) or None,
        password=unquote(password) or None,
        max_connections=CONNECTIONS,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=CONNECT_S,
        protocol=2,
        retry=NO_RETRY,
    )
    return redis.Redis(connection_pool=pool)


def _host_port(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(f"no host in {text!r}")
    return parts.hostname, parts.port or SENTINEL_PORT


def without_password(url: str) -> str:
    """The address as it may be shown: user, password and options left out."""
    login = r"//[^/]*@" if url.startswith("unix:") else r"//.*@"  # a password may hold `@` and `/`
    return re.sub(login, "//", url.partition("?")[0])


def warnings_of(client: redis.Redis, where: str) -> tuple[str, ...]:
    """What a person should know about this Redis. KnownError when it cannot be used at all."""
    try:
        server, persistence, memory = (client.info(part) for part in ("server", "persistence", "memory"))
    except failure.AuthenticationError:
        raise KnownError(f"Redis at {where} refuses the user or password") from None
    except (failure.ConnectionError, failure.TimeoutError) as error:
        said = what_failed(error)
        raise KnownError(
            f"Redis at {where} cannot be reached ({said}): is it running, and is `store:` right?"
        ) from None
    except failure.ResponseError as error:
        raise KnownError(f"Redis at {where} does not let this user in: {error}") from None
    version = str(server["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise KnownError(f"Redis at {where} is {version}: prozvon needs {oldest} or newer")
    found = []
    if not persistence.get("aof_enabled"):
        found.append(
            f"Redis at {where} keeps no append-only file: a restart of it forgets calls that were made, and they are "
            "made again. Set `appendonly yes` there"
        )
    policy = memory.get("maxmemory_policy", "noeviction")
    if memory.get("maxmemory") and policy != "noeviction":
        found.append(
            f"Redis at {where} throws keys away when its memory is full (maxmemory-policy {policy}): leads would be "
            "lost. Set `maxmemory-policy noeviction` there"
        )
    listpack = _listpack_value(client)
    if listpack is not None and listpack < LISTPACK_VALUE:
        found.append(
            f"Redis at {where} has hash-max-listpack-value {listpack}: contacts take 290 bytes instead of 210. "
            f"Set it to {LISTPACK_VALUE} or more there"
        )
    return tuple(found)


def _listpack_value(client: redis.Redis) -> int | None:
    """None when the server does not say: CONFIG is often refused. The old name is known to every version."""
    try:
        found = client.config_get("hash-max-ziplist-value")
    except failure.ResponseError:
        return None
    value = next(iter(found.values()), None)
    return None if value is None else int(value)
