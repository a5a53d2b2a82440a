"""Who serves which queue, and for whom: as the agents file and the scenarios in force say it now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.engine.kpi.formulas import FREE, PAID, total
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.operators.rota import Rota, Rules
from orchestrator.runtime.project import Project
from orchestrator.runtime.report.counted import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """agents: what each one's time was counted as."""

    rules: Rules
    agents: Mapping[str, Counted]

    def queues_of(self, project: str) -> list[str]:
        return [each for each, rules in self.rules.queues.items() if rules.project == project]

    def time(self, queues: Iterable[str]) -> Sums:
        """Of all the agents who serve these queues, each once, whatever else they serve."""
        found = [self.rules.queues[each] for each in queues if each in self.rules.queues]
        names = {agent_id for rules in found for agent_id, _ in rules.agents}
        sums = [self.agents[name].sums for name in sorted(names) if name in self.agents]
        return Counter(
            {
                Sum.SERVING_FREE_MS: sum(total(each, FREE) for each in sums),
                Sum.SERVING_PAID_MS: sum(total(each, PAID) for each in sums),
            }
        )

    def service_level_s(self, queue_id: str) -> int | None:
        rules = self.rules.queues.get(queue_id)
        return None if rules is None else rules.service_level_s

    @property
    def zone(self) -> str:
        """Of the first queue, or paced campaign, that names one; else UTC."""
        zones = [queue.zone for _, queue in sorted(self.rules.queues.items())]
        zones += [compiled.plan.zone.name or "" for _, (_, compiled) in sorted(self.rules.paced.items())]
        return next((zone for zone in zones if zone and zone != "UTC"), "UTC")


def rules_of(project: Project) -> Rules:
    """KnownError: the store is away."""
    return Rota(project, Bundles(project.store)).read()
