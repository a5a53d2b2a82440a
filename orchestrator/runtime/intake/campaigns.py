"""Into which campaign contacts go that come in by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import gevent
import structlog

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.intake.turns import our_turn
from orchestrator.runtime.lead_desk import open_campaign
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled

log = structlog.get_logger()

ALIVE: Final = frozenset({CampaignState.LOADING, CampaignState.RUNNING, CampaignState.PAUSED})
PATIENCE_S: Final = 60.0  # real time for another worker to open one: its prompts are made meanwhile
LOOK_S: Final = 0.1

Compile = Callable[[str], Compiled]


def compiled_of(project: Project, scenario: str) -> Compiled:
    """The scenario as it is now. KnownError with its first mistake."""
    compiled, problems = find_scenario(project.settings, scenario)
    if compiled is None:
        more = f" (and {len(problems) - 1} more: `prozvon check`)" if len(problems) > 1 else ""
        raise KnownError(f"the scenario {scenario} has mistakes: {problems[0]}{more}")
    return compiled


def alive(project: Project, scenario: str) -> list[Campaign]:
    """Campaigns of the scenario in which leads may still be called, the newest first."""
    found = (c for c in project.store.campaigns() if c.scenario == scenario and not c.standing)
    return [campaign for campaign in reversed(list(found)) if campaign.state in ALIVE]


def unfinished(project: Project, scenario: str) -> list[Campaign]:
    """As `alive`, and those finished ones that hold leads for a person, who may let them be called again."""
    found = (c for c in project.store.campaigns() if c.scenario == scenario and not c.standing)
    return [
        campaign
        for campaign in reversed(list(found))
        if campaign.state in ALIVE
        or (campaign.state is CampaignState.FINISHED and project.store.counts(campaign.campaign_id).held)
    ]


def open_now(project: Project, scenario: str) -> Campaign | None:
    """The newest open campaign of the scenario."""
    return next((campaign for campaign in alive(project, scenario) if campaign.is_open), None)


def opened(project: Project, scenario: str, *, source: str, worker: str, compile_: Compile) -> Campaign:
    """The newest open campaign of the scenario; a new one when there is none. Whoever asks at the same time gets the
    same one. KnownError: the scenario has mistakes, a switch does not take its prompts ...
    """
    deadline = time.monotonic() + PATIENCE_S
    while (found := open_now(project, scenario)) is None:
        with our_turn(project, f"open@{scenario}", worker) as turn:
            if turn is not None:
                return open_now(project, scenario) or _made(project, compile_(scenario), source)
        if time.monotonic() > deadline:
            raise KnownError(
                f"another worker has been opening a campaign of {scenario} for {PATIENCE_S:.0f} s"
            )
        gevent.sleep(LOOK_S)
    return found


def _made(project: Project, compiled: Compiled, source: str) -> Campaign:
    campaign = open_campaign(project, compiled, source=source)
    log.info("campaign_opened", campaign_id=campaign.campaign_id, source=source)
    return campaign
