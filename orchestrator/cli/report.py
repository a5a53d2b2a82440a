"""`prozvon report`: ratios of any period, by campaign, queue, agent or project."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console

from orchestrator.cli.report_view import sheet
from orchestrator.cli.span import instant_of
from orchestrator.cli.view import WIDTH, console
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.export import cell
from orchestrator.runtime.project import open_project
from orchestrator.runtime.report import By, Report, report
from orchestrator.runtime.report.page import page
from orchestrator.runtime.report.period import zone_named
from orchestrator.runtime.report.words import LANGUAGES

FORMATS = ("table", "csv", "json", "html")


@click.command("report")
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default="project",
    show_default=True,
    help="What there is a row for.",
)
@click.option(
    "--name", help="Of this one only: a campaign, all of a scenario, SCENARIO:QUEUE, an agent, a project."
)
@click.option(
    "--since", default="7d", show_default=True, help="From then on: 30m, 12h, 7d, 2w ago, or a date."
)
@click.option("--until", help="Before then: the same.")
@click.option(
    "--service-level",
    "seconds",
    type=click.IntRange(1, 3600),
    help="N: answered in less than so many seconds; default: each queue's own.",
)
@click.option(
    "--window",
    type=click.IntRange(1, 30),
    default=7,
    show_default=True,
    help="Days without a second call, for the first one to have been enough.",
)
@click.option("--success", multiple=True, help="A status that counts as success; may be given several times.")
@click.option(
    "--zone", default="", help="Whose hours and dates: Europe/Moscow; default: the scenarios' hours."
)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="table", show_default=True, help="How.")
@click.option("--table", "table", help="With csv: one breakdown of all rows, such as answer_rate_by_hour.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the html page."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Into this file; else printed.")
@click.pass_obj
def report_command(
    folder: Path,
    by: str,
    name: str | None,
    since: str,
    until: str | None,
    seconds: int | None,
    window: int,
    success: tuple[str, ...],
    zone: str,
    kind: str,
    table: str | None,
    language: str,
    out: Path | None,
) -> None:
    """Ratios of a period, each with what it was made of: docs/kpi.md defines them all.

    \b
    Examples:
      prozvon report --since 2026-11-01 --until 2026-12-01
      prozvon report --by queue --since 1d --service-level 20
      prozvon report --by campaign --name parcel_arrived --success confirmed --since 30d
      prozvon report --by agent --since 7d --format csv --out agents.csv
      prozvon report --since 30d --format html --language ru --out report.html
    """
    if table is not None and kind != "csv":
        raise click.UsageError("--table goes with --format csv")
    with open_project(folder) as project:
        now = project.clock.now_ms()
        clock = zone_named(zone) if zone else None
        found = report(
            project,
            by=By(by),
            since=instant_of(since, now, clock),
            until=now + 1 if until is None else instant_of(until, now, clock),
            name=name,
            service_level_s=seconds,
            zone=zone,
            window_days=window,
            success=success,
        )
    with _target(out) as file:
        match kind:
            case "json":
                file.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
            case "html":
                file.write(page(found, language))
            case "csv" if table is not None:
                _table_csv(file, found, table)
            case "csv":
                _csv(file, found)
            case _ if out is None:
                console().print(sheet(found))
            case _:
                Console(file=file, width=WIDTH, highlight=False).print(sheet(found))
    for note in found.notes if kind in ("csv", "html") else ():
        click.echo(note.en, err=True)


@contextmanager
def _target(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is whole or not there."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise KnownError(f"cannot write {out}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _csv(file: TextIO, found: Report) -> None:
    """A line for each row, and the last one for the total; ratios first, then the sums they were made of."""
    rows = [*found.rows, found.total]
    kpis = [kpi.name for kpi in found.total.kpis]
    sums = sorted({name for row in rows for name in row.sums})
    writer = csv.writer(file)
    writer.writerow([found.by.value, "title", *kpis, *sums])
    for row in rows:
        values = [kpi.value for kpi in row.kpis]
        writer.writerow(
            [*map(cell, (row.name, row.title, *values)), *(row.sums.get(name, 0) for name in sums)]
        )


def _table_csv(file: TextIO, found: Report, wanted: str) -> None:
    """A line for each line of this breakdown of each row."""
    rows = found.rows or (found.total,)
    tables = [(row, table) for row in rows for table in row.tables if table.name == wanted]
    if not tables:
        there = sorted({table.name for row in rows for table in row.tables})
        raise KnownError(f"no breakdown {wanted!r} in this report (there are: {', '.join(there) or 'none'})")
    writer = csv.writer(file)
    writer.writerow([found.by.value, *tables[0][1].columns])
    for row, table in tables:
        for line in table.rows:
            writer.writerow([cell(value) for value in (row.name, *line)])
