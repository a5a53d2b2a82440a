"""`prozvon init`: a project to begin with, that works as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.settings_parts.agent_settings import load_staff
from tests.cli.commands import prozvon


@pytest.mark.parametrize("simulated", [True, False])
def test_a_new_project_is_good(tmp_path: Path, simulated: bool) -> None:
    target = tmp_path / "My Shop"
    said = prozvon(None, "init", *(["--simulated"] if simulated else []), str(target))
    assert (said.code, said.out) == (0, "")
    settings = load_settings(target)
    assert settings.project == "my-shop"
    assert settings.clock == ("simulated" if simulated else "real")
    assert settings.switches["main"].password_env == (None if simulated else "PROZVON_ESL_PASSWORD")
    assert {name for _, name, _ in settings.gateways()} == {"main", "spare"}
    checked = prozvon(target, "check")
    count = len(list((target / "scenarios").glob("*.yaml")))
    *remarks, sum_ = checked.err.splitlines()
    assert (checked.code, sum_) == (0, f"{count} scenarios are good, 0 problems")
    assert all("segment" in line or "wait, parked, until prozvon.yaml" in line for line in remarks)
    assert prozvon(target, "campaign", "list").code == 0
    assert load_staff(settings).agents == ()


@pytest.mark.parametrize("name", ["ФИРМА", "x" * 80, "--", "1"])
def test_any_folder_gives_a_project_a_name(tmp_path: Path, name: str) -> None:
    target = tmp_path / f"a{name}" if name == "--" else tmp_path / name
    assert prozvon(None, "init", str(target)).code == 0
    assert load_settings(target).project


@pytest.mark.parametrize("there", ["prozvon.yaml", "scenarios", "agents.yaml"])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir()
    assert (
        prozvon(None, "init", str(tmp_path)).refusal
        == f"{tmp_path / there} is there already; nothing was changed"
    )
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_the_agents_that_are_proposed_are_taken_as_they_stand(tmp_path: Path) -> None:
    prozvon(None, "init", str(tmp_path / "shop"))
    path = tmp_path / "shop" / "agents.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()[3:]
    path.write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    staff = load_staff(load_settings(tmp_path / "shop"))
    assert [(agent.agent_id, agent.is_standing) for agent in staff.agents] == [
        ("anna", False),
        ("boris", True),
        ("vera", False),
    ]
    assert prozvon(tmp_path / "shop", "check").code == 0


def test_a_folder_that_cannot_be_made_is_one_clear_line() -> None:
    assert prozvon(None, "init", "/dev/null/x").refusal == "cannot write to /dev/null/x: Not a directory"


def test_what_is_proposed_for_a_trunk_is_taken_as_it_stands(tmp_path: Path) -> None:
    prozvon(None, "init", str(tmp_path / "shop"))
    path = tmp_path / "shop" / "prozvon.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("# proxy", "proxy").replace("# username", "username")
        .replace("# password_env", "password_env").replace("# registers", "registers"), encoding="utf-8")  # fmt: skip
    main = load_settings(tmp_path / "shop").switches["main"].gateways["main"]
    assert (main.proxy, main.username, main.password_env, main.registers, main.channels) == (
        "sip.carrier.example",
        "shop",
        "TRUNK_PASSWORD",
        True,
        60,
    )
