"""/v1/agents/AGENT/screen: what the agent is shown of a call, as it comes; and what they say of it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Header, Query
from pydantic import Field, model_validator

from orchestrator.domain.outcome import NextAction, OutcomeFate
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.operators.outcomes import latest_call, say
from orchestrator.runtime.project import Project
from orchestrator.store import Unreachable
from orchestrator.store.outcomes import NOTE_CHARS
from orchestrator.store.screens import BEGIN, ScreenRow
from orchestrator.web.agents import WRITES, AgentId, TheStaff, known
from orchestrator.web.auth import Caller, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import conflict, not_found
from orchestrator.web.models import Given, Instant, Moment, Taken, ms_of, surely
from orchestrator.web.pages import fault_in
from orchestrator.web.streams import ABOUT, EventStream, News, TheRoom, event, following, still_good

router = APIRouter(tags=["agents"])
SCOPE = "agents:read"
_ENTRY = re.compile(r"[0-9]{1,19}-[0-9]{1,19}\Z")


class ScreenOut(Given):
    """kind: rings, talks, over, missed or outcome. call: what it is about, with the whole card when it rings or is
    taken: title, contact, language, script, outcomes and history.
    """

    id: str
    kind: str
    at: Instant
    call: dict[str, Any]


class ScreensOut(Given):
    items: list[ScreenOut]


class Said(Taken):
    """What came of a call. call: its id on the screen; null: the latest one. outcome: a word of the scenario's desk.

    next: what the agent decides about the next call, whatever the rules would do. call_back_at: with `call_back` only.
    """

    call: Annotated[str, Field(max_length=100)] | None = None
    outcome: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=NOTE_CHARS)] = ""
    next: Annotated[NextAction, Field(strict=False)] = NextAction.NONE
    call_back_at: Annotated[Moment | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.outcome or self.note or self.next):
            raise ValueError("say what came of it: outcome, note or next")
        if (self.call_back_at is not None) != (self.next is NextAction.CALL_BACK):
            raise ValueError("call_back_at goes with next: call_back")
        return self


class SaidOut(Given):
    """fate: applied; pending (the call goes on: it is applied with its end); kept (the lead was called again since:
    what was said is recorded and told outside, and the lead stays as it is).
    """

    call: str
    fate: OutcomeFate


@router.get("/agents/{agent}/screen", dependencies=[Depends(requires(SCOPE))])
def show_screen(
    project: TheProject, staff: TheStaff, agent: AgentId, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> ScreensOut:
    """The agent's latest events, the oldest first: a hundred are kept, for two days."""
    known(staff, agent)
    return ScreensOut(items=[_told(row) for row in project.store.screens.read(agent)[-limit:]])


@router.get("/agents/{agent}/screen/events", response_class=EventStream, status_code=200, responses=ABOUT)
def stream_screen(
    project: TheProject,
    staff: TheStaff,
    room: TheRoom,
    caller: Annotated[Caller, Depends(requires(SCOPE))],
    agent: AgentId,
    after: Annotated[
        str | None, Query(description="Begin behind this event; `0-0`: with the oldest.")
    ] = None,
    follow: Annotated[bool, Query(description="false: end once everything there is has been told.")] = True,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Server-sent events: `event` is the kind, `data` as in `/screen`. Without a place to begin, from now on."""
    known(staff, agent)
    behind = last_event_id or after or _end(project, agent)
    if not _ENTRY.match(behind):
        raise fault_in("header.Last-Event-ID" if last_event_id else "query.after", "not the id of an event")

    def look(after: str) -> News:
        rows = project.store.screens.read(agent, after)
        data = b"".join(
            event(row.event.kind, _told(row).model_dump(mode="json"), row.entry_id) for row in rows
        )
        return News(data=data, after=rows[-1].entry_id if rows else after)

    is_good = still_good(project, caller, SCOPE)
    return EventStream(room, following(look, behind, is_good=is_good, is_endless=follow))


@router.post("/agents/{agent}/outcome", dependencies=WRITES)
def say_outcome(project: TheProject, staff: TheStaff, agent: AgentId, said: Said) -> SaidOut:
    """Say what came of an agent's call, while it goes on or afterwards; said again it corrects what was said before."""
    known(staff, agent)
    try:
        call = latest_call(project, agent, said.call)
    except Unreachable:
        raise
    except KnownError as error:
        raise not_found(str(error)) from None
    at = None if said.call_back_at is None else ms_of(said.call_back_at)
    fate = say(project, agent, call, outcome=said.outcome, note=said.note, next_=said.next, call_back_at=at)
    if fate is OutcomeFate.UNKNOWN:
        raise conflict("this call is not known any more: nothing was stored")
    return SaidOut(call=str(call.body.get("call_id", "")), fate=fate)


def _end(project: Project, agent_id: str) -> str:
    latest = project.store.screens.latest(agent_id)
    return BEGIN if latest is None else latest.entry_id


def _told(row: ScreenRow) -> ScreenOut:
    return ScreenOut(id=row.entry_id, kind=row.event.kind, at=surely(row.event.at), call=dict(row.event.body))
