"""`prozvon calls`: the calls that came in."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.number import one_number
from orchestrator.cli.span import instant_of
from orchestrator.cli.view import console, instant
from orchestrator.runtime.export import write_csv, write_jsonl
from orchestrator.runtime.inbound.call_path import readable
from orchestrator.runtime.inbound.call_rows import CALL_COLUMNS, calls_of, row_of
from orchestrator.runtime.project import open_project
from orchestrator.store import CallRow


@click.command()
@click.option(
    "--since", default="1d", show_default=True, help="From then on: 30m, 12h, 7d, 2w ago, or a date."
)
@click.option("--until", help="Before then: the same.")
@click.option("--scenario", help="Of this scenario only.")
@click.option("--number", help="Of this caller only.")
@click.option("--missed", "is_missed", is_flag=True, help="Only those that count as missed.")
@click.option("--csv", "kind", flag_value="csv", help="Print a table for spreadsheets.")
@click.option("--json", "kind", flag_value="json", help="Print one JSON object a line.")
@click.pass_obj
def calls(
    folder: Path,
    since: str,
    until: str | None,
    scenario: str | None,
    number: str | None,
    is_missed: bool,
    kind: str | None,
) -> None:
    """List the calls that came in, each with what its caller did and heard (docs/calls.md).

    \b
    Examples:
      prozvon calls --since 2h
      prozvon calls --since 7d --scenario shop_line --missed
      prozvon calls --since 2026-11-01 --csv > calls.csv
    """
    with open_project(folder) as project:
        now = project.clock.now_ms()
        found = calls_of(
            project.store,
            instant_of(since, now),
            now + 1 if until is None else instant_of(until, now),
            scenario=scenario,
            number=None if number is None else one_number(number, project.settings.region),
            is_missed=is_missed,
        )
        if kind == "csv":
            count = write_csv(sys.stdout, map(row_of, found), CALL_COLUMNS)
        elif kind == "json":
            count = write_jsonl(sys.stdout, map(row_of, found))
        else:
            count = _print(found)
    click.echo(f"{count} calls", err=True)


def _print(found: Iterable[CallRow]) -> int:
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for column in ("came", "caller", "scenario", "s", "ended"):
        table.add_column(column, justify="right" if column == "s" else "left", no_wrap=True)
    table.add_column("callback")
    table.add_column("path", overflow="fold", ratio=1)
    for item in found:
        call = item.call
        table.add_row(
            instant(call.began_at),
            call.caller or "withheld",
            call.scenario,
            str((call.ended_at - call.began_at) // 1000),
            Text(f"with {call.reached}" if call.reached else call.end.value),
            item.fate.value,
            Text(readable(call.path)),
        )
    if table.row_count:
        console().print(table)
    return table.row_count
