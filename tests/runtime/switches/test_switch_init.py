"""Preparing a switch: once, here or over ssh, and never in a folder of somebody else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.switch_init import Prepared, init_switch
from tests.deploy.machines import StandIns

NOW = 1_796_029_200_000


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESL", "secret of the socket")


def _init(
    folder: Path, *, switch: str = "", root: str = "sw", project: str = "shop", beside: str = ""
) -> Prepared:
    folder.mkdir(exist_ok=True)
    (folder / "prozvon.yaml").write_text(
        f"project: {project}\nswitches: {{main: {{password_env: ESL, root: {root}{switch}}}}}\n",
        encoding="utf-8",
    )
    return init_switch(load_settings(folder), "main", lambda: NOW, beside=beside)


def _tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Path -> mode and content of everything there, the file that says when apart."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
        if path.name != "history"
    }


def test_a_root_has_folders_configuration_passwords_and_a_release_in_force(short_tmp: Path) -> None:
    made = _init(short_tmp)
    root = short_tmp / "sw"
    assert made.is_first
    assert not made.is_behind
    assert os.readlink(root / "current") == f"releases/{made.release}"
    for path in ("conf/freeswitch.xml", "current/conf/freeswitch.xml", "current/scripts/prozvon_robocall.py"):
        assert (root / path).is_file()
    assert os.access(root / "start", os.X_OK)
    modes = {
        name: stat.S_IMODE((root / name).stat().st_mode) for name in ("log", "cdr", "spoken", "secrets.xml")
    }
    assert modes == {"log": 0o700, "cdr": 0o750, "spoken": 0o750, "secrets.xml": 0o600}
    assert b"secret of the socket" not in b"".join(data for _, data in _tree(root).values())
    assert f"{root}/start" in made.next_steps


def test_the_second_time_nothing_changes(short_tmp: Path) -> None:
    first = _init(short_tmp)
    before = _tree(short_tmp / "sw")
    again = _init(short_tmp)
    assert (again.folders, again.files, again.is_first, again.is_behind) == ((), (), False, False)
    assert again.release == first.release
    assert _tree(short_tmp / "sw") == before


def test_a_release_in_force_is_for_a_deploy_to_change(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _init(short_tmp)
    changed = _init(short_tmp, switch=", sps: 7")
    assert (changed.release, changed.is_first, changed.is_behind) == (first.release, False, True)
    monkeypatch.setenv("ESL", "another")
    assert _init(short_tmp).is_behind


def test_a_root_that_a_simulated_switch_ran_from_is_taken_over(short_tmp: Path) -> None:
    for name in ("programs", "prompts", "cdr", "releases"):
        (short_tmp / "sw" / name).mkdir(parents=True)
    assert _init(short_tmp).is_first


def test_what_engineers_added_is_never_touched(short_tmp: Path) -> None:
    _init(short_tmp)
    theirs = short_tmp / "sw/conf/local/dialplan/mine.xml"
    theirs.write_text("<context name='mine'/>\n")
    theirs.chmod(0o640)
    _init(short_tmp)
    assert (theirs.read_text(), stat.S_IMODE(theirs.stat().st_mode)) == ("<context name='mine'/>\n", 0o640)


def test_a_root_of_another_project_or_switch_is_refused(short_tmp: Path) -> None:
    _init(short_tmp)
    before = _tree(short_tmp / "sw")
    with pytest.raises(KnownError, match="sw belongs to another project or switch"):
        _init(short_tmp, project="other")
    assert _tree(short_tmp / "sw") == before


def test_a_root_full_of_other_things_is_refused(short_tmp: Path) -> None:
    (short_tmp / "sw").mkdir()
    (short_tmp / "sw/holiday.jpg").touch()
    with pytest.raises(
        KnownError, match=r"is not empty and no switch of ours runs from it \(it holds holiday\.jpg\)"
    ):
        _init(short_tmp)
    assert [path.name for path in (short_tmp / "sw").iterdir()] == ["holiday.jpg"]


def test_a_file_in_the_way_is_refused_before_anything_is_done(short_tmp: Path) -> None:
    (short_tmp / "sw").write_text("a file\n")
    with pytest.raises(KnownError):
        _init(short_tmp)
    assert (short_tmp / "sw").read_text() == "a file\n"


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(short_tmp: Path) -> None:
    (short_tmp / "file").touch()
    with pytest.raises(KnownError, match=r"cannot prepare .*/file/sw: mkdir: .*sudo install -d -o"):
        _init(short_tmp, root="file/sw")


def test_an_owner_that_is_not_there_is_told(short_tmp: Path) -> None:
    with pytest.raises(KnownError, match="there is no user no-such-user on the switch's machine"):
        _init(short_tmp, switch=", owner: no-such-user")
    assert not (short_tmp / "sw").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may give files to anybody")
def test_only_root_gives_files_to_another_user(short_tmp: Path) -> None:
    with pytest.raises(KnownError, match="only root can give files to root"):
        _init(short_tmp, switch=", owner: root")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_switchs_folders_are_its_own_and_the_rest_it_reads_as_its_group(short_tmp: Path) -> None:
    _init(short_tmp, switch=", owner: nobody")
    root = short_tmp / "sw"
    for name in ("log", "db", "cdr", "certs", "secrets.xml"):
        assert (root / name).owner() == "nobody"
    assert (root.owner(), (root / "spoken").owner(), (root / "spoken").group()) == ("root", "root", "nogroup")
    again = _init(short_tmp, switch=", owner: nobody")
    assert (again.folders, again.files, again.is_behind) == ((), (), False)


def _modes(root: Path) -> dict[str, int]:
    """Of everything but what is in the release, which differs by the folder's own name."""
    tree = _tree(root)
    return {path: mode for path, (mode, _) in tree.items() if not path.startswith("releases/")}


