"""`prozvon top`."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.domain.agent import AgentState
from orchestrator.runtime.project import Project
from orchestrator.store.figures import Figure, Scope
from tests.cli.commands import prozvon
from tests.runtime.operators.test_board import AGENT, CAMPAIGN, QUEUE


def _write(project: Project, *figures: Figure) -> None:
    token = project.store.floor.lead("worker-1", 60_000)
    assert token is not None
    project.store.figures.write(token, figures, project.clock.now_ms())


def _figures() -> tuple[Figure, ...]:
    return (
        Figure(scope=Scope.QUEUE, name="orders:sales", values=QUEUE),
        Figure(scope=Scope.QUEUE, name="shop:support", values={**QUEUE, "waiting": 0}),
        Figure(scope=Scope.CAMPAIGN, name="orders-1", values=CAMPAIGN),
        Figure(scope=Scope.AGENT, name="anna", values=AGENT),
        Figure(scope=Scope.AGENT, name="boris", values={"state": "break", "reason": "lunch"}),
    )


def test_queues_campaigns_and_agents_are_shown_with_their_ratios(project: Project, folder: Path) -> None:
    _write(project, *_figures())
    said = prozvon(folder, "top", "--once")
    assert said.code == 0
    lines = {words[0]: words for words in map(str.split, said.out.splitlines()) if words}
    assert "worker-1" in said.out
    assert lines["orders:sales"][1:4] == ["3", "+", "2"]
    assert {"80.0%", "7.0%", "0:05", "0:15"} <= set(lines["orders:sales"])
    assert {"predictive", "31.0%", "2.50", "5.0%", "2.2%"} <= set(lines["orders-1"])
    assert "at its cap" in " ".join(lines["orders-1"])
    assert {"talking", "+79990000001", "80.0%"} <= set(lines["anna"])
    assert "break (lunch)" in said.out


def test_one_queue_alone(project: Project, folder: Path) -> None:
    _write(project, *_figures())
    said = json.loads(prozvon(folder, "top", "--json", "--queue", "support").out)
    assert [row["queue_id"] for row in said["queues"]] == ["shop:support"]
    assert (said["campaigns"], said["agents"]) == ([], [])
    refused = prozvon(folder, "top", "--once", "--queue", "sels")
    assert refused.code == 2
    assert "orders:sales, shop:support" in refused.err


def test_json_holds_sums_and_ratios(project: Project, folder: Path) -> None:
    _write(project, *_figures())
    said = json.loads(prozvon(folder, "top", "--json").out)
    assert (said["leader"], said["is_stale"], said["warning"]) == ("worker-1", False, "")
    assert said["queues"][0]["today"]["offered"] == 100
    assert said["queues"][0]["service_level"] == 0.8
    assert said["campaigns"][0]["abandonment_60m"] == 0.05
    assert {row["agent_id"]: row["state"] for row in said["agents"]}["anna"] == AgentState.TALKING


def test_without_a_leader_it_says_so(folder: Path) -> None:
    said = prozvon(folder, "top", "--once")
    assert said.code == 0
    assert "prozvon run" in said.out
