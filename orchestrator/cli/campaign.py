"""`prozvon campaign`: look at campaigns and steer them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import click
from rich.table import Table

from orchestrator.cli.campaign_desk import add, close, open_
from orchestrator.cli.view import console, figures_table
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime import export as exporting
from orchestrator.runtime.background import ensure_worker
from orchestrator.runtime.figures import figures
from orchestrator.runtime.project import Project, open_project

_S = CampaignState
# Command -> (the state it leads to, the states it may be given in).
MOVES = {
    "pause": (_S.PAUSED, frozenset({_S.RUNNING})),
    "resume": (_S.RUNNING, frozenset({_S.PAUSED})),
    "stop": (_S.STOPPED, frozenset({_S.RUNNING, _S.PAUSED})),
}

SAYS = {
    "pause": "Pause a campaign: no new calls; those under way go on.",
    "resume": "Go on with a paused campaign; starts a worker when none is running.",
    "stop": "Stop a campaign for good: its leads are not called any more. One whose loading broke off goes away; one "
    "that calls back takes no more missed calls, until it is resumed.",
}


@click.group()
def campaign() -> None:
    """Look at campaigns and steer them. A scenario's name stands for its newest campaign.

    \b
    Examples:
      prozvon campaign list
      prozvon campaign pause parcel_arrived
      prozvon campaign export parcel_arrived --format csv > parcels.csv
    """


@campaign.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List all campaigns with their progress.

    \b
    Example:
      prozvon campaign list --json
    """
    with open_project(folder) as project:
        all_figures = [figures(project, found) for found in _sorted(project)]
    if as_json:
        for item in all_figures:
            click.echo(json.dumps(item.as_json(), ensure_ascii=False))
        return
    if not all_figures:
        click.echo("no campaigns yet: prozvon call SCENARIO CONTACTS", err=True)
        return
    table = Table(box=None, header_style="bold")
    for column in ("campaign", "state", "leads", "done", "held", "to call", "attempts", "answered"):
        table.add_column(column, justify="left" if column in ("campaign", "state") else "right")
    for item in all_figures:
        c = item.counts
        numbers = (c.leads, c.done, c.held, c.ready + c.waiting + c.dialing, c.attempts, c.answered)
        state = f"{item.state.value}, open" if item.is_open else item.state.value
        table.add_row(item.campaign_id, state, *map(str, numbers))
    console().print(table)


def _sorted(project: Project) -> list[Campaign]:
    return sorted(project.store.campaigns(), key=lambda c: (c.created_at, c.campaign_id))


@campaign.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(folder: Path, name: str, as_json: bool) -> None:
    """Show the figures of a campaign.

    \b
    Example:
      prozvon campaign show parcel_arrived
    """
    with open_project(folder) as project:
        item = figures(project, project.campaign(name))
    if as_json:
        click.echo(json.dumps(item.as_json(), ensure_ascii=False, indent=2))
    else:
        console().print(figures_table(item))


def _move(name: str) -> click.Command:
    to, among = MOVES[name]

    @click.argument("campaign_name", metavar="NAME")
    @click.pass_obj
    def command(folder: Path, campaign_name: str) -> None:
        with open_project(folder) as project:
            found = project.campaign(campaign_name)
            if name == "stop" and found.state is CampaignState.LOADING:
                project.store.delete_campaign(found.campaign_id)
                click.echo(
                    f"{found.campaign_id} had not been launched: it is gone, its rows are free", err=True
                )
                return
            given_in = among | {_S.STOPPED} if name == "resume" and found.standing else among
            if not project.store.set_state(found.campaign_id, to, among=given_in, now=project.clock.now_ms()):
                raise KnownError(f"cannot {name} {found.campaign_id}: it is {found.state.value}")
            live = project.store.counts(found.campaign_id).dialing
            if to is CampaignState.RUNNING:
                _have_worker(project, found)
        tail = f"; {live} calls under way go on to their end" if live and name != "resume" else ""
        click.echo(f"{found.campaign_id} is {to.value}{tail}", err=True)

    command.__doc__ = f"{SAYS[name]}\n\n\b\nExample:\n  prozvon campaign {name} parcel_arrived\n"
    return click.command(name=name)(command)


def _have_worker(project: Project, resumed: Campaign) -> None:
    """Start a worker when none is alive; the campaign is paused again when none comes up."""
    try:
        if ensure_worker(project):
            click.echo("started a worker in the background (prozvon run)", err=True)
    except KnownError:
        to, among = MOVES["pause"]
        project.store.set_state(resumed.campaign_id, to, among=among, now=project.clock.now_ms())
        raise


for _name in MOVES:
    campaign.add_command(_move(_name))
for _command in (open_, add, close):
    campaign.add_command(_command)


@campaign.command()
@click.argument("name")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="A table, or one JSON object a line.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File (default: standard output)."
)
@click.pass_obj
def export(folder: Path, name: str, kind: str, output: Path | None) -> None:
    """Export every lead and attempt: causes, dispositions, results, paths, times (docs/export.md).

    One row for each attempt, and one for each lead that was never dialed.

    \b
    Examples:
      prozvon campaign export parcel_arrived > parcels.csv
      prozvon campaign export parcel_arrived --format jsonl -o parcels.jsonl
    """
    with open_project(folder) as project:
        found = project.campaign(name)
        items = exporting.rows(project.store, found)
        columns = exporting.columns_of(found)

        def write(file: TextIO, rows: Iterator[exporting.Row]) -> int:
            return (
                exporting.write_csv(file, rows, columns)
                if kind == "csv"
                else exporting.write_jsonl(file, rows)
            )

        if output is None:
            count = write(sys.stdout, items)
        else:
            count = _to_file(output, lambda file: write(file, items))
    click.echo(f"{count} rows", err=True)


def _to_file(path: Path, write: exporting.Writer) -> int:
    """Write beside `path` and rename: a reader never sees half an export."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.touch(mode=0o600)
        with draft.open("w", encoding="utf-8", newline="") as file:
            count = write(file)
        draft.replace(path)
    except OSError as error:
        raise KnownError(f"cannot write {path}: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink()
    return count
