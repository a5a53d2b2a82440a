"""What a worker that is gone had on the line becomes ours; what a living one has stays its own."""

from __future__ import annotations

from orchestrator.domain.lead import Attempt
from orchestrator.runtime.project import Project
from orchestrator.runtime.takeovers import FULL_LOOK, TakeOvers
from tests.runtime.factories import claimed, launched


def _take_overs(project: Project) -> tuple[TakeOvers, list[tuple[str, list[str]]]]:
    told: list[tuple[str, list[str]]] = []

    def adopted(dead: str, attempts: list[Attempt]) -> None:
        told.append((dead, [attempt.attempt_id for attempt in attempts]))

    return TakeOvers(project.store, "w2", adopted), told


def test_what_was_left_before_we_came_is_taken_over_at_once(project: Project) -> None:
    (attempt,) = claimed(project, launched(project, 1))
    take_overs, told = _take_overs(project)
    take_overs.look()
    assert told == [("w1", [attempt.attempt_id])]
    assert [live.worker_id for live in project.store.live()] == ["w2"]


def test_what_a_living_worker_has_is_its_own_until_it_is_gone(project: Project) -> None:
    (attempt,) = claimed(project, launched(project, 1))
    project.store.heartbeat("w1", 60_000, {})
    take_overs, told = _take_overs(project)
    for _ in range(3):
        take_overs.look()
    assert told == []
    project.store.forget_worker("w1")
    take_overs.look()
    assert told == [("w1", [attempt.attempt_id])]


def test_a_worker_that_nobody_saw_is_found_in_the_end(project: Project) -> None:
    """One that came and went between two looks."""
    campaign = launched(project, 1)
    take_overs, told = _take_overs(project)
    take_overs.look()
    (attempt,) = claimed(project, campaign)
    for _ in range(FULL_LOOK):
        take_overs.look()
    assert told == [("w1", [attempt.attempt_id])]
