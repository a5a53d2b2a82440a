"""Contacts into campaigns that run, and leads changed or withdrawn while they do: one door for every road in."""

from orchestrator.domain.entry import Entered, Fate, LeadRef, NotChanged, Withdrawn
from orchestrator.runtime.lead_desk.changing import change, find, withdraw
from orchestrator.runtime.lead_desk.entering import enter, enter_list, required
from orchestrator.runtime.lead_desk.opening import TAKES, campaign_for, close_campaign, open_campaign

__all__ = [
    "TAKES",
    "Entered",
    "Fate",
    "LeadRef",
    "NotChanged",
    "Withdrawn",
    "campaign_for",
    "change",
    "close_campaign",
    "enter",
    "enter_list",
    "find",
    "open_campaign",
    "required",
    "withdraw",
]
