"""/v1/dnc: the do-not-call list. A number on it is never dialed, by no campaign, from the next claim on."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from orchestrator.store import DncRow
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem, Fault, invalid, not_found
from orchestrator.web.models import Given, Instant, Note, Page, Taken, surely
from orchestrator.web.pages import After, Limit, cursor, number_of, place_of, text

router = APIRouter(tags=["dnc"])
READS = [Depends(requires("dnc:read"))]
WRITES = [Depends(requires("dnc:write"))]
Number = Annotated[str, Path(max_length=60, description="E.164, or as dialed in the project's region.")]


class DncOut(Given):
    number: str
    added_at: Instant
    note: str


class DncNote(Taken):
    note: Note = ""


class DncAdd(Taken):
    numbers: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=1000)]
    note: Note = ""


class DncAdded(Given):
    """already: those that were on it, and keep their date and note."""

    added: int
    already: int


class DncRemoved(Given):
    removed: bool


def _out(row: DncRow) -> DncOut:
    return DncOut(number=row.number, added_at=surely(row.added_at), note=row.note)


@router.get("/dnc", dependencies=READS)
def list_dnc(project: TheProject, limit: Limit = 100, after: After = None) -> Page[DncOut]:
    """The list, ordered by the last four digits."""
    last = place_of(after, text)
    if last is not None:
        last = number_of(project, last, "query.after")
    rows = list(islice(project.store.dnc_list(last), limit + 1))
    return Page(
        items=[_out(row) for row in rows[:limit]],
        next=cursor(rows[limit - 1].number) if len(rows) > limit else None,
    )


@router.get("/dnc/{number}", dependencies=READS)
def show_dnc(project: TheProject, number: Number) -> DncOut:
    """404: it is not on the list."""
    clean = number_of(project, number, "path.number")
    row = project.store.dnc_of(clean)
    if row is None:
        raise not_found(f"{clean} is not on the do-not-call list")
    return _out(row)


@router.put("/dnc/{number}", dependencies=WRITES)
def put_dnc(project: TheProject, number: Number, said: DncNote | None = None) -> DncOut:
    """Put a number on the list. One that is on it keeps its date and note."""
    clean = number_of(project, number, "path.number")
    note, now = said.note if said else "", project.clock.now_ms()
    project.store.dnc_add([clean], note, now)
    row = project.store.dnc_of(clean)
    return DncOut(number=clean, added_at=surely(now), note=note) if row is None else _out(row)


@router.post("/dnc", dependencies=WRITES)
def add_dnc(project: TheProject, wish: DncAdd) -> DncAdded:
    """Put many numbers on the list; none of them when one is no number."""
    clean: list[str] = []
    faults: list[Fault] = []
    for index, said in enumerate(wish.numbers):
        try:
            clean.append(number_of(project, said, f"body.numbers.{index}"))
        except ApiProblem as problem:
            faults += problem.errors
    if faults:
        raise invalid(f"{len(faults)} of them are no telephone numbers; none was added", *faults)
    added = project.store.dnc_add(clean, wish.note, project.clock.now_ms())
    return DncAdded(added=added, already=len(clean) - added)


@router.delete("/dnc/{number}", dependencies=WRITES)
def remove_dnc(project: TheProject, number: Number) -> DncRemoved:
    """Take a number off the list. removed: whether it was on it."""
    clean = number_of(project, number, "path.number")
    return DncRemoved(removed=bool(project.store.dnc_remove([clean])))
