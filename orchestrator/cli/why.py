"""`prozvon why`: a reason for everything held."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table

from orchestrator.cli.number import one_number
from orchestrator.cli.view import console, instant
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.figures import speech_held, switches_down
from orchestrator.runtime.project import open_project
from orchestrator.runtime.rests import rest_line, resting
from orchestrator.runtime.why import SAY
from orchestrator.runtime.why import why as ask_why
from orchestrator.store import Why


@click.command()
@click.argument("campaign")
@click.argument("phone", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def why(folder: Path, campaign: str, phone: str | None, as_json: bool) -> None:
    """Say what each lead of a campaign waits for, summed by reason; or one lead, by its number.

    \b
    Examples:
      prozvon why parcel_arrived
      prozvon why parcel_arrived "8 (999) 000-04-08"
    """
    with open_project(folder) as project:
        number = None
        if phone is not None:
            number = one_number(phone, project.settings.region)
        asked = project.campaign(campaign)
        found = ask_why(project, asked, number=number)
        workers = project.store.workers()
        rests, now = resting(project.store.rests()), project.clock.now_ms()
        down, mute = switches_down(workers), speech_held(workers, asked.campaign_id)
    if number is not None and not found.reasons:
        raise KnownError(f"{number} is not in {asked.campaign_id}")
    if as_json:
        click.echo(json.dumps(as_rows(found), ensure_ascii=False, indent=2))
    else:
        console().print(why_table(found))
        for name, reason in down.items():
            click.echo(f"switch {name}: {reason}", err=True)
        for row in rests:
            click.echo(rest_line(row, now), err=True)
        if mute:
            click.echo(f"speech: {mute}", err=True)


def as_rows(found: Why) -> list[dict[str, object]]:
    return [
        {"reason": item.reason.value, "leads": item.count, "earliest_at": item.earliest_at}
        for item in found.reasons
    ]


def why_table(found: Why) -> Table:
    """Reason, leads, and when the first of them is due."""
    table = Table(box=None, header_style="bold")
    table.add_column("leads", justify="right")
    table.add_column("reason")
    table.add_column("first of them at")
    table.add_column("which means")
    for item in sorted(found.reasons, key=lambda item: -item.count):
        table.add_row(str(item.count), item.reason.value, instant(item.earliest_at), SAY[item.reason])
    return table
