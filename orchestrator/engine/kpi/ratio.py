"""A ratio that remembers what it was made of: two of them can be told apart, and checked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a ratio is told in."""

    SHARE = "share"  # 0 .. 1
    SECONDS = "s"
    COUNT = "count"
    MONEY = "money"  # of the tariffs' currency


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


def share(name: str, part: int, whole: int) -> Kpi:
    return Kpi(name=name, unit=Unit.SHARE, part=part, whole=whole)


def seconds(name: str, part_ms: int, whole: int) -> Kpi:
    """part_ms: a sum of milliseconds."""
    return Kpi(name=name, unit=Unit.SECONDS, part=part_ms / 1_000, whole=whole)


def count(name: str, part: float, whole: float) -> Kpi:
    return Kpi(name=name, unit=Unit.COUNT, part=part, whole=whole)
