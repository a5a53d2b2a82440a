"""The bytes of a file that was taken, piece by piece, read in a thread; and how to go on where it was left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import gevent

from orchestrator.contacts.lines import PIECE
from orchestrator.domain.problem import KnownError
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside

LOOK_S: Final = 0.5

T = TypeVar("T")


def pieces(path: Path, aside: Aside, settle_s: float) -> Iterator[bytes]:
    """All of the file. Whoever still had it open when it was renamed may go on writing to it: its last piece is given
    only once nothing was written for `settle_s`. KnownError when it cannot be read.
    """
    handle = _asked(aside, path, lambda: os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    try:
        state = _asked(aside, path, lambda: os.fstat(handle))
        held = b""
        while True:
            piece = _asked(aside, path, lambda: os.read(handle, PIECE))
            if piece:
                if held:
                    yield held
                held = piece
                continue
            now = _asked(aside, path, lambda: os.fstat(handle))
            if (now.st_size, now.st_mtime_ns) == (state.st_size, state.st_mtime_ns):
                break
            state = now
            gevent.sleep(max(settle_s, LOOK_S))
        if held:
            yield held
    finally:
        os.close(handle)


def _asked(aside: Aside, path: Path, work: Callable[[], T]) -> T:
    return on_disk(aside, work, f"reading {path.name}")


def on_disk(aside: Aside, work: Callable[[], T], what: str) -> T:
    """What `work` returns, done in a thread. KnownError when the disk refuses, or hangs."""
    try:
        return aside.run(work, what)
    except OSError as error:
        raise KnownError(f"{what}: {error.strerror}: {error.filename or ''}".rstrip(": ")) from None
    except Undelivered as failure:
        raise KnownError(failure.why) from None


def without_lines(found: Iterator[bytes], first: int, last: int) -> Iterator[bytes]:
    """The pieces of a list without its physical lines from `first` on and before `last` (from 1)."""
    number, separator = 1, b""
    for piece in found:
        separator = separator or (b"\r" if b"\r" in piece and b"\n" not in piece else b"\n")
        at = 0
        while at < len(piece):
            if number >= last:
                yield piece[at:]
                break
            if first <= number:
                lines = piece.count(separator, at)
                if number + lines < last:
                    number += lines
                    break
            end = piece.find(separator, at) + 1 or len(piece)
            if number < first:
                yield piece[at:end]
            number += piece.endswith(separator, at, end)
            at = end
