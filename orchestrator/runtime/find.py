"""Finds a scenario by name or file and compiles it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.agent_settings import look_at_staff
from orchestrator.runtime.told_places import outside_of
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario
from orchestrator.scenario.findings import did_you_mean

SUFFIXES = (".yaml", ".yml")


def find_scenario(settings: Settings, name: str) -> tuple[Compiled | None, list[Problem]]:
    """The compiled scenario called `name` (in the project's folder) or in the file `name`; or its problems.

    KnownError when there is no such scenario.
    """
    path, folder = find_file(settings, name)
    staff, mistakes = look_at_staff(settings)
    scenarios, problems = check_path([path], folder=folder, staff=staff, outside=outside_of(settings))
    if scenarios and scenarios[0].model.queues:
        problems = [*mistakes, *problems]
    if problems:
        return None, problems
    return compile_scenario(scenarios[0]), []


def find_file(settings: Settings, name: str) -> tuple[Path, Path | None]:
    """The file of the scenario `name`, or the file `name`; and the folder that bounds its includes, None for its own.

    KnownError when there is none.
    """
    folder = settings.scenarios
    path = Path(name) if name.endswith(SUFFIXES) else _file_of(folder, name)
    _require(path, name, folder)
    return path, folder if path.resolve().is_relative_to(folder.resolve()) else None


def file_of(folder: Path, name: str) -> Path:
    """The file of the scenario called `name`. KnownError when there is none."""
    path = _file_of(folder, name)
    _require(path, name, folder)
    return path


def scenario_names(settings: Settings) -> list[str]:
    """What the files of the project's scenarios are called, in order."""
    return sorted(path.stem for path in settings.scenarios.glob("*") if path.suffix in SUFFIXES)


def _require(path: Path, name: str, folder: Path) -> None:
    if not path.is_file():
        raise KnownError(f"no scenario {name!r}: there is no file {path} ({_instead(folder, path.stem)})")


def _file_of(folder: Path, name: str) -> Path:
    """The file named after the scenario; else the first one that says it is that scenario."""
    usual = folder / f"{name}.yaml"
    if usual.is_file():
        return usual
    says_so = re.compile(rf"^scenario:\s*(['\"]?){re.escape(name)}\1\s*(#|$)", re.MULTILINE)
    for path in _files(folder):
        if says_so.search(path.read_text(encoding="utf-8", errors="replace")):
            return path
    return usual


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file())


def _instead(folder: Path, name: str) -> str:
    return did_you_mean(name, (path.stem for path in _files(folder))) or f"there are none in {folder}"
