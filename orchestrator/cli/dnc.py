"""`prozvon dnc`: the do-not-call list. A number on it is never dialed, by no campaign."""

from __future__ import annotations

import datetime as dt
import itertools
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from orchestrator.cli.number import one_number
from orchestrator.contacts.numbers import normalize
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import open_project

BATCH = 1000


@click.group()
def dnc() -> None:
    """The do-not-call list: numbers that no campaign ever dials, from the next claim on.

    \b
    Examples:
      prozvon dnc add "8 (999) 000-04-08" --note "asked on the phone"
      prozvon dnc import complaints.txt
    """


@dnc.command()
@click.argument("numbers", nargs=-1, required=True)
@click.option("--note", default="", help="Why, and who asked; kept with the number.")
@click.pass_obj
def add(folder: Path, numbers: tuple[str, ...], note: str) -> None:
    """Put numbers on the list.

    \b
    Example:
      prozvon dnc add "8 (999) 000-04-08" --note "asked on the phone"
    """
    with open_project(folder) as project:
        clean = [one_number(text, project.settings.region) for text in numbers]
        added = project.store.dnc_add(clean, note, project.clock.now_ms())
    click.echo(f"{added} added, {len(clean) - added} were on it already", err=True)


@dnc.command()
@click.argument("numbers", nargs=-1, required=True)
@click.pass_obj
def remove(folder: Path, numbers: tuple[str, ...]) -> None:
    """Take numbers off the list.

    \b
    Example:
      prozvon dnc remove +79990000408
    """
    with open_project(folder) as project:
        clean = [one_number(text, project.settings.region) for text in numbers]
        removed = project.store.dnc_remove(clean)
    click.echo(f"{removed} removed, {len(clean) - removed} were not on it", err=True)


@dnc.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--note", default="", help="Kept with each number.")
@click.pass_obj
def import_(folder: Path, file: Path, note: str) -> int:
    """Put every number of a text file (one a line, or the first column of a CSV; - reads standard input) on the list.

    Lines without a good number are reported with their place; all others are added. Exits with 1 when any was refused.

    \b
    Examples:
      prozvon dnc import complaints.txt --note "complained"
      cut -f 1 dnc.tsv | prozvon dnc import -
    """
    added = read = refused = 0
    with open_project(folder) as project, _opened(file) as lines:
        for batch in _batches(lines):
            clean = []
            for line, text in batch:
                number = normalize(text, project.settings.region)
                if isinstance(number, str):
                    clean.append(number)
                else:
                    refused += 1
                    click.echo(f"line {line}: {number}: {text[:40]!r}", err=True)
            read += len(clean)
            added += project.store.dnc_add(clean, note, project.clock.now_ms())
    click.echo(f"{added} added, {read - added} were on it already, {refused} refused", err=True)
    return 1 if refused else 0


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[str]]:
    """The lines of a file. Numbers are ASCII, so that any encoding will do for the rest."""
    try:
        handle = sys.stdin.fileno() if str(path) == "-" else path
        with open(handle, encoding="utf-8-sig", errors="replace", closefd=handle is path) as file:
            yield file
    except OSError as error:
        raise KnownError(f"cannot read {path}: {error.strerror}") from None


def _batches(file: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    lines = (
        (number, text.split(",")[0].split(";")[0].split("\t")[0].strip().strip('"'))
        for number, text in enumerate(file, 1)
        if text.strip()
    )
    while batch := list(itertools.islice(lines, BATCH)):
        yield batch


@dnc.command(name="list")
@click.pass_obj
def list_(folder: Path) -> None:
    """Print the list: number, when it was added, note.

    \b
    Example:
      prozvon dnc list > dnc.tsv
    """
    with open_project(folder) as project:
        for entry in project.store.dnc_list():
            added = dt.datetime.fromtimestamp(entry.added_at / 1000, dt.UTC)
            note = " ".join(entry.note.split())  # one line an entry, whatever somebody has noted
            sys.stdout.write(f"{entry.number}\t{added:%Y-%m-%dT%H:%M:%SZ}\t{note}\n")
