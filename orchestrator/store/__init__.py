"""The only door to Redis."""

from orchestrator.store.requests import ClaimReply, ClaimRequest, GatewayBudget, OpenZone
from orchestrator.store.rows import (
    Added,
    Already,
    AttemptRow,
    CampaignCounts,
    DncRow,
    LeadRow,
    LoadedAs,
    Merged,
    OutboxRow,
    Reason,
    Why,
)
from orchestrator.store.store import Store, open_store

__all__ = [
    "Added",
    "Already",
    "AttemptRow",
    "CampaignCounts",
    "ClaimReply",
    "ClaimRequest",
    "DncRow",
    "GatewayBudget",
    "LeadRow",
    "LoadedAs",
    "Merged",
    "OpenZone",
    "OutboxRow",
    "Reason",
    "Store",
    "Why",
    "open_store",
]
