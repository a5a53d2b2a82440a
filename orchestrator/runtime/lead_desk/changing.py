"""One lead of a campaign that runs: found, changed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.contacts import Refused
from orchestrator.contacts.wanted import EXTERNAL_ID, folded
from orchestrator.domain.entry import LeadRef, NotChanged, Withdrawn
from orchestrator.runtime.consent import keep_consents
from orchestrator.runtime.lead_desk.reading import Reading, campaign_of, reading_of
from orchestrator.runtime.project import Project
from orchestrator.store import LeadRow, Moved, Taken


def find(project: Project, campaign_id: str, ref: LeadRef) -> LeadRow | None:
    """By external id: the latest lead that has it. KnownError: no such campaign."""
    campaign_of(project, campaign_id)
    return _found(project, campaign_id, ref)


def _found(project: Project, campaign_id: str, ref: LeadRef) -> LeadRow | None:
    if ref.lead_id is not None:
        return project.store.lead(campaign_id, ref.lead_id)
    return project.store.lead_of_external(campaign_id, ref.external_id or "")


def change(
    project: Project,
    campaign_id: str,
    ref: LeadRef,
    columns: Mapping[str, object],
    *,
    source: str = "",
) -> LeadRow:
    """Give an open lead these columns; the others stay. "" empties one. Of a lead that is being called they count from
    its next call on (`LeadRow.pending`). NotChanged: what is wrong, and nothing was changed. source: as in `enter`.
    """
    reading = reading_of(project, campaign_of(project, campaign_id))
    _check(reading, columns)
    while True:
        lead = _found(project, campaign_id, ref)
        if lead is None:
            raise NotChanged(f"{campaign_id} has no lead {_name(ref)}", code="no_such_lead")
        base = lead.pending or lead.contact
        made = reading.reader.amend(base, columns)
        if isinstance(made, Refused):
            raise NotChanged(f"{made.column}: {made.reason}", code=made.code.value, column=made.column)
        keep_consents(project, [made], reading.compiled.plan.consent, source)
        now = project.clock.now_ms()
        try:
            outcome = project.store.change_lead(campaign_id, lead.lead_id, base, made.contact, now)
        except Moved:
            continue
        if outcome is None:
            raise NotChanged(
                f"lead {lead.lead_id} of {campaign_id} is done: {lead.state.status}", code="done"
            )
        if isinstance(outcome, Taken):
            raise NotChanged(
                f"one of its new numbers is with lead {outcome.by} of {campaign_id}", code="number_taken"
            )
        return project.store.lead(campaign_id, lead.lead_id) or lead


def _check(reading: Reading, columns: Mapping[str, object]) -> None:
    for name in reading.reader.unknown(columns):
        meant = reading.reader.meant(name)
        hint = f": did you mean `{meant}`?" if meant else ""
        raise NotChanged(f"the scenario has no column `{name}`{hint}", code="unknown_column", column=name)
    if any(folded(name) == EXTERNAL_ID for name in columns):
        raise NotChanged(
            "a lead's external id is its name outside, and stays", code="bad_external_id", column=EXTERNAL_ID
        )


def _name(ref: LeadRef) -> str:
    return str(ref.lead_id) if ref.external_id is None else f"with the external id {ref.external_id!r}"


def withdraw(
    project: Project, campaign_id: str, ref: LeadRef, *, note: str = "", by: str = "cli", cancel: bool = False
) -> Withdrawn:
    """The lead is called no more: it is done, with the status `withdrawn`; the outbox hears of it. cancel: a call to it
    that nobody has answered yet is given up. by: cli, api, intake ... KnownError: no such campaign.
    """
    campaign_of(project, campaign_id)
    while True:
        lead = _found(project, campaign_id, ref)
        if lead is None:
            return Withdrawn.NO_SUCH_LEAD
        now = project.clock.now_ms()
        try:
            said = project.store.withdraw_lead(
                campaign_id,
                lead.lead_id,
                external_id=ref.external_id or "",
                note=note,
                by=by,
                cancel=cancel,
                now=now,
            )
        except Moved:
            continue
        if said is Withdrawn.WITHDRAWN:
            project.store.finish_if_done(campaign_id, now)
        return said
