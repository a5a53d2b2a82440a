"""`prozvon switch init`: prepares a real switch."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.switch_init import init_switch
from orchestrator.simulator.clock import RealClock


@click.command()
@click.option("--switch", "name", help="Which switch of prozvon.yaml (default: the only one).")
@click.option(
    "--beside",
    metavar="FOLDER",
    default="",
    help="The folder of a FreeSWITCH's own configuration: write include files into it, and no configuration of ours.",
)
@click.pass_obj
def init(folder: Path, name: str | None, beside: str) -> None:
    """Prepare a FreeSWITCH: folders, a whole and hardened configuration, how to start it, and the first release.

    Everything goes below the switch's `root:`, here or, with `ssh:`, over there. Files that are yours are never
    written over, and saying it again changes nothing. docs/freeswitch.md explains the configuration.

    \b
    Examples:
      prozvon switch init
      prozvon switch init --switch north --beside /etc/freeswitch
    """
    settings = load_settings(folder)
    if name is None and len(settings.switches) > 1:
        raise KnownError(f"which switch? --switch NAME, one of: {', '.join(settings.switches)}")
    name = name or next(iter(settings.switches))
    prepared = init_switch(settings, name, RealClock().now_ms, beside=beside)
    for path in prepared.files:
        click.echo(f"wrote {path}", err=True)
    if prepared.folders:
        click.echo(f"made or changed {len(prepared.folders)} folders below {prepared.folders[0]}", err=True)
    if prepared.is_first:
        click.echo(f"switch {name} is prepared: release {prepared.release} is in force", err=True)
    elif prepared.is_behind:
        click.echo(
            f"switch {name} runs from release {prepared.release}, which is not what prozvon.yaml says now: "
            f"prozvon deploy --switch {name}",
            err=True,
        )
    elif not prepared.files and not prepared.folders:
        click.echo(f"switch {name} was prepared already, nothing changed", err=True)
    click.echo(prepared.next_steps, nl=False)
