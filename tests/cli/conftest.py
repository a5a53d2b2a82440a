"""A project folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.factories import make_folder


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    return make_folder(short_tmp / "p")
