"""A round of an intake, from its first look to what is kept of it at its end."""

from __future__ import annotations

from typing import Protocol

import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.runtime.intake.drop import DropFolder
from orchestrator.runtime.intake.polled import PolledSource
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.store.intake import IntakeChange, IntakeRound, NotOurs

log = structlog.get_logger()

WHY_CHARS = 500


class Source(Protocol):
    """What brings contacts in. due_at: when it is to be asked by the project's clock; None: that says nothing."""

    name: str

    @property
    def due_at(self) -> int | None: ...

    def look(self) -> bool: ...

    def work(self, turn: IntakeRound) -> None: ...


def source_of(
    project: Project, name: str, *, worker: str, aside: Aside, services: Services, is_early: bool = False
) -> DropFolder | PolledSource:
    """The intake `name` of the settings. is_early: a service is asked whether or not it is due."""
    part = project.settings.intake[name]
    if part.folder is not None:
        return DropFolder(project, name, part, worker=worker, aside=aside)
    return PolledSource(project, name, part, worker=worker, aside=aside, services=services, is_early=is_early)


def carry_out(project: Project, source: Source, turn: IntakeRound) -> str:
    """Do what is to be done now. Why it failed, "" when it did not. NotOurs: another worker goes on with it."""
    try:
        source.work(turn)
    except NotOurs:
        raise
    except KnownError as error:
        why = " ".join(str(error).split())[:WHY_CHARS]
        fails = project.store.intakes.read(source.name).fails + 1
        log.warning("intake_failed", intake=source.name, why=why, fails=fails)
        turn.end(IntakeChange(set={"at": str(project.clock.now_ms()), "why": why, "fails": str(fails)}))
        return why
    turn.end(IntakeChange(set={"at": str(project.clock.now_ms()), "why": "", "fails": "0"}))
    return ""
