"""Old recordings are forgotten by every switch that can be asked; one that cannot holds up no other."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.esl.errors import NotConnected, ReplyTimeout
from orchestrator.runtime.outbox.retention import Retention
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings_parts.switch_settings import Switch
from tests.runtime.factories import NOON, make_folder

SETTINGS = "clock: simulated\nswitches: {{first: {{port: 1}}, second: {{port: 2}}}}\n"


@pytest.fixture
def folder(short_tmp: Path) -> Path:
    return make_folder(short_tmp / "p", settings=SETTINGS)


@pytest.mark.parametrize(
    "fault", [NotConnected("away"), ReplyTimeout("silent"), KnownError("no password"), "-ERR usage", ""]
)
def test_a_switch_that_says_no_holds_up_no_other(folder: Path, fault: Exception | str) -> None:
    asked: list[str] = []

    def api_of(switch: Switch) -> nullcontext[object]:
        def api(command: str) -> str:
            asked.append(f"{switch.port} {command}")
            if switch.port == 2:
                return "+OK 1"
            if isinstance(fault, str):
                return fault
            raise fault

        return nullcontext(api)

    lines = {name: SimpleNamespace(is_up=True, api=None) for name in ("first", "second")}
    with open_project(folder) as project:
        Retention(project.settings, lines, project.store.deliveries, lambda: NOON, connected=api_of).tidy()  # type: ignore[arg-type]
    assert asked == [f"{port} python prozvon_switch forget recordings 90" for port in (1, 2)]


def test_without_lines_nobody_is_asked(project: Project) -> None:
    Retention(project.settings, {}, project.store.deliveries, lambda: NOON).tidy()
