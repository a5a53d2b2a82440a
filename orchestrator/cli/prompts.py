"""`prozvon prompts`: hear a scenario before anybody is called, and what prompts are kept."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from orchestrator.cli.check import refuse
from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.view import console
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.project import open_project
from orchestrator.runtime.prompts.hearing import Part, hear, sample_contact
from orchestrator.runtime.prompts.kept_prompts import Shelf, clean, shelves
from orchestrator.runtime.settings import load_settings


@click.group()
def prompts() -> None:
    """Prompts: hear a scenario, see what is kept, remove what nobody uses.

    \b
    Examples:
      prozvon prompts render parcel_arrived --contact name=Анна
      prozvon prompts list
    """


@prompts.command()
@click.argument("scenario")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the sound files go.  [default: heard/SCENARIO in the project's data]",
)
@click.option(
    "--contact",
    "fields",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A field of the contact who is spoken to; others are those of the scenario's first test.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the parts as a JSON list.")
@click.pass_obj
def render(folder: Path, scenario: str, out: Path | None, fields: tuple[str, ...], as_json: bool) -> None:
    """Make every message of SCENARIO (a name or a file) a sound file, MESSAGE.LANGUAGE.wav, as it is heard in a call.

    Lists its parts: what is said, how long, how loud (dBov; prompts are brought to -22), and the file of each.

    \b
    Examples:
      prozvon prompts render parcel_arrived
      prozvon prompts render parcel_arrived --out /tmp/heard --contact name=Анна --contact order=1042
    """
    settings = load_settings(folder)
    compiled, problems = find_scenario(settings, scenario)
    refuse(problems, f"{scenario} cannot be heard")
    assert compiled is not None  # noqa: S101  # no problems, so there is one
    contact = sample_contact(settings, compiled, dict(_field(each) for each in fields))
    target = out or settings.data / "heard" / compiled.name
    with prompt_bar() as made:
        parts = hear(settings, compiled, contact, target, made)
    if as_json:
        rows = [{**asdict(part), "file": str(part.file)} for part in parts]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        console().print(_parts_table(parts, target))
    click.echo(f"{len({(part.message, part.language) for part in parts})} messages in {target}", err=True)


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not COLUMN=VALUE", param_hint="--contact")
    return name, value


def _parts_table(parts: list[Part], target: Path) -> Table:
    table = Table(box=None, header_style="bold")
    for heading in ("message", "language", "part", "says"):
        table.add_column(heading, overflow="fold")
    for heading in ("seconds", "dBov"):
        table.add_column(heading, justify="right")
    table.add_column("file", overflow="fold")
    for part in parts:
        loud = "" if part.dbov is None else f"{part.dbov:.1f}"
        file = str(part.file.relative_to(target))
        table.add_row(
            part.message, part.language, part.kind, part.text.strip(), f"{part.ms / 1000:.2f}", loud, file
        )
    return table


@prompts.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the folders of prompts on this machine: how many there are, how large, how long unused.

    \b
    Example:
      prozvon prompts list
    """
    found = shelves(load_settings(folder))
    if as_json:
        rows = [{**asdict(shelf), "folder": str(shelf.folder)} for shelf in found]
        click.echo(json.dumps(rows, indent=2))
    elif found:
        console().print(_shelves_table(found))
    else:
        click.echo("no prompts are kept yet: launching a campaign makes them", err=True)


def _shelves_table(found: list[Shelf]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("kind")
    for heading in ("prompts", "MB"):
        table.add_column(heading, justify="right")
    table.add_column("oldest use")
    table.add_column("folder", overflow="fold")
    for shelf in found:
        table.add_row(
            shelf.kind, str(shelf.prompts), f"{shelf.size / 1e6:.1f}", _day(shelf), str(shelf.folder)
        )
    return table


def _day(shelf: Shelf) -> str:
    return (
        f"{dt.datetime.fromtimestamp(shelf.oldest_at, dt.UTC):%Y-%m-%d}"
        if shelf.oldest_at is not None
        else ""
    )


@prompts.command("clean")
@click.option("--all", "is_all", is_flag=True, help="Every prompt that can be made again, used or not.")
@click.pass_obj
def clean_(folder: Path, is_all: bool) -> None:
    """Remove spoken prompts that nobody used for `speech.keep_days` (workers do so by themselves, every hour).

    With --all everything that is made by the engine goes; launching and workers make it anew. Recordings of campaigns
    stay.

    \b
    Examples:
      prozvon prompts clean
      prozvon prompts clean --all
    """
    with open_project(folder) as project:
        try:
            removed = clean(project, is_all=is_all)
        except OSError as error:
            raise KnownError(f"cannot remove prompts: {error.strerror}: {error.filename}") from None
    click.echo(f"removed {removed} prompts", err=True)
