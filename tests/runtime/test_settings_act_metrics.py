"""Nothing is saved but not wired: who may read the metrics."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from orchestrator.runtime.project import open_project
from orchestrator.web.app import app_of
from tests.runtime.factories import SETTINGS, make_folder
from tests.runtime.test_settings_act import acts


@acts("api.metrics")
def test_metrics_are_for_whoever_has_the_scope_or_for_whoever_reaches_them(short_tmp: Path) -> None:
    for who, status in (("token", 401), ("open", 200)):
        text = f"{SETTINGS}api: {{{{metrics: {who}}}}}\n"
        with open_project(make_folder(short_tmp / who, settings=text)) as project:
            assert TestClient(app_of(project)).get("/metrics").status_code == status
