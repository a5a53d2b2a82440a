"""`prozvon web`: the HTTP API, as a service."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from orchestrator.runtime.settings import load_settings


@click.command()
@click.option(
    "--listen", metavar="HOST:PORT", help="Where to listen (default: `api.listen` of the settings)."
)
@click.option("--log", type=click.Path(path_type=Path), help="Log file (default: standard error).")
@click.option("--personal-data", is_flag=True, help="Write telephone numbers into the log.")
@click.pass_obj
def web(folder: Path, listen: str | None, log: Path | None, personal_data: bool) -> None:
    """Serve the HTTP API, until told to stop (SIGTERM, Ctrl-C): docs/api.md.

    Several may run, beside workers or on other machines with the same store. Who may ask what: `prozvon token`.

    \b
    Examples:
      prozvon web
      prozvon web --listen 0.0.0.0:8070 --log data/logs/web.log
    """
    load_settings(folder)  # what is wrong with them is said before anything is replaced
    options = [f"--listen={listen}"] if listen else []
    options += [f"--log={log}"] if log else []
    options += ["--personal-data"] if personal_data else []
    sys.stdout.flush()
    sys.stderr.flush()
    # This process has greenlets for threads from its first line on (orchestrator/__main__.py); a server wants threads.
    os.execv(sys.executable, [sys.executable, "-m", "orchestrator.web", *options, "--", str(folder)])  # noqa: S606
