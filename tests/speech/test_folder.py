"""Prompts on the disk: whole or not at all, and gone when nobody has used them for long."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from orchestrator.speech import folder
from orchestrator.speech.folder import SpokenFolder, is_whole, kept_in, remove_unused, write_whole

NAME = "0123456789abcdef" * 2 + ".wav"
OTHER = "f" * 32 + ".wav"
DAY = 86_400.0


def aged(path: Path, days: float) -> Path:
    write_whole(path, b"x" * 100)
    at = time.time() - days * DAY
    os.utime(path, (at, at))
    return path


@pytest.mark.parametrize("is_synced", [True, False])
def test_a_file_is_written_whole_and_for_all_to_read(tmp_path: Path, is_synced: bool) -> None:
    path = tmp_path / "sub" / NAME
    write_whole(path, b"first", is_synced=is_synced)
    write_whole(path, b"second", is_synced=is_synced)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / NAME
    write_whole(path, b"first")
    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"second", is_synced=True)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_empty_or_cut_short_by_a_power_cut_is_not_there(tmp_path: Path) -> None:
    kept = SpokenFolder(tmp_path, 30 * DAY)
    assert not kept.use(NAME)
    kept.file(NAME).write_bytes(b"")
    assert not kept.use(NAME)
    kept.file(NAME).write_bytes(b"x" * 44)
    assert not is_whole(kept.file(NAME))
    kept.file(NAME).write_bytes(b"x" * 46)
    assert kept.use(NAME)


def test_use_is_noted_so_that_it_stays(tmp_path: Path) -> None:
    path = aged(tmp_path / NAME, 29)
    assert SpokenFolder(tmp_path, 30 * DAY).use(NAME)
    assert path.stat().st_mtime > time.time() - 60


def test_what_was_seen_today_is_not_looked_at_again(tmp_path: Path) -> None:
    kept = SpokenFolder(tmp_path, 30 * DAY)
    path = aged(tmp_path / NAME, 0)
    assert kept.use(NAME)
    before = path.stat().st_mtime_ns
    assert kept.use(NAME)
    assert path.stat().st_mtime_ns == before
    kept.note(OTHER)
    assert kept.use(OTHER)  # it was just made, by us


def test_what_is_kept_only_a_moment_is_looked_at_every_time(tmp_path: Path) -> None:
    kept = SpokenFolder(tmp_path, 0.0)
    path = aged(tmp_path / NAME, 0)
    assert kept.use(NAME)
    path.unlink()
    assert not kept.use(NAME)


def test_what_was_removed_between_two_looks_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(tmp_path / NAME, 0)
    monkeypatch.setattr(folder, "is_whole", lambda path: bool(os.unlink(path)) or True)
    assert not SpokenFolder(tmp_path, DAY).use(NAME)


def test_what_it_remembers_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SpokenFolder, "SEEN_MAX", 10)
    kept = SpokenFolder(tmp_path, DAY)
    for index in range(25):
        kept.note(f"{index:032x}.wav")
    assert len(kept._used) <= 10


def test_what_nobody_used_for_long_is_removed_and_nothing_else(tmp_path: Path) -> None:
    old, fresh = aged(tmp_path / NAME, 31), aged(tmp_path / OTHER, 29)
    foreign = aged(tmp_path / "notes.txt", 400)
    half, writing = aged(tmp_path / ".new-abc", 1), aged(tmp_path / ".new-def", 0)
    assert SpokenFolder(tmp_path, 30 * DAY).expire() == 1
    assert set(tmp_path.iterdir()) == {fresh, foreign, writing}
    assert not old.exists()
    assert not half.exists()


def test_what_is_used_while_the_old_is_removed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = aged(tmp_path / NAME, 31)
    listed = list(kept_in(tmp_path))
    monkeypatch.setattr(folder, "kept_in", lambda _: iter(listed))
    os.utime(path)
    assert remove_unused(tmp_path, 30 * DAY) == 0
    assert path.exists()


def test_what_somebody_else_removed_meanwhile_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = aged(tmp_path / NAME, 31)
    listed = list(kept_in(tmp_path))
    monkeypatch.setattr(folder, "kept_in", lambda _: iter(listed))
    path.unlink()
    assert remove_unused(tmp_path, 30 * DAY) == 0


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(kept_in(tmp_path / "none")) == []
    assert remove_unused(tmp_path / "none", DAY) == 0


def test_what_is_kept_is_listed_with_size_and_use(tmp_path: Path) -> None:
    aged(tmp_path / NAME, 2)
    (tmp_path / "notes.txt").write_text("x")
    [kept] = kept_in(tmp_path)
    assert (kept.path.name, kept.size) == (NAME, 100)
    assert time.time() - kept.used_at == pytest.approx(2 * DAY, abs=60)
