"""`prozvon intake`: what brings contacts in by itself, how it stands, and doing it now."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console, utc_instant
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.intake.drop import DropFolder
from orchestrator.runtime.intake.places import FAILED
from orchestrator.runtime.intake.rounds import carry_out, source_of
from orchestrator.runtime.intake.showing import IntakeStanding, standing
from orchestrator.runtime.intake.turns import our_turn, worker_name
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings_parts.service_settings import services_of
from orchestrator.store.intake import IntakeChange, NotOurs

LOOK_S = 0.2
MORE_S = 2.0  # beyond `settle`, that a file may take to be whole
ORDER = (
    "added",
    "updated",
    "merged",
    "already",
    "withdrawn",
    "done_already",
    "not_here",
    "skipped",
    "refused",
    "files_failed",
)


@click.group()
def intake() -> None:
    """Contacts that come in by themselves: dropped lists, services that are asked (docs/intake.md).

    \b
    Examples:
      prozvon intake list
      prozvon intake run orders
      prozvon intake errors orders
    """


@intake.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """Show every intake: what it brought in so far, what waits, and why the last round failed.

    \b
    Examples:
      prozvon intake list
      prozvon intake list --json | jq -r 'select(.why) | .intake + ": " + .why'
    """
    with open_project(folder) as project:
        rows = list(standing(project))
        has_worker = bool(project.store.workers())
    if as_json:
        for row in rows:
            click.echo(json.dumps(_as_json(row), ensure_ascii=False))
        return
    if not rows:
        click.echo("no intakes: name them under `intake:` in prozvon.yaml (docs/intake.md)", err=True)
        return
    table = Table(box=None, header_style="bold")
    for column in ("intake", "from", "into", "brought in", "last", "now"):
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = (row.name, row.where, row.campaign or row.scenario, counted(row.counts) or "-")
        at = utc_instant(row.at) if row.at else "-"
        table.add_row(*map(Text, (*cells, at)), Text(_now(row), style="red" if row.why else ""))
    console().print(table)
    if not has_worker:
        click.echo("no worker is running: start one with `prozvon run`", err=True)


def _now(row: IntakeStanding) -> str:
    parts = [f"{row.worker} is at it"] if row.worker else []
    if row.why:
        parts.append(f"failed {row.fails} times: {row.why}" if row.fails > 1 else f"failed: {row.why}")
    if row.due_at:
        parts.append(f"asked again at {utc_instant(row.due_at)}")
    if row.files:
        parts.append(f"{row.files} files wait")
    return "; ".join(parts) or "waits"


def counted(counts: Mapping[str, int]) -> str:
    """`3 added, 1 refused`, in an order that is always the same."""
    return ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in ORDER if counts.get(name))


def _as_json(row: IntakeStanding) -> dict[str, object]:
    return {
        "intake": row.name,
        "from": row.where,
        "scenario": row.scenario,
        "campaign": row.campaign or None,
        "files": row.files,
        "cursor": row.cursor or None,
        "at": row.at,
        "due_at": row.due_at,
        "why": row.why or None,
        "fails": row.fails,
        "worker": row.worker or None,
        "counts": dict(row.counts),
    }


@intake.command()
@click.argument("name")
@click.pass_obj
def run(folder: Path, name: str) -> None:
    """Bring in now what intake NAME has: load the files that are whole, or ask the service whether or not it is time.

    \b
    Example:
      prozvon intake run orders
    """
    with open_project(folder) as project:
        _require(project, name)
        aside, worker = Aside(), worker_name()
        services = services_of(project.settings.services)
        source = source_of(project, name, worker=worker, aside=aside, services=services, is_early=True)
        try:
            if isinstance(source, DropFolder):
                _settle(source, project.settings.intake[name].settle)
            else:
                source.look()
            with our_turn(project, name, worker) as turn:
                if turn is None:
                    at_it = project.store.intakes.read(name).worker or "another worker"
                    raise KnownError(
                        f"{at_it} works on {name} right now: `prozvon intake list` shows what came"
                    )
                why = carry_out(project, source, turn)
        except NotOurs as lost:
            raise KnownError(f"{lost}: `prozvon intake list` shows how far it is") from None
        finally:
            aside.stop()
        failed = []
        if isinstance(source, DropFolder):
            for file in source.loaded:
                said = counted(file.brought.counts) or "no rows"
                click.echo(f"{file.file}: {said}{f' ({file.why})' if file.why else ''}", err=True)
            failed = [file.file for file in source.loaded if file.outcome == FAILED]
            if source.unsettled:
                click.echo(f"{source.unsettled} files are still being written, and were left", err=True)
            if not source.loaded and not why:
                click.echo("no file is there", err=True)
        else:
            click.echo(counted(source.brought.counts) or "nothing new", err=True)
        if why:
            raise KnownError(why)
        if failed:
            raise KnownError(f"not loaded: {', '.join(failed)}; `prozvon intake errors {name}` says why")
        if not project.store.workers():
            click.echo("no worker is running: start one with `prozvon run`", err=True)


def _settle(source: DropFolder, settle_s: float) -> None:
    """Look until every file is whole, or is written to for longer than we wait."""
    deadline = time.monotonic() + settle_s + MORE_S
    while True:
        source.look()
        if not source.unsettled or time.monotonic() > deadline:
            return
        time.sleep(LOOK_S)


@intake.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def errors(folder: Path, name: str, limit: int, as_json: bool) -> None:
    """Show what intake NAME could not take, the newest first: rows, items and whole lists.

    \b
    Examples:
      prozvon intake errors orders
      prozvon intake errors orders --json | jq -r .what | sort | uniq -c
    """
    with open_project(folder) as project:
        _require(project, name)
        found = project.store.intakes.errors(name, limit)
    for error in found:
        if as_json:
            kept = {"at": error.at, "where": error.where, "code": error.code, "what": error.what}
            click.echo(json.dumps(kept, ensure_ascii=False))
        else:
            click.echo(f"{utc_instant(error.at)}  {error.where}: {error.what} ({error.code})")
    if not found:
        click.echo("nothing was refused", err=True)


@intake.command()
@click.argument("name")
@click.option("--to", "cursor", default="", help="Ask from this cursor on (default: from the beginning).")
@click.pass_obj
def rewind(folder: Path, name: str, cursor: str) -> None:
    """Let the service of intake NAME be asked anew, from the beginning or from a cursor, as soon as it can be. What is
    there already is not added twice.

    \b
    Examples:
      prozvon intake rewind shop
      prozvon intake rewind shop --to 2026-11-30T00:00:00Z
    """
    with open_project(folder) as project:
        _require(project, name)
        if project.settings.intake[name].folder is not None:
            raise KnownError(f"{name} is a folder: put the files into it once more")
        with our_turn(project, name, worker_name()) as turn:
            if turn is None:
                raise KnownError(f"{name} is being worked on right now: try again in a moment")
            kept = json.dumps({"at": cursor, "page": "", "top": ""}) if cursor else ""
            turn.write(IntakeChange(set={"cursor": kept, "due_at": "0"}))
    click.echo(f"{name} is asked anew from {cursor or 'the beginning'}", err=True)


def _require(project: Project, name: str) -> None:
    if name not in project.settings.intake:
        there = ", ".join(project.settings.intake) or "none"
        raise KnownError(f"no intake {name!r} in prozvon.yaml (there are: {there})")
