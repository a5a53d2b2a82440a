"""`prozvon store`: the embedded store."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from tests.cli.commands import prozvon
from tests.runtime.factories import launched


def test_a_store_that_nobody_uses_is_not_running(folder: Path) -> None:
    said = prozvon(folder, "store", "status")
    assert said.code == 1
    assert said.out == f"not running; files in {folder.resolve()}/data/store\n"
    stopped = prozvon(folder, "store", "stop")
    assert (stopped.code, stopped.err) == (0, "it was not running\n")


def test_a_store_in_use_is_running(folder: Path, project: Project) -> None:
    said = prozvon(folder, "store", "status")
    assert said.code == 0
    assert said.out.startswith("running: pid ")


def test_a_stopped_store_comes_back_with_all_it_held(folder: Path, project: Project) -> None:
    campaign = launched(project, 1, 2)
    assert prozvon(folder, "store", "stop").err == "stopped\n"
    assert prozvon(folder, "store", "status").code == 1
    assert project.store.counts(campaign.campaign_id).leads == 2


@pytest.mark.parametrize("command", ["status", "stop"])
def test_a_project_with_another_store_is_told_so(folder: Path, command: str) -> None:
    (folder / "prozvon.yaml").write_text("store: redis://:s3cret@db:6379/3\n", encoding="utf-8")
    said = prozvon(folder, "store", command)
    assert said.refusal == (
        "this project has no embedded store: `store:` in prozvon.yaml names redis://db:6379/3"
    )
