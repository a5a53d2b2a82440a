"""`prozvon call`: from a list of contacts to telephones that ring."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from orchestrator.cli.check import refuse
from orchestrator.cli.follow import OnInterrupt, follow
from orchestrator.cli.loading import load_list, name_of, require_list, show_report
from orchestrator.cli.prompt_bar import prompt_bar
from orchestrator.cli.view import console, figures_table
from orchestrator.cli.why import why_table
from orchestrator.domain.lead import CampaignState, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.background import ensure_worker
from orchestrator.runtime.budgets import foreign_numbers
from orchestrator.runtime.figures import figures
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.launch import LoadReport, launching, start
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.reach import require_switch
from orchestrator.runtime.told_places import untold
from orchestrator.runtime.why import why
from orchestrator.store import Why


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
        require_list(contacts)
        _require_yes(contacts, yes=yes)
        if not no_worker and not project.store.workers():
            require_switch(project.settings, compiled.plan)
        settings, plan = project.settings, compiled.plan
        for warning in (
            *project.store.warnings,
            *foreign_numbers(settings, plan),
            *untold(plan, settings),
        ):
            click.echo(f"warning: {warning}", err=True)
        with (
            _term_as_interrupt(),
            prompt_bar() as made,
            launching(project, compiled, name_of(contacts), made) as campaign,
        ):
            report = load_list(project, campaign, compiled, contacts, again=again)
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


def _require_yes(contacts: str, *, yes: bool) -> None:
    if contacts == "-" and not yes:
        raise KnownError("standard input holds the contacts, so nobody can be asked: add --yes to launch")


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


def show_preview(found: Why) -> None:
    """How many leads are called now, later and never, and why."""
    now = sum(item.count for item in found.reasons if item.reason is WaitReason.NEXT)
    never = sum(item.count for item in found.reasons if item.reason in NEVER)
    later = sum(item.count for item in found.reasons) - now - never
    click.echo(f"now {now}, later {later}, never {never}", err=True)
    console(stderr=True).print(why_table(found))


NEVER = frozenset({WaitReason.DO_NOT_CALL, WaitReason.NO_CONSENT, WaitReason.LIFETIME})
