"""One row of a report of each kind: what was counted and recorded of it, the ratios of that, and its breakdowns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.kpi import formulas
from orchestrator.engine.kpi.attempts import Dialed
from orchestrator.engine.kpi.cost import Tariffs
from orchestrator.engine.kpi.ratio import Kpi
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.runtime.report import tables
from orchestrator.runtime.report.called import Called
from orchestrator.runtime.report.counted import Counted
from orchestrator.runtime.report.model import By, Row, Table

QUEUE_DAYS = tuple(name.value for name in tables.OF_QUEUES)
ATTEMPT_DAYS = tuple(name.value for name in tables.OF_ATTEMPTS)
AGENT_DAYS = (Figure.HANDLED.value,)
CALL_DAYS = (Sum.CALLS_IN.value, Sum.MISSED.value)


@dataclass(slots=True)
class Part:
    """What a row is made of, and what rows are added up by. sums: what none of the other parts has. queues: that its
    agents serve.
    """

    name: str
    title: str = ""
    about: dict[str, str | int | None] = field(default_factory=dict)
    counted: Counted = field(default_factory=Counted)
    dialed: Dialed = field(default_factory=Dialed)
    called: Called = field(default_factory=Called)
    sums: Sums = field(default_factory=Counter)
    queues: tuple[str, ...] = ()

    def add(self, other: Part) -> None:
        self.counted.add(other.counted)
        self.dialed.add(other.dialed)
        self.called.add(other.called)
        self.sums.update(other.sums)
        self.queues = tuple(dict.fromkeys((*self.queues, *other.queues)))


def within(counted: Counted, seconds: int | None) -> Sums:
    """What the service level of N seconds is made of: of all, when all waits are known by seconds; else of none."""
    answered, waits = counted.sums[Figure.ANSWERED], counted.waits
    is_known = (
        waits.answered.total() == answered and waits.abandoned.total() == counted.sums[Figure.ABANDONED]
    )
    if seconds is None or not is_known:
        return Counter()
    return Counter(
        {
            Sum.WITHIN_OFFERED: counted.sums[Figure.OFFERED],
            Sum.WITHIN_ANSWERED: answered,
            Sum.WITHIN_N: waits.answered_within(seconds),
            Sum.GONE_WITHIN_N: waits.abandoned_within(seconds),
        }
    )


def row_of(by: By, part: Part, serving: Sums, tariffs: Tariffs) -> Row:
    """serving: time of the agents who serve the part's queues."""
    sums = Counter(part.counted.sums)
    for more in (part.dialed.sums, part.called.sums, part.sums, serving):
        sums.update(more)
    if tariffs.is_known:
        sums.update(_cost(by, part, sums, tariffs))
    return Row(
        name=part.name,
        title=part.title,
        about=part.about,
        sums={str(name): amount for name, amount in sorted(sums.items()) if amount},
        kpis=(*_kpis(by, sums), *(_money(by, sums) if tariffs.is_known else ())),
        tables=tuple(table for table in _tables(by, part) if table.rows),
    )


def _kpis(by: By, sums: Sums) -> tuple[Kpi, ...]:
    match by:
        case By.CAMPAIGN:
            kpis = (*formulas.of_attempts(sums), *formulas.of_handling(sums))
            return (*kpis, *formulas.of_missed(sums)) if sums[Sum.CALLBACKS] else kpis
        case By.QUEUE:
            return (
                *formulas.of_queues(sums),
                *formulas.of_handling(sums),
                *formulas.of_first_calls(sums),
                *formulas.of_serving(sums),
            )
        case By.AGENT:
            return (*formulas.of_agents(sums), *formulas.of_first_calls(sums))
        case By.PROJECT:
            return (
                *_of_project(sums),
                *formulas.of_handling(sums),
                *formulas.of_callers(sums),
                *formulas.of_missed(sums),
                *formulas.of_serving(sums),
            )


def _of_project(sums: Sums) -> tuple[Kpi, ...]:
    """Of attempts and of queues; what both know is told by the attempts."""
    found = {kpi.name: kpi for kpi in (*formulas.of_queues(sums), *formulas.of_attempts(sums))}
    return tuple(found.values())


def _cost(by: By, part: Part, sums: Sums, tariffs: Tariffs) -> Sums:
    paid_ms = formulas.total(sums, formulas.PAID if by is By.AGENT else formulas.HANDLING)
    calls = tariffs.of_calls(part.dialed.usage) + tariffs.of_calls(part.called.usage)
    return Counter({Sum.COST_CALLS: calls, Sum.COST_AGENTS: tariffs.of_agents(paid_ms)})


def _money(by: By, sums: Sums) -> tuple[Kpi, ...]:
    match by:
        case By.CAMPAIGN:
            return (*formulas.of_cost(sums, sums[Sum.ATTEMPTS]), *formulas.of_success_cost(sums))
        case By.PROJECT:
            return formulas.of_cost(sums, sums[Sum.ATTEMPTS] + sums[Sum.CALLS_IN])
        case _:
            return formulas.of_cost(sums, sums[Figure.HANDLED])


def _tables(by: By, part: Part) -> tuple[Table, ...]:
    counted, dialed, called = part.counted, part.dialed, part.called
    waits = tables.of_waits(counted.waits)
    match by:
        case By.CAMPAIGN:
            days = tables.by_day(dialed.days, names=ATTEMPT_DAYS)
            return (days, *tables.of_dialed(dialed), tables.of_callbacks(called.took_s))
        case By.QUEUE:
            return (tables.by_day(counted.days, names=QUEUE_DAYS), tables.by_hour(counted.hours), waits)
        case By.AGENT:
            return (tables.by_day(counted.days, names=AGENT_DAYS),)
        case By.PROJECT:
            names = (*ATTEMPT_DAYS, *QUEUE_DAYS, *CALL_DAYS)
            return (
                tables.by_day(dialed.days, counted.days, called.days, names=names),
                *tables.of_dialed(dialed),
                tables.by_hour(counted.hours),
                waits,
                tables.of_callbacks(called.took_s),
            )
