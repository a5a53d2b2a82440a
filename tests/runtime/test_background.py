"""A worker is started when there is none; one that does not come up says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.background import ensure_worker
from orchestrator.runtime.project import Project
from tests.runtime.factories import wait_until


def test_a_living_worker_is_enough(project: Project, folder: Path) -> None:
    project.store.heartbeat("w1", 60_000, {})
    assert not ensure_worker(project)
    assert not (folder / "data" / "logs").exists()


@pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")  # it goes on without us, as it should
def test_without_one_a_worker_is_started_and_goes_when_nothing_is_left(
    project: Project, folder: Path
) -> None:
    assert ensure_worker(project)
    log = folder / "data" / "logs" / "worker.log"
    wait_until(
        lambda: "worker_stopped" in log.read_text(encoding="utf-8"), "the worker finds nothing to call"
    )
    wait_until(lambda: not project.store.workers(), "it has said goodbye")


def test_a_worker_that_does_not_start_is_told_in_its_own_words(project: Project, folder: Path) -> None:
    (folder / "prozvon.yaml").write_text("projct: x\n", encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        ensure_worker(project)
    path = folder.resolve() / "prozvon.yaml"
    assert str(caught.value) == (
        f"the worker did not start: {path}:1:1: projct: unknown key (did you mean `project`?)"
    )


def test_logs_that_cannot_be_written_are_one_clear_line(project: Project, folder: Path) -> None:
    (folder / "data" / "logs").touch()
    with pytest.raises(KnownError, match=r"cannot start a worker: .*: .*data/logs"):
        ensure_worker(project)
