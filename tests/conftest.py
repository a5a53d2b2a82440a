"""What all tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A temporary folder with a short path: unix sockets take about a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="pz-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
