"""What holds a predictive campaign is said in one word."""

from __future__ import annotations

import pytest

from orchestrator.domain.lead import WaitReason
from orchestrator.runtime.project import Project
from orchestrator.runtime.why import held_by_agents
from orchestrator.store.figures import Figure, Scope

R = WaitReason


def shown(project: Project, campaign: dict[str, object] | None, **queue: object) -> WaitReason | None:
    """What is said of campaign `c-1` when the leader shows these figures."""
    token = project.store.floor.lead("w1", 10_000)
    assert token is not None
    figures = [Figure(scope=Scope.QUEUE, name="shop:sales", values={"working": 2, "free": 0, **queue})]
    if campaign is not None:
        values = {"queue": "shop:sales", "ringing": 0, **campaign}
        figures.append(Figure(scope=Scope.CAMPAIGN, name="c-1", values=values))
    project.store.figures.write(token, figures, 1)
    return held_by_agents(project.store, "c-1")


@pytest.mark.parametrize(
    ("why", "queue", "said"),
    [
        ("predicted", {"working": 0}, R.NO_AGENT),
        ("no_agents", {}, R.NO_AGENT),
        ("predicted", {}, R.AGENTS_BUSY),
        ("cap", {}, R.ABANDONED_CAP),
        ("cap", {"free": 1}, None),
        ("one_each", {"free": 1}, None),
        ("per_hour", {"free": 1}, R.PER_HOUR),
        ("switch_down", {"working": 0}, R.SWITCH_DOWN),
    ],
)
def test_the_pacers_word_and_the_agents_make_the_reason(
    project: Project, why: str, queue: dict[str, object], said: WaitReason | None
) -> None:
    assert shown(project, {"why": why}, **queue) is said


def test_while_calls_ring_nothing_holds_it(project: Project) -> None:
    assert shown(project, {"why": "predicted", "ringing": 3}) is None


def test_without_a_leader_nobody_dials_it(project: Project) -> None:
    assert held_by_agents(project.store, "c-1") is R.NO_WORKER
    assert shown(project, None) is R.NO_WORKER
