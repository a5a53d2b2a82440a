"""The main loop's turns: every running campaign claims and originates in its turn; then a nap until there is more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog
from gevent.event import Event

from orchestrator.domain.lead import Campaign, CampaignState, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.dialer import Dialer
from orchestrator.runtime.idle import nothing_left
from orchestrator.simulator.clock import Clock, SharedClock
from orchestrator.store import Store

log = structlog.get_logger()

CAMPAIGNS_S: Final = 0.5  # real time after which the list of campaigns is read again
IDLE_S: Final = 0.5  # real time of the longest nap
NAP_S: Final = 0.002  # real time of the shortest one


class Rounds:
    """is_still: nobody is on the line, and nothing waits to be stored: then a simulated clock may be moved on. next_at:
    when something other than dialing is due (epoch ms), None: nothing by time. is_busy: whether something is left
    besides the campaigns.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bundles: Bundles,
        dialer: Dialer,
        *,
        wake: Event,
        is_still: Callable[[], bool],
        is_busy: Callable[[], bool],
        next_at: Callable[[], int | None],
    ) -> None:
        self._store, self._clock, self._bundles, self._dialer = store, clock, bundles, dialer
        self._wake = wake
        self._is_still, self._is_busy, self._next_at = is_still, is_busy, next_at
        self._campaigns: dict[str, Campaign] = {}
        self._campaigns_at = 0.0
        self._left_at = 0.0

    def known(self) -> list[Campaign]:
        """The campaigns of the last look."""
        return list(self._campaigns.values())

    def campaign(self, campaign_id: str) -> Campaign | None:
        """KnownError: it was not looked at yet, and the store is away."""
        return self._campaigns.get(campaign_id) or self._store.campaign(campaign_id)

    def turn(self) -> tuple[int | None, bool]:
        """One turn for every running campaign; (when to look again, whether to go on at once). KnownError: the store is
        away.

        A line that is full or a gateway at its limit is not asked again before something has changed. Campaigns that
        are paced by their agents are dialed by whoever leads (`operators`).
        """
        again, has_more = [], False
        for campaign in self._running():
            try:
                if self._bundles.of(campaign).plan.pacing is not None:
                    continue
                turn = self._dialer.turn(campaign, self._clock.now_ms())
            except KnownError as error:  # the others go on
                log.error("campaign_held_up", campaign_id=campaign.campaign_id, error=str(error))
                continue
            has_more |= turn.claimed > 0 and turn.reason is WaitReason.NEXT
            if turn.again_at is not None:
                again.append(turn.again_at)
        return min(again, default=None), has_more

    def _running(self) -> list[Campaign]:
        now = time.monotonic()
        if now - self._campaigns_at > CAMPAIGNS_S:
            self._campaigns_at = now
            self._campaigns = {c.campaign_id: c for c in self._store.campaigns()}
            for campaign in self._campaigns.values():
                if campaign.state is CampaignState.RUNNING:
                    self._finish_if_done(campaign)
        return [c for c in self._campaigns.values() if c.state is CampaignState.RUNNING]

    def _finish_if_done(self, campaign: Campaign) -> None:
        if self._store.finish_if_done(campaign.campaign_id, self._clock.now_ms()):
            log.info("campaign_finished", campaign_id=campaign.campaign_id)
            self._dialer.forget(campaign.campaign_id)
            self._campaigns_at = 0.0

    def nothing_left(self) -> bool:
        """Asked now and then only: it is true once, and costs as much as a call."""
        now = time.monotonic()
        if now - self._left_at < CAMPAIGNS_S:
            return False
        self._left_at = now
        return nothing_left(self._store) and not self._is_busy()

    def nap(self, again_at: int | None) -> None:
        """Wait until `again_at`, something ended, or IDLE_S. A simulated clock nobody needs is moved on instead."""
        clock = self._clock
        if isinstance(clock, SharedClock) and again_at is not None and self._may_jump():
            due = self._next_at()
            clock.jump_to(again_at if due is None else min(again_at, due))
            return
        left = IDLE_S if again_at is None else (again_at - clock.now_ms()) / 1000 / clock.speed
        self._wake.wait(min(max(left, NAP_S), IDLE_S))

    def _may_jump(self) -> bool:
        """Nobody is on the line, nothing waits to be stored, and no list is being loaded."""
        if self._is_busy() or not self._is_still():
            return False
        states = [c.state for c in self._store.campaigns()]
        return CampaignState.LOADING not in states and not self._store.live()
