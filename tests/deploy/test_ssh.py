"""Another machine by ssh: whatever goes wrong on the way there is one clear line that says what to do."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.deploy.ssh import Ssh, end
from orchestrator.domain.problem import KnownError
from tests.deploy.machines import SSHD, StandIns, sshd
from tests.ports import free_port
from tests.runtime.factories import wait_until


@pytest.fixture
def no_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing in it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_words_arrive_as_they_are(stand_ins: StandIns) -> None:
    words = ["printf", "%s|", "a b", "'", '"', "$HOME", "`id`", "\\", "*", "", "; exit 3", "-n"]
    with closing(Ssh("there.example")) as there:
        assert there.run(words).stdout.decode() == "|".join([*words[2:], ""])
        assert there.run(["cat"], b"\0\xffdata").stdout == b"\0\xffdata"
        assert there.run(["sh", "-c", "exit 7"], codes=(7,)).returncode == 7


def test_the_port_and_the_user_are_told_to_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "ssh"
    script.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/args\necho ready\ncat >/dev/null\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with closing(Ssh("admin@pbx.example:2222")) as there:
        there.run(["true"])
    master, command = (tmp_path / "args").read_text().splitlines()
    assert "-p 2222 -- admin@pbx.example " in master
    assert "-M" in master.split()
    assert command.endswith("-p 2222 -- admin@pbx.example true")
    for line in (master, command):
        assert "BatchMode=yes" in line
        assert "ConnectTimeout=" in line
    sockets = {line.split(" -S ")[1].split(" ")[0] for line in (master, command)}
    assert len(sockets) == 1, "all go over one connection"
    assert not Path(sockets.pop()).parent.exists(), "nothing is left when it is closed"


def test_no_ssh_here_is_one_clear_line(no_commands: Path) -> None:
    with (
        closing(Ssh("there.example")) as there,
        pytest.raises(KnownError, match="there is no `ssh` on this machine"),
    ):
        there.run(["true"])


def test_no_rsync_is_one_clear_line(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins.fail(2, "echo 'bash: line 1: rsync: command not found' >&2; exit 12")
    with closing(Ssh("there.example")) as there:
        with pytest.raises(KnownError, match=r"there is no rsync on there\.example: install it there"):
            there.copy(tmp_path, str(tmp_path / "copy"))
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(KnownError, match="there is no `rsync` on this machine: install it"):
            there.copy(tmp_path, str(tmp_path / "copy"))


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        (
            "ssh: connect to host there.example port 22: Connection refused",
            "cannot reach there.example by ssh: ssh: connect to host there.example port 22: Connection refused",
        ),
        (
            "Host key verification failed.",
            "Host key verification failed.: connect by hand once, `ssh there.example`",
        ),
        (
            "@@@@@@@\n@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @",
            "CHANGED!: find out why before anything",
        ),
        ("x@there.example: Permission denied (publickey).", "it needs a key that asks for nothing"),
        ("", "cannot reach there.example by ssh: exit code 255"),
    ],
)
def test_a_machine_that_does_not_take_us_in_is_one_clear_line(
    stand_ins: StandIns, complaint: str, said: str
) -> None:
    stand_ins.fail(1, f"echo '{complaint}' >&2; exit 255")
    with closing(Ssh("there.example")) as there, pytest.raises(KnownError) as caught:
        there.run(["true"])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_command_complains_of_first_is_the_cause(stand_ins: StandIns) -> None:
    with closing(Ssh("there.example")) as there:
        with pytest.raises(KnownError, match=r"^no room \(28\)$"):
            there.run(["sh", "-c", "echo >&2; echo 'no\troom\x01 (28)' >&2; echo more >&2; exit 3"])
        with pytest.raises(KnownError, match=r"^exit code 4$"):
            there.run(["sh", "-c", "exit 4"])


def test_a_connection_that_breaks_off_is_not_made_again(stand_ins: StandIns) -> None:
    """A lock that was held over it is gone with it."""
    with closing(Ssh("there.example")) as there:
        there.run(["true"])
        assert there._master is not None
        end(there._master)
        with pytest.raises(KnownError, match=r"the connection to there\.example broke off"):
            there.run(["true"])


def test_what_is_held_goes_on_until_we_let_go(stand_ins: StandIns, tmp_path: Path) -> None:
    with closing(Ssh("there.example")) as there:
        held = there.hold(["sh", "-c", f"echo here; cat >/dev/null; touch {tmp_path}/ended"], b"here")
        assert not (tmp_path / "ended").exists()
        end(held)
        wait_until((tmp_path / "ended").exists, "it has ended")
        with pytest.raises(KnownError, match=r"^busy$"):
            there.hold(["sh", "-c", "echo busy >&2; exit 1"], b"here")


# With real ones, where they are installed


@pytest.fixture
def real_ssh() -> None:
    if not (os.path.exists(SSHD) and shutil.which("ssh")):
        pytest.skip("no sshd and ssh are installed here")


@pytest.mark.usefixtures("real_ssh")
def test_nobody_listens_there() -> None:
    port = free_port()
    said = rf"cannot reach 127.0.0.1:{port} by ssh: .*Connection refused"
    with closing(Ssh(f"127.0.0.1:{port}")) as there, pytest.raises(KnownError, match=said):
        there.run(["true"])


@pytest.mark.usefixtures("real_ssh")
def test_a_machine_of_unknown_key_or_without_our_key_is_not_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd(tmp_path / "sshd") as (where, folder):
        wrapper = folder / "ssh"
        trusting = wrapper.read_text("utf-8")
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        wrapper.write_text(trusting.replace("accept-new", "yes"), "utf-8")
        with (
            closing(Ssh(where)) as there,
            pytest.raises(KnownError, match=r"connect by hand once, `ssh -p \d+ .*@127\.0\.0\.1`"),
        ):
            there.run(["true"])
        wrapper.write_text(trusting.replace("/user -o", "/host -o"), "utf-8")
        with (
            closing(Ssh(where)) as there,
            pytest.raises(KnownError, match="needs a key that asks for nothing"),
        ):
            there.run(["true"])


@pytest.mark.usefixtures("real_ssh")
def test_many_commands_take_one_handshake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd(tmp_path / "sshd") as (where, folder):
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        with closing(Ssh(where)) as there:
            said = {there.run(["sh", "-c", "echo $SSH_CONNECTION"]).stdout for _ in range(3)}
    assert len(said) == 1
