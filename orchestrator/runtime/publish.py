"""Puts what a switch needs at call time into its root folder: programs, recorded prompts, scripts, dialplan.

Everything is written beside its final name and renamed, so that a switch never reads half a file. Programs and
prompts are named by digest and never change: a call under way keeps the version it began with.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from orchestrator.asset_folders import folder
from orchestrator.domain.problem import KnownError
from orchestrator.render import render_dialplan
from orchestrator.scenario.compile import Compiled, canonical_json


def publish(root: Path, scenarios: Iterable[Compiled]) -> list[Path]:
    """Write what is missing or differs below `root`; returns the files written, sorted. KnownError when it cannot."""
    try:
        return sorted(path for path, data in _wanted(root, scenarios) if _write(path, data))
    except OSError as error:
        raise KnownError(f"cannot publish to the switch's folder {root}: {error}") from None


def _wanted(root: Path, scenarios: Iterable[Compiled]) -> Iterable[tuple[Path, bytes]]:
    yield root / "dialplan" / "prozvon.xml", render_dialplan()
    scripts = folder("scripts")
    for source in sorted([*scripts.glob("robocall/*.py"), *scripts.glob("ivr/*.py")]):
        yield root / "scripts" / source.name, source.read_bytes()
    for source in sorted(scripts.glob("callflow/**/*.py")):
        yield root / "scripts" / source.relative_to(scripts), source.read_bytes()
    for compiled in scenarios:
        for name, sound in compiled.sounds.items():
            yield root / "prompts" / name, sound.read_bytes()
        yield root / "programs" / f"{compiled.digest}.json", canonical_json(compiled.program)


def _write(path: Path, data: bytes) -> bool:
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
