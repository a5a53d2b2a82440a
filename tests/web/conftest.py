"""A project and the app that serves it, asked without a network."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project, open_project
from orchestrator.store.tokens import SCOPES
from orchestrator.web.app import app_of
from tests.runtime.factories import SETTINGS, make_folder

Token = Callable[..., str]
FAST = "api: {{rate: 100000, burst: 100000}}\n"
_names = itertools.count(1)


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    return make_folder(short_tmp / "p", settings=SETTINGS + FAST)


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
