"""Files that rows are appended to: whole lines, on the disk before anybody is told, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_BLOCK = 1 << 20
_MODE = 0o640  # callers' data: not for everybody on the machine


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other process and no other thread has it. A killed process has it no more."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def opened(path: Path, is_line: Callable[[bytes], bool]) -> Iterator[int]:
    """A file to read and append to, every line of it whole.

    A last line without an end was torn (the disk was full, the power went), unless `is_line` knows it for a whole one
    (somebody's editor left the end out). A torn one was never told to be delivered; it is put aside in `NAME.torn`.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE)
    try:
        begin, tail = _tail(handle)
        if tail and is_line(tail):
            append(handle, path, b"\n")
        elif tail:
            with path.with_name(f"{path.name}.torn").open("ab") as torn:
                torn.write(tail + b"\n")
                torn.flush()
                os.fsync(torn.fileno())
            os.ftruncate(handle, begin)
        yield handle
    finally:
        os.close(handle)


def append(handle: int, path: Path, line: bytes) -> None:
    """All of it or nothing, and on the disk. OSError otherwise."""
    before = os.fstat(handle).st_size
    try:
        if os.write(handle, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise
    if before == 0:
        sync_folder(path.parent)


def holds(handle: int, text: bytes, edges: bytes) -> bool:
    """Whether the file has `text` somewhere between two of the bytes `edges` (or its ends)."""
    size, at, rest = os.fstat(handle).st_size, 0, b"\n"
    while at < size:
        block = os.pread(handle, _BLOCK, at)
        if not block:
            return False
        at += len(block)
        window = rest + block + (b"\n" if at >= size else b"")
        found = window.find(text)
        while found >= 0:
            after = window[found + len(text) : found + len(text) + 1]
            if after and after in edges and (found == 0 or window[found - 1 : found] in edges):
                return True
            found = window.find(text, found + 1)
        rest = window[-len(text) - 1 :]
    return False


def first_line(handle: int) -> bytes:
    """Without its end; b"" of an empty file."""
    line = b""
    while block := os.pread(handle, 4096, len(line)):
        line += block
        if b"\n" in block:
            break
    return line.partition(b"\n")[0].removesuffix(b"\r")


def sync_folder(folder: Path) -> None:
    """What was made or renamed there is there after a power cut too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tail(handle: int) -> tuple[int, bytes]:
    """(where it begins, what stands after the last line's end)."""
    end, tail = os.fstat(handle).st_size, b""
    while end > 0:
        begin = max(0, end - _BLOCK)
        block = os.pread(handle, end - begin, begin)
        cut = block.rfind(b"\n") + 1
        tail = block[cut:] + tail
        if cut:
            return begin + cut, tail
        end = begin
    return 0, tail
