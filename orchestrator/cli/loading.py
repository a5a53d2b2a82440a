"""A list of contacts from a file or standard input into a campaign, with a bar; and what became of it, for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from orchestrator.cli.consent import said_of
from orchestrator.cli.view import console
from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.launch import LoadReport, Source, load
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled

CHUNK = 1 << 16


def name_of(contacts: str) -> str:
    """What the list is called."""
    return "standard input" if contacts == "-" else contacts


def require_list(contacts: str) -> None:
    """KnownError when there is no such file."""
    if contacts != "-" and not Path(contacts).exists():
        raise KnownError(f"no such contacts file: {contacts}")
    if Path(contacts).is_dir():
        raise KnownError(f"{contacts} is a folder, not a list of contacts")


def load_list(
    project: Project, campaign: Campaign, compiled: Compiled, contacts: str, *, again: bool
) -> LoadReport:
    """Load a file, or `-` for standard input, with a bar on a terminal. KnownError: it cannot be read."""
    name = name_of(contacts)
    if contacts == "-":
        return _with_progress(project, campaign, compiled, name, _chunks(sys.stdin.fileno()), None, again)
    try:
        handle = os.open(contacts, os.O_RDONLY)
    except OSError as error:
        raise KnownError(f"cannot read {contacts}: {error.strerror}") from None
    try:
        size = os.fstat(handle).st_size or None  # a pipe does not tell
        return _with_progress(project, campaign, compiled, name, _chunks(handle), size, again)
    finally:
        os.close(handle)


def _chunks(handle: int) -> Iterator[bytes]:
    while chunk := os.read(handle, CHUNK):
        yield chunk


def _with_progress(
    project: Project,
    campaign: Campaign,
    compiled: Compiled,
    name: str,
    chunks: Iterator[bytes],
    size: int | None,
    again: bool,
) -> LoadReport:
    screen = console(stderr=True)
    bar = Progress(
        TextColumn("loading"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]:>9} rows"),
        TimeElapsedColumn(),
        console=screen,
        disable=not screen.is_terminal,
    )
    with bar:
        task = bar.add_task("loading", total=size, rows=0)

        def counted() -> Iterator[bytes]:
            for chunk in chunks:
                bar.advance(task, len(chunk))
                yield chunk

        return load(
            project,
            campaign,
            compiled,
            Source(name=name, chunks=counted()),
            again=again,
            progress=lambda report: bar.update(task, rows=report.rows),
        )


def show_report(report: LoadReport, *, is_running: bool = False) -> None:
    """What became of the rows, on standard error: summed, with the first lines of each reason. is_running: they came
    into a campaign that had contacts before.
    """
    parts = [f"{report.rows} rows: {report.added} loaded"]
    if report.merged:
        where = "a number is with another lead" if is_running else "the number stands earlier in the list"
        parts.append(f"{report.merged} merged ({where})")
    if report.updated:
        parts.append(f"{report.updated} changed (the lead has their external id)")
    if report.already:
        parts.append(f"{report.already} skipped (in {', '.join(sorted(report.already_in))} already)")
    if report.refused:
        parts.append(f"{report.refused} refused")
    parts += said_of(report.consents)
    click.echo(", ".join(parts), err=True)
    for line in (*map(str, report.remarks), *report.tally.lines()):
        click.echo(f"  {line}", err=True)
    if report.refused_file:
        click.echo(f"  refused rows: {report.refused_file}", err=True)
