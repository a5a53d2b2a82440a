"""The app: every router, one way to tell what went wrong, one project."""

from __future__ import annotations

import json
from functools import partial

import anyio
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from orchestrator import __version__
from orchestrator.runtime.project import Project
from orchestrator.web import (
    agents,
    campaigns,
    consents,
    contacts,
    dnc,
    events,
    figures,
    health,
    leads,
    messages,
    metrics,
    outbox,
    recordings,
    reports,
    screens,
)
from orchestrator.web.again import Again
from orchestrator.web.auth import scopes_of
from orchestrator.web.bounds import Bounds
from orchestrator.web.contexts import refuse_unknown
from orchestrator.web.document import document_of
from orchestrator.web.errors import add_handlers

VERSION = "/v1"
AT_ONCE = 8  # streamed lists, each with a thread of its own
ROUTERS: tuple[APIRouter, ...] = (  # below /v1
    campaigns.router,
    contacts.router,
    leads.router,
    dnc.router,
    consents.router,
    messages.router,
    outbox.router,
    reports.router,
    events.router,
    figures.router,
    agents.router,
    screens.router,
    recordings.router,
)
PLAIN: tuple[APIRouter, ...] = (health.router, metrics.router)  # at the root: /healthz, /readyz, /metrics


def app_of(project: Project) -> FastAPI:
    """The app that serves `project`."""
    app = bare_app()
    app.state.project = project
    app.state.lists = anyio.CapacityLimiter(AT_ONCE)
    app.add_middleware(Again, project=project)  # the last one added is the outermost
    app.add_middleware(Bounds, api=project.settings.api)
    return app


def bare_app() -> FastAPI:
    """Every path there is, with no project behind it: for what can be said of them all, such as `document()`.

    Routers say paths without the prefix: `@router.get("/agents")` is /v1/agents.
    """
    app = FastAPI(
        title="prozvon",
        version=__version__,
        openapi_url=f"{VERSION}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown)],
    )
    add_handlers(app)
    for router in ROUTERS:
        _tell_scopes(router)
        app.include_router(router, prefix=VERSION)
    for router in PLAIN:
        app.include_router(router)
    app.openapi = partial(document_of, app)  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _tell_scopes(router: APIRouter) -> None:
    """The document says of each path which scope it takes: OpenAPI itself has no place for that with bearer tokens."""
    for route in router.routes:
        if isinstance(route, APIRoute) and "Scope: `" not in route.description:
            scopes = ", ".join(f"`{scope}`" for scope in dict.fromkeys(scopes_of(route.dependant)))
            route.description += f"\n\nScope: {scopes}."


def document() -> str:
    """docs/schema/openapi.json."""
    return json.dumps(bare_app().openapi(), ensure_ascii=False, indent=1) + "\n"
