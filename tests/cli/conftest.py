"""A project of its own for each test; `project` holds its store open, as a worker would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project, open_project
from tests.runtime.factories import make_folder


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    return make_folder(short_tmp / "p")


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with open_project(folder) as opened:
        yield opened
