"""How figures look on a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from orchestrator.domain.lead import CampaignState
from orchestrator.runtime.figures import Figures
from orchestrator.runtime.rests import rest_line

WIDTH = 120  # where there is no terminal to ask


def console(*, stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, or WIDTH columns in a file or pipe."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=WIDTH)


def figures_table(item: Figures) -> RenderableType:
    """State, progress, and how attempts and leads came out."""
    counts = item.counts
    head = Text.assemble(
        (item.campaign_id, "bold"),
        f"  {item.state.value}{', open' if item.is_open else ''}",
        (f"  {utc_instant(item.at)}", "dim"),
        f"  {item.title}",
    )
    line = (
        f"leads {counts.leads}   to call {counts.ready}   waiting {counts.waiting}   on the line {counts.dialing}   "
        f"done {counts.done}   held {counts.held}"
    )
    ratio = item.answer_seizure_ratio
    calls = f"attempts {counts.attempts}   answered {counts.answered}" + (
        f"   answer-seizure ratio {ratio:.1%}" if ratio is not None else ""
    )
    bar = Table.grid()
    bar.add_row(ProgressBar(total=max(1, counts.leads), completed=counts.done + counts.held, width=60))
    tables = Table.grid(padding=(1, 6, 0, 0))
    tables.add_row(
        _counter("disposition", "attempts", counts.by_disposition),
        _counter("result", "attempts", counts.by_result),
        _counter("status", "leads", counts.by_status),
    )
    return Group(head, line, calls, bar, *_warnings(item), tables)


def _warnings(item: Figures) -> Iterator[Text]:
    """Why nothing happens, or little, although something waits."""
    waits = item.counts.ready + item.counts.waiting
    if item.state is not CampaignState.RUNNING or not waits:
        return
    if not item.workers:
        yield Text("no worker is running: start one with `prozvon run`", style="bold red")
    elif not item.up:
        yield Text("no worker is connected to a switch (yet): its log says why", style="bold red")
    for row in item.rests:
        yield Text(rest_line(row, item.at), style="yellow")


def _counter(name: str, what: str, values: Mapping[str, int]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 1))
    table.add_column(name)
    table.add_column(what, justify="right")
    for key, number in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(Text(key), str(number))
    return table


def utc_instant(at: int) -> str:
    """An instant that reads the same on every machine."""
    return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def instant(at: int | None) -> str:
    """An instant for people, in the machine's own zone; a dash when there is none."""
    return "-" if not at else f"{dt.datetime.fromtimestamp(at / 1000).astimezone():%a %Y-%m-%d %H:%M %Z}"
