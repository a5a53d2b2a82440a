"""The folder that a simulated switch runs from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.simulated_root import make_root
from tests.runtime.factories import NOON, make_folder


@pytest.mark.parametrize("name", ["plain", "мой проект $(x)"])
def test_a_simulated_switch_runs_from_a_project_of_any_name(tmp_path: Path, name: str) -> None:
    settings = load_settings(make_folder(tmp_path / name))
    make_root(settings, "main", lambda: NOON)
    root = settings.switches["main"].root
    assert json.loads((root / "current" / "release.json").read_bytes())["cdr"] == str(root / "cdr")
    assert (root / "current" / "scripts" / "prozvon_robocall.py").is_file()
    assert not (root / "secrets.xml").exists()


def test_what_is_wrong_with_settings_is_told_all_the_same(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "a b", settings="switches: {{main: {{rtp_ports: 9000-1024}}}}\n")
    with pytest.raises(KnownError, match="rtp_ports"):
        make_root(load_settings(folder), "main", lambda: NOON)
