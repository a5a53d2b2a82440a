"""`prozvon history`: what was counted, by quarters of an hour."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import zoneinfo
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from orchestrator.cli.span import instant_of
from orchestrator.cli.view import console, instant
from orchestrator.runtime.project import open_project
from orchestrator.store.figures import Scope
from orchestrator.store.quarters import HourRate, QuarterRow

SCOPES = tuple(scope.value for scope in Scope)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHOWN = {
    Scope.QUEUE: (
        "offered",
        "answered",
        "answered_in_time",
        "abandoned",
        "overflowed",
        "connected",
        "handled",
    ),
    Scope.CAMPAIGN: ("placed", "dialed_answered", "connected", "dialed_abandoned", "cancelled"),
    Scope.AGENT: ("handled", "missed", "talking_ms", "wrapping_ms", "available_ms", "break_ms"),
    Scope.PROJECT: ("offered", "answered", "placed", "connected", "dialed_abandoned", "handled"),
}


@click.command()
@click.option("--by", "scope", type=click.Choice(SCOPES), default="queue", show_default=True, help="Of what.")
@click.option("--name", help="Of this one only: SCENARIO:QUEUE, a campaign's or an agent's id, a project.")
@click.option(
    "--since", default="1d", show_default=True, help="From then on: 30m, 12h, 7d, 2w ago, or a date."
)
@click.option("--until", help="Before then: the same.")
@click.option(
    "--rates", "is_rates", is_flag=True, help="The answer rate by weekday and hour instead (with --name)."
)
@click.option("--zone", default="UTC", show_default=True, help="Whose hours, with --rates: Europe/Moscow.")
@click.option("--csv", "kind", flag_value="csv", help="Print every sum, for spreadsheets.")
@click.option("--json", "kind", flag_value="json", help="Print every sum, one JSON object a line.")
@click.pass_obj
def history(
    folder: Path,
    scope: str,
    name: str | None,
    since: str,
    until: str | None,
    is_rates: bool,
    zone: str,
    kind: str | None,
) -> None:
    """What was counted in each quarter of an hour: sums and counts of queues, campaigns, agents, projects.

    Ratios are for whoever reads them: they are made of sums (docs/queues.md has each).

    \b
    Examples:
      prozvon history --since 8h
      prozvon history --by agent --name anna --since 2026-11-01 --csv > anna.csv
      prozvon history --by campaign --name new_orders-20261122-1 --rates --since 2w
    """
    if is_rates and name is None:
        raise click.UsageError("the answer rate is of one campaign or project: give --name")
    if zone not in zoneinfo.available_timezones():
        raise click.BadParameter(f"{zone!r} is not a time zone, such as Europe/Moscow", param_hint="--zone")
    with open_project(folder) as project:
        now = project.clock.now_ms()
        begin = instant_of(since, now)
        end = now + 1 if until is None else instant_of(until, now)
        if is_rates:
            count = _rates(
                project.store.quarters.answer_rates(Scope(scope), name or "", begin, end, zone), kind
            )
        else:
            rows = project.store.quarters.read(Scope(scope), begin, end, name)
            count = {"csv": _csv, "json": _json}.get(kind or "", _table)(rows, Scope(scope))
    click.echo(f"{count} rows", err=True)


def _table(rows: Iterator[QuarterRow], scope: Scope) -> int:
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for column in ("quarter", scope.value, *SHOWN[scope]):
        is_time = column.endswith("_ms")
        name = column.removesuffix("_ms").replace("_", " ") + (" min" if is_time else "")
        table.add_column(name, justify="left" if column in ("quarter", scope.value) else "right")
    for row in rows:
        sums = (_shown(figure, row.sums.get(figure, 0)) for figure in SHOWN[scope])
        table.add_row(instant(row.at), row.name, *sums)
    if table.row_count:
        console().print(table)
    return table.row_count


def _shown(figure: str, amount: int) -> str:
    return f"{amount / 60_000:.1f}" if figure.endswith("_ms") else str(amount)


def _csv(rows: Iterator[QuarterRow], scope: Scope) -> int:
    """One line a sum: columns that are known beforehand, whatever figures there are."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("quarter", scope.value, "figure", "sum"))
    count = 0
    for row in rows:
        at = dt.datetime.fromtimestamp(row.at / 1000, dt.UTC).isoformat()
        for figure, amount in sorted(row.sums.items()):
            writer.writerow((at, row.name, figure, amount))
            count += 1
    return count


def _json(rows: Iterator[QuarterRow], scope: Scope) -> int:
    count = 0
    for row in rows:
        click.echo(json.dumps({"at": row.at, scope.value: row.name, "sums": row.sums}, ensure_ascii=False))
        count += 1
    return count


def _rates(rates: tuple[HourRate, ...], kind: str | None) -> int:
    """Hours down, weekdays across; or a line each."""
    if kind == "json":
        for rate in rates:
            click.echo(json.dumps({**asdict(rate), "weekday": DAYS[rate.weekday], "rate": rate.rate}))
        return len(rates)
    if kind == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("weekday", "hour", "attempts", "answered"))
        writer.writerows((DAYS[each.weekday], each.hour, each.attempts, each.answered) for each in rates)
        return len(rates)
    found = {(each.weekday, each.hour): each for each in rates}
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for column in ("hour", *DAYS):
        table.add_column(column, justify="right")
    for hour in sorted({each.hour for each in rates}):
        cells = (found.get((day, hour)) for day in range(7))
        table.add_row(
            f"{hour}:00", *("-" if each is None else f"{each.rate:.0%} of {each.attempts}" for each in cells)
        )
    if table.row_count:
        console().print(table)
    return len(rates)
