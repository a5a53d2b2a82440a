"""Where prompts are kept: files by name, written whole or not at all, known by their time of use."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{32,64}\.wav")
HEADER = 44  # bytes of a WAV file without sound: what a power cut may leave is not longer
TOUCH_S = 86_400.0  # of use that is noted: a file used within a day is not touched again
STALE_S = 3600.0  # a temporary file that old belongs to nobody any more
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A prompt in a folder. used_at: epoch seconds of the machine's clock."""

    path: Path
    size: int
    used_at: float


def write_whole(path: Path, data: bytes, *, is_synced: bool = False) -> None:
    """Write beside it and rename: a switch never reads half a file. Readable by everybody. OSError when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if is_synced:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def is_whole(path: str | Path) -> bool:
    """Whether a prompt is there, with sound in it."""
    try:
        return os.stat(path).st_size > HEADER
    except OSError:
        return False


class SpokenFolder:
    """The spoken fields of contacts in one folder. Knows what it has seen, so that most calls cost no look at all.

    keep_s: what was not used for so long is removed by `expire`, whoever's it is.
    """

    SEEN_MAX = 50_000

    def __init__(self, path: Path, keep_s: float) -> None:
        self.path = path
        self._keep_s = keep_s
        self._touch_s = min(TOUCH_S, keep_s / 4)
        self._used: dict[str, float] = {}  # name -> when we noted its use (monotonic)

    def file(self, name: str) -> Path:
        return self.path / name

    def use(self, name: str) -> bool:
        """Whether the prompt is there; its use is noted, so that it stays."""
        now = time.monotonic()
        noted = self._used.get(name)
        if noted is not None and now - noted < self._touch_s:
            return True
        path = f"{self.path}/{name}"
        if not is_whole(path):
            return False
        try:
            os.utime(path)
        except OSError:  # removed since we looked
            return False
        self.note(name)
        return True

    def note(self, name: str) -> None:
        """It was made just now."""
        if len(self._used) >= self.SEEN_MAX:
            self._used.clear()
        self._used[name] = time.monotonic()

    def expire(self) -> int:
        """Remove what was not used for `keep_s`, and what a crash left half-written; how many prompts that were."""
        return remove_unused(self.path, self._keep_s)


def kept_in(folder: Path) -> Iterator[Kept]:
    """The prompts in a folder; none when it is not there."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if NAME.fullmatch(entry.name):
                with suppress(OSError):  # removed meanwhile
                    stat = entry.stat(follow_symlinks=False)
                    yield Kept(path=Path(entry.path), size=stat.st_size, used_at=stat.st_mtime)


def remove_unused(folder: Path, keep_s: float) -> int:
    """Remove prompts not used for `keep_s`, and stale temporary files; how many prompts. Times of the disk's clock."""
    removed = 0
    before = time.time() - keep_s
    for kept in kept_in(folder):
        if kept.used_at < before:
            with suppress(OSError):
                if kept.path.stat().st_mtime < before:  # used since the listing
                    kept.path.unlink()
                    removed += 1
    for path in folder.glob(".new-*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - STALE_S:
                path.unlink()
    return removed
