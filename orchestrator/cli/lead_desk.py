"""`prozvon lead change|withdraw`: one lead of a campaign that runs."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.number import one_number
from orchestrator.domain.entry import LeadRef, Withdrawn
from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import lead_desk
from orchestrator.runtime.project import Project, open_project

SAYS = {
    Withdrawn.WITHDRAWN: "is not called any more",
    Withdrawn.AFTER_CALL: "is being called; it is not called again",
    Withdrawn.DONE_ALREADY: "was done already, and stays as it is",
}


def _naming(command: click.decorators.FC) -> click.decorators.FC:
    """CAMPAIGN, and which lead of it."""
    for option in (
        click.option(
            "--lead", "lead_id", type=click.IntRange(min=1), help="The lead by its number in the campaign."
        ),
        click.option("--id", "external_id", help="The lead by its external id."),
        click.argument("number", required=False),
        click.argument("campaign"),
    ):
        command = option(command)
    return command


@click.command()
@_naming
@click.option("--note", default="", help="Why, for people and the outbox.")
@click.option("--cancel", is_flag=True, help="Also give up a call to it that nobody has answered yet.")
@click.pass_obj
def withdraw(
    folder: Path,
    campaign: str,
    number: str | None,
    external_id: str | None,
    lead_id: int | None,
    note: str,
    cancel: bool,
) -> None:
    """Withdraw a lead: it is not called any more. A call that is under way goes on to its end.

    \b
    Examples:
      prozvon lead withdraw parcel_arrived +79990000408
      prozvon lead withdraw parcel_arrived --id order-17 --note "paid" --cancel
    """
    with open_project(folder) as project:
        found = lead_desk.campaign_for(project, campaign)
        ref, name = _ref(project, found, number, external_id, lead_id)
        said = lead_desk.withdraw(project, found.campaign_id, ref, note=note, by="cli", cancel=cancel)
    if said is Withdrawn.NO_SUCH_LEAD:
        raise KnownError(f"{name} is not in {found.campaign_id}")
    click.echo(f"{name} {SAYS[said]}", err=True)


@click.command()
@_naming
@click.option(
    "--set", "columns", multiple=True, required=True, metavar="COLUMN=VALUE", help="A column; repeatable."
)
@click.pass_obj
def change(
    folder: Path,
    campaign: str,
    number: str | None,
    external_id: str | None,
    lead_id: int | None,
    columns: tuple[str, ...],
) -> None:
    """Change columns of a lead that is not done: its telephone numbers, its name, whatever the scenario has.

    A lead that is being called keeps its old ones until the call has ended. An empty value empties a column.

    \b
    Example:
      prozvon lead change parcel_arrived --id order-17 --set "due=2026-12-10" --set "phone2="
    """
    given = dict(_pair(text) for text in columns)
    with open_project(folder) as project:
        found = lead_desk.campaign_for(project, campaign)
        ref, name = _ref(project, found, number, external_id, lead_id)
        row = lead_desk.change(project, found.campaign_id, ref, given, source="command line")
    tail = ", once the call that is under way has ended" if row.pending else ""
    click.echo(f"{name} is changed{tail}", err=True)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is not COLUMN=VALUE", param_hint="--set")
    return name, value


def _ref(
    project: Project, campaign: Campaign, number: str | None, external_id: str | None, lead_id: int | None
) -> tuple[LeadRef, str]:
    """Which lead is meant, and how it is called."""
    if sum(each is not None for each in (number, external_id, lead_id)) != 1:
        raise click.UsageError("name the lead by its number, or with --id, or with --lead: one of them")
    if number is None:
        ref = LeadRef(lead_id=lead_id, external_id=external_id)
        return ref, str(ref)
    dialed = one_number(number, project.settings.region)
    row = project.store.lead_of_number(campaign.campaign_id, dialed)
    if row is None:
        raise KnownError(f"{dialed} is not in {campaign.campaign_id}")
    return LeadRef(lead_id=row.lead_id), dialed
