"""`prozvon call`: from a list of contacts to telephones that ring."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from orchestrator.cli.check import refuse
from orchestrator.cli.follow import OnInterrupt, follow
from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.view import console, figures_table
from orchestrator.cli.why import why_table
from orchestrator.domain.lead import Campaign, CampaignState, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.background import ensure_worker
from orchestrator.runtime.budgets import foreign_numbers
from orchestrator.runtime.figures import figures
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import LoadReport, Source, launching, load, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.reach import require_switch
from orchestrator.runtime.why import why
from orchestrator.scenario.compile import Compiled
from orchestrator.store import Why

CHUNK = 1 << 16


@click.command()
@click.argument("scenario")
@click.argument("contacts")
@click.option("--yes", "-y", is_flag=True, help="Launch without asking.")
@click.option(
    "--again", is_flag=True, help="Call contacts again that an earlier campaign of this scenario has had."
)
@click.option("--no-follow", is_flag=True, help="Launch and return; do not watch.")
@click.option("--no-worker", is_flag=True, help="Do not start a worker, though none is running.")
@click.option(
    "--on-interrupt",
    type=click.Choice([item.value for item in OnInterrupt]),
    default=OnInterrupt.ASK.value,
    show_default=True,
    help="What Ctrl-C does while watching: the campaign goes on, or is paused.",
)
@click.pass_obj
def call(
    folder: Path,
    scenario: str,
    contacts: str,
    yes: bool,
    again: bool,
    no_follow: bool,
    no_worker: bool,
    on_interrupt: str,
) -> int:
    """Load CONTACTS (CSV or JSONL; - reads standard input), show what would happen, launch, and follow.

    SCENARIO is a name in the project's scenarios, or a file. Rows that cannot be called are listed by reason and
    written to a file. Loading the same rows twice calls nobody twice.

    \b
    Examples:
      prozvon call parcel_arrived contacts.csv
      zcat big.csv.gz | prozvon call --yes --no-follow parcel_arrived -
    """
    with open_project(folder) as project:
        compiled, problems = find_scenario(project.settings, scenario)
        refuse(problems, f"{scenario} is not launched")
        assert compiled is not None  # noqa: S101  # no problems, so there is one
        _require_list(contacts, yes=yes)
        if not no_worker and not project.store.workers():
            require_switch(project.settings, compiled.plan)
        for warning in (*project.store.warnings, *foreign_numbers(project.settings, compiled.plan)):
            click.echo(f"warning: {warning}", err=True)
        with (
            _term_as_interrupt(),
            prompt_bar() as made,
            launching(project, compiled, _name(contacts), made) as campaign,
        ):
            report = _load(project, campaign, compiled, contacts, again=again)
            show_report(report)
            _show_unlaunched(project, report)
            if not report.added:
                raise KnownError(_nothing(report))
            show_preview(why(project, campaign, as_running=True))
            if not yes and not _confirmed():
                click.echo("not launched; nothing was kept", err=True)
                return 1
            if not no_worker and ensure_worker(project):
                click.echo("started a worker in the background (prozvon run)", err=True)
            start(project, campaign)
        click.echo(f"{campaign.campaign_id} is running", err=True)
        if not no_follow:
            follow(project, campaign, OnInterrupt(on_interrupt))
            if not sys.stderr.isatty():
                console(stderr=True).print(figures_table(figures(project, campaign)))
    return 0


def _name(contacts: str) -> str:
    return "standard input" if contacts == "-" else contacts


def _require_list(contacts: str, *, yes: bool) -> None:
    if contacts == "-":
        if not yes:
            raise KnownError("standard input holds the contacts, so nobody can be asked: add --yes to launch")
    elif not Path(contacts).exists():
        raise KnownError(f"no such contacts file: {contacts}")
    elif Path(contacts).is_dir():
        raise KnownError(f"{contacts} is a folder, not a list of contacts")


@contextmanager
def _term_as_interrupt() -> Iterator[None]:
    """What is half loaded is taken back on SIGTERM too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _confirmed() -> bool:
    try:
        return click.confirm("Launch?", default=False, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise KnownError(
            "nobody answered, so it is not launched: add --yes to launch without asking"
        ) from None


def _show_unlaunched(project: Project, report: LoadReport) -> None:
    """Rows of a list whose loading broke off would never be called: say how to let them go."""
    for campaign_id in sorted(report.already_in):
        other = project.store.campaign(campaign_id)
        if other is not None and other.state is CampaignState.LOADING:
            click.echo(
                f"  {campaign_id} was never launched: unless it is being loaded right now, "
                f"`prozvon campaign stop {campaign_id}` lets its rows go",
                err=True,
            )


def _nothing(report: LoadReport) -> str:
    if report.already:
        return (
            f"nothing new to call: {report.already} rows are in {', '.join(sorted(report.already_in))} already "
            "(--again calls them once more)"
        )
    return "no row of the list can be called; nothing was launched"


def _load(
    project: Project, campaign: Campaign, compiled: Compiled, contacts: str, *, again: bool
) -> LoadReport:
    name = _name(contacts)
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


def show_report(report: LoadReport) -> None:
    """What became of the rows, on standard error: summed, with the first lines of each reason."""
    parts = [f"{report.rows} rows: {report.added} loaded"]
    if report.merged:
        parts.append(f"{report.merged} merged (the number stands earlier in the list)")
    if report.already:
        parts.append(f"{report.already} skipped (in {', '.join(sorted(report.already_in))} already)")
    if report.refused:
        parts.append(f"{report.refused} refused")
    click.echo(", ".join(parts), err=True)
    for line in (*map(str, report.remarks), *report.tally.lines()):
        click.echo(f"  {line}", err=True)
    if report.refused_file:
        click.echo(f"  refused rows: {report.refused_file}", err=True)


def show_preview(found: Why) -> None:
    """How many leads are called now, later and never, and why."""
    now = sum(item.count for item in found.reasons if item.reason is WaitReason.NEXT)
    never = sum(item.count for item in found.reasons if item.reason in NEVER)
    later = sum(item.count for item in found.reasons) - now - never
    click.echo(f"now {now}, later {later}, never {never}", err=True)
    console(stderr=True).print(why_table(found))


NEVER = frozenset({WaitReason.DO_NOT_CALL, WaitReason.LIFETIME})
