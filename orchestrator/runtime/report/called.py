"""Calls that came in during a period: by scenario, and whether the first call of each caller was enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from orchestrator.engine.kpi.attempts import Usage
from orchestrator.engine.kpi.callers import FirstCall, FirstCalls, count_call
from orchestrator.engine.kpi.cost import INCOMING
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.runtime.inbound.callbacks import Scenarios
from orchestrator.runtime.inbound.missed_figures import MissedFigures, missed_figures
from orchestrator.runtime.report.period import Period
from orchestrator.store import CallRow, Store

DAY_MS = 86_400_000


@dataclass(slots=True)
class Called:
    """Of one scenario, or of several added up."""

    sums: Sums = field(default_factory=Counter)
    days: dict[str, Sums] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    took_s: list[float] = field(default_factory=list)  # until callbacks reached their callers

    def add(self, other: Called) -> None:
        self.sums.update(other.sums)
        for day, sums in other.days.items():
            self.days.setdefault(day, Counter()).update(sums)
        self.usage.add(other.usage)
        self.took_s += other.took_s


@dataclass(slots=True)
class CalledAll:
    """projects: project -> its scenarios' calls. scenarios: of what is missed. queues, agents: id -> first calls that
    they took.
    """

    projects: defaultdict[str, Called] = field(default_factory=lambda: defaultdict(Called))
    scenarios: defaultdict[str, Called] = field(default_factory=lambda: defaultdict(Called))
    queues: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))
    agents: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))


def called(store: Store, period: Period, *, window_days: int, project: str) -> CalledAll:
    """window_days: so long a caller may not call again. project: of scenarios that name none. KnownError: the store is
    away.
    """
    found, scenarios = CalledAll(), Scenarios(store)
    window_ms = window_days * DAY_MS
    firsts = FirstCalls(since=period.since, until=period.until, window_ms=window_ms, now=period.now)
    names: dict[str, str] = {}

    def first(call: FirstCall) -> None:
        found.scenarios[call.scenario].sums.update(call.sums)
        if call.queue:
            found.queues[call.queue].update(call.sums)
        if call.agent:
            found.agents[call.agent].update(call.sums)

    for row in store.calls(max(0, period.since - window_ms), period.until + window_ms):
        for decided in firsts.add(row.call, is_missed=bool(row.why)):
            first(decided)
        if period.since <= row.call.began_at < period.until:
            _count(found.scenarios[row.call.scenario], row, period)
            if row.call.scenario not in names:
                compiled = scenarios.of(row.call)
                names[row.call.scenario] = (compiled.project if compiled else "") or project
    for decided in firsts.end():
        first(decided)
    for each in missed_figures(store, period.since, period.until, zones={}):
        _count_missed(found.scenarios[each.scenario], each)
    for name, mine in found.scenarios.items():
        found.projects[names.get(name, project)].add(mine)
    return found


def _count(mine: Called, row: CallRow, period: Period) -> None:
    call = row.call
    count_call(mine.sums, call, is_missed=bool(row.why))
    day = mine.days.setdefault(period.day(call.began_at), Counter())
    day[Sum.CALLS_IN] += 1
    day[Sum.MISSED] += bool(row.why)
    talk_ms = None if call.answered_at is None else max(0, call.ended_at - call.answered_at)
    mine.usage.use(INCOMING, talk_ms)


def _count_missed(mine: Called, figures: MissedFigures) -> None:
    """Missed calls themselves are counted already, with the other calls."""
    mine.took_s += figures.took_s
    mine.sums.update(
        {
            Sum.CALLBACKS: figures.callbacks,
            Sum.CALLED_BACK: figures.called_back,
            Sum.CALLBACK_ATTEMPTS: figures.attempts,
            Sum.BACK_REACHED: figures.reached,
            Sum.BACK_CALLED_AGAIN: figures.called_again,
            Sum.BACK_ELSEWHERE: figures.reached_elsewhere,
            Sum.BACK_NOT_REACHED: figures.not_reached,
            Sum.BACK_WAITING: figures.waiting,
            Sum.BACK_MS: round(sum(figures.took_s) * 1_000),
        }
    )
