"""The only door to Redis."""

from orchestrator.store.changing import Moved
from orchestrator.store.commands import Command, Reply
from orchestrator.store.db import NotLeading, Unreachable
from orchestrator.store.figures import Figure, LiveFigures, Scope
from orchestrator.store.floor import FloorChanges, FloorKept, Leader
from orchestrator.store.outcomes import Caller, PastCall
from orchestrator.store.quarters import Count, HourRate, QuarterRow
from orchestrator.store.requests import ClaimReply, ClaimRequest, GatewayBudget, HourQuota, OpenZone
from orchestrator.store.rows import (
    Added,
    Already,
    AttemptRow,
    CallbackRow,
    CallRow,
    CampaignCounts,
    DncRow,
    DueNow,
    Earlier,
    Failure,
    LeadRow,
    LoadedAs,
    Merged,
    OutboxRow,
    Page,
    Reason,
    RestRow,
    Taken,
    Updated,
    Why,
)
from orchestrator.store.screens import ScreenEvent, ScreenRow
from orchestrator.store.standing import standing_id
from orchestrator.store.store import Store, open_store

__all__ = [
    "Added",
    "Already",
    "AttemptRow",
    "CallRow",
    "CallbackRow",
    "Caller",
    "CampaignCounts",
    "ClaimReply",
    "ClaimRequest",
    "Command",
    "Count",
    "DncRow",
    "DueNow",
    "Earlier",
    "Failure",
    "Figure",
    "FloorChanges",
    "FloorKept",
    "GatewayBudget",
    "HourQuota",
    "HourRate",
    "LeadRow",
    "Leader",
    "LiveFigures",
    "LoadedAs",
    "Merged",
    "Moved",
    "NotLeading",
    "OpenZone",
    "OutboxRow",
    "Page",
    "PastCall",
    "QuarterRow",
    "Reason",
    "Reply",
    "RestRow",
    "Scope",
    "ScreenEvent",
    "ScreenRow",
    "Store",
    "Taken",
    "Unreachable",
    "Updated",
    "Why",
    "open_store",
    "standing_id",
]
