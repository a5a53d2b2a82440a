"""Whether there is anything left to call."""

from __future__ import annotations

from typing import Final

from orchestrator.domain.lead import Campaign, CampaignState
from orchestrator.store import Store

OPEN: Final = frozenset({CampaignState.RUNNING, CampaignState.LOADING})


def nothing_left(store: Store) -> bool:
    """No campaign is running or being loaded, those aside that never finish by themselves (they stand for callbacks, or
    are open) and of which nobody waits; and nobody is on the line.
    """
    left = (campaign for campaign in store.campaigns() if campaign.state in OPEN)
    return (
        all((campaign.standing or campaign.is_open) and is_idle(store, campaign) for campaign in left)
        and not store.live()
    )


def is_idle(store: Store, campaign: Campaign) -> bool:
    """Whether nobody waits for a call of this campaign. A standing or open one is never finished, but may be idle."""
    counts = store.counts(campaign.campaign_id)
    return not (counts.ready or counts.waiting or counts.dialing)
