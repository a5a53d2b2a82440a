"""What a report says: rows of ratios, each with the sums that it was made of. docs/kpi.md defines them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.engine.kpi.ratio import Kpi


class By(StrEnum):
    """What a report has a row for."""

    CAMPAIGN = "campaign"
    QUEUE = "queue"
    AGENT = "agent"
    PROJECT = "project"


Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A breakdown of one row: answer rate by hour, results by step. Each of `rows` has a value per column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def as_json(self) -> list[dict[str, object]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of one campaign, queue, agent or project. about: what else is known of it now: the campaign's state, the queue's
    own N. sums: what was counted, by name, 0 left out; milliseconds where a name ends so. kpis: in the order of
    docs/kpi.md, those that this kind of row has.
    """

    name: str
    title: str = ""
    about: Mapping[str, str | int | None] = field(default_factory=dict)
    sums: Mapping[str, int] = field(default_factory=dict)
    kpis: tuple[Kpi, ...] = ()
    tables: tuple[Table, ...] = ()

    def kpi(self, name: str) -> Kpi | None:
        return next((each for each in self.kpis if each.name == name), None)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "title": self.title,
            "about": dict(self.about),
            "sums": dict(self.sums),
            "kpis": {each.name: each.as_json() for each in self.kpis},
            "tables": {each.name: each.as_json() for each in self.tables},
        }


@dataclass(frozen=True, slots=True)
class Note:
    """What whoever reads the numbers must know."""

    en: str
    ru: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """since, until: epoch ms, both at a quarter of an hour; of what began from `since` on and before `until`.
    zone: IANA, of its hours and weekdays. total: of all rows, from the sums of all, not from their ratios.
    window_days: of first calls.
    """

    by: By
    since: int
    until: int
    made_at: int
    zone: str
    service_level_s: int | None  # None: each queue's own
    window_days: int
    currency: str
    rows: tuple[Row, ...]
    total: Row
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As `prozvon report --format json` and GET /v1/report give it; instants in ISO 8601, UTC."""
        return {
            "by": self.by.value,
            "since": instant(self.since),
            "until": instant(self.until),
            "made_at": instant(self.made_at),
            "zone": self.zone,
            "service_level_s": self.service_level_s,
            "window_days": self.window_days,
            "currency": self.currency,
            "notes": [note.en for note in self.notes],
            "total": self.total.as_json(),
            "rows": [row.as_json() for row in self.rows],
        }


def instant(at: int) -> str:
    """Epoch ms as ISO 8601 in UTC, with milliseconds and Z; also 0."""
    moment = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
