"""Open campaigns: they take contacts while they run, and end when they are closed and nobody is left to call."""

from __future__ import annotations

from typing import Final

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.runtime.launch import Progress, new_campaign
from orchestrator.runtime.lead_desk.reading import campaign_of
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled

TAKES: Final = frozenset({CampaignState.LOADING, CampaignState.RUNNING, CampaignState.PAUSED})
"""States in which a campaign takes contacts."""


def open_campaign(
    project: Project,
    compiled: Compiled,
    *,
    title: str = "",
    source: str = "",
    prompts: Progress = lambda *_: None,
) -> Campaign:
    """A campaign that runs and is open, with its program and prompts on every switch. title "": the scenario's.

    KnownError before there is any campaign: the scenario is for calls that come in, a gateway is not there ...
    """
    return new_campaign(project, compiled, source, prompts, title=title, is_open=True)


def campaign_for(project: Project, name: str) -> Campaign:
    """The campaign with this id; or the newest one of the scenario that is open, else its newest one. KnownError when
    there is none.
    """
    if project.store.campaign(name) is None:
        open_ones = [
            c for c in project.store.campaigns() if c.scenario == name and c.is_open and c.state in TAKES
        ]
        if open_ones:
            return open_ones[-1]
    return project.campaign(name)


def close_campaign(project: Project, campaign_id: str) -> bool:
    """It takes no more contacts, and is finished once all its leads are. False: it was not open. KnownError: there is
    no such campaign.
    """
    campaign_of(project, campaign_id)
    was_open = project.store.close_campaign(campaign_id)
    project.store.finish_if_done(campaign_id, project.clock.now_ms())
    return was_open
