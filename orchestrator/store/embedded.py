"""The store with nothing installed: a redis-server in the data folder, shared by all processes of the project.

The first to come starts it, the last to leave stops it; whoever finds it dead starts it again. Locks decide, never
the presence of a file, so a kill -9 of anybody at any moment leaves nothing in the way.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import redis

from orchestrator.domain.problem import KnownError
from orchestrator.store.place import Place, place_in
from orchestrator.store.server import (
    LOAD_S,
    NO_RETRY,
    answers,
    client_of,
    end_homeless,
    ensure,
    is_alive,
    pid_of,
    shut_down,
)

Fsync = Literal["always", "everysec"]
CONNECTIONS = 16
TIMEOUT_S = 30.0  # of one reply
LEAVE_S = 5.0  # a process that ends does not wait longer for its turn
LOOK_S = 0.01


class EmbeddedServer:
    """This process's hold on the server of a data folder."""

    def __init__(self, data: Path, *, fsync: Fsync) -> None:
        self._place = place_in(data)
        self._fsync: Fsync = fsync
        self.where = str(self._place.folder)
        with _turn(self._place, LOAD_S):
            ensure(self._place, fsync)
            users = os.open(self._place.users, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
        with client_of(self._place) as client:
            client.config_set("appendfsync", fsync)  # it may have been started with the other one
            pid = int(client.info("server")["process_id"])
        self._leave = weakref.finalize(self, _leave, self._place, users, os.getpid(), pid)

    def client(self) -> redis.Redis:
        pool = redis.BlockingConnectionPool(  # type: ignore[no-untyped-call]  # redis-py has no types there
            connection_class=redis.UnixDomainSocketConnection,
            path=str(self._place.socket),
            max_connections=CONNECTIONS,
            timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            protocol=2,
            retry=NO_RETRY,
        )
        return redis.Redis(connection_pool=pool)

    def revive(self) -> None:
        with _turn(self._place, LOAD_S):
            ensure(self._place, self._fsync)

    def close(self) -> None:
        """Let go; stops the server when nobody else holds it. Also done when the process ends."""
        self._leave()


@contextlib.contextmanager
def _turn(place: Place, limit_s: float) -> Iterator[None]:
    """Be the only one that starts or stops the server. KnownError when the turn does not come."""
    try:
        handle = os.open(place.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise KnownError(f"cannot keep the store in {place.folder}: {error.strerror}") from None
    deadline = time.monotonic() + limit_s
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise KnownError(f"another process keeps {place.lock} for too long") from None
                time.sleep(LOOK_S)  # never a blocking call: other greenlets go on
            except OSError as error:
                raise KnownError(
                    f"{place.folder} is on a disk without file locks: {error.strerror}"
                ) from None
        yield
    finally:
        os.close(handle)


def _leave(place: Place, users: int, pid: int, server_pid: int) -> None:
    if os.getpid() != pid:
        return  # a forked child: the hold is its parent's
    try:
        with _turn(place, LEAVE_S):
            os.close(users)
            if not _is_used(place):
                shut_down(place)
    except KnownError:
        os.close(users)  # the server stays for the one who is at it
        end_homeless(place, server_pid)


def _is_used(place: Place) -> bool:
    handle = os.open(place.users, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    is_up: bool
    text: str


def status(data: Path) -> Status:
    """Whether the embedded server of a data folder runs, where and how large it is; starts nothing."""
    folder = data.absolute() / "store"
    place = Place(folder=folder.resolve())
    if not folder.is_dir() or not answers(place):
        return Status(is_up=False, text=f"not running; files in {folder}")
    with client_of(place) as client:
        info = client.info()
    size = sum(file.stat().st_size for file in folder.glob("*.aof*"))
    return Status(
        is_up=True,
        text=f"running: pid {info['process_id']}, Redis {info['redis_version']}, socket {place.socket}, "
        f"{info['used_memory'] / 1e6:.1f} MB of memory, {size / 1e6:.1f} MB in {folder}",
    )


def server_pid(data: Path) -> int | None:
    """The process id of the running server of a data folder, for those who want to see it crash."""
    return pid_of(Place(folder=(data.absolute() / "store").resolve()))


def stop(data: Path) -> bool:
    """Stop the server of a data folder, whoever uses it (they start it again when they need it). False: not up."""
    place = Place(folder=(data.absolute() / "store").resolve())
    if not place.folder.is_dir() or not is_alive(place):
        return False
    with _turn(place, LOAD_S):
        shut_down(place)
    return True
