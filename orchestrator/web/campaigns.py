"""/v1/campaigns: opened, looked at, steered, exported."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Literal, TextIO

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export as exporting
from orchestrator.runtime.find import find_scenario, scenario_names
from orchestrator.runtime.lead_desk import close_campaign, open_campaign
from orchestrator.runtime.project import Project
from orchestrator.runtime.why import SAY, why
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import Fault, conflict, invalid
from orchestrator.web.models import Counts, Given, Instant, Page, Taken, moment_of, surely
from orchestrator.web.pages import After, Limit, campaign_of, cursor, fault_in, place_of, text

router = APIRouter(tags=["campaigns"])
READS = [Depends(requires("campaigns:read"))]
WRITES = [Depends(requires("campaigns:write"))]
CHUNK = 1 << 16


class CampaignOut(Given):
    """calls_back: the scenario whose missed calls it calls back, or "". is_open: it takes contacts while it runs."""

    campaign: str
    scenario: str
    title: str
    state: CampaignState
    is_open: bool
    calls_back: str
    source: str
    created_at: Instant
    counts: Counts


class NewCampaign(Taken):
    """scenario: the name of one in the project. It is opened: running, and taking contacts until it is closed."""

    scenario: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    title: Annotated[str, Field(max_length=200)] = ""
    source: Annotated[str, Field(max_length=200)] = "api"


class Move(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CLOSE = "close"


class WhyOut(Given):
    """How many leads wait for a reason, when the first may go on, and what the reason means."""

    reason: str
    leads: int
    earliest_at: Instant | None
    means: str


class Whys(Given):
    items: list[WhyOut]


def told(project: Project, campaign: Campaign) -> CampaignOut:
    """A campaign as it is now."""
    return CampaignOut(
        campaign=campaign.campaign_id,
        scenario=campaign.scenario,
        title=campaign.title,
        state=campaign.state,
        is_open=campaign.is_open,
        calls_back=campaign.standing,
        source=campaign.source,
        created_at=surely(campaign.created_at),
        counts=Counts(**asdict(project.store.counts(campaign.campaign_id))),
    )


@router.get("/campaigns", dependencies=READS)
def list_campaigns(
    project: TheProject,
    state: CampaignState | None = None,
    scenario: str | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[CampaignOut]:
    """All campaigns, the newest first."""
    names = [campaign.campaign_id for campaign in reversed(project.store.campaigns())]
    last = place_of(after, text)
    if last is not None and last not in names:
        raise fault_in("query.after", "that campaign is not there any more: begin anew")
    behind = set(names[names.index(last) + 1 :] if last else names)
    found = [
        campaign
        for campaign in reversed(project.store.campaigns())
        if campaign.campaign_id in behind
        and state in (None, campaign.state)
        and scenario in (None, campaign.scenario)
    ]
    is_more = len(found) > limit
    return Page(
        items=[told(project, campaign) for campaign in found[:limit]],
        next=cursor(found[limit - 1].campaign_id) if is_more else None,
    )


@router.post("/campaigns", status_code=201, dependencies=WRITES)
def create_campaign(project: TheProject, new: NewCampaign, response: Response) -> CampaignOut:
    """Open a campaign of a scenario: it runs, and takes contacts until it is closed."""
    try:
        compiled, problems = find_scenario(project.settings, new.scenario)
    except KnownError:
        there = ", ".join(scenario_names(project.settings)) or "none"
        raise fault_in(
            "body.scenario", f"there is no such scenario in the project (there are: {there})"
        ) from None
    if compiled is None:
        faults = [
            Fault(where=f"scenario:{item.line}:{item.col}", what=f"{item.code} {item.message}")
            for item in problems
        ]
        raise invalid(f"the scenario {new.scenario} has mistakes: `prozvon check`", *faults)
    made = open_campaign(project, compiled, title=new.title, source=new.source)
    response.headers["Location"] = f"/v1/campaigns/{made.campaign_id}"
    return told(project, made)


@router.get("/campaigns/{campaign}", dependencies=READS)
def show_campaign(project: TheProject, campaign: str) -> CampaignOut:
    """One campaign; a scenario's name stands for its newest one."""
    return told(project, campaign_of(project, campaign))


