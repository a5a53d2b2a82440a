"""`prozvon doctor`: what keeps calls from being made, heard or recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console
from orchestrator.doctor.findings import HERE, Finding, Verdict, is_sound
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.doctor import examine
from orchestrator.simulator.clock import RealClock

STYLES = {
    Verdict.OK: "green",
    Verdict.NOTE: "cyan",
    Verdict.WARNING: "yellow",
    Verdict.ERROR: "bold red",
}


@click.command()
@click.option("--switch", "names", multiple=True, metavar="NAME", help="Only this switch; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
@click.pass_obj
def doctor(folder: Path, names: tuple[str, ...], as_json: bool) -> int:
    """Check every switch, and this machine: what is there, what is wrong, and what to do about it.

    Only looks, changes nothing, and makes no calls. Exits with 1 when there is an error; warnings and notes are no
    errors. docs/doctor.md lists everything it can find.

    \b
    Examples:
      prozvon doctor
      prozvon doctor --switch north --json
    """
    findings = examine(load_settings(folder), dict.fromkeys(names), RealClock().now_ms)
    if as_json:
        click.echo(json.dumps([as_row(item) for item in findings], ensure_ascii=False, indent=2))
    else:
        show(console(), findings)
    return 0 if is_sound(findings) else 1


def as_row(item: Finding) -> dict[str, str]:
    """A finding for scripts; `switch` is "" for this machine."""
    return {
        "switch": item.where,
        "code": item.code,
        "level": item.level.value,
        "found": item.found,
        "todo": item.todo,
    }


def show(screen: Console, findings: Iterable[Finding]) -> None:
    """The findings by switch, then how many of each level."""
    counts = dict.fromkeys(Verdict, 0)
    for where, items in groupby(findings, key=lambda item: item.where):
        table = Table.grid(padding=(0, 2))
        table.add_column(width=7)
        table.add_column(overflow="fold")
        for item in items:
            counts[item.level] += 1
            table.add_row(Text(item.level.value, style=STYLES[item.level]), _line(item))
        screen.print(Text("this machine" if where == HERE else f"switch {where}", style="bold"))
        screen.print(table)
        screen.print()
    screen.print(_sum(counts))


def _line(item: Finding) -> Text:
    check = item.code.partition(".")[0]
    line = Text.assemble((f"{check}: ", "dim"), item.found)
    return line.append(f" → {item.todo}", style="italic") if item.todo else line


def _sum(counts: dict[Verdict, int]) -> Text:
    said = [
        f"{counts[level]} {word}{'' if counts[level] == 1 else 's'}"
        for level, word in ((Verdict.ERROR, "error"), (Verdict.WARNING, "warning"), (Verdict.NOTE, "note"))
        if counts[level]
    ]
    style = "bold red" if counts[Verdict.ERROR] else "green"
    return Text(", ".join(said) or "all is well", style=style)
