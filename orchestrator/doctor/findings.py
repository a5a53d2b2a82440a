"""What was found out: one line each, with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.doctor.catalogue import CATALOGUE, Level

HERE = ""  # `where` of what concerns this machine, not a switch


class Verdict(StrEnum):
    """`ok`, and the levels of the catalogue."""

    OK = "ok"
    NOTE = Level.NOTE
    WARNING = Level.WARNING
    ERROR = Level.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line. `where`: the switch's name, HERE for this machine. `code`: see docs/doctor.md; "CHECK.ok" is fine."""

    where: str
    code: str
    level: Verdict
    found: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.found}: {self.todo}" if self.todo else self.found


def fine(where: str, check: str, found: str) -> Finding:
    return Finding(where=where, code=f"{check}.ok", level=Verdict.OK, found=one_line(found, 400))


def finding(where: str, code: str, found: str, **values: object) -> Finding:
    """`values` fill in what the catalogue says to do."""
    entry = CATALOGUE[code]
    return Finding(
        where=where,
        code=code,
        level=Verdict(entry.level),
        found=one_line(found, 400),
        todo=one_line(entry.todo.format(**values), 400),
    )


def is_sound(findings: list[Finding]) -> bool:
    """Whether no error is among them."""
    return all(item.level is not Verdict.ERROR for item in findings)


def one_line(text: str, length: int = 100) -> str:
    """What a switch or a stranger said may be long, and hold anything: control characters become blanks."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
