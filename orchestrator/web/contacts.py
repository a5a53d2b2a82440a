"""/v1/campaigns/CAMPAIGN/contacts: into a campaign that runs, one by one or as a list; changed, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from orchestrator.contacts.reader import Format
from orchestrator.domain.entry import Entered, Fate, LeadRef, NotChanged, Withdrawn
from orchestrator.domain.lead import Campaign
from orchestrator.runtime.launch import Source
from orchestrator.runtime.lead_desk import change, enter, enter_list, find, withdraw
from orchestrator.runtime.project import Project
from orchestrator.web.auth import Caller, requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem, Fault, conflict, invalid, not_found
from orchestrator.web.leads import LeadId, LeadOut, lead_of, lead_out
from orchestrator.web.models import Given, Note, Taken
from orchestrator.web.pages import campaign_of, fault_in
from orchestrator.web.rows import CONTACT, Feed, Row
from orchestrator.web.uploads import LINES, EnteredOut, Lines, ListOut, Sum, entered_out, summed

router = APIRouter(tags=["contacts"])
WRITES = [Depends(requires("leads:write"))]
MAY_WRITE = Annotated[Caller, Depends(requires("leads:write"))]
ExternalId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._:@/-]{1,64}$", description="What the contact is called outside.")
]
Again = Annotated[bool, Query(description="Also rows that another campaign of the scenario has had.")]
Cancel = Annotated[bool, Query(description="Give up a call to it that nobody has answered yet.")]


class WithdrawnOut(Given):
    """after_call: it is being called; that ends by itself, and nobody calls it again."""

    external_id: str
    lead: int | None
    withdrawn: Withdrawn


class Withdrawal(Taken):
    external_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1000)]
    note: Note = ""
    cancel: bool = False


class Withdrawals(Given):
    items: list[WithdrawnOut]


def _entered(
    project: Project,
    campaign: Campaign,
    row: Mapping[str, object],
    response: Response,
    *,
    again: bool,
    source: str,
) -> EnteredOut:
    item = next(iter(enter(project, campaign.campaign_id, [row], again=again, source=source)))
    if item.fate is Fate.REFUSED:
        raise invalid(
            "nobody can be called by this: " + (f"{item.column}: " if item.column else "") + item.reason,
            Fault(where=f"body.{item.column}" if item.column else "body", what=f"{item.code}: {item.reason}"),
        )
    if item.fate is Fate.ADDED:
        response.status_code = 201
    if item.lead_id is not None:
        response.headers["Location"] = f"/v1/campaigns/{campaign.campaign_id}/leads/{item.lead_id}"
    return entered_out(item)


_CREATED: dict[int | str, dict[str, Any]] = {201: {"model": EnteredOut, "description": "A new lead."}}


@router.post("/campaigns/{campaign}/contacts", dependencies=WRITES, openapi_extra=CONTACT, responses=_CREATED)
def add_contact(
    project: TheProject,
    campaign: str,
    row: Row,
    response: Response,
    caller: MAY_WRITE,
    again: Again = False,
) -> EnteredOut:
    """One contact into a campaign. One whose external_id is with an open lead changes that lead."""
    return _entered(project, campaign_of(project, campaign), row, response, again=again, source=caller.name)


@router.put(
    "/campaigns/{campaign}/contacts/{external_id:path}",
    openapi_extra=CONTACT,
    responses=_CREATED,
)
def put_contact(
    project: TheProject,
    campaign: str,
    external_id: ExternalId,
    caller: MAY_WRITE,  # before the body is looked at
    row: Row,
    response: Response,
    again: Again = False,
) -> EnteredOut:
    """The contact that is called so outside: a new lead, or its open one with these columns."""
    if row.get("external_id", external_id) != external_id:
        raise fault_in("body.external_id", "another one than the path's")
    whole = {**row, "external_id": external_id}
    return _entered(project, campaign_of(project, campaign), whole, response, again=again, source=caller.name)


@router.post(
    "/campaigns/{campaign}/contacts/list",
    response_model=ListOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {LINES: {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
        }
    },
    responses={200: {"content": {LINES: {}}}},
)
async def add_list(
    request: Request, project: TheProject, campaign: str, caller: MAY_WRITE, again: Again = False
) -> Any:
    """A list of contacts, CSV or lines of JSON (docs/contacts.md), taken as it arrives. With `Accept:
    application/x-ndjson` each row is told on a line of its own as soon as it is stored, and the sum on the last one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise ApiProblem(
            kind="unsupported",
            status=415,
            title="Not in this form",
            detail=f"send `Content-Type: {LINES}` or `text/csv`",
        )
    feed = Feed(request)
    rows = partial(_rows, project, campaign, f"list of {caller.name}", _KINDS[kind], feed, again)
    limiter = request.app.state.lists
    if LINES in request.headers.get("accept", ""):
        return Lines(rows, limiter)
    return await summed(rows, limiter)


