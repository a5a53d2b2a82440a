"""/v1/figures: how it is now, as the leading worker writes it each second."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.operators.board import AgentRow, Board, CampaignRow, QueueRow, read_board
from orchestrator.runtime.project import Project
from orchestrator.store import Unreachable
from orchestrator.web.auth import Caller, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem, not_found
from orchestrator.web.models import Given, Instant, moment_of
from orchestrator.web.streams import ABOUT, EventStream, News, TheRoom, event, following, still_good

router = APIRouter(tags=["figures"])
SCOPE = "figures:read"


class QueueOut(Given):
    """A queue now, and its sums since midnight (docs/queues.md). estimate_s: how long whoever comes now will wait."""

    queue: str
    project: str
    waiting: int
    longest_since: Instant | None
    talking: int
    working: int
    free: int
    states: dict[str, int]
    estimate_s: int | None
    service_level_s: int
    service_level: float | None
    lost: float | None
    mean_wait_s: float | None
    mean_handling_s: float | None
    today: dict[str, int]


class PacedOut(Given):
    """A predictive campaign now. abandoned: (nobody there within the limit, answered by a person)."""

    campaign: str
    project: str
    queue: str
    mode: str
    why: str
    ringing: int
    answer_rate: float | None
    dial_ratio: float | None
    abandoned_60m: tuple[int, int]
    abandoned_day: tuple[int, int]
    abandonment_60m: float | None
    abandonment_day: float | None
    cap: float | None
    today: dict[str, int]


class AtWork(Given):
    """An agent now. states_ms: time in each state today."""

    agent: str
    title: str
    state: str
    since: Instant | None
    reason: str
    queue: str
    number: str
    next_state: str
    calls_today: int
    talk_ms_today: int
    occupancy: float | None
    states_ms: dict[str, int]


class FiguresOut(Given):
    """at: when they were true; null when nobody has ever led. is_stale: nobody has renewed them for five seconds."""

    at: Instant | None
    is_stale: bool
    leader: str
    queues: list[QueueOut]
    campaigns: list[PacedOut]
    agents: list[AtWork]


@router.get("/figures", dependencies=[Depends(requires(SCOPE))])
def show_figures(project: TheProject, queue: str | None = None) -> FiguresOut:
    """Queues, predictive campaigns and agents as they are now; of one queue (SCENARIO:QUEUE, or its name) or of all."""
    return _figures(project, queue)


@router.get("/figures/events", response_class=EventStream, status_code=200, responses=ABOUT)
def stream_figures(
    project: TheProject,
    room: TheRoom,
    caller: Annotated[Caller, Depends(requires(SCOPE))],
    queue: str | None = None,
    every: Annotated[float, Query(ge=0.5, le=3600, description="Seconds between two looks.")] = 1.0,
    follow: Annotated[bool, Query(description="false: tell them once, and end.")] = True,
) -> EventStream:
    """Server-sent events `figures`: what `/v1/figures` says, each time that it has changed."""
    told = ""

    def look(_: str) -> News:
        nonlocal told
        try:
            found = _figures(project, queue).model_dump(mode="json")
        except ApiProblem:  # the queue is not there now
            return News(data=b"", after="")
        text = str({**found, "at": None})
        data = b"" if text == told else event("figures", found)
        told = text
        return News(data=data, after="")

    _figures(project, queue)  # one that is not there is told at once
    is_good = still_good(project, caller, SCOPE)
    return EventStream(room, following(look, "", is_good=is_good, is_endless=follow, poll_s=every))


def _figures(project: Project, queue: str | None) -> FiguresOut:
    board = read_board(project.store)
    return _told(board) if queue is None else _told(_of_queue(board, queue))


def _of_queue(board: Board, queue: str) -> Board:
    try:
        return board.of_queue(queue)
    except Unreachable:
        raise
    except KnownError as error:
        raise not_found(str(error)) from None


def _told(board: Board) -> FiguresOut:
    return FiguresOut(
        at=moment_of(board.at or None),
        is_stale=board.is_stale,
        leader=board.leader,
        queues=[_queue(row) for row in board.queues],
        campaigns=[_paced(row) for row in board.campaigns],
        agents=[_agent(row) for row in board.agents],
    )


def _queue(row: QueueRow) -> QueueOut:
    return QueueOut(
        queue=row.queue_id,
        longest_since=moment_of(row.longest_since),
        service_level=row.today.service_level,
        lost=row.today.lost,
        mean_wait_s=row.today.mean_wait_s,
        mean_handling_s=row.today.mean_handling_s,
        today=dict(row.today.of),
        states=dict(row.states),
        **_same(row, "project waiting talking working free estimate_s service_level_s"),
    )


def _paced(row: CampaignRow) -> PacedOut:
    return PacedOut(
        campaign=row.campaign_id,
        queue=row.queue_id,
        today=dict(row.today.of),
        abandonment_60m=row.abandonment_60m,
        abandonment_day=row.abandonment_day,
        **_same(row, "project mode why ringing answer_rate dial_ratio abandoned_60m abandoned_day cap"),
    )


def _agent(row: AgentRow) -> AtWork:
    return AtWork(
        agent=row.agent_id,
        since=moment_of(row.since),
        queue=row.queue_id,
        occupancy=row.occupancy,
        states_ms=dict(row.states_ms),
        **_same(row, "title state reason number next_state calls_today talk_ms_today"),
    )


def _same(row: object, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
