"""What handlers get: the project, opened once for the whole process."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from orchestrator.runtime.project import Project


def project_of(request: Request) -> Project:
    """The project that this app serves."""
    found = request.app.state.project
    assert isinstance(found, Project)  # noqa: S101  # app_of puts it there
    return found


# In a handler: `def list_agents(project: TheProject) -> ...`
TheProject = Annotated[Project, Depends(project_of)]
