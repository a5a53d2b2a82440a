"""Folders and files brought about by a shell script: only what is missing, and nothing of others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.switches.ground import File, Folder, ShellError, bring, look, shell_of

DATA = b"<!-- Made by prozvon -->\n'\"$x `id`\n\xff\x00END\n"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _bring(folders: list[Folder], files: list[File]) -> tuple[list[str], list[str]]:
    with shell_of("") as shell:
        sight = look(shell, [thing.path for thing in (*folders, *files)])
        return bring(shell, sight, folders, files)


def test_what_is_missing_is_made_as_wanted_and_the_second_time_nothing(short_tmp: Path) -> None:
    folders = [Folder(path=f"{short_tmp}/a/b", mode=0o700)]
    files = [
        File(path=f"{short_tmp}/a/b/f", data=DATA, mode=0o750),
        File(path=f"{short_tmp}/new/g", data=b""),
    ]
    assert _bring(folders, files) == ([folders[0].path], [file.path for file in files])
    assert (short_tmp / "a/b/f").read_bytes() == DATA
    assert (short_tmp / "new/g").read_bytes() == b""
    assert (_mode(short_tmp / "a/b"), _mode(short_tmp / "a/b/f"), _mode(short_tmp / "new/g")) == (
        0o700,
        0o750,
        0o644,
    )
    assert _bring(folders, files) == ([], [])
    assert sorted(path.name for path in (short_tmp / "a/b").iterdir()) == ["f"]


def test_modes_and_contents_that_were_changed_are_put_right(short_tmp: Path) -> None:
    folders, files = [Folder(path=f"{short_tmp}/a", mode=0o700)], [File(path=f"{short_tmp}/a/f", data=DATA)]
    _bring(folders, files)
    (short_tmp / "a").chmod(0o755)
    assert _bring(folders, files) == ([folders[0].path], [])
    (short_tmp / "a/f").write_bytes(b"prozvon, but changed")
    assert _bring(folders, files) == ([], [files[0].path])
    (short_tmp / "a/f").chmod(0o600)
    assert _bring(folders, files) == ([], [files[0].path])
    assert (short_tmp / "a/f").read_bytes() == DATA


def test_a_file_that_is_not_ours_is_left_alone_and_so_is_everything_else(short_tmp: Path) -> None:
    theirs = short_tmp / "f"
    theirs.write_text("theirs\n")
    with pytest.raises(KnownError, match="f is there and prozvon did not write it"):
        _bring([Folder(path=f"{short_tmp}/a", mode=0o700)], [File(path=str(theirs), data=DATA)])
    assert theirs.read_text() == "theirs\n"
    assert not (short_tmp / "a").exists()


def test_looking_tells_who_and_what(short_tmp: Path) -> None:
    (short_tmp / "one two").touch()
    (short_tmp / ".hidden").touch()
    with shell_of("") as shell:
        sight = look(shell, [str(short_tmp), f"{short_tmp}/none"], [str(short_tmp), "/none"], user="root")
        assert look(shell, [], user="no-such-user").group == ""
    assert sight.names == {str(short_tmp): {"one two", ".hidden"}}
    assert list(sight.found) == [str(short_tmp)]
    assert sight.group == "root"
    assert sight.is_root == (os.geteuid() == 0)


def test_a_script_that_fails_says_why_in_one_line() -> None:
    with shell_of("") as shell, pytest.raises(ShellError) as failed:
        shell("echo out; echo why >&2; echo more >&2; exit 3")
    assert str(failed.value) == "why"


def test_a_folder_is_given_to_the_switch_or_to_its_group() -> None:
    own = Folder(path="/a", mode=0o700, is_the_switchs=True).given_to("telephony", "phones")
    assert (own.owner, own.group) == ("telephony", "phones")
    shared = Folder(path="/a", mode=0o750).given_to("telephony", "phones")
    assert (shared.owner, shared.group) == ("", "phones")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_folders_get_their_owner_and_keep_it(short_tmp: Path) -> None:
    wanted = [Folder(path=f"{short_tmp}/a", mode=0o700, owner="nobody", group="nogroup")]
    assert _bring(wanted, []) == ([wanted[0].path], [])
    assert (short_tmp / "a").owner() == "nobody"
    assert _bring(wanted, []) == ([], [])
    os.chown(short_tmp / "a", 0, 0)
    assert _bring(wanted, []) == ([wanted[0].path], [])
