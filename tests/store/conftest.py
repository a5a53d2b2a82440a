"""One embedded server for all tests of a process; a project of its own for each test; all of it checked afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import redis

from orchestrator.store import Store, open_store
from orchestrator.store.keys import prefix
from tests.store.whole import broken

_projects = count(1)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("data")
    holder = open_store(None, folder=folder, project="holder", fsync="everysec")
    yield folder
    holder.close()


@pytest.fixture(scope="session")
def server(data_folder: Path) -> Iterator[redis.Redis]:
    """A connection beside the store's own, to look at what is there."""
    with redis.Redis(unix_socket_path=str(data_folder / "store" / "redis.sock")) as client:
        yield client


@pytest.fixture
def project() -> str:
    return f"test-{next(_projects)}"


@pytest.fixture
def store(data_folder: Path, project: str) -> Iterator[Store]:
    opened = open_store(None, folder=data_folder, project=project, fsync="everysec")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def nothing_is_broken_or_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test with a store: its keys are documented and agree; no key stands outside its project."""
    if "store" not in request.fixturenames:
        yield
        return
    server: redis.Redis = request.getfixturevalue("server")
    name: str = request.getfixturevalue("project")
    yield
    keys = [key.decode() for key in server.scan_iter("*", count=100_000)]
    foreign = [key for key in keys if not key.startswith(prefix(name))]
    found = broken(server, prefix(name))
    server.flushall()
    assert foreign == []
    assert found == []
