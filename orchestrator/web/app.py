"""The app: every router, one way to tell what went wrong, one project."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from orchestrator import __version__
from orchestrator.runtime.project import Project
from orchestrator.web.errors import ApiProblem

VERSION = "/v1"
ROUTERS: tuple[APIRouter, ...] = ()  # below /v1
PLAIN: tuple[APIRouter, ...] = ()  # at the root: /healthz, /readyz, /metrics


def app_of(project: Project) -> FastAPI:
    """The app that serves `project`. Routers say paths without the prefix: `@router.get("/agents")` is /v1/agents."""
    app = FastAPI(
        title="prozvon",
        version=__version__,
        openapi_url=f"{VERSION}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.project = project
    app.add_exception_handler(ApiProblem, _tell)
    for router in ROUTERS:
        app.include_router(router, prefix=VERSION)
    for router in PLAIN:
        app.include_router(router)
    return app


def _tell(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, ApiProblem)  # noqa: S101  # registered for it
    return problem.response()
