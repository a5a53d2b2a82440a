"""The embedded server: shared, private, and back after any kill."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.store import Store, embedded, open_store
from orchestrator.store.place import SOCKET_BYTES, place_in
from orchestrator.store.server import is_alive, pid_of
from tests.store.factories import CAMPAIGN, NOW, claim_one, contact, done, ending, launch, request, retry


def wait_until(is_so: Callable[[], bool], description: str, limit_s: float = 10) -> None:
    deadline = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline, f"not in {limit_s} s: {description}"
        time.sleep(0.005)


def server_pid(data: Path) -> int:
    pid = pid_of(place_in(data))
    assert pid is not None
    return pid


def kill_server(data: Path) -> int:
    pid = server_pid(data)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid_of(place_in(data)) is None, "the server is dead")
    return pid


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    embedded.stop(tmp_path / "data")


def opened(data: Path, **options: object) -> Store:
    return open_store(None, folder=data, project="demo", **options)  # type: ignore[arg-type]  # options of open_store


# -- together -------------------------------------------------------------------------------------------------


def test_the_first_starts_it_and_the_last_stops_it(data: Path) -> None:
    first = opened(data)
    pid = server_pid(data)
    second = opened(data)
    assert server_pid(data) == pid
    first.close()
    second.dnc_add(["+79990000001"], "", NOW)
    second.close()
    assert not is_alive(place_in(data))
    with closing(opened(data)) as third:
        assert third.dnc_contains("+79990000001")


def test_closing_twice_is_closing_once(data: Path) -> None:
    one, other = opened(data), opened(data)
    one.close()
    one.close()
    assert other.campaigns() == ()
    other.close()


def _open_and_add(data: Path, index: int) -> None:
    with closing(opened(data)) as store:
        store.dnc_add([f"+7999000000{index}"], "", NOW)


def test_many_that_start_at_once_start_one_server(data: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_open_and_add, args=(data, index)) for index in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    assert not is_alive(place_in(data))
    with closing(opened(data)) as store:
        assert len(list(store.dnc_list())) == 8


def _in_another_process(data: Path, *steps: str) -> int:
    """Open the store as `s` in a new process, take these steps, end; its exit code."""
    opening = (
        "import os, signal; from pathlib import Path; from orchestrator.store import open_store",
        f"s = open_store(None, folder=Path({str(data)!r}), project='demo')",
    )
    return subprocess.run([sys.executable, "-c", "\n".join([*opening, *steps])], check=False).returncode


def test_a_process_that_ends_without_closing_lets_go(data: Path) -> None:
    assert _in_another_process(data) == 0
    assert not is_alive(place_in(data))


def test_a_killed_client_is_in_nobodys_way(data: Path) -> None:
    steps = ("s.dnc_add(['+79990000001'], '', 1)", "os.kill(os.getpid(), signal.SIGKILL)")
    assert _in_another_process(data, *steps) == -signal.SIGKILL
    pid = server_pid(data)
    store = opened(data)
    assert server_pid(data) == pid
    assert store.dnc_contains("+79990000001")
    store.close()
    assert not is_alive(place_in(data))


def test_a_forked_child_does_not_stop_its_parents_server(data: Path) -> None:
    store = opened(data)
    child = os.fork()
    if child == 0:
        store.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert store.campaigns() == ()
    store.close()
    assert not is_alive(place_in(data))


# -- kills ----------------------------------------------------------------------------------------------------


def test_after_a_kill_of_the_server_the_next_call_brings_it_back(data: Path) -> None:
    store = opened(data)
    launch(store, [contact(i) for i in range(10)])
    attempt = claim_one(store)
    killed = kill_server(data)
    assert store.finish(attempt, ending(attempt), done(attempt), NOW)
    assert server_pid(data) != killed
    assert store.counts(CAMPAIGN).attempts == 1
    store.close()


def test_nothing_that_was_answered_is_lost_by_a_kill(data: Path) -> None:
    store = opened(data)
    launch(store, [contact(i) for i in range(100)])
    claimed, ended = set(), set()
    for turn in range(12):
        for attempt in store.claim(request(4)).attempts:
            claimed.add(attempt.attempt_id)
            if len(claimed) % 3:
                assert store.finish(attempt, ending(attempt), retry(attempt, NOW + 10**9), NOW)
                ended.add(attempt.attempt_id)
        if turn % 3 == 2:
            kill_server(data)
            assert {a.attempt_id for a in store.live()} == claimed - ended
            assert {row.attempt.attempt_id for row in store.history(CAMPAIGN)} == ended
    store.close()


def test_scripts_are_sent_again_to_a_new_server(data: Path) -> None:
    store = opened(data)
    store.heartbeat("w1", 60_000, {})
    kill_server(data)
    assert store.workers().keys() <= {"w1"}
    store.heartbeat("w1", 60_000, {"up": "main"})
    assert store.workers() == {"w1": {"up": "main"}}
    store.close()


def test_several_that_find_it_dead_start_one_server(data: Path) -> None:
    stores = [opened(data) for _ in range(4)]
    kill_server(data)
    for store in stores:
        assert store.campaigns() == ()
    pid = server_pid(data)
    for store in stores[:-1]:
        store.close()
    assert server_pid(data) == pid
    stores[-1].close()


def test_what_a_killed_server_leaves_behind_does_not_hinder_the_next(data: Path) -> None:
    held = opened(data)
    kill_server(data)
    folder = place_in(data).folder
    assert (folder / "redis.sock").exists()
    (folder / "redis.pid").write_text(str(os.getpid()))  # the number went to somebody else
    with closing(opened(data)) as store:
        assert store.campaigns() == ()
    held.close()


def test_a_file_cut_short_by_a_power_cut_is_read_as_far_as_it_goes(data: Path) -> None:
    with closing(opened(data)) as store:
        store.dnc_add(["+79990000001"], "", NOW)
        store.dnc_add(["+79990000002"], "", NOW)
    file = place_in(data).folder / "prozvon.aof"
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size - 7)
    with closing(opened(data)) as store:
        assert [row.number for row in store.dnc_list()] == ["+79990000001"]


def test_a_broken_file_is_one_clear_line(data: Path) -> None:
    with closing(opened(data)) as store:
        store.dnc_add(["+79990000001"], "", NOW)
    file = place_in(data).folder / "prozvon.aof"
    file.write_bytes(b"*2\r\n$6\r\nSELECT\r\nrubbish that is no protocol\r\n" + file.read_bytes())
    with pytest.raises(KnownError, match=r"redis-check-aof.*redis\.log") as caught:
        opened(data)
    assert "\n" not in str(caught.value)


def test_a_server_whose_socket_was_tidied_away_is_replaced(data: Path) -> None:
    store = opened(data)
    store.dnc_add(["+79990000001"], "", NOW)
    before = server_pid(data)
    place_in(data).socket.unlink()
    other = opened(data)
    assert other.dnc_contains("+79990000001")
    assert server_pid(data) != before
    assert store.dnc_contains("+79990000001")
    store.close()
    other.close()


def test_a_server_whose_folder_was_removed_goes_with_its_last_user(data: Path) -> None:
    store = opened(data)
    pid = server_pid(data)
    shutil.rmtree(data)
    store.close()
    wait_until(lambda: not Path(f"/proc/{pid}/cwd").is_symlink() or not _cwd(pid), "the server is gone")


def _cwd(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


# -- files ----------------------------------------------------------------------------------------------------


def test_files_are_private(data: Path) -> None:
    with closing(opened(data)) as store:
        store.dnc_add(["+79990000001"], "", NOW)
        folder = place_in(data).folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes.keys() >= {"prozvon.aof", "redis.sock", "redis.log", "redis.pid", "lock", "users", "alive"}
    assert set(modes.values()) == {0o600}


def test_a_folder_too_deep_for_a_socket_works(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 90) / ("e" * 90) / "with space и 'кавычки'"
    place = place_in(data)
    assert len(os.fsencode(place.socket)) <= SOCKET_BYTES
    assert place.socket.parent != place.folder
    with closing(opened(data)) as store, closing(opened(data)) as other:
        store.dnc_add(["+79990000001"], "", NOW)
        assert other.dnc_contains("+79990000001")
        assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
    shutil.rmtree(place.socket.parent)


def test_a_short_path_of_odd_characters_works(tmp_path: Path) -> None:
    data = tmp_path / "a \"b\" 'c' \\n {socket}"
    with closing(opened(data)) as store:
        assert store.campaigns() == ()


def test_a_runtime_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 90) / ("e" * 90)
    private = place_in(data).socket.parent
    private.rmdir()
    private.symlink_to(tmp_path)
    try:
        with pytest.raises(KnownError, match="belongs to another user"):
            opened(data)
    finally:
        private.unlink()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(KnownError, match=r"cannot keep the store in .*data"):
        opened(tmp_path / "data")


# -- settings and looking at it -------------------------------------------------------------------------------


@pytest.mark.parametrize("fsync", ["always", "everysec"])
def test_how_it_writes_is_an_argument(data: Path, fsync: str) -> None:
    other = "everysec" if fsync == "always" else "always"
    with closing(opened(data, fsync=other)), closing(opened(data, fsync=fsync)) as store:
        client = store._db.client
        assert client.config_get("appendfsync") == {"appendfsync": fsync}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("aof-load-truncated") == {"aof-load-truncated": "yes"}


def test_its_state_can_be_asked_without_starting_it(data: Path) -> None:
    assert not embedded.status(data).is_up
    assert not embedded.stop(data)
    assert not data.exists()
    store = opened(data)
    said = embedded.status(data)
    assert said.is_up
    assert str(server_pid(data)) in said.text
    assert embedded.stop(data)
    assert not embedded.status(data).is_up
    assert store.campaigns() == ()  # whoever still needs it starts it again
    store.close()