_KINDS: dict[str, Format] = {LINES: "jsonl", "application/jsonl": "jsonl", "text/csv": "csv"}


def _rows(
    project: Project, campaign: str, name: str, form: Format, feed: Feed, again: bool, done: Sum
) -> Iterator[Entered]:
    """In a thread."""
    found = campaign_of(project, campaign)
    source = Source(name=name, chunks=feed.chunks())
    return enter_list(project, found.campaign_id, source, again=again, remark=done.remark, format=form)


def _changed(
    project: Project, campaign: Campaign, ref: LeadRef, row: Mapping[str, str], source: str
) -> LeadOut:
    try:
        return lead_out(campaign, change(project, campaign.campaign_id, ref, row, source=source))
    except NotChanged as error:
        if error.code == "no_such_lead":
            raise not_found(str(error)) from None
        if error.code in ("done", "number_taken"):
            raise conflict(str(error)) from None
        where = f"body.{error.column}" if error.column else "body"
        raise invalid(str(error), Fault(where=where, what=f"{error.code}: {error}")) from None


@router.patch("/campaigns/{campaign}/contacts/{external_id:path}", openapi_extra=CONTACT)
def change_contact(
    project: TheProject, campaign: str, external_id: ExternalId, caller: MAY_WRITE, row: Row
) -> LeadOut:
    """These columns of an open lead; the others stay. "" or null empties one. While it is being called they count from
    its next call on (`pending`).
    """
    return _changed(
        project, campaign_of(project, campaign), LeadRef(external_id=external_id), row, caller.name
    )


@router.patch("/campaigns/{campaign}/leads/{lead}", openapi_extra=CONTACT, tags=["leads"])
def change_lead(project: TheProject, campaign: str, lead: LeadId, caller: MAY_WRITE, row: Row) -> LeadOut:
    """As for contacts, by the number of the lead."""
    return _changed(project, campaign_of(project, campaign), LeadRef(lead_id=lead), row, caller.name)


def _withdrawn(
    project: Project, campaign: Campaign, ref: LeadRef, *, note: str, cancel: bool
) -> WithdrawnOut:
    done = withdraw(project, campaign.campaign_id, ref, note=note, by="api", cancel=cancel)
    row = find(project, campaign.campaign_id, ref)
    return WithdrawnOut(
        external_id=row.contact.external_id if row else ref.external_id or "",
        lead=row.lead_id if row else None,
        withdrawn=done,
    )


@router.delete("/campaigns/{campaign}/contacts/{external_id:path}", dependencies=WRITES)
def withdraw_contact(
    project: TheProject,
    campaign: str,
    external_id: ExternalId,
    note: Annotated[str, Query(max_length=500)] = "",
    cancel: Cancel = False,
) -> WithdrawnOut:
    """It is called no more (the order is paid). Done again, it changes nothing."""
    found = campaign_of(project, campaign)
    done = _withdrawn(project, found, LeadRef(external_id=external_id), note=note, cancel=cancel)
    if done.withdrawn is Withdrawn.NO_SUCH_LEAD:
        raise not_found(f"{found.campaign_id} has no contact {external_id!r}")
    return done


@router.delete("/campaigns/{campaign}/leads/{lead}", dependencies=WRITES, tags=["leads"])
def withdraw_lead(
    project: TheProject,
    campaign: str,
    lead: LeadId,
    note: Annotated[str, Query(max_length=500)] = "",
    cancel: Cancel = False,
) -> WithdrawnOut:
    """As for contacts, by the number of the lead."""
    found = campaign_of(project, campaign)
    lead_of(project, found, lead)
    return _withdrawn(project, found, LeadRef(lead_id=lead), note=note, cancel=cancel)


@router.post("/campaigns/{campaign}/withdrawals", dependencies=WRITES)
def withdraw_many(project: TheProject, campaign: str, wish: Withdrawal) -> Withdrawals:
    """Many contacts at once; what became of each, in order."""
    found = campaign_of(project, campaign)
    items = [
        _withdrawn(project, found, LeadRef(external_id=name), note=wish.note, cancel=wish.cancel)
        for name in wish.external_ids
    ]
    return Withdrawals(items=items)
