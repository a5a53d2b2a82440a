"""Charts from scenarios written in a test."""

from __future__ import annotations

from pathlib import Path

from orchestrator.domain.problem import Problem
from orchestrator.graph.chart import Chart, Place
from orchestrator.graph.reading import chart_of
from orchestrator.scenario.findings import Findings
from orchestrator.scenario.reader import read_document

FILE = "s.yaml"


def chart(text: str, problems: tuple[Problem, ...] = ()) -> Chart:
    """The chart of a file with this text; nothing of it need be a good scenario."""
    document = read_document(text.encode(), FILE, Findings())
    assert document.root is not None
    return chart_of(document.root, problems)


def flow(text: str) -> Chart:
    """The chart of a flow alone."""
    return chart("flow:\n" + "".join(f"  {line}\n" for line in text.strip().splitlines()))


def place(of: Chart, name: str) -> Place:
    [found] = [each for each in of.places if each.name == name]
    return found


def ways(of: Chart, name: str) -> dict[str, str]:
    """Label -> name of the place, "" for the end of the call."""
    names = {each.key: each.name for each in of.places} | {"": ""}
    return {way.label: names[way.to] for way in place(of, name).ways}


def problem(line: int, code: str = "S999", message: str = "something is wrong") -> Problem:
    return Problem(file=FILE, line=line, col=1, code=code, message=message, hint="")


SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
