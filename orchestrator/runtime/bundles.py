"""The compiled scenario each campaign was launched with, kept ready per program."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.budgets import Zones, zones_at
from orchestrator.scenario.compile import Compiled
from orchestrator.store import Store

ZONE_LIST_MS = 60_000  # business time after which a campaign's list of zones is asked for again
GROWING_ZONE_LIST_MS = (
    5_000  # the same where a missed call, or a new contact, may bring a zone in at any time
)


class Bundles:
    """Program digest -> Compiled, read from the store once (a digest's content never changes)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_digest: dict[str, Compiled] = {}

    def known(self, campaign: Campaign) -> Compiled | None:
        """What has been read already."""
        return self._by_digest.get(campaign.program)

    def of(self, campaign: Campaign) -> Compiled:
        """KnownError when the store has not got it, or this version cannot read it."""
        compiled = self._by_digest.get(campaign.program)
        if compiled is None:
            data = self._store.bundle(campaign.program)
            if data is None:
                raise KnownError(
                    f"the store has lost the program of {campaign.campaign_id}: stop it, launch anew"
                )
            try:
                compiled = self._by_digest[campaign.program] = Compiled.loads(data)
            except ValueError as error:
                raise KnownError(
                    f"{campaign.campaign_id} was launched by another version of prozvon ({error}): "
                    "go on with that one, or stop it and launch anew"
                ) from None
        return compiled


@dataclass(slots=True, kw_only=True)
class _Known:
    zones: Zones
    asked_at: int
    valid_until: int


class ZoneBook:
    """Which zones of a campaign are open, computed again only when one opens, closes or turns midnight."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}

    def at(self, campaign: Campaign, compiled: Compiled, now: int) -> Zones:
        known = self._known.get(campaign.campaign_id)
        if known is not None and known.asked_at <= now < known.valid_until:
            return known.zones
        zones = zones_at(compiled.plan, self._store.zones(campaign.campaign_id), now)
        is_growing = campaign.standing or campaign.is_open
        known_for = GROWING_ZONE_LIST_MS if is_growing else ZONE_LIST_MS
        until = min((now + known_for, zones.changes_at), default=now)
        self._known[campaign.campaign_id] = _Known(zones=zones, asked_at=now, valid_until=until)
        return zones

    def forget(self, campaign_id: str) -> None:
        self._known.pop(campaign_id, None)
