"""Tells the store what takes calls from now on: how a call that ends is judged, and who is called back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestrator.runtime.inbound.callbacks import announce, register
from orchestrator.runtime.inbound.serving import Served
from orchestrator.runtime.project import Project, open_project
from orchestrator.scenario.compile import Compiled


def announce_served(folder: Path, served: Served) -> None:
    """Announce every scenario that is going to take calls, before a switch is told. As `register_served`."""
    _each(folder, served, announce)


def register_served(folder: Path, served: Served) -> None:
    """Register every scenario that takes calls, in the project in `folder`. No store is made for none of them.

    KnownError: the store is away, or an ordinary campaign has a name that callbacks need.
    """
    _each(folder, served, register)


def _each(folder: Path, served: Served, tell: Callable[[Project, Compiled], object]) -> None:
    if not served.scenarios:
        return
    with open_project(folder) as project:
        for compiled in served.scenarios:
            tell(project, compiled)
