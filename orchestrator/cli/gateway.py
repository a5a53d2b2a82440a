"""`prozvon gateway`: which gateways take calls, and letting one rest."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.rests import found_gateways, rest_line, rest_state
from orchestrator.scenario.source import Text as Typed
from orchestrator.scenario.values import parse_duration

SHORTEST_S, LONGEST_S = 1, 30 * 86_400


@click.group()
def gateway() -> None:
    """Gateways: which take calls, and which rest after failures of their own (docs/gateways.md).

    \b
    Examples:
      prozvon gateway list
      prozvon gateway rest main --for 30m
      prozvon gateway wake main
    """


@gateway.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List all gateways: what they may take, what is on the line, and whether they rest.

    \b
    Example:
      prozvon gateway list
    """
    with open_project(folder) as project:
        rows = _rows(project)
        now, rests = project.clock.now_ms(), project.store.rests()
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    for column in ("gateway", "switch", "cps", "channels", "on the line", "state"):
        table.add_column(column, justify="left" if column in ("gateway", "switch", "state") else "right")
    for row in rows:
        table.add_row(
            *(Text(str(row[key])) for key in ("gateway", "switch", "cps", "channels", "live", "state"))
        )
    console().print(table)
    for rest in rests:
        click.echo(rest_line(rest, now), err=True)


def _rows(project: Project) -> list[dict[str, object]]:
    now, on_line = project.clock.now_ms(), project.store.calls_on_gateways()
    rests = {(rest.switch, rest.gateway): rest for rest in project.store.rests()}
    rows: list[dict[str, object]] = []
    for switch, name, found in project.settings.gateways():
        rest, host = rests.get((switch, name)), rests.get((switch, ""))
        holds = rest if rest is not None and rest.until is not None else host
        rows.append(
            {
                "gateway": name,
                "switch": switch,
                "cps": found.cps,
                "channels": found.channels,
                "live": on_line.get((switch, name), 0),
                "state": "takes calls" if holds is None else rest_state(holds, now),
                "until": None if holds is None else holds.until,
                "fails": 0 if rest is None else rest.fails,
                "failures": [] if rest is None else [asdict(failure) for failure in rest.failures],
            }
        )
    return rows


@gateway.command()
@click.argument("name")
@click.option("--switch", help="The switch it is on (default: all that have it).")
@click.option("--for", "duration", default="1h", show_default=True, help="How long: 90s, 30m, 2h, 1d.")
@click.pass_obj
def rest(folder: Path, name: str, switch: str | None, duration: str) -> None:
    """Let a gateway rest: no new calls, those under way go on; then one call tries it.

    \b
    Example:
      prozvon gateway rest main --for 30m
    """
    for_ms = _milliseconds(duration)
    with open_project(folder) as project:
        for on, found in found_gateways(project.settings, name, switch):
            project.store.rest_gateway(on, found, now=project.clock.now_ms(), for_ms=for_ms)
            click.echo(f"gateway {found} of switch {on} rests for {duration}", err=True)


def _milliseconds(duration: str) -> int:
    try:
        seconds = parse_duration(Typed.at(duration))
    except ValueError:
        seconds = 0
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise click.BadParameter(f"{duration!r} is not a duration of 1s to 30d", param_hint="--for")
    return round(seconds * 1000)


@gateway.command()
@click.argument("name")
@click.option("--switch", help="The switch it is on (default: all that have it).")
@click.pass_obj
def wake(folder: Path, name: str, switch: str | None) -> None:
    """Use a gateway again at once, and forget what it failed; its switch too, when that is left alone.

    \b
    Example:
      prozvon gateway wake main
    """
    with open_project(folder) as project:
        for on, found in found_gateways(project.settings, name, switch):
            is_woken = project.store.wake_gateway(on, found) | project.store.wake_gateway(on, "")
            state = "takes calls again" if is_woken else "had not failed: it takes calls"
            click.echo(f"gateway {found} of switch {on} {state}", err=True)
