"""kill -9 of a process in the middle of a file."""

from __future__ import annotations

import signal
from pathlib import Path

from orchestrator.runtime.intake.progress import progress_of
from orchestrator.runtime.project import Project
from tests.cli.commands import running
from tests.runtime.factories import NOON, contacts, number, wait_until
from tests.runtime.intake.factories import DROP, called, campaigns, drop, intakes, put_away, report, work

ROWS = 2000


def line_of(project: Project) -> int:
    """How far the one file is."""
    kept = project.store.intakes.read("orders").files.values()
    return max((progress_of(each, file="", now=NOON).line for each in kept), default=0)


def test_a_killed_process_leaves_a_file_that_another_one_finishes(short_tmp: Path) -> None:
    with intakes(short_tmp / "p", DROP % "") as project:
        drop(project, "orders.csv", contacts(*range(ROWS)))
        with running(project.folder, "intake", "run", "orders") as dying:
            wait_until(lambda: line_of(project) or dying.process.poll() is not None, "it has begun")
            dying.signal(signal.SIGKILL)
            dying.process.wait()
        assert dying.process.returncode == -signal.SIGKILL
        assert put_away(project, "taken") == ["orders.csv"]
        begun = line_of(project)
        assert 0 < begun < ROWS
        wait_until(lambda: not project.store.intakes.read("orders").worker, "its lease has run out")
        assert work(project) == ""
        assert called(project) == [number(each) for each in range(ROWS)]
        assert len(campaigns(project)) == 1
        said = report(project)
        assert (said["rows"], said["refused"]) == (ROWS, 0)
        assert said["added"] >= ROWS - 500  # of one batch nobody was told what became of it
        assert said["added"] + said["already"] == ROWS
