"""Who works and which queues there are: agents, and the scenarios in force. Read again when they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.plan import AheadRule, DeskPlan
from orchestrator.domain.problem import KnownError
from orchestrator.domain.queue import QueueRules
from orchestrator.engine.floor.state import FloorState
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.operators.staffing import StaffBook
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled
from orchestrator.scenario.staff import with_assigned

log = structlog.get_logger()

IN_FORCE: Final = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is in force. by_campaign: compiled scenarios of campaigns that are paced, or run or stand still."""

    agents: Mapping[str, AgentSpec] = field(default_factory=dict)
    breaks: tuple[str, ...] = ()
    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    ahead: Mapping[str, AheadRule] = field(default_factory=dict)
    desks: Mapping[str, DeskPlan] = field(default_factory=dict)  # by scenario
    titles: Mapping[str, str] = field(default_factory=dict)  # by scenario
    paced: Mapping[str, tuple[Campaign, Compiled]] = field(default_factory=dict)

    def project_of(self, queue_id: str) -> str:
        rules = self.queues.get(queue_id)
        return "" if rules is None else rules.project

    def at_work(self, state: FloorState) -> list[QueueRules]:
        """Queues in which somebody waits or talks, or whose last call an agent is writing up."""
        named = {each.queue_id for each in state.callers} | {each.queue_id for each in state.agents}
        return [rules for queue_id, rules in self.queues.items() if queue_id in named]

    def ahead_of(self, queue_id: str, number: str, value: str) -> int:
        """As if a caller had waited so many seconds longer."""
        rule = self.ahead.get(queue_id)
        return 0 if rule is None else rule.ahead_of(number, value)


class Rota:
    """`read` costs a few round trips; a program and an agents file that did not change are not read again. fault: what
    is wrong with the agents file, "" for nothing. is_logging: it goes into the log, too.
    """

    def __init__(self, project: Project, bundles: Bundles, *, is_logging: bool = False) -> None:
        self._project = project
        self._bundles = bundles
        self._served: dict[str, Compiled | None] = {}
        self._staff = StaffBook(project, is_logging=is_logging)

    @property
    def fault(self) -> str:
        return self._staff.fault

    @property
    def left_out(self) -> Mapping[str, tuple[str, ...]]:
        """Agents who were added and are none now -> why."""
        return self._staff.roster.left_out

    def read(self, *, kept: Iterable[QueueRules] = ()) -> Rules:
        """What is in force now. kept: queues that are at work still: they stay though their scenario does not.
        KnownError: the store is away.
        """
        staff = self._staff.read().staff
        campaigns = [each for each in self._project.store.campaigns() if each.state in IN_FORCE]
        compiled, paced = self._compiled(campaigns)
        queues: dict[str, QueueRules] = {}
        ahead: dict[str, AheadRule] = {}
        desks: dict[str, DeskPlan] = {}
        titles: dict[str, str] = {}
        for each in compiled:  # what is said first counts: the newest, those that take calls before campaigns
            for rules in each.queues:
                project = rules.project or each.project or self._project.settings.project
                queues.setdefault(rules.queue_id, _named(rules, project))
            for rule in each.ahead:
                ahead.setdefault(rule.queue_id, rule)
            scenario = str(each.program["scenario"])
            titles.setdefault(scenario, each.title)
            if each.desk is not None:
                desks.setdefault(scenario, each.desk)
        for rules in kept:
            queues.setdefault(rules.queue_id, rules)
        return Rules(
            agents={spec.agent_id: spec for spec in staff.agents},
            breaks=staff.breaks,
            queues={rules.queue_id: rules for rules in with_assigned(tuple(queues.values()), staff.agents)},
            ahead=ahead,
            desks=desks,
            titles=titles,
            paced=paced,
        )

    def _compiled(
        self, campaigns: list[Campaign]
    ) -> tuple[list[Compiled], dict[str, tuple[Campaign, Compiled]]]:
        found = [
            each for each in map(self._program, self._project.store.served().values()) if each is not None
        ]
        found += [each.callback for each in found if each.callback is not None]
        paced: dict[str, tuple[Campaign, Compiled]] = {}
        for campaign in reversed(campaigns):
            try:
                compiled = self._bundles.of(campaign)
            except KnownError as error:
                log.error("program_not_read", campaign_id=campaign.campaign_id, error=str(error))
                continue
            found.append(compiled)
            if compiled.plan.pacing is not None:
                paced[campaign.campaign_id] = (campaign, compiled)
        return found, paced

    def _program(self, digest: str) -> Compiled | None:
        if digest not in self._served:
            data = self._project.store.bundle(digest)
            try:
                self._served[digest] = None if data is None else Compiled.loads(data)
            except ValueError as error:
                log.error("program_not_read", program=digest, error=str(error))
                self._served[digest] = None
        return self._served[digest]


def _named(rules: QueueRules, project: str) -> QueueRules:
    return rules if rules.project == project else replace(rules, project=project)