@router.get("/campaigns/{campaign}/why", dependencies=READS)
def explain_campaign(project: TheProject, campaign: str) -> Whys:
    """What every lead waits for, summed by reason."""
    found = why(project, campaign_of(project, campaign))
    items = [
        WhyOut(
            reason=item.reason.value,
            leads=item.count,
            earliest_at=moment_of(item.earliest_at),
            means=SAY[item.reason],
        )
        for item in found.reasons
    ]
    return Whys(items=items)


_SAYS = {
    Move.PAUSE: "No new calls; those under way go on to their end.",
    Move.RESUME: "Go on with a paused campaign.",
    Move.STOP: "Stop it for good: its leads are not called any more.",
    Move.CLOSE: "An open campaign takes no more contacts, and finishes once nobody is left to call.",
}
_AMONG = {
    Move.PAUSE: (CampaignState.PAUSED, frozenset({CampaignState.RUNNING})),
    Move.RESUME: (CampaignState.RUNNING, frozenset({CampaignState.PAUSED})),
    Move.STOP: (CampaignState.STOPPED, frozenset({CampaignState.RUNNING, CampaignState.PAUSED})),
}


def _mover(move: Move) -> Callable[[Project, str], CampaignOut]:
    def moved(project: TheProject, campaign: str) -> CampaignOut:
        found = campaign_of(project, campaign)
        if move is Move.CLOSE:
            close_campaign(project, found.campaign_id)
            return told(project, campaign_of(project, found.campaign_id))
        to, among = _AMONG[move]
        if move is Move.RESUME and found.standing:
            among |= {CampaignState.STOPPED}
        is_done = project.store.set_state(found.campaign_id, to, among=among, now=project.clock.now_ms())
        fresh = campaign_of(project, found.campaign_id)
        if not is_done and fresh.state is not to:
            raise conflict(f"cannot {move} {fresh.campaign_id}: it is {fresh.state}")
        return told(project, fresh)

    return moved


for _move, _says in _SAYS.items():
    router.add_api_route(
        f"/campaigns/{{campaign}}/{_move}",
        _mover(_move),
        methods=["POST"],
        dependencies=WRITES,
        name=f"{_move}_campaign",
        description=f"{_says} Done again, it changes nothing.",
    )


@router.get(
    "/campaigns/{campaign}/export",
    dependencies=[Depends(requires("campaigns:read", "leads:read"))],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}},
)
def export_campaign(
    project: TheProject,
    campaign: str,
    format: Literal["csv", "jsonl"] = "jsonl",  # noqa: A002  # as the command has it
) -> StreamingResponse:
    """Every lead and attempt, as `prozvon campaign export` has them (docs/export.md)."""
    found = campaign_of(project, campaign)
    name = f"{found.campaign_id}.{format}"
    return StreamingResponse(
        _exported(project, found, format),
        media_type="text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _exported(project: Project, campaign: Campaign, kind: str) -> Iterator[bytes]:
    """Made as a whole first: rows are sorted in a file of their own, which one thread alone may use."""
    rows = exporting.rows(project.store, campaign)
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        _write(file, rows, campaign, kind)
        file.flush()
        handle = file.fileno()
        os.lseek(handle, 0, os.SEEK_SET)
        while chunk := os.read(handle, CHUNK):
            yield chunk


def _write(file: TextIO, rows: Iterator[exporting.Row], campaign: Campaign, kind: str) -> None:
    if kind == "csv":
        exporting.write_csv(file, rows, exporting.columns_of(campaign))
    else:
        exporting.write_jsonl(file, rows)
