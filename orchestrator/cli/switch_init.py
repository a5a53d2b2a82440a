"""`prozvon switch init`: prepares a real switch."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switch_init import init_switch
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
    is_changed = prepared.is_new or prepared.files or prepared.folders
    state = "is prepared" if is_changed else "was prepared already, nothing changed"
    click.echo(f"switch {name} {state}: release {prepared.release}", err=True)
    click.echo(prepared.next_steps, nl=False)
