"""The breakdowns of a row: by hour of the week, by day, by step of the flow, by attempts until success."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.kpi.attempts import Dialed
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.engine.kpi.waits import Waits
from orchestrator.runtime.inbound.missed_figures import percentile
from orchestrator.runtime.report.model import Table, Value

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_QUEUES = (Figure.OFFERED, Figure.ANSWERED, Figure.ANSWERED_IN_TIME, Figure.ABANDONED, Figure.HANDLED)
OF_ATTEMPTS = (Sum.ATTEMPTS, Sum.TAKEN, Sum.BY_PEOPLE, Sum.SUCCESSES)


def of_dialed(dialed: Dialed) -> tuple[Table, ...]:
    return (
        Table(
            name="answer_rate_by_hour",
            columns=("weekday", "hour", "attempts", "answered", "rate"),
            rows=tuple(
                (WEEKDAYS[day], hour, attempts, answered, answered / attempts)
                for (day, hour), (attempts, answered) in sorted(dialed.hours.items())
            ),
        ),
        Table(
            name="attempts_to_success",
            columns=("attempts", "leads"),
            rows=tuple(sorted(dialed.tries.items())),
        ),
        _shares("results", "result", dialed.results, dialed.sums[Sum.ATTEMPTS]),
        _shares("outcomes", "outcome", dialed.outcomes, dialed.sums[Sum.REACHED]),
        _steps(dialed),
        _by("by_gateway", "gateway", dialed.gateways),
        _by("by_zone", "zone", dialed.zones),
        Table(
            name="results_by_step",
            columns=("step", "result", "calls"),
            rows=tuple(
                (step, result, calls)
                for (step, result), calls in sorted(dialed.left.items(), key=lambda each: (-each[1], each[0]))
            ),
        ),
    )


def by_day(*parts: Mapping[str, Sums], names: Iterable[str]) -> Table:
    """One line a day on which anything was counted; the same figure from several parts is added up."""
    columns = tuple(str(name) for name in names)
    days = sorted({day for part in parts for day in part})
    return Table(
        name="by_day",
        columns=("day", *columns),
        rows=tuple(
            (day, *(sum(part[day][name] for part in parts if day in part) for name in columns))
            for day in days
        ),
    )


def by_hour(hours: Mapping[tuple[int, int], Sums]) -> Table:
    """Of callers in queues."""
    return Table(
        name="by_hour",
        columns=("weekday", "hour", *(name.value for name in OF_QUEUES)),
        rows=tuple(
            (WEEKDAYS[day], hour, *(sums[name] for name in OF_QUEUES))
            for (day, hour), sums in sorted(hours.items())
        ),
    )


def of_waits(waits: Waits) -> Table:
    """Whole seconds begun, of those who waited: enough for the service level of any N."""
    return Table(
        name="waits",
        columns=("second", "answered", "abandoned"),
        rows=tuple(
            (second, waits.answered[second], waits.abandoned[second])
            for second in sorted({*waits.answered, *waits.abandoned})
        ),
    )


def of_callbacks(took_s: list[float]) -> Table:
    """How soon callers were reached, of those whom we reached: a share of them, and the seconds within which."""
    rows: list[tuple[Value, ...]] = [(each / 100, percentile(took_s, each)) for each in (50, 90)]
    return Table(name="time_to_callback", columns=("share", "seconds"), rows=tuple(rows) if took_s else ())


def _shares(name: str, what: str, found: Mapping[str, int], whole: int) -> Table:
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return Table(
        name=name,
        columns=(what, "calls", "share"),
        rows=tuple((key, calls, calls / whole if whole else None) for key, calls in ordered),
    )


def _by(name: str, what: str, found: Mapping[str, Sums]) -> Table:
    """Attempts, those that were answered, effective, and answered by people."""
    columns = (Sum.ATTEMPTS, Sum.TAKEN, Sum.EFFECTIVE, Sum.BY_PEOPLE)
    return Table(
        name=name,
        columns=(what, *(each.value for each in columns)),
        rows=tuple((key, *(sums[each] for each in columns)) for key, sums in sorted(found.items())),
    )


def _steps(dialed: Dialed) -> Table:
    """Where calls went, and where they ended, the most visited step first."""
    ended: dict[str, int] = {}
    for (step, _), calls in dialed.left.items():
        ended[step] = ended.get(step, 0) + calls
    ordered = sorted(dialed.entered.items(), key=lambda each: (-each[1], each[0]))
    return Table(
        name="steps",
        columns=("step", "calls", "ended"),
        rows=tuple((step, calls, ended.get(step, 0)) for step, calls in ordered),
    )
