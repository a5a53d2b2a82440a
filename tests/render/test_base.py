"""What is written once: the way to the release, the start script, the unit."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from pathlib import Path

import pytest

from orchestrator.render import SwitchSite, render_base
from orchestrator.render.base import LOCAL_FOLDERS, README, START, next_steps, unit_of
from orchestrator.render.release import ram_of, render_release
from tests.render.sites import gateway, parsed, site

STANDS_IN = '#!/bin/sh\nprintf "%s\\n" "$PYTHONPATH" "$(umask)" "$PWD" "$@"\n'  # for FreeSWITCH


def test_the_switch_reads_passwords_then_the_engineers_variables_then_the_release() -> None:
    made = parsed(render_base(site())["conf/freeswitch.xml"])
    assert (made.tag, made.get("type")) == ("document", "freeswitch/xml")
    assert [node.get("data") for node in made] == [
        "/srv/prozvon/secrets.xml",
        "/srv/prozvon/conf/local/vars/*.xml",
        "/srv/prozvon/current/conf/freeswitch.xml",
    ]


def test_the_page_for_engineers_names_every_folder_that_is_read_and_no_other() -> None:
    page = render_base(site())[README].decode()
    assert set(re.findall(r"^\| `([a-z_]+)/", page, re.M)) == set(LOCAL_FOLDERS)
    read = b"".join([*render_release(site()).values(), *render_base(site()).values()]).decode()
    for name in LOCAL_FOLDERS:
        assert f"conf/local/{name}" in read


def _run(root: Path, changed: SwitchSite | None = None) -> subprocess.CompletedProcess[str]:
    """The start script of a switch below `root`, with something that stands in for FreeSWITCH."""
    stand_in = root.parent / "freeswitch"
    stand_in.write_text(STANDS_IN)
    stand_in.chmod(0o755)
    script = root / START
    script.write_bytes(render_base(changed or site(root=str(root)))[START])
    script.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "FREESWITCH": str(stand_in)}
    return subprocess.run([script], env=environment, capture_output=True, text=True, timeout=20, check=False)


@pytest.fixture
def root(short_tmp: Path) -> Path:
    made = short_tmp / "root"
    for name in ("current/scripts", "certs", "conf/local/certs", "run"):
        (made / name).mkdir(parents=True)
    (made / "secrets.xml").touch(0o600)
    return made


def test_the_start_script_runs_the_switch_in_its_folders_with_our_scripts_in_its_python(root: Path) -> None:
    ran = _run(root)
    assert ran.returncode == 0, ran.stderr
    python_path, umask, folder, *arguments = ran.stdout.splitlines()
    assert python_path.split(":") == [f"{root}/current/scripts", f"{root}/conf/local/scripts"]
    assert umask == "0027"
    assert folder == f"{root}/run"
    assert {"-nf", "-nc", "-np", "-nonat"} <= set(arguments)
    said = dict(itertools.pairwise(arguments))
    assert {
        said[f"-{name}"] for name in ("conf", "log", "db", "run", "storage", "recordings", "cache", "certs")
    } == {
        f"{root}/{name}" for name in ("conf", "log", "db", "run", "storage", "recordings", "cache", "certs")
    }
    assert (said["-temp"], said["-scripts"]) == (f"{root}/tmp", f"{root}/current/scripts")


def test_it_believes_the_engineers_authorities_too_and_never_writes_over_the_machines(root: Path) -> None:
    (root / "conf/local/certs/mine.pem").write_text("mine\n")
    assert _run(root).returncode == 0
    believed = root / "certs/cafile.pem"
    assert believed.read_text().endswith("mine\n")
    assert not believed.is_symlink()


def test_it_says_what_is_missing(root: Path) -> None:
    (root / "secrets.xml").unlink()
    assert "cannot read" in _run(root).stderr
    (root / "current/scripts").rmdir()
    failed = _run(root)
    assert (failed.returncode, "prozvon deploy --switch main" in failed.stderr) == (1, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_databases_of_another_user_are_told(root: Path) -> None:
    left = Path(f"{ram_of(site(root=str(root)))}.core.db")
    left.touch(0o400)
    try:
        assert f"{left} is of another user" in _run(root).stderr
    finally:
        left.unlink()


def test_a_start_by_root_becomes_the_owner(root: Path) -> None:
    script = render_base(site(owner="telephony"))[START].decode()
    assert '[ "$(id -u)" != 0 ] || set -- -u telephony "$@"' in script
    assert " -u " not in render_base(site())[START].decode().replace("id -u", "")


def test_the_unit_starts_the_script_as_the_owner() -> None:
    made = site(owner="telephony")
    unit = render_base(made)[unit_of(made)].decode()
    assert "\nUser=telephony\n" in unit
    assert "\nExecStart=/srv/prozvon/start\n" in unit
    assert f"rm -f {ram_of(made)}.*" in unit
    assert "User=" not in render_base(site())[unit_of(site())].decode()


def test_next_steps_are_commands_for_who_says_them() -> None:
    owned = next_steps(site(owner="telephony", gateways=(gateway("main"),)), where="sip1", is_root=False)
    assert owned.startswith("On sip1:\n")
    assert "  sudo systemctl enable --now /srv/prozvon/prozvon-main.service\n" in owned
    assert "  sudo -u telephony /srv/prozvon/start\n" in owned
    assert "  prozvon doctor --switch main\n" in owned
    bare = next_steps(site(), where="", is_root=True)
    assert "sudo" not in bare
    assert "`owner: USER`" in bare
