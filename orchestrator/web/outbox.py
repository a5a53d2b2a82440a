"""/v1/outbox: what is still to be brought outside, and what is decided about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator

from orchestrator.domain.delivery import DeliveryState
from orchestrator.runtime.project import Project
from orchestrator.store.deliveries import DeliveryRow, order_of
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.models import Given, Instant, Page, Taken, moment_of, surely
from orchestrator.web.pages import After, Limit, cursor, place_of, text

router = APIRouter(tags=["outbox"])
READS = [Depends(requires("outbox:read"))]
WRITES = [Depends(requires("outbox:write"))]
Lane = Annotated[str | None, Query(max_length=200)]


class DeliveryOut(Given):
    """One thing for one place. key: its idempotency key. tries: that failed, the last one at tried_at, for `why`."""

    id: str
    key: str
    lane: str
    kind: str
    state: DeliveryState
    scenario: str
    call: str
    to: str
    at: Instant
    due_at: Instant | None
    tries: int
    tried_at: Instant | None
    why: str
    body: dict[str, Any]


class LaneOut(Given):
    """What a place has done so far. failed: tries."""

    lane: str
    delivered: int
    failed: int
    dropped: int
    delivered_at: Instant | None


class Lanes(Given):
    items: list[LaneOut]


class Chosen(Taken):
    """Deliveries by id; or all that are parked, all of a lane, or both."""

    ids: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=1000, default_factory=list)]
    parked: bool = False
    lane: Annotated[str | None, Field(max_length=200)] = None

    @model_validator(mode="after")
    def _says_which(self) -> Chosen:
        if bool(self.ids) == (self.parked or self.lane is not None):
            raise ValueError("say `ids`, or else `parked`, `lane` or both")
        return self


class Retried(Given):
    """missing: of the ids; they were delivered or dropped meanwhile."""

    retried: list[str]
    missing: list[str]


class Dropped(Given):
    """under_way: those that are just being delivered; they were not dropped."""

    dropped: list[str]
    under_way: list[str]
    missing: list[str]


def _meant(project: Project, parked: bool, lane: str | None) -> Iterator[DeliveryRow]:
    for row in project.store.deliveries.rows():
        if (not parked or row.state is DeliveryState.PARKED) and lane in (None, row.delivery.lane):
            yield row


def _out(row: DeliveryRow) -> DeliveryOut:
    item = row.delivery
    return DeliveryOut(
        id=item.delivery_id,
        key=item.key,
        lane=item.lane,
        kind=item.kind,
        state=row.state,
        scenario=item.campaign_id,
        call=item.attempt_id,
        to=item.target,
        at=surely(item.at),
        due_at=moment_of(item.due_at),
        tries=item.tries,
        tried_at=moment_of(item.tried_at),
        why=item.why,
        body=dict(item.body),
    )


@router.get("/outbox", dependencies=READS)
def list_outbox(
    project: TheProject, parked: bool = False, lane: Lane = None, limit: Limit = 100, after: After = None
) -> Page[DeliveryOut]:
    """What has not been delivered, the oldest first, and why not."""
    last = place_of(after, text)
    found = _meant(project, parked, lane)
    if last is not None:
        begin = order_of(last)
        found = (row for row in found if order_of(row.delivery.delivery_id) > begin)
    rows = list(islice(found, limit + 1))
    return Page(
        items=[_out(row) for row in rows[:limit]],
        next=cursor(rows[limit - 1].delivery.delivery_id) if len(rows) > limit else None,
    )


@router.get("/outbox/lanes", dependencies=READS)
def list_lanes(project: TheProject) -> Lanes:
    """What each place has done so far."""
    figures = project.store.deliveries.figures()
    items = [
        LaneOut(
            lane=lane,
            delivered=done.delivered,
            failed=done.failed,
            dropped=done.dropped,
            delivered_at=moment_of(done.delivered_at),
        )
        for lane, done in sorted(figures.items())
    ]
    return Lanes(items=items)


@router.post("/outbox/retry", dependencies=WRITES)
def retry_deliveries(project: TheProject, chosen: Chosen) -> Retried:
    """Try them at once; parked ones get all their tries again, in the old order."""
    ids = _ids(project, chosen)
    found = project.store.deliveries.retry(ids, project.clock.now_ms())
    return Retried(retried=list(found), missing=_missing(chosen, found))


@router.post("/outbox/drop", dependencies=WRITES)
def drop_deliveries(project: TheProject, chosen: Chosen) -> Dropped:
    """Never make these deliveries. What they hold is lost."""
    dropped, under_way = project.store.deliveries.drop(_ids(project, chosen))
    return Dropped(
        dropped=list(dropped),
        under_way=list(under_way),
        missing=_missing(chosen, (*dropped, *under_way)),
    )


def _ids(project: Project, chosen: Chosen) -> list[str]:
    if chosen.ids:
        return list(chosen.ids)
    return [row.delivery.delivery_id for row in _meant(project, chosen.parked, chosen.lane)]


def _missing(chosen: Chosen, found: tuple[str, ...] | list[str]) -> list[str]:
    return [name for name in chosen.ids if name not in set(found)]
