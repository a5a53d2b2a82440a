"""The parts of a report's rows, gathered from the store: one for each campaign, queue, agent or project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.engine.kpi.attempts import Usage
from orchestrator.runtime.project import Project
from orchestrator.runtime.report.called import CalledAll, called
from orchestrator.runtime.report.counted import Counted, counted
from orchestrator.runtime.report.dialed import DialedAll, dialed
from orchestrator.runtime.report.model import By, Note
from orchestrator.runtime.report.period import Period
from orchestrator.runtime.report.rows import Part, within
from orchestrator.runtime.report.serving import Serving
from orchestrator.store.figures import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: see `report`."""

    by: By
    name: str | None
    service_level_s: int | None
    window_days: int
    success: Collection[str]


class Gathering:
    """Reads for one report. notes: what turned up, for whoever reads it."""

    def __init__(self, project: Project, period: Period, serving: Serving, wanted: Wanted) -> None:
        self._project, self._store, self._period = project, project.store, period
        self._serving, self._wanted = serving, wanted
        self.notes: list[Note] = []

    def parts(self) -> list[Part]:
        """By name. KnownError: nobody knows the name that is asked for, the store is away."""
        name, own = self._wanted.name, self._project.settings.project
        calls = called(self._store, self._period, window_days=self._wanted.window_days, project=own)
        match self._wanted.by:
            case By.QUEUE:
                found = self._queues(name, calls)
            case By.AGENT:
                found = self._agents(name, calls)
            case By.CAMPAIGN:
                found = self._campaigns(name, calls)
            case By.PROJECT:
                found = self._projects(name, calls)
        return [found[key] for key in sorted(found)]

    def _queues(self, name: str | None, calls: CalledAll) -> dict[str, Part]:
        known = self._serving.rules.queues
        found = {}
        for queue_id, mine in self._named(Scope.QUEUE, name, known).items():
            seconds = self._seconds(queue_id)
            found[queue_id] = Part(
                name=queue_id,
                about={"service_level_s": seconds, "project": self._serving.rules.project_of(queue_id)},
                counted=mine,
                sums=calls.queues[queue_id] + within(mine, seconds),
                queues=(queue_id,),
            )
        return found

    def _agents(self, name: str | None, calls: CalledAll) -> dict[str, Part]:
        specs = self._serving.rules.agents
        return {
            agent_id: Part(
                name=agent_id,
                title=specs[agent_id].title if agent_id in specs else "",
                counted=mine,
                sums=calls.agents[agent_id],
            )
            for agent_id, mine in self._named(Scope.AGENT, name, specs).items()
        }

    def _campaigns(self, name: str | None, calls: CalledAll) -> dict[str, Part]:
        wanted = [each for each in self._store.campaigns() if name in (None, each.campaign_id, each.scenario)]
        if name is not None and not wanted:
            raise KnownError(f"no campaign, and no scenario with campaigns, is called {name!r}")
        counts = counted(self._store, Scope.CAMPAIGN, self._period)
        made = self._dialed(wanted).by_campaign
        found = {}
        for campaign in wanted:
            key = campaign.campaign_id
            if name is None and key not in made and key not in counts:
                continue
            part = Part(name=key, title=campaign.title, about=_about(campaign))
            part.counted.add(counts.get(key, Counted()))
            if key in made:
                part.dialed.add(made[key])
            if campaign.standing:
                part.called.add(calls.scenarios[campaign.standing])
                part.called.usage = Usage()  # its own calls are all that it pays for
            found[key] = part
        return found

    def _projects(self, name: str | None, calls: CalledAll) -> dict[str, Part]:
        own = self._project.settings.project
        counts = counted(self._store, Scope.PROJECT, self._period)
        campaigns = self._store.campaigns()
        known = {own, *(each.project or own for each in campaigns), *calls.projects, *counts}
        known |= {rules.project for rules in self._serving.rules.queues.values()}
        if name is not None and name not in known:
            raise KnownError(f"no project {name!r} (there are: {', '.join(sorted(known))})")
        found = {key: Part(name=key) for key in known if name in (None, key)}
        for key, part in found.items():
            part.counted.add(counts.get(key, Counted()))
            part.called.add(calls.projects[key])
            part.queues = tuple(self._serving.queues_of(key))
        wanted = [each for each in campaigns if (each.project or own) in found]
        made = self._dialed(wanted).by_campaign
        for campaign in wanted:
            if campaign.campaign_id in made:
                found[campaign.project or own].dialed.add(made[campaign.campaign_id])
        self._levels(found)
        return {key: part for key, part in found.items() if name is not None or _has_any(part)}

    def _levels(self, found: Mapping[str, Part]) -> None:
        """Service levels of projects: of all their callers when N is said; else of each queue's own N."""
        seconds = self._wanted.service_level_s
        if seconds is not None:
            for part in found.values():
                part.sums.update(within(part.counted, seconds))
            return
        for queue_id, mine in counted(self._store, Scope.QUEUE, self._period).items():
            owner = self._serving.rules.project_of(queue_id)
            if owner in found:
                found[owner].sums.update(within(mine, self._serving.service_level_s(queue_id)))

    def _dialed(self, wanted: Iterable[Campaign]) -> DialedAll:
        keep_days = self._project.settings.operators.keep_days
        found = dialed(self._store, wanted, self._period, success=self._wanted.success, keep_days=keep_days)
        self.notes += found.notes
        return found

    def _named(self, scope: Scope, name: str | None, known: Mapping[str, object]) -> dict[str, Counted]:
        """What was counted of one, or of all; KnownError: nobody knows that one."""
        found = counted(self._store, scope, self._period, name)
        if name is not None and not found:
            if name not in known:
                said = ", ".join(sorted(known)) or "none"
                raise KnownError(f"no {scope.value} {name!r} (there are: {said})")
            found[name] = Counted()
        return found

    def _seconds(self, queue_id: str) -> int | None:
        """The N of its service level."""
        return self._wanted.service_level_s or self._serving.service_level_s(queue_id)


def _about(campaign: Campaign) -> dict[str, str | int | None]:
    return {"state": campaign.state.value, "scenario": campaign.scenario, "project": campaign.project}


def _has_any(part: Part) -> bool:
    return any((part.counted.sums, part.dialed.sums, +part.called.sums))
