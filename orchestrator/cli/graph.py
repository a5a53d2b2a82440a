"""`prozvon graph`: the flow of a scenario as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.picture_file import write_picture
from orchestrator.domain.problem import KnownError
from orchestrator.graph.chart import Chart
from orchestrator.graph.mermaid import mermaid
from orchestrator.graph.picture import TooLarge, svg
from orchestrator.graph.reading import chart_of
from orchestrator.runtime.find import find_file
from orchestrator.runtime.settings import load_settings
from orchestrator.scenario.check import check_path
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.library import Library


@click.command()
@click.argument("scenario")
@click.option(
    "--svg", "picture", metavar="FILE", help="Write the picture to FILE; - writes it to standard output."
)
@click.option("--mermaid", "as_mermaid", is_flag=True, help="Print a Mermaid flowchart (also without --svg).")
@click.pass_obj
def graph(folder: Path, scenario: str, picture: str | None, as_mermaid: bool) -> None:
    """Draw the flow of SCENARIO (a name or a file): its blocks, what they do, and where keys and answers lead.

    Blocks that no way leads to, blocks that are missing, steps that are never reached and rounds that never end stand
    out in red, and are told on standard error. A scenario with problems is drawn as far as it can be read.

    \b
    Examples:
      prozvon graph shop_line --svg shop_line.svg
      prozvon graph shop_line --mermaid > shop_line.mmd
    """
    if picture == "-" and as_mermaid:
        raise click.UsageError("standard output takes one of them: give --svg a file name")
    chart = read_chart(folder, scenario)
    if picture is not None:
        _write(picture, chart)
    if as_mermaid or picture is None:
        click.echo(mermaid(chart), nl=False)
    _tell(chart)


def read_chart(folder: Path, scenario: str) -> Chart:
    """The chart of a scenario by name or file. KnownError when there is none, or nothing of it can be read."""
    path, bounds = find_file(load_settings(folder), scenario)
    findings = Findings()
    library = Library(bounds.resolve() if bounds else path.resolve().parent)
    loaded = library.load(path, findings)
    if loaded is None:
        for problem in findings.sorted():
            click.echo(str(problem), err=True)
        raise KnownError(f"nothing of {path} can be read")
    _, problems = check_path([path], folder=bounds)
    return chart_of(loaded.root, problems)


def _write(picture: str, chart: Chart) -> None:
    try:
        drawn = svg(chart)
    except TooLarge as error:
        raise KnownError(f"{error}: --mermaid has no such limit") from None
    write_picture(picture, drawn)


def _tell(chart: Chart) -> None:
    """What stands out in the picture, for those who only read."""
    for place in chart.places:
        for warning in place.warnings:
            where = f"{place.file}:{place.line}: " if place.line else ""
            click.echo(f"{where}{place.name}: {warning}", err=True)
    problems = sum(len(place.problems) for place in chart.places)
    if problems:
        click.echo("the scenario has problems: `prozvon check` tells them all", err=True)
