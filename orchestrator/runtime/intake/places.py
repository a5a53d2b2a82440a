"""A drop folder's own places: `taken` while a file is loaded, then `done` or `failed`, with a report beside it."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from orchestrator.contacts.refused_file import inert
from orchestrator.domain.entry import Entered

TAKEN, DONE, FAILED = "taken", "done", "failed"
REPORT, REFUSED = ".report.json", ".refused.csv"
HEADER: Final = ("line", "column", "code", "reason")
NAME_BYTES: Final = 150  # of 255, the instant and what stands beside it included

_STRANGE: Final = re.compile(r"[^\w.() +@=-]+")


def printable(name: str) -> str:
    """A file's name for people: files may be called anything, also what is no text."""
    return "".join(char if char.isprintable() else "_" for char in name)


@dataclass(frozen=True, slots=True)
class Places:
    """Functions that touch the disk raise OSError; they are meant for a thread."""

    folder: Path

    def prepare(self) -> None:
        for name in (TAKEN, DONE, FAILED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def take(self, name: str, at: int) -> str:
        """Move a file out of the folder in one step; its name in `taken`: with the instant, and like no other's.

        What became a link (or a pipe) since it was looked at leads to what is not the dropper's: into `failed` with it.
        FileNotFoundError then too.
        """
        stamp = f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y%m%dT%H%M%SZ}"
        clean = _STRANGE.sub("_", printable(name))
        stem, _, ending = clean.rpartition(".")
        stem, ending = (stem, f".{ending}") if stem and len(ending) <= 10 else (clean, "")
        stem = stem.encode()[:NAME_BYTES].decode(errors="ignore")
        number, made = 1, ""
        while not made or any((self.folder / place / made).exists() for place in (TAKEN, DONE, FAILED)):
            again = f"-{number}" if number > 1 else ""
            made = f"{stamp}_{stem}{again}{ending}"
            number += 1
        os.rename(self.folder / name, self.taken(made))  # beside os.scandir and os.open
        if not stat.S_ISREG(os.lstat(self.taken(made)).st_mode):
            os.rename(self.taken(made), self.folder / FAILED / made)
            raise FileNotFoundError(errno.ENOENT, "no file any more", name)
        return made

    def taken(self, file: str) -> Path:
        return self.folder / TAKEN / file

    def in_hand(self) -> list[str]:
        """Files that were taken and are not through, the first taken first."""
        found = (path for path in (self.folder / TAKEN).iterdir() if path.is_file() and not path.is_symlink())
        names = (path.name for path in found)
        return sorted(name for name in names if not name.endswith((REPORT, REFUSED)) and name[0] != ".")

    def is_away(self, file: str) -> bool:
        """Whether it was put away: a folder on another machine may hold it still."""
        return any((self.folder / place / file).exists() for place in (DONE, FAILED))

    def append_refused(self, file: str, size: int, rows: Iterable[tuple[int, Entered]]) -> int:
        """Write refused rows (line, row) after the first `size` bytes of their file, onto the disk; its size then."""
        path = self.taken(file + REFUSED)
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        if size == 0:
            text.write("\ufeff")
            writer.writerow(HEADER)
        for line, row in rows:
            writer.writerow([line, inert(row.column), row.code, inert(row.reason)])
        with path.open("r+b" if path.exists() else "w+b") as handle:
            handle.truncate(size)  # what was written after that was not kept in the store: it comes again
            handle.seek(size)
            handle.write(text.getvalue().encode())
            handle.flush()
            os.fsync(handle.fileno())
            return handle.tell()

    def put_away(self, file: str, outcome: str, report: dict[str, object]) -> None:
        """Report and refused rows beside it, then the file itself, as the last step. Done twice it is done once."""
        if not self.taken(file).exists():
            return
        target = self.folder / outcome
        unfinished = self.taken(f".{file}.report")
        unfinished.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")
        unfinished.replace(target / (file + REPORT))
        refused = self.taken(file + REFUSED)
        if refused.exists():
            refused.replace(target / refused.name)
        self.taken(file).replace(target / file)
