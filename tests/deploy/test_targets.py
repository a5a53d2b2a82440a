"""A root folder, here or on another machine: what is put there is whole, private where it must be, found again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.deploy.target import Target
from orchestrator.domain.problem import KnownError
from tests.deploy.factories import files_below, release

Open = Callable[..., Target]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def _modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), path.stat().st_mode & 0o777) for path in [folder, *folder.rglob("*")]}


def test_a_release_is_there_whole_and_readable_and_in_force_when_told(opened: Open, root: Path) -> None:
    target, first = opened(root), release(root)
    with target.lock():
        target.upload(first)
        assert target.state().current == ""
        target.switch_to(first.release_id)
        target.remember(first.release_id)
        state = target.state()
    assert os.readlink(root / "current") == f"releases/{first.release_id}"
    assert files_below(root / "current") == first.everything()
    assert _modes(root / "releases") == {(True, 0o755), (False, 0o644)}
    assert (state.current, state.finished, list(state.stored)) == (first.release_id,) * 2 + (
        [first.release_id],
    )
    assert (root / "history").read_text() == f"{state.history[0].at} {first.release_id}\n"
    assert abs(state.now - state.history[0].at) < 60_000
    assert target.hashes(first.release_id) == first.hashes
    assert target.read(first.release_id) == first.everything()


def test_folders_that_calls_need_are_made(opened: Open, root: Path) -> None:
    with opened(root).lock():
        assert {path.name for path in root.iterdir()} == {
            *("programs", "prompts", "spoken", "cdr", "releases", ".deploy.lock"),
            *("recordings", "inbound"),
        }
        for name in ("recordings", "inbound"):  # voices, and who called, are the switch's alone
            assert (root / name).stat().st_mode & 0o777 == 0o700


def test_the_second_upload_writes_nothing(opened: Open, root: Path) -> None:
    target, first = opened(root), release(root)
    with target.lock():
        target.upload(first)
        before = {path: path.stat().st_mtime_ns for path in (root / "releases").rglob("*")}
        target.upload(first)
    assert {path: path.stat().st_mtime_ns for path in (root / "releases").rglob("*")} == before


def test_what_was_changed_by_hand_is_put_right_file_by_file(opened: Open, root: Path) -> None:
    """The release may be the current one: it is never away, not for a moment."""
    target, first = opened(root), release(root)
    with target.lock():
        target.upload(first)
        folder = root / "releases" / first.release_id
        inode = folder.stat().st_ino
        (folder / "dialplan" / "prozvon.xml").write_text("<mine/>")
        (folder / "scripts" / "prozvon_robocall.py").unlink()
        (folder / "scripts" / "mine to keep.py").write_text("")
        assert target.hashes(first.release_id) != first.hashes
        target.upload(first)
    assert files_below(folder) == first.everything()
    assert folder.stat().st_ino == inode
    assert not list((root / "releases").glob(".*"))


def test_compiled_scripts_are_not_part_of_a_release(opened: Open, root: Path) -> None:
    target, first = opened(root), release(root)
    with target.lock():
        target.upload(first)
        cache = root / "releases" / first.release_id / "scripts" / "__pycache__"
        cache.mkdir()
        (cache / "prozvon_robocall.cpython-311.pyc").write_bytes(b"x")
        assert target.hashes(first.release_id) == first.hashes
        assert target.read(first.release_id) == first.everything()


def test_current_can_name_another_release_and_none(opened: Open, root: Path) -> None:
    target, first, second = opened(root), release(root), release(root, sps=7)
    with target.lock():
        for one in (first, second):
            target.upload(one)
            target.switch_to(one.release_id)
        assert target.state().current == second.release_id
        target.switch_to("")
        assert target.state().current == ""
    assert not (root / "current").is_symlink()


def test_a_history_that_a_crash_cut_off_goes_on(opened: Open, root: Path) -> None:
    target, first = opened(root), release(root)
    root.mkdir()
    (root / "history").write_text("1000 aaaaaaaaaaaa\n2000 bbb")
    with target.lock():
        target.remember(first.release_id)
        history = target.state().history
    assert [item.release_id for item in history] == ["aaaaaaaaaaaa", first.release_id]


def test_removed_releases_are_gone_and_others_stay(opened: Open, root: Path) -> None:
    target, first, second = opened(root), release(root), release(root, sps=7)
    with target.lock():
        target.upload(first)
        target.upload(second)
        target.remove([first.release_id])
        target.remove([])
        assert list(target.state().stored) == [second.release_id]


def test_what_a_broken_deploy_left_is_gone_with_the_next(opened: Open, root: Path) -> None:
    target = opened(root)
    (root / "releases" / ".incoming-0123456789ab" / "conf").mkdir(parents=True)
    (root / ".current.77").symlink_to("releases/0123456789ab")
    (root / ".secrets.before").write_text("old")
    (root / "programs").mkdir()
    for name in (".a.json.old", ".b.json.new"):
        (root / "programs" / name).write_text("{")
    os.utime(root / "programs" / ".a.json.old", (1, 1))
    os.utime(root / "programs" / ".b.json.new", (2**31, 2**31))  # somebody is putting it there now
    with target.lock():
        assert not list((root / "releases").iterdir())
        assert not [path for path in root.iterdir() if path.name.startswith((".current", ".secrets"))]
        assert [path.name for path in (root / "programs").iterdir()] == [".b.json.new"]


def test_two_deploys_of_one_switch_do_not_interleave(opened: Open, root: Path) -> None:
    with (
        opened(root).lock(),
        pytest.raises(KnownError, match=r"somebody else is deploying"),
        opened(root).lock(),
    ):
        pass
    with opened(root).lock():
        pass


# Secrets


def test_secrets_are_private_and_the_old_ones_can_come_back(opened: Open, root: Path) -> None:
    target, path = opened(root), root / "secrets.xml"
    with target.lock():
        assert not target.has_secrets(b"<a/>")
        target.put_secrets(b"<a/>")
        assert target.has_secrets(b"<a/>")
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"<a/>", 0o600)
        target.keep_secrets()
        target.put_secrets(b"<b/>")
        assert {p.stat().st_mode & 0o777 for p in root.glob("*secrets*")} == {0o600}
        target.restore_secrets()
        assert path.read_bytes() == b"<a/>"
        assert [p.name for p in root.iterdir() if "secrets" in p.name] == ["secrets.xml"]


def test_secrets_that_were_none_are_none_again(opened: Open, root: Path) -> None:
    target = opened(root)
    with target.lock():
        target.put_secrets(b"<a/>")
        target.restore_secrets()
    assert not list(root.glob("*secrets*"))


def test_secrets_that_others_can_read_are_written_anew(opened: Open, root: Path) -> None:
    target = opened(root)
    with target.lock():
        target.put_secrets(b"<a/>")
        (root / "secrets.xml").chmod(0o644)
        assert not target.has_secrets(b"<a/>")
        target.put_secrets(b"<a/>")
        assert target.has_secrets(b"<a/>")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_switchs_user_gets_what_it_must_read_alone(opened: Open, root: Path) -> None:
    target = opened(root, owner="nobody")
    with target.lock():
        target.put_secrets(b"<a/>")
        assert target.has_secrets(b"<a/>")
        os.chown(root / "secrets.xml", 0, 0)
        assert not target.has_secrets(b"<a/>")
    assert (root / "cdr").owner() == "nobody"


def test_a_user_that_is_not_there_is_one_clear_line(opened: Open, root: Path) -> None:
    with pytest.raises(KnownError, match=r"nosuchuser") as caught, opened(root, owner="nosuchuser").lock():
        pass
    assert "\n" not in str(caught.value)


# Programs and sounds


def test_files_are_put_where_they_are_missing_or_differ(opened: Open, root: Path) -> None:
    target = opened(root)
    files = {"programs/a.json": b"{}", "prompts/b.wav": b"\0\xff", "prompts/c.wav": b"c"}
    assert sorted(target.put_files(files)) == sorted(files)
    assert files_below(root) == files
    assert _modes(root) == {(True, 0o755), (False, 0o644)}
    (root / "prompts" / "b.wav").write_bytes(b"half")
    (root / "prompts" / "c.wav").unlink()
    assert sorted(target.put_files(files)) == ["prompts/b.wav", "prompts/c.wav"]
    assert target.put_files(files) == []
    assert files_below(root) == files


def test_a_umask_of_whoever_deploys_keeps_nobody_out(opened: Open, root: Path) -> None:
    before = os.umask(0o077)
    try:
        target, first = opened(root), release(root)
        target.put_files({"programs/a.json": b"{}"})
        with target.lock():
            target.upload(first)
    finally:
        os.umask(before)
    (root / ".deploy.lock").unlink()  # what nobody else needs
    for name in ("recordings", "inbound"):
        (root / name).rmdir()
    assert _modes(root) == {(True, 0o755), (False, 0o644)}


def test_a_path_is_never_part_of_a_command(opened: Open, tmp_path: Path) -> None:
    """Settings take plain paths only; this holds without that."""
    root = tmp_path / "a b;'$(touch x)`touch y`\"*"
    target, first = opened(root), release(Path("/srv/prozvon"))
    with target.lock():
        target.upload(first)
        target.switch_to(first.release_id)
        target.remember(first.release_id)
        target.put_secrets(b"<a/>")
        assert target.hashes(first.release_id) == first.hashes
    assert target.put_files({"programs/a.json": b"{}"}) == ["programs/a.json"]
    assert target.state().current == first.release_id
    assert {path.name for path in tmp_path.iterdir()} <= {root.name, "stand-ins", "sshd"}
    assert not Path("x").exists()
    assert not Path("y").exists()


# What cannot be


@pytest.mark.parametrize("act", ["lock", "put_files"])
def test_a_folder_that_cannot_be_made_is_one_clear_line(opened: Open, tmp_path: Path, act: str) -> None:
    (tmp_path / "file").touch()
    target = opened(tmp_path / "file" / "root")
    acts = {"lock": lambda: target.lock().__enter__(), "put_files": lambda: target.put_files({"a": b""})}
    with pytest.raises(KnownError, match=r"cannot .* the switch's folder .*file/root") as caught:
        acts[act]()
    assert "\n" not in str(caught.value)


def test_an_empty_root_has_no_state(opened: Open, root: Path) -> None:
    state = opened(root).state()
    assert (state.current, state.history, state.stored, state.previous, state.since) == ("", (), {}, "", None)


def test_a_link_that_is_not_ours_names_no_release(opened: Open, root: Path) -> None:
    root.mkdir()
    (root / "current").symlink_to("/somewhere/else")
    (root / "releases").mkdir()
    (root / "releases" / "notes").mkdir()
    state = opened(root).state()
    assert (state.current, state.stored) == ("", {})
    assert re.fullmatch(r"\d{13}", str(state.now))
