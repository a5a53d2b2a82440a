"""A report of any period: what was counted and recorded, put together."""

from __future__ import annotations

from orchestrator.runtime.project import Project
from orchestrator.runtime.report.model import By, Report, Row


def report(
    project: Project,
    *,
    by: By,
    since: int,
    until: int,
    name: str | None = None,
    service_level_s: int | None = None,
    zone: str = "",
) -> Report:
    """Of what began from `since` on and before `until` (epoch ms; moved outwards to whole quarters of an hour).

    name: of one campaign, queue, agent or project, None for all. service_level_s: instead of each queue's own, from 1
    on. zone: IANA, of hours and weekdays; "" for the settings' own. KnownError: no such zone or name, an empty period,
    a service level that cannot be told.
    """
    return Report(
        by=by,
        since=since,
        until=until,
        made_at=project.clock.now_ms(),
        zone=zone,
        service_level_s=service_level_s,
        currency="",
        rows=(),
        total=Row(name=name or ""),
    )
