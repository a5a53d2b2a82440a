"""When a dropped file is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.runtime.intake.watching import Listing, Seen, Watch, listing

NOW = 1_796_029_200_000


def seen(name: str, *, inode: int = 1, size: int = 10, modified_ms: int = NOW) -> Seen:
    return Seen(name=name, signature=(inode, size, modified_ms * 1_000_000), modified_ms=modified_ms)


def look(watch: Watch, *files: Seen, parts: frozenset[int] = frozenset(), at_s: float = 0.0) -> list[str]:
    found = Listing(files=files, parts=parts)
    return [each.name for each in watch.whole(found, monotonic_s=at_s, now_ms=NOW)]


def test_a_file_is_whole_when_it_did_not_change_for_the_time_set() -> None:
    watch = Watch(5)
    assert look(watch, seen("a.csv")) == []
    assert look(watch, seen("a.csv", size=11), at_s=4) == []
    assert look(watch, seen("a.csv", size=11), at_s=8.9) == []
    assert look(watch, seen("a.csv", size=11), at_s=9) == ["a.csv"]
    assert watch.waiting == 1


def test_a_file_that_was_last_written_long_ago_is_whole_at_once() -> None:
    assert look(Watch(5), seen("a.csv", modified_ms=NOW - 5000)) == ["a.csv"]


def test_a_folder_whose_clock_is_ahead_is_watched_by_ours() -> None:
    watch = Watch(5)
    ahead = seen("a.csv", modified_ms=NOW + 3_600_000)
    assert look(watch, ahead) == []
    assert look(watch, ahead, at_s=5) == ["a.csv"]


def test_a_file_renamed_from_an_unfinished_name_is_whole_at_once() -> None:
    watch = Watch(5)
    assert look(watch, parts=frozenset({7})) == []
    assert look(watch, seen("a.csv", inode=7), seen("b.csv", inode=8), at_s=0.1) == ["a.csv"]
    assert look(watch, seen("a.csv", inode=7), at_s=0.2) == ["a.csv"]


def test_another_file_of_the_same_name_is_watched_anew() -> None:
    watch = Watch(5)
    look(watch, seen("a.csv"))
    look(watch, at_s=1)
    assert look(watch, seen("a.csv"), at_s=5) == []


def test_the_oldest_comes_first() -> None:
    files = [
        seen("b", modified_ms=NOW - 9000),
        seen("a", modified_ms=NOW - 8000),
        seen("c", modified_ms=NOW - 9000),
    ]
    assert look(Watch(1), *files) == ["b", "c", "a"]


@pytest.mark.parametrize(
    "name",
    [
        ".a.csv",
        "a.csv.part",
        "a.csv.PARTIAL",
        "a.csv~",
        "a.tmp",
        "a.filepart",
        "x.crdownload",
        ".~lock.a.csv#",
    ],
)
def test_unfinished_names_are_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    found = listing(tmp_path)
    assert found.files == ()
    assert found.parts == {(tmp_path / name).stat().st_ino}


def test_only_plain_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "done").mkdir()
    (tmp_path / "orders.csv").write_bytes(b"x")
    (tmp_path / "link.csv").symlink_to(tmp_path / "orders.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (found,) = listing(tmp_path).files
    assert found.name == "orders.csv"
    assert found.signature[1] == 1
