"""What all tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from orchestrator.store import embedded

# The same examples on every run of continuous integration; new ones on every run at a desk.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A temporary folder with a short path: unix sockets take about a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="pz-"))
    yield folder
    for data in {found.parent for found in folder.rglob("store")}:
        embedded.stop(data)  # a test that kills all of its processes leaves the server behind
    shutil.rmtree(folder, ignore_errors=True)
