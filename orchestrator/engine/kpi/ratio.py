"""A ratio that remembers what it was made of, so that two of them can be told apart and checked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a ratio is told in."""

    SHARE = "share"  # 0 .. 1, more where a formula may exceed it
    SECONDS = "s"
    COUNT = "count"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """part / whole. name: a word of docs/kpi.md. part and whole are in the unit's own terms: seconds, not ms."""

    name: str
    unit: Unit
    part: float
    whole: float

    @property
    def value(self) -> float | None:
        """None: there is nothing to divide by."""
        return self.part / self.whole if self.whole else None

    def as_json(self) -> dict[str, object]:
        return {"value": self.value, "unit": self.unit.value, "part": self.part, "whole": self.whole}
