"""The only door to Redis."""

from orchestrator.store.requests import ClaimReply, ClaimRequest, GatewayBudget, OpenZone
from orchestrator.store.rows import (
    Added,
    Already,
    AttemptRow,
    CallbackRow,
    CallRow,
    CampaignCounts,
    DncRow,
    Failure,
    LeadRow,
    LoadedAs,
    Merged,
    OutboxRow,
    Reason,
    RestRow,
    Why,
)
from orchestrator.store.standing import standing_id
from orchestrator.store.store import Store, open_store

__all__ = [
    "Added",
    "Already",
    "AttemptRow",
    "CallRow",
    "CallbackRow",
    "CampaignCounts",
    "ClaimReply",
    "ClaimRequest",
    "DncRow",
    "Failure",
    "GatewayBudget",
    "LeadRow",
    "LoadedAs",
    "Merged",
    "OpenZone",
    "OutboxRow",
    "Reason",
    "RestRow",
    "Store",
    "Why",
    "open_store",
    "standing_id",
]
