"""/healthz and /readyz: whether this process lives, and whether calls can be worked on. Anybody may ask."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from orchestrator.domain.problem import KnownError
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import away
from orchestrator.web.looks import Look
from orchestrator.web.models import Given

router = APIRouter(tags=["health"])
PATIENCE_S: Final = 2.0


class Health(Given):
    """status: ok."""

    status: str


class Readiness(Given):
    """workers: how many live."""

    status: str
    workers: int


def _look(request: Request, project: TheProject) -> Look[int]:
    found = getattr(request.app.state, "readiness", None)
    if not isinstance(found, Look):
        found = request.app.state.readiness = Look(lambda: len(project.store.workers()))
    return found


@router.get("/healthz")
async def healthz() -> Health:
    """This process lives, and answers."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz(look: Annotated[Look[int], Depends(_look)]) -> Readiness:
    """The store answers, and a worker lives; else 503. Nothing that is secret is said: anybody may ask."""
    try:
        workers = await look.within(PATIENCE_S)
    except TimeoutError:
        raise away(f"the store has not answered within {PATIENCE_S:g} s") from None
    except KnownError:
        raise away("the store cannot be reached") from None
    if not workers:
        raise away("no worker lives: start one with `prozvon run`")
    return Readiness(status="ok", workers=workers)
