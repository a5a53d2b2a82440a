"""`prozvon history`."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.runtime.project import Project
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges
from orchestrator.store.quarters import QUARTER_MS, Count
from tests.cli.commands import prozvon


def _count(project: Project, *counts: Count) -> None:
    token = project.store.floor.lead("worker-1", 60_000)
    assert token is not None
    project.store.floor.write(token, FloorChanges(counts=counts))


def _some(project: Project) -> int:
    now = project.clock.now_ms()
    queue = {"scope": Scope.QUEUE, "name": "shop:sales"}
    _count(
        project,
        Count(at=now, figure="offered", amount=5, **queue),  # type: ignore[arg-type]  # two of its fields
        Count(at=now - QUARTER_MS, figure="offered", amount=3, **queue),  # type: ignore[arg-type]
        Count(at=now, figure="abandoned", amount=2, **queue),  # type: ignore[arg-type]
        Count(at=now, scope=Scope.QUEUE, name="shop:support", figure="offered", amount=9),
        Count(at=now, scope=Scope.AGENT, name="anna", figure="talking_ms", amount=90_000),
    )
    return now


def test_each_quarter_of_an_hour_has_its_sums(project: Project, folder: Path) -> None:
    _some(project)
    said = prozvon(folder, "history", "--name", "shop:sales")
    rows = [line.split() for line in said.out.splitlines()[1:]]
    assert [(row[-8], row[-7], row[-4]) for row in rows] == [
        ("shop:sales", "3", "0"),
        ("shop:sales", "5", "2"),
    ]
    assert said.err == "2 rows\n"


def test_times_are_shown_in_minutes(project: Project, folder: Path) -> None:
    _some(project)
    assert " 1.5 " in prozvon(folder, "history", "--by", "agent").out


def test_csv_and_json_hold_every_sum(project: Project, folder: Path) -> None:
    now = _some(project)
    lines = prozvon(folder, "history", "--csv").out.splitlines()
    assert lines[0] == "quarter,queue,figure,sum"
    assert len(lines) == 5
    rows = [
        json.loads(line)
        for line in prozvon(folder, "history", "--json", "--name", "shop:sales").out.splitlines()
    ]
    assert rows[-1] == {
        "at": now - now % QUARTER_MS,
        "queue": "shop:sales",
        "sums": {"offered": 5, "abandoned": 2},
    }


def test_rates_are_by_weekday_and_hour_of_a_zone(project: Project, folder: Path) -> None:
    now = project.clock.now_ms()
    campaign = {"scope": Scope.CAMPAIGN, "name": "orders-1"}
    _count(
        project,
        Count(at=now, figure="attempts", amount=8, **campaign),  # type: ignore[arg-type]
        Count(at=now, figure="attempts_answered", amount=2, **campaign),  # type: ignore[arg-type]
    )
    arguments = ("history", "--by", "campaign", "--name", "orders-1", "--rates")
    assert "25% of 8" in prozvon(folder, *arguments).out
    [row] = [
        json.loads(line)
        for line in prozvon(folder, *arguments, "--json", "--zone", "Asia/Tokyo").out.splitlines()
    ]
    assert (row["attempts"], row["rate"]) == (8, 0.25)
    assert prozvon(folder, *arguments, "--csv").out.splitlines()[1].endswith(",8,2")


def test_mistakes_are_told(folder: Path) -> None:
    assert prozvon(folder, "history", "--rates").code == 2
    assert "Europe/Moscow" in prozvon(folder, "history", "--zone", "Moscow").err
    assert "not a time" in prozvon(folder, "history", "--since", "yesterday").refusal
