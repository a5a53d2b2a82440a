"""Every example of docs/api.md works as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.runtime.project import Project
from orchestrator.store.tokens import SCOPES
from tests.web.test_serving import Served, served

__all__ = ["served"]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (`\w+:\w+`.*?) \|", PAGE, re.MULTILINE)
EXAMPLES = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def test_every_scope_is_explained() -> None:
    assert set(re.findall(r"`(\w+:\w+)`", " ".join(TABLE))) == set(SCOPES)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_every_example_is_answered_well(served: Served, project: Project, tmp_path: Path) -> None:
    """About a scenario that every project has from the beginning."""
    folder = project.settings.scenarios
    shutil.copytree(ROOT / "scenarios", folder, dirs_exist_ok=True)
    file = folder / "parcel_arrived.yaml"
    file.write_text(file.read_text("utf-8").replace("[main, spare]", "[main]"), "utf-8")
    text = re.sub(r"^export .*$", "", EXAMPLES, flags=re.MULTILINE).replace(
        "curl -sS", "curl -sS --fail-with-body"
    )
    done = subprocess.run(
        ["bash", "-e", "-c", text],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "API": f"http://127.0.0.1:{served.port}", "TOKEN": served.token},
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said[-500:] + done.stderr.decode()
    assert '"fate":"added"' in said
    assert '"withdrawn":"withdrawn"' in said
    assert '"sum":{"rows":1,"added":1' in said
