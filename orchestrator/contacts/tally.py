"""What became of a list, summed: counts by reason with the first lines of each, in flat memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from orchestrator.contacts.row import Accepted, Refused

FIRST: Final = 5
"""Rows kept of each reason; the refused file has all of them."""


@dataclass(slots=True)
class Tally:
    """Fed with every row. `refused` by (column, code, reason): `first` has the first rows of each of them."""

    accepted: int = 0
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str, str], list[Refused]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, row: Accepted | Refused) -> None:
        if isinstance(row, Accepted):
            self.accepted += 1
            if row.notes:
                self.notes.update(row.notes)
            return
        key = (row.column, row.code.value, row.reason)
        self.refused[key] += 1
        kept = self.first.setdefault(key, [])
        if len(kept) < FIRST:
            kept.append(row)

    def lines(self) -> list[str]:
        """For people, the most frequent first: "3 refused: order: something else than digits (lines 7, 12, 40)"."""
        found = []
        for key, count in self.refused.most_common():
            column, _, reason = key
            where = ", ".join(str(row.line) for row in self.first[key])
            more = ", ..." if count > FIRST else ""
            what = f"{column}: {reason}" if column else reason
            found.append(f"{count} refused: {what} ({'lines' if count > 1 else 'line'} {where}{more})")
        return found + [f"{count} noted: {note}" for note, count in self.notes.most_common()]
