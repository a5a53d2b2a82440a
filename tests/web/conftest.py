"""A project and the app that serves it, asked without a network."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project, open_project
from orchestrator.store import open_store
from orchestrator.store.tokens import SCOPES
from orchestrator.web.app import app_of
from tests.runtime.factories import SETTINGS, make_folder

Token = Callable[..., str]
FAST = "api: {{rate: 100000, burst: 100000}}\n"
_names = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One store for all tests of a process, each with a project of its own in it: its address."""
    data = Path(tempfile.mkdtemp(prefix="pz-"))
    holder = open_store(None, folder=data, project="holder", fsync="everysec")
    yield f"unix://{data}/store/redis.sock"
    holder.close()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def more_settings() -> str:
    """Settings of the project beside the usual ones; for tests that need others to say so."""
    return FAST


@pytest.fixture
def folder(short_tmp: Path, server: str, more_settings: str) -> Path:
    own = f"project: web-{next(_names)}\nstore: {server}\n"
    return make_folder(short_tmp / "p", settings=SETTINGS.replace("project: test\n", own) + more_settings)


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with open_project(folder) as opened:
        yield opened


def made_token(project: Project, *scopes: str, for_ms: int | None = None) -> str:
    """A token with these scopes; with all of them when none is named."""
    name = f"token-{next(_names)}"
    now = time.time_ns() // 1_000_000
    expires_at = None if for_ms is None else now + for_ms
    digest = sha256(f"secret-{name}".encode()).hexdigest()
    project.store.tokens.create(name, digest, scopes or SCOPES, expires_at=expires_at, now=now)
    return f"secret-{name}"


@pytest.fixture
def token(project: Project) -> Token:
    """`token("leads:read")` makes one with this scope."""

    def make(*scopes: str, for_ms: int | None = None) -> str:
        return made_token(project, *scopes, for_ms=for_ms)

    return make


@pytest.fixture
def api(project: Project) -> Iterator[TestClient]:
    """A client with a token that may do everything; bugs are raised."""
    headers = {"Authorization": f"Bearer {made_token(project)}"}
    with TestClient(app_of(project), headers=headers) as client:
        yield client
