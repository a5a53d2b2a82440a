"""`prozvon campaign open|add|close`: campaigns that take contacts while they run."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.check import refuse
from orchestrator.cli.loading import load_list, name_of, require_list, show_report
from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import lead_desk
from orchestrator.runtime.background import ensure_worker
from orchestrator.runtime.budgets import foreign_numbers
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.reach import require_switch


@click.command(name="open")
@click.argument("scenario")
@click.option("--title", default="", help="What people call it (default: the scenario's title).")
@click.option("--no-worker", is_flag=True, help="Do not start a worker, though none is running.")
@click.pass_obj
def open_(folder: Path, scenario: str, title: str, no_worker: bool) -> None:
    """Open a campaign without contacts: it runs, takes contacts at any time, and ends when it is closed.

    Prints its name. SCENARIO is a name in the project's scenarios, or a file. Contacts come by `prozvon campaign add`,
    the API, a drop folder or a polled source (docs/campaigns.md).

    \b
    Example:
      prozvon campaign open parcel_arrived
    """
    with open_project(folder) as project:
        compiled, problems = find_scenario(project.settings, scenario)
        refuse(problems, f"{scenario} is not opened")
        assert compiled is not None  # noqa: S101  # no problems, so there is one
        if not no_worker and not project.store.workers():
            require_switch(project.settings, compiled.plan)
        for warning in (*project.store.warnings, *foreign_numbers(project.settings, compiled.plan)):
            click.echo(f"warning: {warning}", err=True)
        with prompt_bar() as made:
            campaign = lead_desk.open_campaign(project, compiled, title=title, prompts=made)
        click.echo(campaign.campaign_id)
        click.echo(f"{campaign.campaign_id} is open", err=True)
        if not no_worker:
            start_worker(project)


@click.command()
@click.argument("campaign")
@click.argument("contacts")
@click.option(
    "--again", is_flag=True, help="Also contacts that this or another campaign of the scenario has had."
)
@click.option("--no-worker", is_flag=True, help="Do not start a worker, though none is running.")
@click.pass_obj
def add(folder: Path, campaign: str, contacts: str, again: bool, no_worker: bool) -> None:
    """Add CONTACTS (CSV or JSONL; - reads standard input) to a campaign that runs, or is paused.

    A row whose external_id is that of an open lead changes that lead. What was stored stays when the list breaks off;
    adding it again adds nothing twice. Rows that cannot be called are listed by reason and written to a file.

    \b
    Examples:
      prozvon campaign add parcel_arrived contacts.csv
      tail -f orders.jsonl | head -100 | prozvon campaign add parcel_arrived -
    """
    with open_project(folder) as project:
        found = lead_desk.campaign_for(project, campaign)
        require_list(contacts)
        compiled = Bundles(project.store).of(found)
        report = load_list(project, found, compiled, contacts, again=again)
        show_report(report, is_running=True)
        if report.rows and report.refused == report.rows:
            raise KnownError(f"no row of {name_of(contacts)} can be called")
        if report.added and not no_worker:
            start_worker(project)


@click.command()
@click.argument("campaign")
@click.pass_obj
def close(folder: Path, campaign: str) -> None:
    """Close an open campaign: it takes no more contacts, and is finished once nobody is left to call.

    \b
    Example:
      prozvon campaign close parcel_arrived
    """
    with open_project(folder) as project:
        found = lead_desk.campaign_for(project, campaign)
        if not lead_desk.close_campaign(project, found.campaign_id):
            raise KnownError(f"{found.campaign_id} is not open")
        counts = project.store.counts(found.campaign_id)
        left = counts.ready + counts.waiting + counts.dialing
    tail = f": {left} leads are still to be called" if left else " and done"
    click.echo(f"{found.campaign_id} is closed{tail}", err=True)


def start_worker(project: Project) -> None:
    """Have one, and say so."""
    if ensure_worker(project):
        click.echo("started a worker in the background (prozvon run)", err=True)
