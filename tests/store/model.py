"""The store as plain Python over lists and dicts: slow, obvious, and what the real one is held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import ceil

from orchestrator.domain.entry import Withdrawn
from orchestrator.domain.lead import (
    Attempt,
    CampaignState,
    Contact,
    Decision,
    LeadState,
    NextKind,
    Phase,
    WaitReason,
)
from orchestrator.domain.outcome import Outcome, OutcomeFate
from orchestrator.domain.trunk import TrunkSign, TrunkWord
from orchestrator.store import ClaimRequest, GatewayBudget, OpenZone

BUSY_MS = 15_000
HOUR_MS = 3_600_000
TRIAL_MS = 120_000


@dataclass
class Lead:
    lead_id: int
    contact: Contact
    state: LeadState = field(default_factory=LeadState)
    phase: Phase = Phase.READY
    due_at: int = 0
    reason: WaitReason = WaitReason.NEXT
    was_touched: bool = False  # dialed, or moved by a claim
    is_withdrawn: bool = False  # called no more, at the latest from the end of its call on

    @property
    def number(self) -> str:
        return self.contact.numbers[self.state.phone]

    @property
    def zone(self) -> str:
        return self.contact.zones[self.state.phone]

    @property
    def place(self) -> tuple[int, int, int]:
        """days overdue downwards, fewest attempts, oldest."""
        return -int(self.contact.fields["overdue"]), self.state.attempts, self.lead_id


@dataclass
class Live:
    campaign_id: str
    lead: Lead
    number: str
    day: str
    gateway: str
    worker: str
    before: LeadState
    claimed_at: int


@dataclass
class Rest:
    """A gateway that fails, or `""`: the switch that turns calls down. `until` None: it does not rest yet."""

    fails: int = 0
    failed_at: int = 0
    began: int = 0
    until: int | None = None
    length: int = 0
    trial: str | None = None
    trial_at: int = 0


@dataclass
class Hour:
    """Attempts of a campaign in the hour `at` (since 1970); its first one fixes the spread that was `offered`."""

    at: int = -1
    claimed: int = 0
    spread: int | None = None
    offered: int | None = None


@dataclass
class Said:
    """What an agent said of an attempt, and the ids of all that was said."""

    ids: tuple[str, ...] = ()
    outcome: Outcome | None = None
    fate: OutcomeFate = OutcomeFate.UNKNOWN


@dataclass
class Model:
    leads: dict[str, list[Lead]] = field(default_factory=dict)
    states: dict[str, CampaignState] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)
    dnc: set[str] = field(default_factory=set)
    ever: Counter[str] = field(default_factory=Counter)
    per_day: Counter[tuple[str, str]] = field(default_factory=Counter)
    next_token: dict[str, float] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)  # campaign -> attempts
    outbox: int = 0
    rests: dict[str, Rest] = field(default_factory=dict)
    hours: dict[str, Hour] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    talked: set[str] = field(default_factory=set)  # attempts that have ended

    def claim(self, request: ClaimRequest) -> list[tuple[str, int, str, str]]:
        """(attempt id, lead id, number, gateway) in order."""
        if self.states[request.campaign_id] is not CampaignState.RUNNING:
            return []
        leads = self.leads[request.campaign_id]
        wanted = min(len(request.attempt_ids), self._quota_left(request))
        zones = {zone.zone_key: zone for zone in request.zones}
        claimed: list[tuple[str, int, str, str]] = []
        if request.only:
            return self._claim_only(request, zones, wanted)
        for lead in leads if wanted else ():
            is_due = lead.phase is Phase.WAITING and lead.due_at <= request.now
            if is_due and lead.reason is not WaitReason.AGENT:
                lead.phase, lead.reason, lead.due_at = Phase.READY, WaitReason.NEXT, 0
        while len(claimed) < wanted:
            gateway = self._free_gateway(request)
            ready = [lead for lead in leads if lead.phase is Phase.READY and lead.zone in zones]
            if gateway is None or not ready:
                break
            lead = min(ready, key=lambda lead: lead.place)
            if self._may_dial(lead, request, zones[lead.zone]):
                attempt_id = request.attempt_ids[len(claimed)]
                self._dial(attempt_id, request, lead, zones[lead.zone], gateway)
                claimed.append((attempt_id, lead.lead_id, lead.number, gateway.gateway))
        return claimed

    def _claim_only(
        self, request: ClaimRequest, zones: dict[str, OpenZone], wanted: int
    ) -> list[tuple[str, int, str, str]]:
        """Certain leads in turn: those that were called before, and are due or wait for an agent since they were."""
        leads = {lead.lead_id: lead for lead in self.leads[request.campaign_id]}
        claimed: list[tuple[str, int, str, str]] = []
        for lead_id in request.only:
            gateway = self._free_gateway(request)
            if gateway is None or len(claimed) == wanted:
                break
            lead = leads[lead_id]
            is_due = lead.phase is Phase.READY or (lead.phase is Phase.WAITING and lead.due_at <= request.now)
            if lead.was_touched and is_due and lead.zone in zones:
                lead.due_at = 0
                if self._may_dial(lead, request, zones[lead.zone]):
                    attempt_id = request.attempt_ids[len(claimed)]
                    self._dial(attempt_id, request, lead, zones[lead.zone], gateway)
                    claimed.append((attempt_id, lead.lead_id, lead.number, gateway.gateway))
        return claimed

    def _quota_left(self, request: ClaimRequest) -> int:
        """How many may be claimed, as far as the hour's quota goes."""
        quota = request.per_hour
        if quota is None:
            return len(request.attempt_ids)
        hour = self.hours.setdefault(request.campaign_id, Hour())
        if hour.at != request.now // HOUR_MS:
            hour.at, hour.claimed, hour.spread = request.now // HOUR_MS, 0, None
        hour.offered = hour.spread
        if quota.share is not None and hour.offered is None:
            left = sum(
                lead.phase is Phase.READY or (lead.phase is Phase.WAITING and lead.due_at <= quota.until)
                for lead in self.leads[request.campaign_id]
            )
            hour.offered = hour.claimed + ceil(left * quota.share)
        most = [each for each in (quota.attempts, hour.offered if quota.share else None) if each is not None]
        return max(0, min(most) - hour.claimed)

    def _free_gateway(self, request: ClaimRequest) -> GatewayBudget | None:
        for gateway in request.gateways:
            if not (self._is_open(gateway.gateway, request) and self._is_open("", request)):
                continue
            gap = 1000 / gateway.cps
            slack = (max(1, gateway.cps // 4) - 1) * gap
            on_line = sum(live.gateway == gateway.gateway for live in self.live.values())
            token_at = self.next_token.get(gateway.gateway, 0.0)
            if on_line < gateway.channels and token_at <= request.now + slack + 0.001:
                return gateway
        return None

    def _is_open(self, name: str, request: ClaimRequest) -> bool:
        rest = self.rests.get(name)
        if rest is None or rest.until is None:
            return True
        if rest.trial in self.live:
            return request.now >= rest.trial_at + (TRIAL_MS if name else request.heard_ms)
        return request.now >= rest.until

    def _try_out(self, name: str, attempt_id: str, now: int) -> None:
        """The call that goes out now tries what has rested; a switch that let the last one through needs no more."""
        rest = self.rests.get(name)
        if rest is None or rest.until is None:
            return
        if rest.trial in self.live and not name:
            del self.rests[name]
        else:
            rest.trial, rest.trial_at = attempt_id, now

    def hear(self, attempt_id: str, live: Live, word: TrunkWord, now: int) -> None:
        if word.sign is TrunkSign.REFUSED:
            self._fails("", attempt_id, live, word, now)
            return
        self._works("", attempt_id, live, word)
        if word.sign is TrunkSign.WORKS:
            self._works(live.gateway, attempt_id, live, word)
        else:
            self._fails(live.gateway, attempt_id, live, word, now)

    def _works(self, name: str, attempt_id: str, live: Live, word: TrunkWord) -> None:
        rest = self.rests.get(name)
        if rest is None:
            return
        is_said_now = word.at >= rest.failed_at if rest.until is None else _has_tried(rest, attempt_id, live)
        if is_said_now:
            del self.rests[name]

    def _fails(self, name: str, attempt_id: str, live: Live, word: TrunkWord, now: int) -> None:
        rest = self.rests.setdefault(name, Rest())
        if rest.until is not None and not _has_tried(rest, attempt_id, live):
            return
        rest.fails, rest.failed_at = rest.fails + 1, max(rest.failed_at, word.at)
        if rest.until is not None:
            rest.length = min(max(2 * rest.length, word.rest.for_ms), word.rest.most_ms)
        elif rest.fails >= word.rest.after:
            rest.length = word.rest.for_ms
        else:
            return
        rest.began, rest.until, rest.trial = now, now + rest.length, None

    def _may_dial(self, lead: Lead, request: ClaimRequest, zone: OpenZone) -> bool:
        caps = [cap for cap in (request.per_day, request.project_per_day) if cap is not None]
        lead.was_touched = True
        if lead.number in self.dnc:
            self._close(lead, "do_not_call")
        elif any(live.number == lead.number for live in self.live.values()):
            self._put(lead, request.now + BUSY_MS, request.now, WaitReason.NUMBER_BUSY)
        elif request.project_ever is not None and self.ever[lead.number] >= request.project_ever:
            self._give_up_number(lead, request.now)
        elif caps and self.per_day[lead.number, zone.day] >= min(caps):
            self._put(lead, zone.next_day_at, request.now, WaitReason.PER_DAY)
        else:
            return True
        return False

    def _put(self, lead: Lead, at: int, now: int, reason: WaitReason = WaitReason.RETRY) -> None:
        """Where a lead belongs that is due at `at`."""
        if lead.state.needs_agent:
            lead.phase, lead.due_at, lead.reason = Phase.WAITING, max(at, now), WaitReason.AGENT
        elif at <= now:
            lead.phase, lead.due_at, lead.reason = Phase.READY, 0, WaitReason.NEXT
        else:
            lead.phase, lead.due_at, lead.reason = Phase.WAITING, at, reason

    def _give_up_number(self, lead: Lead, now: int) -> None:
        given = (*lead.state.given_up, lead.state.phone)
        total = len(lead.contact.numbers)
        turns = [(lead.state.phone + step) % total for step in range(1, total)]
        left = [phone for phone in turns if phone not in given]
        lead.state = replace(lead.state, given_up=given)
        if left:
            lead.state = replace(lead.state, phone=left[0])
        else:
            self._close(lead, "lifetime")
        if lead.phase is not Phase.DONE:
            self._put(lead, now, now)

    def _close(self, lead: Lead, status: str) -> None:
        lead.phase, lead.reason = Phase.DONE, WaitReason.DONE
        lead.state = replace(lead.state, status=status)
        self.outbox += 1

    def _dial(
        self, attempt_id: str, request: ClaimRequest, lead: Lead, zone: OpenZone, gateway: GatewayBudget
    ) -> None:
        for name in (gateway.gateway, ""):
            self._try_out(name, attempt_id, request.now)
        self.live[attempt_id] = Live(
            request.campaign_id,
            lead,
            lead.number,
            zone.day,
            gateway.gateway,
            request.worker_id,
            lead.state,
            request.now,
        )
        lead.phase, lead.reason, lead.due_at = Phase.DIALING, WaitReason.DIALING, 0
        lead.was_touched = True
        if request.per_hour is not None:
            hour = self.hours[request.campaign_id]
            hour.claimed, hour.spread = hour.claimed + 1, hour.offered
        self.ever[lead.number] += 1
        self.per_day[lead.number, zone.day] += 1
        token_at = max(request.now, self.next_token.get(gateway.gateway, 0.0))
        self.next_token[gateway.gateway] = token_at + 1000 / gateway.cps

    def finish(
        self,
        attempt_id: str,
        state: LeadState,
        phase: Phase,
        due_at: int,
        now: int,
        *,
        uncount: bool,
        word: TrunkWord | None,
    ) -> bool:
        live = self.live.pop(attempt_id, None)
        if live is None:
            return False
        if word is not None:
            self.hear(attempt_id, live, word, now)
        self.ended[live.campaign_id] += 1
        if uncount:
            self._uncount(live)
        self.talked.add(attempt_id)
        lead = live.lead
        lead.state = state
        self._move(lead, phase, due_at, now)
        self._grant(lead)
        return True

    def _move(self, lead: Lead, phase: Phase, due_at: int, now: int) -> None:
        lead.phase, lead.due_at = phase, 0
        if phase is Phase.WAITING:
            self._put(lead, due_at, now)
        else:
            lead.reason = WaitReason.LOST if phase is Phase.HELD else WaitReason.DONE

    def release(self, attempt_id: str, now: int) -> bool:
        live = self.live.pop(attempt_id, None)
        if live is None:
            return False
        self._uncount(live)
        hour = self.hours.get(live.campaign_id)
        if hour is not None and hour.at == live.claimed_at // HOUR_MS and hour.claimed:
            hour.claimed -= 1
        self._put(live.lead, now, now)
        self._grant(live.lead)
        return True

    def withdraw(self, lead: Lead) -> Withdrawn:
        if lead.phase is Phase.DONE:
            return Withdrawn.DONE_ALREADY
        lead.is_withdrawn = True
        if lead.phase is Phase.DIALING:
            return Withdrawn.AFTER_CALL
        self._grant(lead)
        return Withdrawn.WITHDRAWN

    def _grant(self, lead: Lead) -> None:
        if lead.is_withdrawn and lead.phase is not Phase.DONE:
            lead.due_at = 0
            self._close(lead, "withdrawn")

    def resume(self, lead: Lead, now: int) -> None:
        self._put(lead, now, now)

    def say(self, attempt: Attempt, outcome: Outcome, decision: Decision, now: int) -> OutcomeFate:
        """decision: what the rules make of it; when the lead has moved on, only the last of its entries is told."""
        said = self.said.setdefault(attempt.attempt_id, Said())
        if attempt.attempt_id in self.live:
            if outcome.outcome_id not in said.ids:
                said.ids, said.outcome = (outcome.outcome_id, *said.ids), outcome
                said.fate = OutcomeFate.PENDING
            return OutcomeFate.PENDING
        if attempt.attempt_id not in self.talked:
            return OutcomeFate.UNKNOWN
        if outcome.outcome_id in said.ids:
            return said.fate
        lead = next(each for each in self.leads[attempt.campaign_id] if each.lead_id == attempt.lead_id)
        is_moved_on = lead.phase is Phase.DIALING or lead.state.tries != attempt.state.tries + 1
        is_moved_on |= lead.is_withdrawn and decision.next.kind is not NextKind.DONE
        said.ids, said.outcome = (outcome.outcome_id, *said.ids), outcome
        said.fate = OutcomeFate.KEPT if is_moved_on else OutcomeFate.APPLIED
        self.dnc.update(decision.do_not_call)
        self.outbox += 1 if is_moved_on else len(decision.outbox)
        if not is_moved_on and outcome.key:
            lead.state = decision.state
            phases = {NextKind.DONE: Phase.DONE, NextKind.HELD: Phase.HELD}
            self._move(lead, phases.get(decision.next.kind, Phase.WAITING), decision.next.at, now)
        return said.fate

    def _uncount(self, live: Live) -> None:
        self.ever[live.number] -= 1
        self.per_day[live.number, live.day] -= 1


def _has_tried(rest: Rest, attempt_id: str, live: Live) -> bool:
    return attempt_id == rest.trial or live.claimed_at > rest.began
