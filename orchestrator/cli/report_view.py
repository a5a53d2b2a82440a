"""A report on a terminal: rows beside each other, then the whole of it with what each ratio was made of."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import utc_instant
from orchestrator.runtime.report import Report, Row, showing
from orchestrator.runtime.report.model import Table as Breakdown
from orchestrator.runtime.report.tables import WEEKDAYS
from orchestrator.runtime.report.words import KPIS, MAIN

SHOWN = ("attempts_to_success", "results", "outcomes", "steps", "results_by_step", "time_to_callback")
MOST_LINES = 12


def sheet(report: Report) -> RenderableType:
    """Everything; breakdowns only where there is one row, for else they would be endless."""
    return Group(*_lines(report))


def _lines(report: Report) -> Iterator[RenderableType]:
    level = "each queue's own N" if report.service_level_s is None else f"N = {report.service_level_s} s"
    yield Text.assemble(
        ("by " + report.by.value, "bold"),
        f"  {utc_instant(report.since)} .. {utc_instant(report.until)}",
        (f"  hours of {report.zone}, service level: {level}", "dim"),
    )
    for note in report.notes:
        yield Text(note.en, style="yellow")
    if not report.rows:
        yield Text("nothing happened during this time")
        return
    yield overview(report)
    yield _ratios(report, report.total)
    if len(report.rows) == 1:
        tables = report.rows[0].tables
        yield from (_week(table) for table in tables if table.name == "answer_rate_by_hour")
        yield from (_breakdown(table) for table in tables if table.name in SHOWN)


def overview(report: Report) -> Table:
    """A line for each row, with its main ratios."""
    names = [name for name in MAIN[report.by.value] if _is_told(report.total, name)]
    table = Table(box=None, header_style="bold", padding=(0, 1))
    table.add_column(report.by.value, overflow="fold")
    for name in names:
        table.add_column(KPIS[name].short, justify="right")
    for row in report.rows:
        cells = (showing.shown(row.kpi(name), report.currency) for name in names)
        table.add_row(Text(row.name), *cells)
    return table


def _ratios(report: Report, row: Row) -> Table:
    title = report.rows[0].name if len(report.rows) == 1 else "all together"
    table = Table(box=None, header_style="bold", padding=(0, 1))
    for column in (Text(title), "", "made of"):
        table.add_column(column, justify="right" if not column else "left")
    for kpi in row.kpis:
        if kpi.value is not None:
            value = showing.shown(kpi, report.currency)
            table.add_row(showing.label(kpi.name, "en"), value, Text(showing.parts(kpi), style="dim"))
    return table


def _is_told(row: Row, name: str) -> bool:
    kpi = row.kpi(name)
    return kpi is not None and kpi.value is not None


def _week(found: Breakdown) -> Table:
    """Answer rate: hours down, weekdays across."""
    rates = {(day, hour): (rate, attempts) for day, hour, attempts, _, rate in found.rows}
    table = Table(box=None, header_style="bold", padding=(0, 1), title="answer rate by hour")
    table.title_justify, table.title_style = "left", "bold"
    for column in ("", *WEEKDAYS):
        table.add_column(column, justify="right")
    for hour in sorted({int(str(hour)) for _, hour in rates}):
        cells = (rates.get((day, hour)) for day in WEEKDAYS)
        said = (showing.NOTHING if each is None else f"{each[0]:.0%} of {each[1]}" for each in cells)
        table.add_row(f"{hour}:00", *said)
    return table


def _breakdown(found: Breakdown) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 1), title=found.name.replace("_", " "))
    table.title_justify, table.title_style = "left", "bold"
    for column in found.columns:
        table.add_column(column)
    for line in found.rows[:MOST_LINES]:
        table.add_row(*(_shown(value) for value in line))
    return table


def _shown(value: str | float | None) -> Text:
    if value is None:
        return Text(showing.NOTHING)
    return Text(f"{value:.3g}" if isinstance(value, float) else str(value))
