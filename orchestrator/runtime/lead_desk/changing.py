"""One lead of a campaign that runs: found, changed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.entry import LeadRef, Withdrawn
from orchestrator.runtime.project import Project
from orchestrator.store import LeadRow


def find(project: Project, campaign_id: str, ref: LeadRef) -> LeadRow | None:
    """By external id: the latest lead that has it. KnownError: no such campaign."""
    raise NotImplementedError


def change(project: Project, campaign_id: str, ref: LeadRef, columns: Mapping[str, str]) -> LeadRow:
    """Give an open lead these columns; the others stay. "" empties one. Of a lead that is being called they count from
    its next call on (`LeadRow.pending`). NotChanged: what is wrong, and nothing was changed.
    """
    raise NotImplementedError


def withdraw(
    project: Project, campaign_id: str, ref: LeadRef, *, note: str = "", by: str = "cli", cancel: bool = False
) -> Withdrawn:
    """The lead is called no more: it is done, with the status `withdrawn`; the outbox hears of it. cancel: a call to it
    that nobody has answered yet is given up. by: cli, api, intake ... KnownError: no such campaign.
    """
    raise NotImplementedError
