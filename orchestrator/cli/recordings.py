"""`prozvon recordings`: what switches have recorded of calls."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import console, utc_instant
from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.project import open_project
from orchestrator.runtime.recordings import (
    Api,
    NoRecording,
    connected,
    forget_recordings,
    is_name,
    read_recording,
)
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settings_parts.switch_settings import Switch

DAY_MS = 86_400_000
ONE_LINE = 1000  # columns: more than a row ever needs

_switch_option = click.option("--switch", help="Only this switch (default: all of the settings).")


@click.group()
def recordings() -> None:
    """Recordings of calls, which stay on the switch that made them until they are old enough.

    \b
    Examples:
      prozvon recordings list --days 1
      prozvon recordings fetch 2026/11/30/2f0c9a1e-1.call.wav
      prozvon recordings forget --days 30
    """


@recordings.command(name="list")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="Of so many days.")
@click.option("--scenario", help="Only calls of this scenario.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(folder: Path, days: int, scenario: str | None, as_json: bool) -> None:
    """List the recordings that calls have left, the latest last. Old ones may be gone from the switch.

    \b
    Example:
      prozvon recordings list --json | jq -r .name
    """
    with open_project(folder) as project:
        now = project.clock.now_ms()
        found = [
            {
                "name": name,
                "switch": call.switch,
                "scenario": call.scenario,
                "caller": call.caller,
                "at": call.began_at,
            }
            for call in (row.call for row in project.store.calls(now - days * DAY_MS, now + DAY_MS))
            if scenario in (None, call.scenario)
            for name in call.recordings
        ]
    if as_json:
        for item in found:
            click.echo(json.dumps(item, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    for column in ("at", "caller", "scenario", "switch", "name"):
        table.add_column(column, no_wrap=True)
    for item in found:
        cells = (
            utc_instant(int(str(item["at"]))),
            *(str(item[c]) for c in ("caller", "scenario", "switch", "name")),
        )
        table.add_row(*map(Text, cells))
    wide = console()
    wide.width = ONE_LINE  # `fetch` wants a name in one piece
    wide.print(table)


@recordings.command()
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write (default: the name's last part, here)."
)
@_switch_option
@click.pass_obj
def fetch(folder: Path, name: str, out: Path | None, switch: str | None) -> None:
    """Bring one recording here. A file that is there already is not overwritten.

    \b
    Example:
      prozvon recordings fetch 2026/11/30/2f0c9a1e-1.call.wav --out complaint.wav
    """
    if not is_name(name):
        raise click.UsageError(f"{name!r} is no recording's name: YYYY/MM/DD/CALL.WHAT.wav")
    settings = load_settings(folder)
    path = out or Path(name.rpartition("/")[2])
    faults = []
    for each, found in _switches(settings, switch):
        try:
            _save(found, each, name, path, settings)
        except (NoRecording, Undelivered) as error:
            faults.append(f"{each}: {error.why}")
        else:
            click.echo(f"{path}: {path.stat().st_size} bytes", err=True)
            return
    raise KnownError(f"no switch gave {name}: {'; '.join(faults)}")


def _save(switch: Switch, name: str, recording: str, path: Path, settings: Settings) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _asking(switch) as api:
            pieces = read_recording(switch, api, recording, round(settings.recordings.fetch_mb * 1e6))
            first = next(pieces)
            with beside.open("xb") as file:
                file.write(first)
                file.writelines(pieces)
        os.link(beside, path)  # unlike a rename it takes nobody's place
    except FileExistsError:
        raise KnownError(f"{path} is there already: name another with --out") from None
    except OSError as error:
        raise KnownError(f"cannot write {path}: {error.strerror}") from None
    except EslError as error:
        raise Undelivered(f"{name} is not there: {error}") from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@recordings.command()
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Older than so many days (default: recordings.keep_days)."
)
@_switch_option
@click.pass_obj
def forget(folder: Path, days: int | None, switch: str | None) -> int:
    """Remove old recordings from the switches now. The worker does so by itself once an hour.

    \b
    Example:
      prozvon recordings forget --days 30
    """
    settings = load_settings(folder)
    days = days or settings.recordings.keep_days
    if not days:
        raise KnownError("recordings are kept for ever (`recordings.keep_days: 0`): say --days")
    code = 0
    for name, found in _switches(settings, switch):
        try:
            with connected(found) as api:
                click.echo(f"{name}: {forget_recordings(api, days)} removed", err=True)
        except (EslError, ValueError) as error:
            click.echo(f"{name}: {error}", err=True)
            code = 1
    return code


def _switches(settings: Settings, name: str | None) -> list[tuple[str, Switch]]:
    if name is not None and name not in settings.switches:
        raise KnownError(f"no switch {name!r} in prozvon.yaml (there are: {', '.join(settings.switches)})")
    return [(each, found) for each, found in settings.switches.items() if name in (None, each)]


@contextmanager
def _asking(switch: Switch) -> Iterator[Api | None]:
    """Asks the switch; None when it cannot be reached: what it has may be in a folder here."""
    with ExitStack() as stack:
        try:
            api = stack.enter_context(connected(switch))
        except EslError:
            yield None
        else:
            yield api
