"""A project of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.prompts.prompting import Prompting
from orchestrator.runtime.settings import Settings
from tests.runtime.factories import make_folder
from tests.runtime.prompting_calls import Line, Make


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    return make_folder(short_tmp / "p")


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with open_project(folder) as opened:
        yield opened


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Prompting] = []

    def prompting(settings: Settings, line: Line | None = None, **others: object) -> Prompting:
        line = line or Line()
        options: dict[str, object] = {
            "publish": lambda *_: None,
            "has": lambda *_: True,
            "freed": lambda: None,
            "broke": lambda greenlet: greenlet.get(),
            **others,
        }
        lines = dict.fromkeys(settings.switches, line)
        made.append(Prompting(settings, lines=lines, **options))  # type: ignore[arg-type]
        line.hear = made[-1].hear
        return made[-1]

    yield prompting
    for each in made:
        each.stop()
