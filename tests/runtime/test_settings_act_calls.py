"""Nothing is saved but not wired: the keys about recorded calls."""

from __future__ import annotations

from pathlib import Path

from orchestrator.runtime.inbound.recorder import Recorder
from orchestrator.runtime.project import open_project
from tests.runtime.factories import DAY, NOON, SETTINGS, make_folder
from tests.runtime.inbound.lines import event, until
from tests.runtime.test_settings_act import acts


@acts("calls.keep_days")
def test_calls_are_kept_for_so_many_days(short_tmp: Path) -> None:
    kept: dict[str, list[str]] = {}
    for days in (3, 30):
        folder = make_folder(short_tmp / f"p{days}", settings=f"{SETTINGS}calls: {{{{keep_days: {days}}}}}\n")
        with open_project(folder) as project:
            recorder = Recorder(project, {})
            recorder.ended("main", event("old", at=NOON - 20 * DAY))
            recorder.ended("main", event("new"))
            recorder.start()
            until(lambda: not recorder.is_busy, "all are looked at")  # noqa: B023  # called here
            recorder.stop()
            kept[str(days)] = [row.call.call_id for row in project.store.calls(0, NOON)]
    assert kept == {"3": ["new"], "30": ["old", "new"]}
