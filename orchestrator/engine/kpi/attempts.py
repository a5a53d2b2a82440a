"""What attempts of campaigns come to: counted one by one, each once, at the time of its claim."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.kpi.sums import Sum, Sums

BY_PEOPLE: Final = frozenset({Disposition.ANSWERED, Disposition.ABANDONED})
# What proves that the network did its part, though nobody took the call (ITU-T E.425)
EFFECTIVE: Final = frozenset({Disposition.BUSY, Disposition.NO_ANSWER, Disposition.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where an attempt left its lead. outcome: what an agent said of the call, "" for nothing."""

    status: str
    is_done: bool
    outcome: str = ""


@dataclass(slots=True)
class Usage:
    """What a tariff is applied to, by gateway: calls made, seconds and begun minutes of those that were taken."""

    calls: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    minutes: Counter[str] = field(default_factory=Counter)

    def use(self, gateway: str, talk_ms: int | None) -> None:
        """talk_ms: None when nobody took the call."""
        self.calls[gateway] += 1
        if talk_ms is not None:
            self.seconds[gateway] += -(-talk_ms // 1_000)
            self.minutes[gateway] += -(-talk_ms // 60_000)

    def add(self, other: Usage) -> None:
        self.calls.update(other.calls)
        self.seconds.update(other.seconds)
        self.minutes.update(other.minutes)


@dataclass(slots=True)
class Dialed:
    """Of one campaign, or of several added up. hours: (weekday, 0 for Monday; hour) -> [attempts, answered by people].
    days: ISO date -> sums. tries: originates until a lead was settled -> leads. entered, left: block of the flow ->
    calls that came to it; (block, result) -> calls that ended there. gateways, zones: by the gateway, and by the zone
    of the number dialed.
    """

    sums: Sums = field(default_factory=Counter)
    hours: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    days: dict[str, Sums] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    entered: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    gateways: dict[str, Sums] = field(default_factory=dict)
    zones: dict[str, Sums] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)

    def add(self, other: Dialed) -> None:
        self.sums.update(other.sums)
        for hour, (attempts, answered) in other.hours.items():
            mine = self.hours.setdefault(hour, [0, 0])
            mine[0] += attempts
            mine[1] += answered
        for part in ("days", "gateways", "zones"):
            mine_of = getattr(self, part)
            for key, sums in getattr(other, part).items():
                mine_of.setdefault(key, Counter()).update(sums)
        for name in ("tries", "results", "outcomes", "entered", "left"):
            getattr(self, name).update(getattr(other, name))
        self.usage.add(other.usage)


class DialedCount:
    """Counts the attempts of one campaign, given in the order in which they ended. blocks: of its flow. success: the
    statuses that count as one; none: a lead is settled by a call that a person answered, and after which it is done.
    """

    def __init__(self, zone: ZoneInfo, *, blocks: Collection[str], success: Collection[str]) -> None:
        self._zone = zone
        self._blocks, self._success = frozenset(blocks), frozenset(success)
        self._answered: set[int] = set()  # leads that a person has answered for
        self.found = Dialed()

    def before(self, lead_id: int, disposition: Disposition) -> bool:
        """One before the period, or in it: whether a person answered for this lead for the first time."""
        is_first = disposition in BY_PEOPLE and lead_id not in self._answered
        if is_first:
            self._answered.add(lead_id)
        return is_first

    def add(self, attempt: Attempt, ending: Ending, settled: Settled) -> None:
        """One of the period."""
        is_first = self.before(attempt.lead_id, ending.disposition)
        is_success = settled.is_done and (
            settled.status in self._success if self._success else ending.disposition is Disposition.ANSWERED
        )
        made = _facts(ending)
        if is_first:
            made.append(Sum.FIRST_TALKS)
        if is_success:
            made.append(Sum.SUCCESSES)
            tries = attempt.state.tries + 1
            self.found.tries[tries] += 1
            self.found.sums[Sum.SUCCESS_TRIES] += tries
            if is_first:
                made.append(Sum.FIRST_SETTLED)
        local = dt.datetime.fromtimestamp(attempt.claimed_at / 1_000, self._zone)
        self.found.sums.update(made)
        self.found.days.setdefault(local.date().isoformat(), Counter()).update(made)
        self.found.gateways.setdefault(attempt.gateway, Counter()).update(made)
        self.found.zones.setdefault(attempt.zone, Counter()).update(made)
        hour = self.found.hours.setdefault((local.weekday(), local.hour), [0, 0])
        hour[0] += 1
        hour[1] += ending.disposition in BY_PEOPLE
        self._of_call(attempt, ending, settled)

    def _of_call(self, attempt: Attempt, ending: Ending, settled: Settled) -> None:
        talk_ms = None if ending.answered_at is None else max(0, ending.ended_at - ending.answered_at)
        self.found.usage.use(attempt.gateway, talk_ms)
        self.found.sums[Sum.TALK_MS] += talk_ms or 0
        if ending.result is not None:
            self.found.results[ending.result] += 1
        if settled.outcome:
            self.found.outcomes[settled.outcome] += 1
        walked = [what for what in map(_what, ending.path) if what in self._blocks]
        self.found.entered.update(set(walked))
        if walked:
            self.found.left[walked[-1], ending.result or ""] += 1


def _facts(ending: Ending) -> list[str]:
    """What one attempt counts as."""
    made = [Sum.ATTEMPTS.value, f"{Sum.ATTEMPTS.value}_{ending.disposition.value}"]
    is_taken = ending.answered_at is not None
    is_late = ending.was_abandoned or ending.disposition is Disposition.ABANDONED
    said = {
        Sum.TAKEN: is_taken,
        Sum.EFFECTIVE: is_taken or ending.disposition in EFFECTIVE,
        Sum.BY_PEOPLE: ending.disposition in BY_PEOPLE,
        Sum.REACHED: bool(ending.reached),
        Sum.IN_TIME: bool(ending.reached) and not is_late,
        Sum.LATE: is_late,
    }
    return made + [name.value for name, is_so in said.items() if is_so]


def _what(entry: str) -> str:
    """`4.2 key 1` -> `key 1`."""
    return entry.partition(" ")[2]
