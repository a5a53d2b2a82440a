"""Collects problems while the checks run: each once, in the order of the files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Protocol

from orchestrator.domain.problem import Problem
from orchestrator.scenario.codes import CODES
from orchestrator.scenario.source import Mark


class Marked(Protocol):
    @property
    def mark(self) -> Mark: ...


class Findings:
    """A bag of problems. The same problem found twice (through an alias, say) is told once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, code: str, where: Mark | Marked, message: str, hint: str = "") -> None:
        mark = where if isinstance(where, Mark) else where.mark
        known = CODES[code]
        problem = Problem(
            file=mark.file, line=mark.line, col=mark.col, code=code, message=message, hint=hint or known.hint
        )
        self._found[problem] = None

    def extend(self, problems: Iterable[Problem]) -> None:
        self._found.update(dict.fromkeys(problems))

    def sorted(self) -> list[Problem]:
        return sorted(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant; None when none is near."""
    near = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest of `known`, else the first twelve of them, else nothing."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near:
        return f"did you mean `{near}`?"
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"one of {shown}" + (", ..." if len(names) > 12 else "") if names else ""


def meant(name: str, known: Iterable[str]) -> str:
    """As `did_you_mean`, of names that may have fields: those known as `card.` are."""
    names = set(known)
    head, dot, rest = name.partition(".")
    near = nearest(head + dot, {each for each in names if each.endswith(".")}) if dot else None
    if near:
        return f"did you mean `{near}{rest}`?"
    return did_you_mean(name, {each.removesuffix(".") for each in names})
