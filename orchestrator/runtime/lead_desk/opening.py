"""Open campaigns: they take contacts while they run, and end when they are closed and nobody is left to call."""

from __future__ import annotations

from orchestrator.domain.lead import Campaign
from orchestrator.runtime.launch import Progress, new_campaign
from orchestrator.runtime.lead_desk.reading import campaign_of
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled


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


def close_campaign(project: Project, campaign_id: str) -> bool:
    """It takes no more contacts, and is finished once all its leads are. False: it was not open. KnownError: there is
    no such campaign.
    """
    campaign_of(project, campaign_id)
    was_open = project.store.close_campaign(campaign_id)
    project.store.finish_if_done(campaign_id, project.clock.now_ms())
    return was_open
