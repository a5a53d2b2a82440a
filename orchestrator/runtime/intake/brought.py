"""What a round of an intake, or one file, brought in: sums, reasons, and the errors for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from orchestrator.domain.entry import Entered, Fate
from orchestrator.store.intake import IntakeError

MOST_REASONS: Final = 200
FIRST: Final = 5  # places kept of each reason

Reason = tuple[str, str, str]  # column, code, reason


@dataclass(slots=True)
class Brought:
    """Counts by fate (`added`, `merged`, `already`, `updated`, `refused`) and `withdrawn`, `skipped`; why rows were
    refused, with the first places of each reason. `errors` are those since they were last taken.
    """

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    places: dict[Reason, list[str]] = field(default_factory=dict)
    errors: list[IntakeError] = field(default_factory=list)

    def add(self, entered: Entered, *, where: str, place: str, now: int) -> None:
        """One row. where: for the list of errors; place: within its file or answer."""
        self.counts[entered.fate.value] += 1
        if entered.fate is Fate.REFUSED:
            self.refuse(
                entered.column, entered.code, entered.reason, where=where, place=place, now=now, counted=True
            )

    def refuse(
        self, column: str, code: str, reason: str, *, where: str, place: str, now: int, counted: bool = False
    ) -> None:
        self.counts[Fate.REFUSED.value] += not counted
        what = f"{column}: {reason}" if column else reason
        self.errors.append(IntakeError(at=now, where=where, code=code, what=what))
        key = (column, code, reason)
        if key not in self.reasons and len(self.reasons) >= MOST_REASONS:
            key = ("", "other", "other reasons")
        self.reasons[key] += 1
        places = self.places.setdefault(key, [])
        if len(places) < FIRST:
            places.append(place)

    def rows(self) -> int:
        return sum(self.counts[fate.value] for fate in Fate)

    def take_errors(self) -> tuple[IntakeError, ...]:
        found, self.errors = tuple(self.errors), []
        return found

    def dumped(self) -> dict[str, object]:
        """As JSON knows it, without the errors."""
        return {
            "counts": dict(self.counts),
            "reasons": [[*key, count, self.places[key]] for key, count in self.reasons.most_common()],
        }


def loaded(kept: Mapping[str, object]) -> Brought:
    """What `dumped` made."""
    found = Brought()
    counts, reasons = kept.get("counts"), kept.get("reasons")
    found.counts.update(counts if isinstance(counts, dict) else {})
    for column, code, reason, count, places in reasons if isinstance(reasons, list) else ():
        found.reasons[column, code, reason] = count
        found.places[column, code, reason] = list(places)
    return found
