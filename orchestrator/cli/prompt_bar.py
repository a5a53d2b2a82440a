"""The bar that shows how prompts are being made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orchestrator.cli.view import console


@contextmanager
def prompt_bar() -> Iterator[Callable[[int, int], None]]:
    """What is to be called with (made, of so many). The bar is gone once all are made, or with the block.

    Where there is no terminal one line says how many were made.
    """
    screen = console(stderr=True)
    bar = Progress(
        TextColumn("making prompts"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
    task = bar.add_task("making prompts", total=None)

    def show(made: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=made, total=total)
        if made == total:
            bar.stop()
            click.echo(f"made {total} prompts", err=True)

    try:
        yield show
    finally:
        bar.stop()
