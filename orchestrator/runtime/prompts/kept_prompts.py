"""The prompts that are kept on this machine: how many, how large, since when nobody used them; and away with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.project import Project
from orchestrator.runtime.prompts.fixed_prompts import FOLDER as FIXED
from orchestrator.runtime.prompts.prompting import DAY_S
from orchestrator.runtime.prompts.prompting import FOLDER as SPOKEN
from orchestrator.runtime.settings import Settings
from orchestrator.speech.folder import kept_in, remove_unused


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A folder of prompts. kind: fixed (the same in all calls) or spoken. oldest_at: when the one that nobody used for
    longest was used, epoch seconds; None when there are none.
    """

    kind: str
    folder: Path
    prompts: int
    size: int
    oldest_at: float | None


def folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    """(kind, folder) of all that are on this machine: ours, and those of its switches."""
    roots = [settings.data, *(switch.root for switch in settings.switches.values() if switch.ssh is None)]
    for root in dict.fromkeys(roots):
        yield "fixed", root / FIXED
        yield "spoken", root / SPOKEN


def shelves(settings: Settings) -> list[Shelf]:
    found = []
    for kind, folder in folders(settings):
        kept = list(kept_in(folder))
        if kept:
            found.append(
                Shelf(
                    kind=kind,
                    folder=folder,
                    prompts=len(kept),
                    size=sum(each.size for each in kept),
                    oldest_at=min(each.used_at for each in kept),
                )
            )
    return found


def clean(project: Project, *, is_all: bool) -> int:
    """Remove spoken prompts not used for `speech.keep_days`; how many prompts that were.

    is_all: every prompt that can be made again. Recordings of campaigns in the store stay, and KnownError is raised
    while a worker lives, whose next call would miss them.
    """
    settings = project.settings
    if not is_all:
        keep_s = settings.speech.keep_days * DAY_S
        return sum(remove_unused(folder, keep_s) for kind, folder in folders(settings) if kind == "spoken")
    if project.store.workers():
        raise KnownError(
            "a worker is running, whose calls need their prompts: stop it first, or leave --all out"
        )
    stays = _recordings(project)
    removed = 0
    for _, folder in folders(settings):
        for kept in list(kept_in(folder)):
            if kept.path.name not in stays:
                with suppress(FileNotFoundError):
                    kept.path.unlink()
                    removed += 1
    return removed


def _recordings(project: Project) -> set[str]:
    """Names of the recordings that campaigns play: they come from files that may be gone."""
    bundles, names = Bundles(project.store), set()
    for campaign in project.store.campaigns():
        with suppress(KnownError):  # of another version: it is not dialed by this one
            for wordings in bundles.of(campaign).program["messages"].values():
                names |= {part["file"] for parts in wordings.values() for part in parts if "file" in part}
    return names
