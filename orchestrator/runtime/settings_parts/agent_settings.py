"""The agents file of a project: read with what the settings know of switches and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.scenario.added_staff import Roster, with_added
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.staff import Site, Staff, read_staff, staff_tree

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
    staff, problems = read_staff(settings.agents, site_of(settings))
    return None if problems or not staff.agents else staff, problems


def site_of(settings: Settings) -> Site:
    """Switches and gateways that agents may name."""
    return Site(switches={name: frozenset(switch.gateways) for name, switch in settings.switches.items()})


def load_roster(settings: Settings, added: Mapping[str, Mapping[str, object]]) -> Roster:
    """Who is in the agents file, and those who were added to it. KnownError with every mistake in the file."""
    load_staff(settings)
    root = None if settings.agents is None else staff_tree(settings.agents, Findings())
    return with_added(root, added, site_of(settings))


def load_staff(settings: Settings) -> Staff:
    """Who is in the agents file; nobody without one. KnownError with every mistake in it."""
    staff, problems = look_at_staff(settings)
    if problems:
        lines = "\n".join(map(str, problems))
        raise KnownError(f"{lines}\nthe agents file has mistakes in it")
    return Staff() if staff is None else staff
