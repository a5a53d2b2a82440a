"""Predictive campaigns as the leader dials them: what may run, calls that the floor orders, and their ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

import structlog
from gevent.queue import Queue

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Campaign, CampaignState, Ending, Phase, WaitReason
from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.news import (
    AttemptEnded,
    CampaignRests,
    CampaignRuns,
    CustomerAnswered,
    GhostGone,
    News,
    Placed,
    PlaceDone,
    ReservedFailed,
)
from orchestrator.engine.floor.orders import Place, PlaceReserved
from orchestrator.engine.floor.state import CallerRecord
from orchestrator.runtime.dialer import BATCH, Claimed, Turn
from orchestrator.runtime.operators.rota import Rules
from orchestrator.scenario.compile import Compiled
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store

log = structlog.get_logger()

_NOTHING: Final = Turn(claimed=0, again_at=None, reason=WaitReason.NEXT)

REST_MS: Final = (
    250,
    10_000,
)  # business time for which no more calls of a campaign are ordered, at least and at most
NO_DETECTOR: Final = "off"


class Dial(Protocol):
    """What is needed of runtime.dialer.Dialer."""

    def turn(
        self,
        campaign: Campaign,
        now: int,
        *,
        most: int = BATCH,
        only: tuple[int, ...] = (),
        claimed: Claimed = ...,
    ) -> Turn: ...

    def held(self, campaign: Campaign, now: int) -> Turn | None: ...


class Paced:
    """`feed` tells the floor. A call is told of when it is stored, and once more when it is over."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        dial: Dial,
        *,
        feed: Callable[..., object],
        rules: Callable[[], Rules],
    ) -> None:
        self._store, self._clock, self._dial = store, clock, dial
        self._feed, self._rules = feed, rules
        self._ordered: Queue[Place | PlaceReserved] = Queue()
        self._live: dict[str, Attempt] = {}
        self._answered: set[str] = set()
        self._is_resting = self._is_over = False
        self._placeless: set[tuple[str, int]] = set()
        self._said: dict[str, News] = {}
        # Campaigns whose leads the floor has counted down since it was told of them
        self._used: set[str] = set()
        self._held: dict[str, WaitReason] = {}
        self._short: dict[str, WaitReason] = {}

    @property
    def held(self) -> dict[str, WaitReason]:
        """Campaign -> why none of its calls can be made, or not as many as were ordered last."""
        return self._short | self._held

    @property
    def is_busy(self) -> bool:
        return bool(self._live) or not self._ordered.empty()

    def switch_of(self, attempt_id: str) -> str:
        attempt = self._live.get(attempt_id)
        return "" if attempt is None else attempt.switch

    def attempt(self, attempt_id: str) -> Attempt | None:
        return self._live.get(attempt_id)

    # -- what may run

    def rest(self) -> None:
        """Make no more calls: the worker ends."""
        self._is_resting = True

    def stop(self) -> None:
        """We lead no more. A claim under way is not broken off: what it has claimed must be dialed, or undone."""
        self._is_resting = self._is_over = True
        self._ordered.put(Place(campaign_id="", calls=0))

    def look(self) -> None:
        """Tell the floor which campaigns may dial, and how much there is to dial. KnownError: the store is away."""
        now = self._clock.now_ms()
        rules = self._rules()
        for campaign_id, (campaign, compiled) in rules.paced.items():
            self._tell(campaign_id, self._runs(campaign, compiled, now))
        for campaign_id in self._said.keys() - rules.paced.keys():
            self._tell(campaign_id, CampaignRests(campaign_id=campaign_id))
            self._short.pop(campaign_id, None)
            self._held.pop(campaign_id, None)

    def _runs(self, campaign: Campaign, compiled: Compiled, now: int) -> News:
        campaign_id, pacing = campaign.campaign_id, compiled.plan.pacing
        fresh = self._store.campaign(campaign_id)
        self._held.pop(campaign_id, None)
        if self._is_resting or pacing is None or fresh is None or fresh.state is not CampaignState.RUNNING:
            return CampaignRests(campaign_id=campaign_id)
        held = self._dial.held(fresh, now)
        if held is not None:
            self._held[campaign_id] = held.reason
            return CampaignRests(campaign_id=campaign_id)
        due = self._store.due_now(campaign_id, now)
        return CampaignRuns(
            campaign_id=campaign_id,
            queue_id=compiled.pacing_queue,
            pacing=pacing,
            leads_left=due.ready,
            reserved_left=due.for_agent,
            memory=self._memory(compiled.pacing_queue) if campaign_id not in self._said else "",
        )

    def _memory(self, queue_id: str) -> str:
        return self._store.quarters.remembered(queue_id) or ""

    def _tell(self, campaign_id: str, news: News) -> None:
        if self._said.get(campaign_id) != news or campaign_id in self._used:
            self._used.discard(campaign_id)
            self._said[campaign_id] = news
            self._feed(news)

    # -- calls ordered

    def place(self, order: Place | PlaceReserved) -> None:
        """Have it dialed, soon."""
        self._ordered.put(order)

    def dials(self) -> None:
        """The greenlet that dials what is ordered, until `stop`."""
        while not self._is_over:
            order = self._ordered.get()
            if self._is_over:
                return
            if isinstance(order, Place):
                self._dial_many(order)
            else:
                self._dial_reserved(order)

    def _dial_many(self, order: Place) -> None:
        placed, turn = 0, _NOTHING
        found = self._rules().paced.get(order.campaign_id)
        while placed < order.calls and found is not None:
            turn = self._turn(found[0], most=order.calls - placed, claimed=self._placed)
            placed += turn.claimed
            if turn.reason is not WaitReason.NEXT or not turn.claimed:
                break
        is_all = placed >= order.calls
        if is_all or turn.reason is WaitReason.NEXT:
            self._short.pop(order.campaign_id, None)
        else:
            self._short[order.campaign_id] = turn.reason
        self._feed(
            PlaceDone(
                campaign_id=order.campaign_id,
                asked=order.calls,
                placed=placed,
                why="" if is_all else turn.reason.value,
                again_at=None if is_all else self._again_at(turn),
            )
        )

    def _dial_reserved(self, order: PlaceReserved) -> None:
        try:
            turn, is_final = self._reserved(order)
        except KnownError as error:
            log.error("campaign_held_up", campaign_id=order.campaign_id, error=str(error))
            turn, is_final = _NOTHING, False
        if not turn.claimed:
            self._feed(
                ReservedFailed(
                    campaign_id=order.campaign_id,
                    agent_id=order.agent_id,
                    call_id=order.call_id,
                    why=turn.reason.value,
                    again_at=self._again_at(turn),
                    is_final=is_final,
                )
            )

    def _reserved(self, order: PlaceReserved) -> tuple[Turn, bool]:
        """What came of it, and whether it will never be."""

        def placed(attempts: tuple[Attempt, ...]) -> None:
            self._placed(attempts, order)

        if not order.campaign_id:
            return self._callback(order, placed)
        found = self._rules().paced.get(order.campaign_id)
        if found is None:
            return _NOTHING, False
        # First whoever may only be called so; with a cap of nothing everybody else too
        only = self._store.due_for_agent(order.campaign_id, self._clock.now_ms())
        turn = self._turn(found[0], most=1, only=only, claimed=placed) if only else _NOTHING
        return (turn if turn.claimed else self._turn(found[0], most=1, claimed=placed)), False

    def _callback(self, order: PlaceReserved, placed: Claimed) -> tuple[Turn, bool]:
        """Somebody who kept their place: a lead that waits for an agent, once their call is recorded."""
        found = self._lead_of(order.call_id)
        if found is None:
            return _NOTHING, False
        campaign, lead_id = found
        lead = self._store.lead(campaign.campaign_id, lead_id)
        if lead is None or lead.phase is Phase.DONE:
            return _NOTHING, True
        return self._turn(campaign, most=1, only=(lead_id,), claimed=placed), False

    def _lead_of(self, call_id: str) -> tuple[Campaign, int] | None:
        """Who calls back the caller of a call that came in, or of one that we made; None while it is not recorded."""
        row = self._store.call(call_id, self._clock.now_ms())
        if row is not None:
            campaign_id, lead_id = row.campaign_id, row.lead_id
        else:
            campaign_id, lead_id = self._store.lead_of_attempt(call_id) or ("", None)
        campaign = self._store.campaign(campaign_id) if campaign_id and lead_id is not None else None
        return None if campaign is None or lead_id is None else (campaign, lead_id)

    def _turn(self, campaign: Campaign, *, most: int, claimed: Claimed, only: tuple[int, ...] = ()) -> Turn:
        if self._is_resting:
            return Turn(claimed=0, again_at=None, reason=WaitReason.NO_WORKER)
        try:
            return self._dial.turn(campaign, self._clock.now_ms(), most=most, only=only, claimed=claimed)
        except KnownError as error:
            log.error("campaign_held_up", campaign_id=campaign.campaign_id, error=str(error))
            return _NOTHING

    def _placed(self, attempts: Iterable[Attempt], order: PlaceReserved | None = None) -> None:
        for attempt in attempts:
            self._live[attempt.attempt_id] = attempt
            self._feed(
                Placed(
                    attempt_id=attempt.attempt_id,
                    campaign_id=attempt.campaign_id,
                    agent_id="" if order is None else order.agent_id,
                    call_id="" if order is None else order.call_id,
                )
            )
            self._used.add(attempt.campaign_id)

    def _again_at(self, turn: Turn) -> int:
        """When it is worth ordering calls again: not at once, and not too late either, for others may end."""
        now = self._clock.now_ms()
        least, most = REST_MS
        return now + (least if turn.again_at is None else max(least, min(most, turn.again_at - now)))

    # -- what becomes of calls

    def adopt(self, attempts: Iterable[Attempt], known: Iterable[str]) -> None:
        """Calls on the line when we began to lead; known: those that the floor knows of."""
        there = {attempt.attempt_id: attempt for attempt in attempts}
        self._live |= there
        before = set(known)
        for attempt_id in before - there.keys():
            self._feed(AttemptEnded(attempt_id=attempt_id))
        self._placed(there[attempt_id] for attempt_id in there.keys() - before)

    def answered(self, attempt_id: str) -> None:
        """The switch says that it was answered. With a detector nobody knows yet whether by a person: its script will
        come to the queue, or not.
        """
        attempt = self._live.get(attempt_id)
        if attempt is not None and not self._has_detector(attempt):
            self.person(attempt_id, "unknown")

    def person(self, attempt_id: str, party: str = "human") -> None:
        """A person has answered; told once."""
        attempt = self._live.get(attempt_id)
        if attempt is None or attempt_id in self._answered:
            return
        self._answered.add(attempt_id)
        self._feed(
            CustomerAnswered(
                attempt_id=attempt_id,
                party=party,
                switch=attempt.switch,
                number=attempt.number,
                lead_id=attempt.lead_id,
                contact=tuple(sorted(attempt.contact.fields.items())),
            )
        )

    def _has_detector(self, attempt: Attempt) -> bool:
        found = self._rules().paced.get(attempt.campaign_id)
        return found is not None and found[1].program.get("machine", NO_DETECTOR) != NO_DETECTOR

    def ended(self, attempt_id: str, ending: Ending | None = None) -> None:
        """It is over; ending: None when nobody knows how yet, or it never was made."""
        if self._live.pop(attempt_id, None) is None:
            return
        self._answered.discard(attempt_id)
        self._feed(
            AttemptEnded(
                attempt_id=attempt_id,
                disposition="" if ending is None else ending.disposition.value,
                was_abandoned=ending is not None and ending.disposition is Disposition.ABANDONED,
            )
        )

    def check(self) -> None:
        """Calls that others settle, and those of which nobody heard. KnownError: the store is away."""
        if not self._live:
            return
        before = list(self._live)
        live = {attempt.attempt_id for attempt in self._store.live()}
        for attempt_id in before:
            if attempt_id not in live:
                self.ended(attempt_id)

    def check_ghosts(self, ghosts: Iterable[CallerRecord]) -> None:
        """Places in line whose callback is not wanted any more, and callbacks whose place in line is no more: those are
        due as any others. KnownError: the store is away.
        """
        kept: set[tuple[str, int]] = set()
        for ghost in ghosts:
            found = self._lead_of(ghost.call_id)
            if found is not None:
                campaign_id, lead_id = found[0].campaign_id, found[1]
                kept.add((campaign_id, lead_id))
                lead = self._store.lead(campaign_id, lead_id)
                if lead is None or lead.phase is Phase.DONE:
                    self._feed(GhostGone(call_id=ghost.call_id))
        paced, now = self._rules().paced, self._clock.now_ms()
        placeless = {
            (campaign.campaign_id, lead_id)
            for campaign in self._store.campaigns()
            if campaign.state is CampaignState.RUNNING and campaign.campaign_id not in paced
            for lead_id in self._store.due_for_agent(campaign.campaign_id, now)
        } - kept
        for campaign_id, lead_id in placeless & self._placeless:  # twice: a place may be about to be known
            self._store.give_place_up(campaign_id, lead_id, now)
        self._placeless = placeless
