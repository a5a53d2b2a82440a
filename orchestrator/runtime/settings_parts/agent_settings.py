"""The agents file of a project: read with what the settings know of switches and gateways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.scenario.staff import Site, Staff, read_staff

if TYPE_CHECKING:
    from orchestrator.runtime.settings import Settings

AGENTS_FILE: Final = "agents.yaml"  # beside prozvon.yaml, where the settings name no other


def agents_path(folder: Path, named: Path | None) -> Path | None:
    """The agents file: the one that is named, else the usual one if it is there; absolute."""
    if named is not None:
        return folder / named
    usual = folder / AGENTS_FILE
    return usual if usual.is_file() else None


def look_at_staff(settings: Settings) -> tuple[Staff | None, list[Problem]]:
    """Who is in the agents file, and what is wrong with it. None without anybody in it, or when it cannot be used."""
    if settings.agents is None:
        return None, []
    switches = {name: frozenset(switch.gateways) for name, switch in settings.switches.items()}
    staff, problems = read_staff(settings.agents, Site(switches=switches))
    return None if problems or not staff.agents else staff, problems


def load_staff(settings: Settings) -> Staff:
    """Who is in the agents file; nobody without one. KnownError with every mistake in it."""
    staff, problems = look_at_staff(settings)
    if problems:
        lines = "\n".join(map(str, problems))
        raise KnownError(f"{lines}\nthe agents file has mistakes in it")
    return Staff() if staff is None else staff
