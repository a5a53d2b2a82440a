"""Finds a scenario by name or file and compiles it."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.check import check_path
from orchestrator.scenario.compile import Compiled, compile_scenario


def find_scenario(settings: Settings, name: str) -> tuple[Compiled | None, list[Problem]]:
    """The compiled scenario called `name` (in the project's folder) or in the file `name`; or its problems.

    KnownError when there is no such scenario.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else settings.scenarios / f"{name}.yaml"
    if not path.is_file():
        have = ", ".join(sorted(p.stem for p in settings.scenarios.glob("*.yaml"))) or "none"
        raise KnownError(f"no scenario {name!r}: {path} does not exist (there are: {have})")
    scenarios, problems = check_path([path])
    if problems:
        return None, problems
    return compile_scenario(scenarios[0]), []
