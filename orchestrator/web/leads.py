"""/v1/campaigns/CAMPAIGN/leads and attempts: looked at by the page; a held lead is decided."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import ConfigDict, Field

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Campaign, Contact, Phase
from orchestrator.runtime.export import attempt_row
from orchestrator.runtime.project import Project
from orchestrator.store import AttemptRow, LeadRow
from orchestrator.web.auth import requires
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import conflict, not_found
from orchestrator.web.models import Given, Instant, Page, Taken, moment_of
from orchestrator.web.pages import After, Limit, campaign_of, cursor, entry, number_of, place_of, whole

router = APIRouter(tags=["leads"])
READS = [Depends(requires("leads:read"))]
WRITES = [Depends(requires("leads:write"))]
LeadId = Annotated[int, Path(ge=1, lt=2**31)]


class ContactOut(Given):
    """numbers: E.164, in the order they are tried. columns: as the scenario declares them, as clean text."""

    numbers: list[str]
    language: str
    columns: dict[str, str]


class LeadOut(Given):
    """lead: its number in the campaign. reason: why it is not being dialed now. due_at: while it waits. pending: what
    its contact becomes when the call that is under way has ended.
    """

    campaign: str
    lead: int
    external_id: str
    numbers: list[str]
    language: str
    contact: dict[str, str]
    phase: Phase
    status: str
    reason: str
    due_at: Instant | None
    attempts: int
    pending: ContactOut | None


class AttemptOut(Given):
    """An ended attempt, under the names of the export (docs/export.md)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    campaign: str
    lead: int
    attempt_id: str
    number: str
    zone: str
    switch: str
    gateway: str
    claimed_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    talk_s: float | None
    cause: str
    disposition: Disposition
    result: str | None
    rule: str
    status: str
    path: list[str]
    heard: list[str]
    values: dict[str, str]
    agent: str
    abandoned: bool
    basis: str
    outcome: str
    note: str
    detail: str


class Closing(Taken):
    status: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = "closed"


def lead_out(campaign: Campaign, row: LeadRow) -> LeadOut:
    return LeadOut(
        campaign=campaign.campaign_id,
        lead=row.lead_id,
        external_id=row.contact.external_id,
        numbers=list(row.contact.numbers),
        language=row.contact.language,
        contact=dict(row.contact.fields),
        phase=row.phase,
        status=row.state.status,
        reason=row.reason.value,
        due_at=moment_of(row.due_at),
        attempts=row.state.attempts,
        pending=None if row.pending is None else _contact(row.pending),
    )


def _contact(contact: Contact) -> ContactOut:
    return ContactOut(numbers=list(contact.numbers), language=contact.language, columns=dict(contact.fields))


def _attempt(campaign: Campaign, item: AttemptRow) -> AttemptOut:
    row: dict[str, Any] = attempt_row(item)
    return AttemptOut(
        **row, campaign=campaign.campaign_id, lead=item.attempt.lead_id, status=item.state.status
    )


def lead_of(project: Project, campaign: Campaign, lead_id: int) -> LeadRow:
    """404 when there is none."""
    found = project.store.lead(campaign.campaign_id, lead_id)
    if found is None:
        raise not_found(f"{campaign.campaign_id} has no lead {lead_id}")
    return found


@router.get("/campaigns/{campaign}/leads", dependencies=READS)
def list_leads(
    project: TheProject,
    campaign: str,
    phase: Phase | None = None,
    status: str | None = None,
    number: str | None = None,
    external_id: str | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[LeadOut]:
    """Leads in the order they came. By `number` or `external_id`: the latest that has it. A page may hold fewer than
    `limit`, or none, and still have a `next`.
    """
    found = campaign_of(project, campaign)
    page = project.store.leads_page(
        found.campaign_id,
        after=place_of(after, whole) or 0,
        limit=limit,
        phase=phase,
        status=status,
        number=None if number is None else number_of(project, number, "query.number"),
        external_id=external_id,
    )
    return Page(
        items=[lead_out(found, row) for row in page.items],
        next=None if page.next is None else cursor(page.next),
    )


@router.get("/campaigns/{campaign}/leads/{lead}", dependencies=READS)
def show_lead(project: TheProject, campaign: str, lead: LeadId) -> LeadOut:
    """One lead."""
    found = campaign_of(project, campaign)
    return lead_out(found, lead_of(project, found, lead))


@router.post("/campaigns/{campaign}/leads/{lead}/retry", dependencies=WRITES)
def retry_lead(project: TheProject, campaign: str, lead: LeadId) -> LeadOut:
    """Let a held lead be called again."""
    found = campaign_of(project, campaign)
    row = lead_of(project, found, lead)
    if not project.store.resume_lead(found.campaign_id, row.lead_id, project.clock.now_ms()):
        raise conflict(f"lead {lead} is not held for a person: it is {row.phase}")
    return lead_out(found, lead_of(project, found, lead))


@router.post("/campaigns/{campaign}/leads/{lead}/close", dependencies=WRITES)
def close_lead(project: TheProject, campaign: str, lead: LeadId, closing: Closing) -> LeadOut:
    """Close a held lead: it is done, with this status."""
    found = campaign_of(project, campaign)
    row, now = lead_of(project, found, lead), project.clock.now_ms()
    if not project.store.close_lead(found.campaign_id, row.lead_id, closing.status, now):
        raise conflict(f"lead {lead} is not held for a person: it is {row.phase}")
    project.store.finish_if_done(found.campaign_id, now)
    return lead_out(found, lead_of(project, found, lead))


@router.get("/campaigns/{campaign}/attempts", dependencies=READS)
def list_attempts(
    project: TheProject,
    campaign: str,
    lead: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[AttemptOut]:
    """Ended attempts in the order they ended; of one lead, or all."""
    found = campaign_of(project, campaign)
    page = project.store.attempts_page(
        found.campaign_id, after=place_of(after, entry) or "", limit=limit, lead_id=lead
    )
    return Page(
        items=[_attempt(found, row) for row in page.items],
        next=None if page.next is None else cursor(page.next),
    )
