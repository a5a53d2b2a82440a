"""`prozvon missed`: what became of those who called in vain."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table

from orchestrator.cli.span import instant_of
from orchestrator.cli.view import console
from orchestrator.runtime.inbound.callbacks import Scenarios
from orchestrator.runtime.inbound.missed_figures import MissedFigures, missed_figures, percentile
from orchestrator.runtime.project import open_project

COLUMNS = (
    *("calls", "missed", "callbacks", "called back", "reached", "called again", "reached elsewhere"),
    *("not reached", "waiting", "attempts", "median", "90 %"),
)


@click.command()
@click.option(
    "--since", default="7d", show_default=True, help="Calls from then on: 30m, 12h, 7d, 2w ago, or a date."
)
@click.option("--until", help="Calls before then: the same.")
@click.option("--scenario", help="Of this scenario only.")
@click.option("--by-day", is_flag=True, help="A line for each day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_obj
def missed(
    folder: Path, since: str, until: str | None, scenario: str | None, by_day: bool, as_json: bool
) -> None:
    """Show how missed calls came out, by scenario: called back, reached, called again; how often, how soon.

    What each figure counts: docs/missed.md. The single callbacks: `prozvon campaign export SCENARIO-missed`.

    \b
    Examples:
      prozvon missed
      prozvon missed --since 2026-11-01 --scenario shop_line --by-day
    """
    with open_project(folder) as project:
        now = project.clock.now_ms()
        found = missed_figures(
            project.store,
            instant_of(since, now),
            now + 1 if until is None else instant_of(until, now),
            zones=Scenarios(project.store).zones(),
            by_day=by_day,
            scenario=scenario,
        )
    if as_json:
        for each in found:
            click.echo(json.dumps(each.as_json(), ensure_ascii=False))
    elif found:
        console().print(_table(found, by_day=by_day))
    else:
        click.echo("no calls came in during this time", err=True)


def _table(found: Iterable[MissedFigures], *, by_day: bool) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("scenario", no_wrap=True)
    if by_day:
        table.add_column("day", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for each in found:
        counts = (
            *(each.calls, each.missed, each.callbacks, each.called_back, each.reached, each.called_again),
            *(each.reached_elsewhere, each.not_reached, each.waiting, each.attempts),
        )
        times = (_minutes(percentile(each.took_s, percent)) for percent in (50, 90))
        head = (each.scenario, each.day or "") if by_day else (each.scenario,)
        table.add_row(*head, *map(str, counts), *times)
    return table


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
