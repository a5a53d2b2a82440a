"""Tells the store what takes calls from now on: how a call that ends is judged, and who is called back."""

from __future__ import annotations

from pathlib import Path

from orchestrator.runtime.inbound.callbacks import register
from orchestrator.runtime.inbound.serving import Served
from orchestrator.runtime.project import open_project


def register_served(folder: Path, served: Served) -> None:
    """Register every scenario that takes calls, in the project in `folder`. No store is made for none of them.

    KnownError: the store is away, or an ordinary campaign has a name that callbacks need.
    """
    if not served.scenarios:
        return
    with open_project(folder) as project:
        for compiled in served.scenarios:
            register(project, compiled)
