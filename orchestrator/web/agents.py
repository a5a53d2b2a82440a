"""/v1/agents: who takes calls, where each of them is, what they want; agents added, changed and removed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from orchestrator.domain.agent import AgentRecord, AgentSpec, AgentState
from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.news import Command
from orchestrator.runtime.operators.staffing import StaffBook
from orchestrator.runtime.operators.wishes import Unanswered, tell
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.agent_settings import load_roster
from orchestrator.scenario.added_staff import IN_FILE, Roster
from orchestrator.store import Unreachable
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import Fault, away, conflict, invalid, not_found
from orchestrator.web.models import Given, Instant, Page, Taken, moment_of
from orchestrator.web.pages import After, Limit, cursor, place_of, text

router = APIRouter(tags=["agents"])
READS = [Depends(requires("agents:read"))]
WRITES = [Depends(requires("agents:write"))]
AgentId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["anna"])]
Short = Annotated[str, Field(max_length=200)]


class Source(StrEnum):
    FILE = "file"  # the agents file
    API = "api"


class AgentOut(Given):
    """since: of the state. queue, call: what the agent has, or (in wrap-up) had. queues: the agent's own, with levels.

    next_state: what comes after the call; "" for what is usual.
    """

    agent: str
    title: str
    source: Source
    state: AgentState
    reason: str
    since: Instant | None
    queue: str
    call: str
    campaign: str
    next_state: str
    calls_today: int
    talk_ms_today: int
    is_standing: bool
    queues: dict[str, int]


class LeftOut(Given):
    """An agent who was added and is none now, and why."""

    agent: str
    why: list[str]


class AgentsOut(Page[AgentOut]):
    """left_out: agents who were added and with whom something is wrong now. fault: of the agents file."""

    left_out: list[LeftOut]
    fault: str | None


class AgentIn(Taken):
    """An agent, in the words of the agents file (docs/agents.md); what is null is not said."""

    title: Short | None = None
    dial: Annotated[Short | dict[str, Short], Field(examples=["user/1003"])]
    gateways: Annotated[list[Short], Field(max_length=100)] | None = None
    switch: Short | None = None
    standing: bool | None = None
    user: Short | None = None
    pin_env: Short | None = None
    queues: (
        Annotated[list[Short], Field(max_length=1000)]
        | Annotated[dict[str, Annotated[int, Field(ge=1, le=9)]], Field(max_length=1000)]
        | None
    ) = None
    project: Annotated[list[Short], Field(max_length=100)] | None = None
    language: Short | None = None
    caller_id: Short | None = None


class Wanted(Taken):
    """reason: of a break. to: agent or queue of a transfer, agent of a consultation."""

    command: Annotated[Command, Field(strict=False)]
    reason: Annotated[str, Field(max_length=40)] = ""
    to: Annotated[str, Field(max_length=100)] = ""


def staff_book(request: Request, project: TheProject) -> StaffBook:
    """Everybody, read again when somebody has changed."""
    found = getattr(request.app.state, "staff", None)
    if not isinstance(found, StaffBook):
        found = request.app.state.staff = StaffBook(project)
    return found


TheStaff = Annotated[StaffBook, Depends(staff_book)]


def known(staff: StaffBook, agent_id: str) -> AgentSpec:
    """The agent of a path; 404 when there is none."""
    return _spec(staff.read(), agent_id)


def _spec(roster: Roster, agent_id: str) -> AgentSpec:
    for spec in roster.staff.agents:
        if spec.agent_id == agent_id:
            return spec
    if agent_id in roster.left_out:
        raise not_found(f"{agent_id} was added and is no agent now: {'; '.join(roster.left_out[agent_id])}")
    raise not_found(f"no agent {agent_id!r}: neither in the agents file nor added")


@router.get("/agents", dependencies=READS)
def list_agents(
    project: TheProject,
    staff: TheStaff,
    state: AgentState | None = None,
    limit: Limit = 100,
    after: After = None,
) -> AgentsOut:
    """All agents: those of the agents file in its order, then those who were added, by name."""
    roster = staff.read()
    records = project.store.floor.read().agents
    last = place_of(after, text)
    names = [spec.agent_id for spec in roster.staff.agents]
    begin = names.index(last) + 1 if last in names else 0
    found = [_told(spec, records.get(spec.agent_id), roster) for spec in roster.staff.agents[begin:]]
    wanted = [each for each in found if state in (None, each.state)]
    return AgentsOut(
        items=wanted[:limit],
        next=cursor(wanted[limit - 1].agent) if len(wanted) > limit else None,
        left_out=[LeftOut(agent=name, why=list(why)) for name, why in roster.left_out.items()],
        fault=staff.fault or None,
    )


@router.get("/agents/{agent}", dependencies=READS)
def show_agent(project: TheProject, staff: TheStaff, agent: AgentId) -> AgentOut:
    """One agent, and where they are now."""
    return _now(project, staff, agent)


@router.put("/agents/{agent}", dependencies=WRITES, responses={201: {"model": AgentOut}})
def put_agent(
    project: TheProject, staff: TheStaff, agent: AgentId, said: AgentIn, response: Response
) -> AgentOut:
    """Add an agent, or say another thing of one who was added; whoever leads knows it within a second.

    One of the agents file is changed there. An agent who is in a call keeps it.
    """
    kept: dict[str, Any] = said.model_dump(exclude_none=True)
    _check(project, agent, kept)
    was_there = project.store.added_agents.put(agent, kept)
    response.status_code = 200 if was_there else 201
    return _now(project, staff, agent)


@router.delete("/agents/{agent}", status_code=204, dependencies=WRITES)
def remove_agent(project: TheProject, staff: TheStaff, agent: AgentId) -> None:
    """Remove an agent who was added; from a call they go after it."""
    roster = staff.read()
    if not project.store.added_agents.remove(agent):
        _spec(roster, agent)
        raise conflict(f"{agent} is in the agents file: that is where they are removed")


@router.post("/agents/{agent}/commands", dependencies=WRITES)
def command_agent(project: TheProject, staff: TheStaff, agent: AgentId, wanted: Wanted) -> AgentOut:
    """Carry out a command for an agent, as `prozvon agent` does; 409 with the reason when it cannot be.

    After the reply it is done. 503: nobody leads the agents, or nobody said whether it was done: look, and say it anew.
    """
    known(staff, agent)
    try:
        tell(project, wanted.command.value, agent, reason=wanted.reason, to=wanted.to, by="api")
    except Unanswered as error:
        raise away(str(error)) from None
    except Unreachable:
        raise
    except KnownError as error:
        raise conflict(str(error)) from None
    return _now(project, staff, agent)


def _check(project: Project, agent_id: str, said: Mapping[str, object]) -> None:
    """422 with every mistake, 409 when the agents file has this agent."""
    added = {**project.store.added_agents.listed(), agent_id: said}
    why = load_roster(project.settings, added).left_out.get(agent_id, ())
    if why == (IN_FILE,):
        raise conflict(f"{agent_id} is in the agents file: change them there")
    if why:
        raise invalid("; ".join(why), *(Fault(where="body", what=each) for each in why))


def _now(project: Project, staff: StaffBook, agent_id: str) -> AgentOut:
    roster = staff.read()
    spec = _spec(roster, agent_id)
    return _told(spec, project.store.floor.read().agents.get(agent_id), roster)


def _told(spec: AgentSpec, record: AgentRecord | None, roster: Roster) -> AgentOut:
    found = record or AgentRecord(agent_id=spec.agent_id)
    return AgentOut(
        agent=spec.agent_id,
        title=spec.title,
        source=Source.FILE if spec.agent_id in roster.of_file else Source.API,
        state=found.state,
        reason=found.reason,
        since=moment_of(found.since or None),
        queue=found.queue_id,
        call=found.call_id,
        campaign=found.campaign_id,
        next_state=found.next_state.value if found.next_state else "",
        calls_today=found.calls_today,
        talk_ms_today=found.talk_ms_today,
        is_standing=spec.is_standing,
        queues=dict(spec.queues),
    )