def test_over_ssh_it_is_the_same(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = StandIns(short_tmp / "stand-ins")
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    root = str(short_tmp / "b" / "sw")
    here, there = _init(short_tmp / "a"), _init(short_tmp / "b", root=root, switch=", ssh: sip1.example")
    assert there.next_steps.startswith("On sip1.example:\n")
    assert [path.replace("/b/", "/a/") for path in there.files] == list(here.files)
    modes = [_modes(short_tmp / name / "sw") for name in ("a", "b")]
    assert modes[0] == modes[1]
    assert (short_tmp / "b/sw/current/scripts/prozvon_robocall.py").is_file()
    again = _init(short_tmp / "b", root=root, switch=", ssh: sip1.example")
    assert (again.folders, again.files, again.is_first, again.is_behind) == ((), (), False, False)


# Beside a configuration


@pytest.fixture
def conf(short_tmp: Path) -> Path:
    made = short_tmp / "freeswitch"
    (made / "dialplan").mkdir(parents=True)
    (made / "sip_profiles/external").mkdir(parents=True)
    (made / "freeswitch.xml").write_text("<document/>\n")
    (made / "sip_profiles/external.xml").write_text("<profile name='external'/>\n")
    return made


PROFILES = (
    ", profiles: {external: {}, ours: {port: 5090}}, gateways: {g: {proxy: g.example, profile: external}}"
)


def test_beside_a_configuration_only_include_files_are_written(short_tmp: Path, conf: Path) -> None:
    theirs = _tree(conf)
    made = _init(short_tmp, switch=PROFILES, beside=str(conf))
    written = {path for path in _tree(conf) if path not in theirs}
    assert written == {
        "dialplan/prozvon.xml",
        "sip_profiles/external/prozvon.xml",
        "sip_profiles/prozvon_ours.xml",
    }
    assert {path: _tree(conf)[path] for path in theirs} == theirs
    root = short_tmp / "sw"
    assert not (root / "conf/freeswitch.xml").exists()
    assert not (root / "start").exists()
    assert (root / "current/conf/forget.xml").is_file()
    assert 'data="external/*.xml"' in made.next_steps
    again = _init(short_tmp, switch=PROFILES, beside=str(conf))
    assert (again.folders, again.files, again.is_behind) == ((), (), False)


def test_a_file_of_theirs_with_our_name_is_never_written_over(short_tmp: Path, conf: Path) -> None:
    (conf / "dialplan/prozvon.xml").write_text("theirs\n")
    with pytest.raises(KnownError, match=r"dialplan/prozvon\.xml is there and prozvon did not write it"):
        _init(short_tmp, beside=str(conf))
    assert (conf / "dialplan/prozvon.xml").read_text() == "theirs\n"


def test_a_folder_without_a_configuration_is_told(short_tmp: Path, conf: Path) -> None:
    (conf / "freeswitch.xml").unlink()
    with pytest.raises(KnownError, match=r"it has no freeswitch\.xml"):
        _init(short_tmp, beside=str(conf))
    with pytest.raises(KnownError, match="an absolute path"):
        _init(short_tmp, beside="etc/freeswitch")
