"""Everybody who takes calls: the agents file, and agents who came by the API. Read again when either has changed."""

from __future__ import annotations

from pathlib import Path

import structlog

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.agent_settings import load_roster
from orchestrator.scenario.added_staff import Roster

log = structlog.get_logger()


class StaffBook:
    """`read` costs one round trip while nothing changes. roster: everybody as read last. fault: what is wrong with the
    agents file, "" for nothing. is_logging: what is wrong goes into the log, too.
    """

    def __init__(self, project: Project, *, is_logging: bool = False) -> None:
        self._project = project
        self._is_logging = is_logging
        self.roster = Roster()
        self._stamp: tuple[object, ...] | None = None
        self.fault = ""

    def read(self) -> Roster:
        """Everybody as they are now; as they were, when the file is broken: a mistake in it sends nobody home.
        KnownError: the store is away.
        """
        added = self._project.store.added_agents
        stamp = (_stamp(self._project.settings.agents), added.version())
        if stamp != self._stamp:
            listed = added.listed()
            try:
                roster = load_roster(self._project.settings, listed)
                if self._is_logging and roster.left_out != self.roster.left_out:
                    log.warning("agents_left_out", agents=dict(roster.left_out))
                self.roster, self.fault = roster, ""
            except KnownError as error:
                if self._is_logging and str(error) != self.fault:
                    log.error("agents_not_read", error=str(error), hint="those known before stay in force")
                self.fault = str(error)
            self._stamp = stamp
        return self.roster


def known_agent(book: StaffBook, agent_id: str) -> AgentSpec:
    """The agent with this id; KnownError without one, and with what is wrong with a broken agents file."""
    roster = book.read()
    found = {spec.agent_id: spec for spec in roster.staff.agents}
    if agent_id in found:
        return found[agent_id]
    if book.fault:
        raise KnownError(book.fault)
    known = list(found)
    there = ", ".join(known[:10]) + (" ..." if len(known) > 10 else "") or "none"
    why = "".join(f"; {agent_id} was added, but {what}" for what in roster.left_out.get(agent_id, ()))
    raise KnownError(f"no agent {agent_id!r} in the agents file (there are: {there}){why}")


def _stamp(path: Path | None) -> tuple[object, ...]:
    try:
        found = None if path is None else path.stat()
    except OSError:
        found = None
    return () if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
