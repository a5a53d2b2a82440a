"""Puts compiled programs and their recorded sounds onto a switch.

They are named by digest and never change: a call under way keeps the version it began with, and they belong to no
release.
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.deploy.target import Target
from orchestrator.scenario.compile import Compiled, canonical_json


def publish(target: Target, scenarios: Iterable[Compiled]) -> list[str]:
    """Write what is missing or differs; the paths below the root, sorted. KnownError when it cannot."""
    files: dict[str, bytes] = {}
    for compiled in scenarios:
        for name, sound in compiled.sounds.items():
            files[f"prompts/{name}"] = sound.data
        files[f"programs/{compiled.digest}.json"] = canonical_json(compiled.program)
    return sorted(target.put_files(files))
