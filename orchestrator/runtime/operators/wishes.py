"""Wishes of agents, put before whoever leads."""

from __future__ import annotations

import uuid
from typing import Final

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.store.commands import LATE, LOST, NO_LEADER, Command, Reply

UNANSWERED: Final = {
    NO_LEADER: "no worker leads the agents now: start one with `prozvon run`; nothing was changed",
    LOST: "the worker that led was lost meanwhile: look with `prozvon agent list`, and say it again",
    LATE: "it was taken and is not answered yet: look with `prozvon agent list`",
}


class Unanswered(KnownError):  # noqa: N818  # whether it is an error, nobody knows
    """Nobody said whether it was done."""


def tell(
    project: Project, name: str, agent_id: str, *, reason: str = "", to: str = "", by: str = "cli"
) -> Reply:
    """Put a wish before whoever leads; KnownError with what was wrong when it was not granted, Unanswered when nobody
    said. agent_id: one there is.
    """
    command = Command(command_id=uuid.uuid4().hex, name=name, agent_id=agent_id, reason=reason, to=to, by=by)
    reply = project.store.commands.ask(command)
    if reply.is_done:
        return reply
    if reply.why in UNANSWERED:
        raise Unanswered(UNANSWERED[reply.why])
    raise KnownError(f"{agent_id}: {reply.why}")
