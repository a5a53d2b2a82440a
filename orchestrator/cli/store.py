"""`prozvon store`: the embedded store."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.store import embedded
from orchestrator.store.foreign import without_password


@click.group()
def store() -> None:
    """The embedded store (a Redis in the project's data folder), used when the settings name no other.

    It starts with the first command that needs it and ends with the last.

    \b
    Examples:
      prozvon store status
      prozvon store stop
    """


@store.command()
@click.pass_obj
def status(folder: Path) -> int:
    """Tell whether the embedded store is up, where, and how large it is. Exits with 1 when it is not.

    \b
    Example:
      prozvon store status
    """
    said = embedded.status(_data(folder))
    click.echo(said.text)
    return 0 if said.is_up else 1


@store.command()
@click.pass_obj
def stop(folder: Path) -> None:
    """Stop the embedded store (it is saved; the next command starts it again).

    \b
    Example:
      prozvon store stop
    """
    click.echo("stopped" if embedded.stop(_data(folder)) else "it was not running", err=True)


def _data(folder: Path) -> Path:
    """The data folder. KnownError when the project's store is another one."""
    settings = load_settings(folder)
    if settings.store is not None:
        raise KnownError(
            f"this project has no embedded store: `store:` in prozvon.yaml names {without_password(settings.store)}"
        )
    return settings.data
