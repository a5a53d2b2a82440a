"""How each intake stands, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.runtime.intake.campaigns import open_now
from orchestrator.runtime.intake.cursor import cursor_of
from orchestrator.runtime.intake.places import Places
from orchestrator.runtime.intake.watching import listing
from orchestrator.runtime.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeStanding:
    """where: the folder, or SERVICE/PATH. campaign: into which its contacts go now, or went last. files: in the folder,
    those in hand included; None: it cannot be read from here, or it is no folder. at: end of the last round; due_at:
    when a service is asked next (both epoch ms). why: why the last round failed. worker: who is at it now.
    """

    name: str
    where: str
    scenario: str
    campaign: str
    files: int | None
    cursor: str
    at: int | None
    due_at: int | None
    why: str
    fails: int
    worker: str
    counts: Mapping[str, int]


def standing(project: Project) -> Iterator[IntakeStanding]:
    """All intakes of the settings, in their order."""
    for name, part in project.settings.intake.items():
        row = project.store.intakes.read(name)
        goes_into = open_now(project, part.scenario) if part.each_file == "rows" else None
        is_polled = part.folder is None
        yield IntakeStanding(
            name=name,
            where=f"{part.service}/{part.path}" if is_polled else str(part.folder),
            scenario=part.scenario,
            campaign=goes_into.campaign_id if goes_into else row.campaign,
            files=None if part.folder is None else _files(Places(part.folder)),
            cursor=cursor_of(row.cursor, part).at if is_polled else "",
            at=row.at,
            due_at=row.due_at if is_polled else None,
            why=row.why,
            fails=row.fails,
            worker=row.worker,
            counts=row.counts,
        )


def _files(places: Places) -> int | None:
    try:
        return len(listing(places.folder).files) + len(places.in_hand())
    except OSError:
        return None
