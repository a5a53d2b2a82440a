"""How missed calls came out: who was called back, reached, or called again; how often, and how soon."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from orchestrator.domain.inbound import CallbackFate
from orchestrator.domain.lead import Phase
from orchestrator.store import CallbackRow, CallRow, Store

_OPEN = frozenset({Phase.READY, Phase.WAITING, Phase.DIALING})


@dataclass(slots=True, kw_only=True)
class MissedFigures:
    """Of one scenario, and of one day where `day` is given (on the scenario's clock; the day the call came).

    missed == sum(by_why) == sum(by_fate); callbacks == by_fate["added"] == reached + called_again + reached_elsewhere +
    not_reached + waiting. called_back: callbacks with one attempt at least. took_s: from the end of the first missed
    call until our callback was answered by a person, of those it reached.
    """

    scenario: str
    day: str | None = None
    calls: int = 0
    missed: int = 0
    by_why: Counter[str] = field(default_factory=Counter)
    by_fate: Counter[str] = field(default_factory=Counter)
    callbacks: int = 0
    called_back: int = 0
    reached: int = 0
    called_again: int = 0
    reached_elsewhere: int = 0
    not_reached: int = 0
    waiting: int = 0
    attempts: int = 0
    took_s: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Everything but the single times; `time_to_success_s`: their median and 90th percentile."""
        said = asdict(self)
        said["by_why"], said["by_fate"] = dict(self.by_why), dict(self.by_fate)
        del said["took_s"]
        said["time_to_success_s"] = {
            "median": percentile(self.took_s, 50),
            "p90": percentile(self.took_s, 90),
        }
        return said

    def add_call(self, row: CallRow) -> None:
        self.calls += 1
        if row.why:
            self.missed += 1
            self.by_why[row.why] += 1
            self.by_fate[row.fate.value] += 1

    def add_callback(self, row: CallbackRow) -> None:
        self.callbacks += 1
        tries = row.lead.state.tries + (row.lead.phase is Phase.DIALING)
        self.attempts += tries
        self.called_back += tries > 0
        match row.reached_by:
            case "callback":
                self.reached += 1
                self.took_s.append(max(0, (row.reached_at or row.first_at) - row.first_at) / 1000)
            case "called_again":
                self.called_again += 1
            case "reached_elsewhere":
                self.reached_elsewhere += 1
            case _ if row.lead.phase in _OPEN:
                self.waiting += 1
            case _:
                self.not_reached += 1


def percentile(values: Iterable[float], percent: int) -> float | None:
    """The smallest value that so many per cent of all do not exceed (nearest rank); None without values."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def missed_figures(
    store: Store,
    since: int,
    until: int,
    *,
    zones: Mapping[str, str],
    by_day: bool = False,
    scenario: str | None = None,
) -> list[MissedFigures]:
    """Of calls that began from `since` on and before `until` (epoch ms), by scenario and, if asked, day. A callback
    counts where its first missed call does. zones: scenario -> IANA zone of its days; UTC for others.
    """
    groups: dict[tuple[str, str], MissedFigures] = {}
    added: dict[str, dict[int, MissedFigures]] = {}  # campaign -> lead -> where it counts
    for row in store.calls(since, until):
        name = row.call.scenario
        if scenario not in (None, name):
            continue
        day = _day(row.call.began_at, zones.get(name, "UTC")) if by_day else ""
        group = groups.setdefault((name, day), MissedFigures(scenario=name, day=day or None))
        group.add_call(row)
        if row.fate is CallbackFate.ADDED and row.lead_id is not None:
            added.setdefault(row.campaign_id, {})[row.lead_id] = group
    for campaign_id, leads in added.items():
        for callback in store.callbacks(campaign_id, list(leads)):
            leads[callback.lead.lead_id].add_callback(callback)
    return [groups[key] for key in sorted(groups)]


def _day(at: int, zone: str) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1000, zoneinfo.ZoneInfo(zone)):%Y-%m-%d}"
