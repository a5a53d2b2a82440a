"""`prozvon switch init`: what it says. What it does is in tests/runtime/switches/test_switch_init.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Said, prozvon

ONE = "switches: {main: {password_env: ESL}}\n"


def _init(folder: Path, settings: str, *arguments: str) -> Said:
    folder.mkdir(exist_ok=True)
    (folder / "prozvon.yaml").write_text(settings, encoding="utf-8")
    return prozvon(folder, "switch", "init", *arguments)


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESL", "secret")


def test_it_says_what_it_wrote_and_what_to_do_next(short_tmp: Path) -> None:
    said = _init(short_tmp, ONE)
    root = short_tmp / "data/switch"
    assert said.code == 0
    assert f"wrote {root}/start\n" in said.err
    assert "switch main is prepared: release " in said.err
    assert f"systemctl enable --now {root}/prozvon-main.service\n" in said.out
    assert "prozvon doctor --switch main\n" in said.out
    assert "secret" not in said.out + said.err
    again = _init(short_tmp, ONE)
    assert (again.code, again.err) == (0, "switch main was prepared already, nothing changed\n")
    assert again.out == said.out
    changed = _init(short_tmp, "switches: {main: {password_env: ESL, sps: 7}}\n")
    assert changed.code == 0
    assert "prozvon deploy --switch main" in changed.err


def test_of_several_switches_one_is_named(short_tmp: Path) -> None:
    two = "switches: {north: {password_env: ESL, root: n}, south: {password_env: ESL, root: s}}\n"
    assert _init(short_tmp, two).refusal == "which switch? --switch NAME, one of: north, south"
    assert _init(short_tmp, two, "--switch", "west").refusal.startswith("no switch 'west' in prozvon.yaml")
    assert _init(short_tmp, two, "--switch", "south").code == 0
    assert not (short_tmp / "n").exists()


def test_a_configuration_without_a_password_is_none(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no default password" in _init(short_tmp, "switches: {main: {}}\n").refusal
    monkeypatch.delenv("ESL")
    assert _init(short_tmp, ONE).refusal == "the event socket's password is not set: export ESL=..."
    assert not (short_tmp / "data").exists()


def test_beside_a_configuration_it_says_what_is_left_to_do(short_tmp: Path) -> None:
    conf = short_tmp / "freeswitch"
    assert "it has no freeswitch.xml" in _init(short_tmp, ONE, "--beside", str(conf)).refusal
    for name in ("dialplan", "sip_profiles"):
        (conf / name).mkdir(parents=True)
    (conf / "freeswitch.xml").touch()
    said = _init(short_tmp, ONE, "--beside", str(conf))
    assert said.code == 0
    assert f"wrote {conf}/dialplan/prozvon.xml\n" in said.err
    assert said.out.startswith(f"To be set by hand in {conf}")
