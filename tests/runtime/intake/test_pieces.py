"""A file in pieces, and without the lines that were loaded before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contacts.lines import PIECE
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.intake.pieces import on_disk, pieces, without_lines
from orchestrator.runtime.outbox.aside import Aside


@pytest.fixture
def aside() -> Iterator[Aside]:
    made = Aside()
    yield made
    made.stop()


def test_a_file_comes_whole(tmp_path: Path, aside: Aside) -> None:
    path = tmp_path / "a.csv"
    for size in (0, 1, PIECE, PIECE * 2 + 1):
        path.write_bytes(os.urandom(size))
        assert b"".join(pieces(path, aside, 0.01)) == path.read_bytes()


def test_what_is_written_to_a_file_while_it_is_read_comes_too(tmp_path: Path, aside: Aside) -> None:
    """Whoever had it open when it was taken goes on."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * PIECE + b"half of a li")
    found = pieces(path, aside, 0.01)
    first = next(found)
    with path.open("ab") as writer:
        writer.write(b"ne\n")
    assert first + b"".join(found) == path.read_bytes()


def test_a_disk_that_hangs_or_refuses_is_told(tmp_path: Path) -> None:
    aside = Aside(timeout_s=0.05)
    with pytest.raises(KnownError, match=r"reading gone\.csv: No such file"):
        list(pieces(tmp_path / "gone.csv", aside, 0.01))
    read, write = os.pipe()
    with pytest.raises(KnownError, match="does the disk hang"):
        on_disk(aside, lambda: os.read(read, 1), "reading a.csv")
    os.write(write, b"x")
    gevent.sleep(0)
    aside.stop()


@given(
    lines=st.lists(st.sampled_from([b"", b"a", b"bc,d", b"\r"]), max_size=12),
    first=st.integers(1, 12),
    more=st.integers(1, 12),
    size=st.integers(1, 9),
    has_end=st.booleans(),
)
def test_the_lines_between_are_left_out(
    lines: list[bytes], first: int, more: int, size: int, has_end: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if has_end else b"")
    cut = [data[at : at + size] for at in range(0, len(data), size)]
    every = data.split(b"\n")
    every = [line + b"\n" for line in every[:-1]] + [every[-1]]
    kept = every[: first - 1] + every[first + more - 1 :]
    if b"\r" in data and cut and b"\r" in cut[0] and b"\n" not in cut[0]:
        return  # line ends are told by the first piece, which is large enough in life
    assert b"".join(without_lines(iter(cut), first, first + more)) == b"".join(kept)


def test_lines_may_end_with_cr_alone() -> None:
    assert b"".join(without_lines(iter([b"a\rb\rc\rd"]), 2, 4)) == b"a\rd"
