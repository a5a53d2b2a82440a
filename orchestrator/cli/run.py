"""`prozvon run`: the worker, as a service."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.runtime.logs import start_logs
from orchestrator.runtime.project import open_project
from orchestrator.runtime.running import run_worker


@click.command()
@click.option("--log", type=click.Path(path_type=Path), help="Log file (default: standard error).")
@click.option("--until-done", is_flag=True, help="Exit when no campaign is left to call for.")
@click.option(
    "--drain",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="On SIGTERM or Ctrl-C, wait at most so many seconds for calls under way.",
)
@click.option("--personal-data", is_flag=True, help="Write telephone numbers into the log.")
@click.pass_obj
def run(folder: Path, log: Path | None, until_done: bool, drain: float, personal_data: bool) -> None:
    """Call whatever is due, in every running campaign, until told to stop.

    Several workers share the work; one that dies gives its calls to the others. SIGTERM and Ctrl-C stop new calls
    and wait for those under way; a second one leaves them to the next worker.

    \b
    Example:
      prozvon run --log data/logs/worker.log
    """
    start_logs(log, personal=personal_data)
    with open_project(folder) as project:
        for warning in project.store.warnings:
            click.echo(f"warning: {warning}", err=True)
        run_worker(project, until_done=until_done, drain_s=drain)
