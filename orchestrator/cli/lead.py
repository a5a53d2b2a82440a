"""`prozvon lead`: what a person decides about a held lead."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.lead_desk import change, withdraw
from orchestrator.cli.number import one_number
from orchestrator.domain.lead import Campaign, Phase
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import LeadRow


@click.group()
def lead() -> None:
    """Change or withdraw leads of a campaign that runs; decide about held ones: those whose last attempt nobody can
    tell the end of, and those who have not agreed to be called (`prozvon why` shows them).

    \b
    Examples:
      prozvon lead withdraw parcel_arrived --id order-17
      prozvon lead change parcel_arrived --id order-17 --set due=2026-12-10
      prozvon lead retry parcel_arrived +79990000408
      prozvon lead close parcel_arrived +79990000408 --status reached_by_hand
    """


@lead.command()
@click.argument("campaign")
@click.argument("number")
@click.pass_obj
def retry(folder: Path, campaign: str, number: str) -> None:
    """Let a held lead be called again.

    \b
    Example:
      prozvon lead retry parcel_arrived +79990000408
    """
    with open_project(folder) as project:
        found = project.campaign(campaign)
        held = _held(project, found, number)
        project.store.resume_lead(found.campaign_id, held.lead_id, project.clock.now_ms())
        click.echo(f"{held.contact.numbers[0]} will be called again", err=True)
        if not project.store.workers():
            click.echo("no worker is running: start one with `prozvon run`", err=True)


@lead.command()
@click.argument("campaign")
@click.argument("number")
@click.option("--status", default="closed", show_default=True, help="The lead's last status.")
@click.pass_obj
def close(folder: Path, campaign: str, number: str, status: str) -> None:
    """Close a held lead: it is not called again.

    \b
    Example:
      prozvon lead close parcel_arrived +79990000408 --status reached_by_hand
    """
    with open_project(folder) as project:
        found = project.campaign(campaign)
        held = _held(project, found, number)
        project.store.close_lead(found.campaign_id, held.lead_id, status, project.clock.now_ms())
        project.store.finish_if_done(found.campaign_id, project.clock.now_ms())
    click.echo(f"{held.contact.numbers[0]} is closed with status {status}", err=True)


for _command in (change, withdraw):
    lead.add_command(_command)


def _held(project: Project, campaign: Campaign, text: str) -> LeadRow:
    number = one_number(text, project.settings.region)
    found = project.store.lead_of_number(campaign.campaign_id, number)
    if found is None:
        raise KnownError(f"{number} is not in {campaign.campaign_id}")
    if found.phase is not Phase.HELD:
        raise KnownError(
            f"{number} is not held for a person: it is {found.phase.value} ({found.reason.value})"
        )
    return found
