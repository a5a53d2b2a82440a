"""Who serves which queue, and for whom: as the agents file and the scenarios in force say it now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.domain.problem import KnownError
from orchestrator.engine.kpi.formulas import FREE, PAID, total
from orchestrator.engine.kpi.sums import Sum, Sums
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.inbound.callbacks import Scenarios
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


def zone_of(project: Project, rules: Rules) -> str:
    """Whose clock hours and days are of, when nobody says it: the first queue's that names a zone, else that of a
    scenario that takes calls, else that of the newest campaign that does; else UTC. KnownError: the store is away.
    """
    zones = [queue.zone for _, queue in sorted(rules.queues.items())]
    zones += [zone for _, zone in sorted(Scenarios(project.store).zones().items())]
    found = next((zone for zone in zones if zone and zone != "UTC"), "")
    if found:
        return found
    bundles = Bundles(project.store)
    for campaign in reversed(project.store.campaigns()):
        try:
            zone = bundles.of(campaign).plan.zone.name
        except KnownError:  # of another version: it is not its zone that matters
            continue
        if zone:
            return zone
    return "UTC"


def rules_of(project: Project) -> Rules:
    """KnownError: the store is away."""
    return Rota(project, Bundles(project.store)).read()
