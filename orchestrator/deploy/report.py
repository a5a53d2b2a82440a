"""How things are on a switch: what lies in its folder, and what it says itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from orchestrator.deploy.changes import changes_between
from orchestrator.deploy.check import check
from orchestrator.deploy.console import Console
from orchestrator.deploy.release import MANIFEST, Release
from orchestrator.deploy.stored import drift, read_manifest, without_manifest
from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`release_id`: in force, "" for none. `since`: epoch ms, None when its deploy was broken off. `says`: the release
    that the switch says it runs, "" when it says none. `drift`: files changed by hand. `fault`: what is wrong with what
    the switch says, "" when nothing is. `restarts`: what only a restart brings in.
    """

    release_id: str
    since: int | None
    previous: str
    prozvon: str
    callflow: str
    says: str
    fault: str
    drift: tuple[str, ...]
    restarts: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return bool(self.release_id) and self.since is not None and not self.fault and not self.drift


def report(target: Target, switch: Callable[[], AbstractContextManager[Console]], root: str) -> Report:
    """Look at the folder and ask the switch. KnownError when the folder cannot be read."""
    state = target.state()
    found = target.read(state.standing) if state.standing else {}
    manifest = read_manifest(found.get(MANIFEST, b"")) or {}
    says, fault, restarts = "", "", tuple[str, ...]()
    release = Release(
        release_id=state.standing,
        callflow=str(manifest.get("callflow", "")),
        cdr=str(manifest.get("cdr", "")),
        prozvon=str(manifest.get("prozvon", "")),
        files=without_manifest(found),
    )
    try:
        with switch() as console:
            says = getattr(console.hello(), "release", "")
            fault = (check(console, release, root) or "") if state.standing else ""
            uptime_ms = console.uptime_ms()
            at = "" if uptime_ms is None else state.at(state.now - uptime_ms)
            if at and at != state.standing:
                restarts = changes_between(without_manifest(target.read(at)), release.files).restarts
    except KnownError as error:
        fault = str(error)
    return Report(
        release_id=state.standing,
        since=state.since,
        previous=state.previous,
        prozvon=release.prozvon,
        callflow=release.callflow,
        says=says,
        fault=fault,
        drift=drift(found) if state.standing else (),
        restarts=restarts,
    )
