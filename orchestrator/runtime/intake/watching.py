"""Which files of a drop folder are whole: nobody writes to them any more."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What programs call a file that they have not written to its end: browsers, FTP and SFTP clients, editors.
_PART: Final = re.compile(
    r"\..*|.*(?:~|\.(?:part|partial|filepart|tmp|temp|crdownload|download|swp|lock))\Z", re.S | re.I
)

Signature = tuple[int, int, int]  # inode, size, modified (ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as it was at a look. modified_ms: by the clock of whoever keeps the folder."""

    name: str
    signature: Signature
    modified_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Files with a name that may be taken, and the inodes of those that are still being written by their name."""

    files: tuple[Seen, ...]
    parts: frozenset[int]


def listing(folder: Path) -> Listing:
    """What is in the folder now; what is no plain file is passed over. OSError."""
    files: list[Seen] = []
    parts: set[int] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # gone since
                continue
            if not stat.S_ISREG(found.st_mode):
                continue
            if _PART.match(entry.name):
                parts.add(found.st_ino)
                continue
            signature = (found.st_ino, found.st_size, found.st_mtime_ns)
            files.append(
                Seen(name=entry.name, signature=signature, modified_ms=found.st_mtime_ns // 1_000_000)
            )
    return Listing(files=tuple(files), parts=frozenset(parts))


class Watch:
    """Fed with one look after another. settle_s: unchanged for so long, a file is whole; at once, when it was renamed
    from a name of files that are still being written.
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._parts: frozenset[int] = frozenset()
        self._since: dict[str, tuple[Signature, float]] = {}

    def whole(self, found: Listing, *, monotonic_s: float, now_ms: int) -> list[Seen]:
        """The files that are whole, the oldest first. now_ms: the machine's clock, which may not be the folder's: a
        file that is not written to for `settle_s` by what we see ourselves is whole, whatever its time says.
        """
        since: dict[str, tuple[Signature, float]] = {}
        ready: list[Seen] = []
        for each in found.files:
            before = self._since.get(each.name)
            is_same = before is not None and before[0] == each.signature
            since[each.name] = kept = before if before and is_same else (each.signature, monotonic_s)
            if (
                each.signature[0] in self._parts
                or monotonic_s - kept[1] >= self._settle_s
                or now_ms - each.modified_ms >= self._settle_s * 1000
            ):
                ready.append(each)
        self._since = since
        renamed = self._parts & {each.signature[0] for each in found.files}
        self._parts = found.parts | renamed
        return sorted(ready, key=lambda each: (each.modified_ms, each.name))

    @property
    def waiting(self) -> int:
        """Files of the last look."""
        return len(self._since)
