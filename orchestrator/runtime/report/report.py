"""A report of any period: what was counted and recorded, put together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.orders import Figure
from orchestrator.engine.kpi.attempts import Usage
from orchestrator.engine.kpi.cost import INCOMING, Tariffs
from orchestrator.engine.kpi.sums import Sum
from orchestrator.engine.kpi.waits import MOST_N
from orchestrator.runtime.project import Project
from orchestrator.runtime.report.counted import counted
from orchestrator.runtime.report.gathering import Gathering, Wanted
from orchestrator.runtime.report.model import By, Note, Report, Row
from orchestrator.runtime.report.period import Period, period_of
from orchestrator.runtime.report.rows import Part, row_of
from orchestrator.runtime.report.serving import Serving, rules_of, zone_of
from orchestrator.store.figures import Scope

DAY_MS: Final = 86_400_000
WINDOW_DAYS: Final = 7  # a caller who does not call again for so long was helped
TOTAL: Final = "total"


def report(
    project: Project,
    *,
    by: By,
    since: int,
    until: int,
    name: str | None = None,
    service_level_s: int | None = None,
    zone: str = "",
    window_days: int = WINDOW_DAYS,
    success: Collection[str] = (),
) -> Report:
    """Of what began from `since` on and before `until` (epoch ms; moved outwards to whole quarters of an hour).

    name: of one campaign (or all of a scenario), queue, agent or project, None for all. service_level_s: whole seconds
    from 1 to 3600, instead of each queue's own. zone: IANA, of hours and weekdays; "" for the first that a queue, a
    scenario that takes calls, or a campaign names (`zone_of`). window_days: 1 .. 30, so long a caller may not call
    again for their first call to count as enough. success: statuses of leads that count as one; none: those settled
    by a call that a person answered. KnownError: no such zone or name, an empty period, a service level or window that
    cannot be told, the store is away.
    """
    if service_level_s is not None and not 1 <= service_level_s <= MOST_N:
        raise KnownError(f"a service level is of 1 to {MOST_N} whole seconds")
    if not 1 <= window_days <= 30:
        raise KnownError("the window of first calls is 1 to 30 days")
    rules = rules_of(project)
    now = project.clock.now_ms()
    period = period_of(since, until, now, zone or zone_of(project, rules))
    serving = Serving(rules=rules, agents=counted(project.store, Scope.AGENT, period))
    wanted = Wanted(
        by=by, name=name, service_level_s=service_level_s, window_days=window_days, success=success
    )
    gathering = Gathering(project, period, serving, wanted)
    parts = gathering.parts()
    whole = Part(name=TOTAL)
    for part in parts:
        whole.add(part)
    tariffs = project.settings.tariffs.table()
    rows = tuple(row_of(by, part, serving.time(part.queues), tariffs) for part in parts)
    total = row_of(by, whole, serving.time(whole.queues), tariffs)
    return Report(
        by=by,
        since=period.since,
        until=period.until,
        made_at=now,
        zone=period.zone.key,
        service_level_s=service_level_s,
        window_days=window_days,
        currency=tariffs.currency if tariffs.is_known else "",
        rows=rows,
        total=total,
        notes=tuple(_notes(gathering, project, wanted, whole, total, period)),
    )


def _notes(
    gathering: Gathering, project: Project, wanted: Wanted, whole: Part, total: Row, period: Period
) -> Iterator[Note]:
    yield from gathering.notes
    settings = project.settings
    for days, key, en, ru in (
        (settings.operators.keep_days, "operators.keep_days", "queues and agents", "очереди и операторы"),
        (settings.calls.keep_days, "calls.keep_days", "calls that came in", "входящие вызовы"),
    ):
        if period.since < period.now - days * DAY_MS:
            yield Note(f"{en} are known for {days} days ({key})", f"{ru} известны за {days} дн. ({key})")
    if wanted.by in (By.CAMPAIGN, By.PROJECT):
        live = sum(each.claimed_at < period.until for each in project.store.live())
        if live:
            yield Note(
                f"calls of campaigns on the line, to be counted when they have ended: {live}",
                f"вызовы кампаний сейчас на линии, будут учтены после окончания: {live}",
            )
    if wanted.by in (By.QUEUE, By.PROJECT):
        unknown = total.sums.get(Figure.OFFERED, 0) - total.sums.get(Sum.WITHIN_OFFERED, 0)
        if unknown:
            yield Note(
                f"callers left out of the service level, not all waits of their queues being known: {unknown}",
                f"вызовы вне уровня сервиса, ожидание в их очередях известно не полностью: {unknown}",
            )
    yield from _without_tariff(settings.tariffs.table(), whole)


def _without_tariff(tariffs: Tariffs, whole: Part) -> Iterator[Note]:
    usage = Usage()
    usage.add(whole.dialed.usage)
    usage.add(whole.called.usage)
    for gateway in tariffs.unknown(usage) if tariffs.is_known else ():
        key = "tariffs.incoming" if gateway == INCOMING else f"tariffs.gateways.{gateway}"
        calls = usage.calls[gateway]
        yield Note(
            f"{key} is not in prozvon.yaml: its {calls} calls cost nothing here",
            f"{key} нет в prozvon.yaml: её вызовы ({calls}) здесь ничего не стоят",
        )
