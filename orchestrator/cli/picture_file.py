"""A picture that a command was asked for, in a file or on standard output."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.domain.problem import KnownError


def write_picture(picture: str, drawn: str) -> None:
    """Write the SVG text to the file `picture`, or to standard output for `-`. KnownError when it cannot be."""
    if picture == "-":
        click.echo(drawn, nl=False)
        return
    try:
        Path(picture).write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise KnownError(f"cannot write {picture}: {error.strerror}") from None
    click.echo(f"wrote {picture}", err=True)
