"""/v1/report: the figures of a period, as `prozvon report` makes them. /v1/calls: the calls that came in."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.call_rows import calls_of, row_of
from orchestrator.runtime.report import By, report
from orchestrator.store import Unreachable
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import invalid
from orchestrator.web.models import Json, Moment, Page, ms_of
from orchestrator.web.pages import After, Limit, cursor, fault_in, number_of, place_of, text, whole

router = APIRouter()
Success = Annotated[str, Field(max_length=100)]
DAY_MS = 86_400_000


@router.get("/report", tags=["report"], dependencies=[Depends(requires("report:read"))])
def make_report(
    project: TheProject,
    by: By,
    since: Moment,
    until: Moment,
    name: Annotated[str | None, Query(max_length=100)] = None,
    service_level: Annotated[
        int | None, Query(ge=1, le=3_600, description="Seconds; else each queue's own.")
    ] = None,
    window: Annotated[int, Query(ge=1, le=30, description="Days in which a caller may not call again.")] = 7,
    success: Annotated[
        list[Success] | None, Query(max_length=100, description="Statuses that count as one.")
    ] = None,
    zone: Annotated[str, Query(max_length=64, description="IANA, of its hours and weekdays.")] = "",
) -> Json:
    """Rows of ratios, each with the sums that it was made of; of what began from `since` on and before `until`."""
    try:
        made = report(
            project,
            by=by,
            since=ms_of(since),
            until=ms_of(until),
            name=name,
            service_level_s=service_level,
            zone=zone,
            window_days=window,
            success=success or (),
        )
    except Unreachable:
        raise
    except KnownError as error:
        raise invalid(str(error)) from None
    return made.as_json()


def _call_place(value: object) -> tuple[int, str]:
    if not isinstance(value, list):
        raise TypeError
    at, call_id = value
    return whole(at), text(call_id)


@router.get("/calls", tags=["calls"], dependencies=[Depends(requires("leads:read"))])
def list_calls(
    project: TheProject,
    since: Moment | None = None,
    until: Moment | None = None,
    scenario: Annotated[str | None, Query(max_length=100)] = None,
    number: Annotated[str | None, Query(max_length=60)] = None,
    missed: bool = False,
    limit: Limit = 100,
    after: After = None,
) -> Page[dict[str, Any]]:
    """Calls that came in, in the order they began; of the last day when no `since` is said. The names are those of
    `prozvon calls` (docs/calls.md).
    """
    now = project.clock.now_ms()
    begin = now - DAY_MS if since is None else ms_of(since)
    end = now + 1 if until is None else ms_of(until)
    last = place_of(after, _call_place)
    if begin > end:
        if until is None:
            raise fault_in("query.since", "still to come")
        raise fault_in("query.until", "before `since`")
    found = calls_of(
        project.store,
        max(begin, last[0]) if last else begin,
        end,
        scenario=scenario,
        number=None if number is None else number_of(project, number, "query.number"),
        is_missed=missed,
    )
    behind = (item for item in found if last is None or (item.call.began_at, item.call.call_id) > last)
    items = list(islice(behind, limit + 1))
    end_of_page = items[limit - 1].call if len(items) > limit else None
    return Page(
        items=[row_of(item) for item in items[:limit]],
        next=None if end_of_page is None else cursor([end_of_page.began_at, end_of_page.call_id]),
    )
