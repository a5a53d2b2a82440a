"""The switches of prozvon.yaml as places to deploy to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.deploy.target import Place
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.places import make_root, place_of
from orchestrator.runtime.settings import load_settings
from tests.runtime.factories import NOON, make_folder


def test_a_place_is_what_the_settings_say(tmp_path: Path) -> None:
    text = "switches: {a: {}, b: {root: /srv/p, ssh: fs@pbx, owner: freeswitch, cdr: /var/cdr}}\n"
    (tmp_path / "prozvon.yaml").write_text(text, "utf-8")
    switches = load_settings(tmp_path).switches
    root = tmp_path / "data" / "switch"
    assert place_of(switches["a"]) == Place(root=root, cdr=root / "cdr")
    assert place_of(switches["b"]) == Place(
        root=Path("/srv/p"), cdr=Path("/var/cdr"), ssh="fs@pbx", owner="freeswitch"
    )


@pytest.mark.parametrize("key", ["root", "cdr"])
def test_over_ssh_paths_are_those_of_that_machine(tmp_path: Path, key: str) -> None:
    other = {"root": "", "cdr": "root: /srv/p, "}[key]
    text = f"switches: {{main: {{ssh: pbx, {other}{key}: data/x}}}}\n"
    (tmp_path / "prozvon.yaml").write_text(text, "utf-8")
    with pytest.raises(KnownError, match=f"with ssh, {key}: is an absolute path on that machine"):
        load_settings(tmp_path)


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
