"""What handlers get: the project, opened once for the whole process; and what no request may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from orchestrator.runtime.project import Project
from orchestrator.scenario.findings import did_you_mean
from orchestrator.web.errors import Fault, invalid


def project_of(request: Request) -> Project:
    """The project that this app serves."""
    found = request.app.state.project
    assert isinstance(found, Project)  # noqa: S101  # app_of puts it there
    return found


# In a handler: `def list_agents(project: TheProject) -> ...`
TheProject = Annotated[Project, Depends(project_of)]


def refuse_unknown(request: Request) -> None:
    """A dependency of every path: a query parameter that nobody reads is a mistake, such as a filter mistyped.

    ApiProblem (422).
    """
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = set(_parameters(route.dependant))
    faults = [
        Fault(
            where=f"query.{name[:60]}",
            what=f"unknown parameter ({did_you_mean(name, known)})".replace(" ()", ""),
        )
        for name in request.query_params
        if name not in known
    ]
    if faults:
        raise invalid("; ".join(f"{fault.where}: {fault.what}" for fault in faults[:3]), *faults)


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Names of the query parameters of a handler and of what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _parameters(each)
