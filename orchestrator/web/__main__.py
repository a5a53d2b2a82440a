"""The process of `prozvon web`: threads are threads here, not greenlets, as the server wants it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import click

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.logs import start_logs
from orchestrator.runtime.project import open_project
from orchestrator.web.serving import serve


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--listen")
@click.option("--log", type=click.Path(path_type=Path))
@click.option("--personal-data", is_flag=True)
def web(folder: Path, listen: str | None, log: Path | None, personal_data: bool) -> None:
    """What `prozvon web` runs; its options are described there."""
    start_logs(log, personal=personal_data)
    with open_project(folder) as project:
        for warning in project.store.warnings:
            click.echo(f"warning: {warning}", err=True)
        serve(project, listen, lambda text: click.echo(text, err=True))


def main() -> None:
    """Exit codes as of every command: 0 ok, 1 known problem, 2 usage, 3 bug."""
    try:
        web(standalone_mode=False)
    except KnownError as error:
        click.echo(f"prozvon: {error}", err=True)
        sys.exit(1)
    except Exception:
        traceback.print_exc()
        sys.exit(3)


if __name__ == "__main__":
    main()
