"""Wishes of agents, and who they are, as the command line needs them."""

from __future__ import annotations

from orchestrator.domain.agent import AgentSpec
from orchestrator.runtime.operators import staffing, wishes
from orchestrator.runtime.project import Project
from orchestrator.store.commands import Reply


def known_agent(project: Project, agent_id: str) -> AgentSpec:
    """The agent with this id, of the agents file or added by the API; KnownError without one."""
    return staffing.known_agent(staffing.StaffBook(project), agent_id)


def tell(project: Project, name: str, agent_id: str, *, reason: str = "", to: str = "") -> Reply:
    """Put a wish before whoever leads; KnownError with what was wrong when it was not granted."""
    known_agent(project, agent_id)
    return wishes.tell(project, name, agent_id, reason=reason, to=to)
