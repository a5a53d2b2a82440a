"""The programs that calls of unfinished campaigns need on a switch: a switch that is new gets them with its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import load_settings
from orchestrator.scenario.compile import Compiled

UNFINISHED: Final = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})


def running_programs(folder: Path) -> Sequence[Compiled]:
    """One of each program, with its recorded sounds where the scenario is still the one it was launched from.

    KnownError when the store does not answer, or another version of prozvon wrote there.
    """
    settings = load_settings(folder)
    if settings.store is None and not (settings.data / "store").exists():
        return ()  # nothing was launched here yet: no store is made for that
    with open_project(folder) as project:
        bundles = Bundles(project.store)
        unfinished = [item for item in project.store.campaigns() if item.state in UNFINISHED]
        found = {item.program: bundles.of(item) for item in unfinished}
        return tuple(_with_sounds(project, compiled) for compiled in found.values())


def _with_sounds(project: Project, compiled: Compiled) -> Compiled:
    try:
        scenario, _ = find_scenario(project.settings, compiled.name)
    except KnownError:
        return compiled
    is_same = scenario is not None and scenario.digest == compiled.digest
    return replace(compiled, sounds=scenario.sounds) if scenario and is_same else compiled
