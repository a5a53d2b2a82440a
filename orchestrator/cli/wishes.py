"""Wishes of agents, put before whoever leads."""

from __future__ import annotations

import uuid

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.agent_settings import load_staff
from orchestrator.store.commands import LATE, LOST, NO_LEADER, Command, Reply

_UNANSWERED = {
    NO_LEADER: "no worker leads the agents now: start one with `prozvon run`; nothing was changed",
    LOST: "the worker that led was lost meanwhile: look with `prozvon agent list`, and say it again",
    LATE: "it was taken and is not answered yet: look with `prozvon agent list`",
}


def known_agent(project: Project, agent_id: str) -> AgentSpec:
    """The agent of the agents file with this id; KnownError without one."""
    found = {spec.agent_id: spec for spec in load_staff(project.settings).agents}
    if agent_id not in found:
        known = list(found)
        there = ", ".join(known[:10]) + (" ..." if len(known) > 10 else "") or "none"
        raise KnownError(f"no agent {agent_id!r} in the agents file (there are: {there})")
    return found[agent_id]


def tell(project: Project, name: str, agent_id: str, *, reason: str = "", to: str = "") -> Reply:
    """Put a wish before whoever leads; KnownError with what was wrong when it was not granted."""
    known_agent(project, agent_id)
    command = Command(command_id=uuid.uuid4().hex, name=name, agent_id=agent_id, reason=reason, to=to)
    reply = project.store.commands.ask(command)
    if not reply.is_done:
        raise KnownError(_UNANSWERED.get(reply.why, f"{agent_id}: {reply.why}"))
    return reply
