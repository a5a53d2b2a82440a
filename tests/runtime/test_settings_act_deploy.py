"""The keys that say where a switch's files are and whose they are: each makes the difference it is documented with."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.deploying import Deployer
from tests.deploy.machines import StandIns
from tests.runtime.factories import NOON
from tests.runtime.test_settings_act import acts

SWITCH = "switches.NAME."


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PZ_TEST_PASSWORD", "s3cret")


def _deploy(folder: Path, switch: str) -> None:
    text = f"switches: {{main: {{password_env: PZ_TEST_PASSWORD, {switch}}}}}\n"
    (folder / "prozvon.yaml").write_text(text, "utf-8")
    Deployer(load_settings(folder), "main", lambda: NOON).deploy(is_offline=True)


@acts(f"{SWITCH}root")
def test_the_root_is_where_everything_goes(tmp_path: Path) -> None:
    _deploy(tmp_path, "root: elsewhere/sw")
    assert (tmp_path / "elsewhere" / "sw" / "current" / "release.json").is_file()
    assert not (tmp_path / "data").exists()


@acts(f"{SWITCH}cdr")
def test_cdrs_have_a_folder_of_their_own(tmp_path: Path) -> None:
    _deploy(tmp_path, "root: sw, cdr: calls")
    current = tmp_path / "sw" / "current"
    assert json.loads((current / "release.json").read_bytes())["cdr"] == str(tmp_path / "calls")
    assert (
        f'"log-dir" value="{tmp_path}/calls"'
        in (current / "conf/autoload_configs/json_cdr.conf.xml").read_text()
    )
    assert (tmp_path / "calls").is_dir()
    assert not (tmp_path / "sw" / "cdr").exists()


@acts(f"{SWITCH}ssh")
def test_a_switch_on_another_machine_gets_its_files_by_ssh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = StandIns(tmp_path / "stand-ins")
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    _deploy(tmp_path, f"root: {tmp_path}/sw")
    assert made.runs == []
    _deploy(tmp_path, f"root: {tmp_path}/other, ssh: pbx.example")
    assert {"ssh", "rsync"} == set(made.runs)
    assert (tmp_path / "other" / "current" / "release.json").is_file()


@acts(f"{SWITCH}owner")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_switchs_user_gets_the_passwords_and_nobody_else(tmp_path: Path) -> None:
    _deploy(tmp_path, "root: sw, owner: nobody")
    secrets = tmp_path / "sw" / "secrets.xml"
    assert (secrets.owner(), secrets.stat().st_mode & 0o777) == ("nobody", 0o600)
    assert (tmp_path / "sw" / "current" / "release.json").owner() == "root"
