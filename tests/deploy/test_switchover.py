"""Bringing a release into force: nothing half-way, only what is needed, and back when the switch does not follow."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.deploy.release import Release
from orchestrator.deploy.stored import stored_release
from orchestrator.deploy.switchover import Job, Outcome, bring
from orchestrator.domain.problem import KnownError
from tests.deploy.factories import NOW, files_below, gateway, here, release, site, written
from tests.deploy.switches import ReadingSwitch

SECRETS = b"<include/>"


def _said(**values: str) -> str:
    return json.dumps({"prozvon": 1, "release": "r", "root": "/r", "callflow": "c", **values})


class Rig:
    """A root with a switch that runs from it, and the first release in force."""

    def __init__(self, root: Path) -> None:
        self.root, self.first = root, release(root, gateways=(gateway("a"),))
        self.now = NOW
        self.pauses: list[float] = []
        written(root, self.first)
        (root / "secrets.xml").touch(mode=0o600)
        (root / "secrets.xml").write_bytes(SECRETS)
        self.switch = ReadingSwitch(root)

    def other(self, **changes: object) -> Release:
        return release(self.root, **{"gateways": (gateway("a"),), **changes})

    def bring(self, made: Release, secrets: bytes | None = SECRETS, *, offline: bool = False) -> Outcome:
        self.now += 1000
        job = Job(release=made, secrets=secrets, root=str(self.root))
        return bring(here(self.root, self.now), job, None if offline else self.switch, self.pauses.append)

    @property
    def current(self) -> str:
        return here(self.root).state().current

    @property
    def history(self) -> list[str]:
        return [item.release_id for item in here(self.root).state().history]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "root")


def test_deploying_twice_changes_nothing(rig: Rig) -> None:
    before = {path: path.lstat().st_mtime_ns for path in rig.root.rglob("*")}
    found = rig.bring(rig.first)
    assert found == Outcome(release_id=rig.first.release_id, before=rig.first.release_id, is_changed=False)
    assert rig.switch.told == []
    assert {path: path.lstat().st_mtime_ns for path in rig.root.rglob("*")} == before


def test_another_release_is_put_beside_and_the_switch_told_what_is_needed(rig: Rig) -> None:
    second = rig.other(sps=7, prompts_url="http://10.0.0.5/")
    found = rig.bring(second)
    assert (found.is_changed, found.before, found.release_id) == (
        True,
        rig.first.release_id,
        second.release_id,
    )
    assert rig.switch.told == list(found.commands) == ["reloadxml", "fsctl sps 7"]
    assert files_below(rig.root / "current") == second.everything()
    assert files_below(rig.root / "releases" / rig.first.release_id) == rig.first.everything()
    assert rig.history == [rig.first.release_id, second.release_id]
    assert found.changes.changed == (
        "conf/autoload_configs/switch.conf.xml",
        "dialplan/prozvon.xml",
        "dialplan/prozvon_agents.xml",
        "dialplan/prozvon_inbound.xml",
    )


def test_scripts_alone_need_no_word_to_the_switch(rig: Rig) -> None:
    files = {**rig.first.files, "scripts/prozvon_robocall.py": b"# other\n"}
    second = replace(rig.first, release_id="0123456789ab", files=files)
    assert rig.bring(second).commands == ()
    assert rig.current == "0123456789ab"


def test_only_gateways_that_changed_are_taken_away(rig: Rig) -> None:
    second = rig.other(gateways=(gateway("a"), gateway("b")))
    rig.bring(second)
    assert rig.switch.told == ["reloadxml", "sofia profile prozvon rescan"]
    rig.switch.told.clear()
    rig.bring(rig.other(gateways=(gateway("a"), gateway("b", registers=True))))
    assert rig.switch.told == [
        "reloadxml",
        "sofia profile prozvon killgw b",
        "sofia profile prozvon rescan",
        "sofia profile prozvon register b",
    ]
    assert rig.pauses == [4.0]  # while the old one signs off with its registrar


def test_network_lists_are_read_again(rig: Rig) -> None:
    rig.bring(rig.other(allow=("10.0.0.0/8",)))
    assert rig.switch.told == ["reloadxml", "reloadacl"]


# Back


@pytest.mark.parametrize("broken", ["reloadxml", "fsctl", "rescan"])
def test_a_command_that_fails_leads_back(rig: Rig, broken: str) -> None:
    rig.switch.broken_once = {broken}
    second = rig.other(sps=7, gateways=(gateway("a"), gateway("b")))
    with pytest.raises(KnownError, match=rf"{broken}.* \(release {rig.first.release_id} is again in force\)"):
        rig.bring(second)
    assert rig.current == rig.first.release_id
    assert rig.history == [rig.first.release_id]
    assert rig.switch.dialplan.encode() == rig.first.files["dialplan/prozvon.xml"]


def test_a_switch_that_says_another_release_leads_back(rig: Rig) -> None:
    rig.switch.says = _said(release="old", root=str(rig.root))
    second = rig.other(prompts_url="http://10.0.0.5/")
    said = rf"says it runs release old, not {second.release_id}: start the switch with PYTHONPATH=.*is again in force"
    with pytest.raises(KnownError, match=said) as caught:
        rig.bring(second)
    assert "\n" not in str(caught.value)
    assert rig.current == rig.first.release_id
    assert rig.switch.told[0] == "reloadxml"
    assert rig.switch.dialplan.encode() == rig.first.files["dialplan/prozvon.xml"]


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ("-ERR python Command not found!\n", "the switch has no mod_python3"),
        ("-ERR no reply\n", "our scripts do not answer on the switch"),
        (_said(root="/else"), "runs scripts from /else, not from"),
    ],
)
def test_scripts_that_do_not_answer_lead_back(rig: Rig, says: str, said: str) -> None:
    rig.switch.says = says
    with pytest.raises(KnownError, match=said):
        rig.bring(rig.other(sps=7))
    assert rig.current == rig.first.release_id


def test_an_interpreter_that_cannot_be_loaded_leads_back(rig: Rig) -> None:
    second = rig.other(sps=7)
    rig.switch.says = _said(release=second.release_id, root=str(rig.root), callflow_fault="SyntaxError: no")
    with pytest.raises(
        KnownError, match=r"cannot load the interpreter: SyntaxError: no \(release .* is again"
    ):
        rig.bring(second)


def test_a_dialplan_that_is_not_ours_leads_back(rig: Rig) -> None:
    rig.switch._read = lambda: None  # type: ignore[method-assign]  # another file's context holds
    with pytest.raises(KnownError, match="the dialplan context prozvon on the switch is not ours"):
        rig.bring(rig.other(prompts_url="http://10.0.0.5/"))
    rig.switch.dialplan = ""
    with pytest.raises(KnownError, match="the switch has no dialplan context prozvon"):
        rig.bring(rig.other(prompts_url="http://10.0.0.5/"))
    assert rig.current == rig.first.release_id


def test_a_gateway_that_the_switch_does_not_take_leads_back(rig: Rig) -> None:
    rig.switch.has_gateway = lambda name: name != "b"  # type: ignore[method-assign]  # its name does not resolve
    with pytest.raises(KnownError, match="does not know the gateway b: its log says why"):
        rig.bring(rig.other(gateways=(gateway("a"), gateway("b"))))
    assert rig.current == rig.first.release_id
    assert "sofia profile prozvon killgw b" in rig.switch.told


def test_the_first_release_of_all_leaves_nothing_when_it_fails(tmp_path: Path) -> None:
    root = tmp_path / "root"
    switch = ReadingSwitch(root)
    switch.says = "-ERR no reply\n"
    with pytest.raises(KnownError, match=r"\(no release is in force\)"):
        bring(here(root), Job(release=release(root), secrets=SECRETS), switch)
    assert not (root / "current").is_symlink()
    assert not (root / "secrets.xml").exists()


def test_going_back_that_fails_is_said_too(rig: Rig) -> None:
    rig.switch.broken = {"reload"}
    with pytest.raises(KnownError, match=r"`reloadxml` says '-ERR'; going back failed too: `reloadxml` says"):
        rig.bring(rig.other(prompts_url="http://10.0.0.5/"))
    assert rig.current == rig.first.release_id


def test_an_interrupt_leads_back_and_is_not_swallowed(rig: Rig) -> None:
    def interrupt(*_: str) -> None:
        raise KeyboardInterrupt

    rig.switch.has_gateway = interrupt  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        rig.bring(rig.other(sps=7))
    assert rig.current == rig.first.release_id


# What was broken off


def test_a_deploy_that_was_killed_is_taken_up_and_everything_read_again(rig: Rig) -> None:
    """It had switched over; what it had told the switch nobody knows."""
    second = rig.other(gateways=(gateway("a"), gateway("b", registers=True)))
    target = here(rig.root)
    with target.lock():
        target.upload(second)
        target.switch_to(second.release_id)
    found = rig.bring(rig.other(gateways=(gateway("a"), gateway("b"))))
    assert found.before == second.release_id
    assert rig.switch.told == [
        "reloadxml",
        "reloadacl",
        "sofia profile prozvon killgw b",
        "sofia profile prozvon start",
    ]
    assert rig.history == [rig.first.release_id, found.release_id]


def test_the_same_deploy_again_finishes_it(rig: Rig) -> None:
    second = rig.other(prompts_url="http://10.0.0.5/")
    target = here(rig.root)
    with target.lock():
        target.upload(second)
        target.switch_to(second.release_id)
    assert rig.bring(second).is_changed
    assert not rig.bring(second).is_changed
    assert rig.history[-1] == second.release_id


def test_a_switch_that_missed_a_reload_gets_it(rig: Rig) -> None:
    rig.switch.dialplan = "<include><context name='prozvon'/></include>"
    assert rig.bring(rig.first).commands == ("reloadxml", "reloadacl", "sofia profile prozvon start")
    assert not rig.bring(rig.first).is_changed


def test_what_was_changed_by_hand_is_put_right_and_named(rig: Rig) -> None:
    path = rig.root / "current" / "dialplan" / "prozvon.xml"
    path.write_text("<include/>")
    found = rig.bring(rig.first)
    assert found.restored == ("dialplan/prozvon.xml",)
    assert path.read_bytes() == rig.first.files["dialplan/prozvon.xml"]


def test_a_link_to_nothing_is_replaced(rig: Rig) -> None:
    (rig.root / "current").unlink()
    (rig.root / "current").symlink_to("releases/ffffffffffff")
    assert rig.bring(rig.first).is_changed
    assert rig.current == rig.first.release_id


# Secrets


def test_new_passwords_are_written_and_gateways_with_one_made_anew(rig: Rig) -> None:
    with_password = rig.other(gateways=(gateway("a", username="u", has_password=True), gateway("b")))
    rig.bring(with_password)
    rig.switch.told.clear()
    found = rig.bring(with_password, b"<new/>")
    assert found.has_new_secrets
    assert (rig.root / "secrets.xml").read_bytes() == b"<new/>"
    assert rig.switch.told == [
        "reloadxml",
        "sofia profile prozvon killgw a",
        "sofia profile prozvon rescan",
    ]
    assert sorted(path.name for path in rig.root.iterdir() if "secrets" in path.name) == ["secrets.xml"]


def test_old_passwords_come_back_with_the_old_release(rig: Rig) -> None:
    rig.switch.broken = {"reloadxml"}
    with pytest.raises(KnownError):
        rig.bring(rig.other(prompts_url="http://10.0.0.5/"), b"<new/>")
    assert (rig.root / "secrets.xml").read_bytes() == SECRETS


# Restarts, pruning, offline


def test_what_needs_a_restart_is_said_until_the_switch_is_restarted(rig: Rig) -> None:
    rig.switch.uptime = 60_000
    history = rig.root / "history"
    history.write_text(f"{NOW - 3_600_000} {rig.first.release_id}\n")
    second = rig.other(rtp_last=20_000)
    said = ("switch.conf (rtp-end-port): restart the switch",)
    assert rig.bring(second).changes.restarts == said
    assert rig.bring(second).changes.restarts == said
    rig.switch.uptime = 0
    assert rig.bring(second).changes.restarts == ()


def test_a_profile_that_is_gone_is_said_when_it_goes(rig: Rig) -> None:
    rig.switch.uptime = None
    profiles = site(rig.root).profiles
    two = (*profiles, replace(profiles[0], name="second", port=5090))
    rig.bring(rig.other(profiles=two))
    assert rig.bring(rig.other()).changes.restarts == (
        "profile second is gone: `sofia profile second stop`, which ends its calls",
    )


def test_old_releases_are_removed_when_a_deploy_is_through(rig: Rig) -> None:
    made = [rig.other(sps=n) for n in range(1, 9)]
    for one in made:
        rig.now += 24 * 3600 * 1000
        rig.bring(one)
    assert set(here(rig.root).state().stored) == {one.release_id for one in made[-5:]}


def test_a_switch_that_does_not_run_is_not_asked(rig: Rig) -> None:
    second = rig.other(sps=7)
    assert rig.bring(second, offline=True).commands == ()
    assert not rig.bring(second, offline=True).is_changed
    assert rig.current == second.release_id
    assert rig.switch.told == []


# The release before


def test_a_release_that_is_stored_can_come_back(rig: Rig) -> None:
    second = rig.other(sps=7)
    rig.bring(second)
    back = stored_release(here(rig.root), rig.first.release_id)
    assert back == rig.first
    assert rig.bring(back, None).is_changed
    assert rig.current == rig.first.release_id
    assert here(rig.root).state().previous == second.release_id


@pytest.mark.parametrize("path", ["release.json", "dialplan/prozvon.xml"])
def test_a_stored_release_that_is_not_whole_does_not_come_back(rig: Rig, path: str) -> None:
    (rig.root / "releases" / rig.first.release_id / path).write_bytes(b"{")
    with pytest.raises(KnownError, match=rf"release {rig.first.release_id} is not whole there any more"):
        stored_release(here(rig.root), rig.first.release_id)
