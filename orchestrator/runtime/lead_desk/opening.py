"""Open campaigns: they take contacts while they run, and end when they are closed and nobody is left to call."""

from __future__ import annotations

from orchestrator.domain.lead import Campaign
from orchestrator.runtime.project import Project
from orchestrator.scenario.compile import Compiled


def open_campaign(project: Project, compiled: Compiled, *, title: str = "", source: str = "") -> Campaign:
    """A campaign that runs and is open, with its program and prompts on every switch. title "": the scenario's.

    KnownError before there is any campaign: the scenario is for calls that come in, a gateway is not there ...
    """
    raise NotImplementedError


def close_campaign(project: Project, campaign_id: str) -> bool:
    """It takes no more contacts, and is finished once all its leads are. False: it was not open. KnownError: there is
    no such campaign.
    """
    raise NotImplementedError
