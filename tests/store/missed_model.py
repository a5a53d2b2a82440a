"""Missed calls and callbacks as plain Python: slow, obvious, and what the real store is held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from orchestrator.domain.inbound import CallbackFate, InboundCall, MissedDecision, ServedBy
from orchestrator.domain.lead import LeadState, Phase, WaitReason

BUSY_MS = 15_000
OPEN = (Phase.READY, Phase.WAITING, Phase.DIALING, Phase.HELD)


@dataclass
class Lead:
    """A lead of any campaign; the rest is about callbacks only."""

    lead_id: int
    number: str
    phase: Phase = Phase.READY
    due_at: int = 0
    reason: WaitReason = WaitReason.NEXT
    state: LeadState = field(default_factory=LeadState)
    first: int = 0
    last: int = 0
    calls: int = 0
    is_promised: bool = False
    how: str | None = None
    at: int | None = None
    drop: str | None = None

    def put(self, phase: Phase, due_at: int = 0, reason: WaitReason | None = None) -> None:
        usual = {Phase.READY: "next", Phase.DIALING: "dialing", Phase.DONE: "done", Phase.HELD: "lost"}
        self.phase, self.due_at = phase, due_at
        self.reason = reason or WaitReason(usual[phase])

    def place(self, due_at: int, now: int) -> None:
        if due_at <= now:
            self.put(Phase.READY)
        else:
            self.put(Phase.WAITING, due_at, WaitReason.RETRY)

    def close(self, status: str) -> None:
        self.put(Phase.DONE)
        self.state = replace(self.state, status=status)


@dataclass
class Live:
    campaign_id: str
    lead: Lead
    before: LeadState


@dataclass
class MissedModel:
    """`is_dropped`: standing campaign -> whether callbacks are dropped once their caller was reached."""

    is_dropped: dict[str, bool] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    leads: dict[str, list[Lead]] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)
    dnc: set[str] = field(default_factory=set)
    reached: Counter[str] = field(default_factory=Counter)  # number -> when somebody talked with it last
    by_flow: Counter[tuple[str, str]] = field(default_factory=Counter)
    noted: set[str] = field(default_factory=set)
    told: int = 0

    def note(
        self, call: InboundCall, decision: MissedDecision, now: int
    ) -> tuple[CallbackFate, int | None, int]:
        """What becomes of a call that was not recorded before: fate, lead id, callbacks dropped."""
        self.noted.add(call.call_id)
        dropped = 0
        own = f"{call.scenario}-missed"
        if decision.served is ServedBy.PERSON:
            dropped = self._reached(call.caller, "called_again", call.began_at)
        elif decision.served is ServedBy.FLOW:
            key = (own, call.caller)
            self.by_flow[key] = max(self.by_flow[key], call.began_at)
            dropped = self._drop(own, call.caller, "called_again", call.began_at, None)
        fate, lead_id = decision.fate, None
        if decision.callback is not None:
            fate, lead_id = self._call_back(call, decision, now)
        return fate, lead_id, dropped

    def _call_back(
        self, call: InboundCall, decision: MissedDecision, now: int
    ) -> tuple[CallbackFate, int | None]:
        wanted = decision.callback
        assert wanted is not None
        name, number = wanted.campaign_id, call.caller
        if name in self.stopped:
            return CallbackFate.NO_PLAN, None
        if number in self.dnc:
            return CallbackFate.DO_NOT_CALL, None
        since = max(self.reached[number], self.by_flow[name, number])
        if self.is_dropped[name] and since >= call.ended_at:
            return CallbackFate.SERVED_SINCE, None
        mine = [lead for lead in self.leads[name] if lead.number == number]
        if mine and mine[-1].phase in OPEN:
            self._merge(mine[-1], call, wanted.due_at, is_promised=wanted.is_promised, now=now)
            return CallbackFate.MERGED, mine[-1].lead_id
        if not wanted.is_promised:
            for window_s, most in wanted.per_number:
                within = 0
                for lead in reversed(mine):
                    if lead.first <= call.ended_at - window_s * 1000:
                        break
                    within += 1
                if within >= most:
                    return CallbackFate.CAPPED, None
        lead = Lead(
            lead_id=len(self.leads[name]) + 1, number=number, first=call.ended_at, last=call.ended_at, calls=1
        )
        lead.is_promised = wanted.is_promised
        lead.place(wanted.due_at, now)
        self.leads[name].append(lead)
        return CallbackFate.ADDED, lead.lead_id

    def _merge(self, lead: Lead, call: InboundCall, due_at: int, *, is_promised: bool, now: int) -> None:
        lead.first, lead.last = min(lead.first, call.ended_at), max(lead.last, call.ended_at)
        lead.calls += 1
        lead.is_promised |= is_promised
        lead.drop = None
        if lead.at is None or call.ended_at > lead.at:
            lead.how, lead.at = None, None
        match lead.phase:
            case Phase.HELD:
                lead.place(due_at, now)
            case Phase.WAITING if is_promised or due_at < lead.due_at:
                lead.place(due_at, now)
            case Phase.READY if is_promised and due_at > now:
                lead.place(due_at, now)

    def talk(self, number: str, at: int) -> int:
        return self._reached(number, "called_again", at)

    def _reached(self, number: str, how: str, at: int, own: Lead | None = None) -> int:
        self.reached[number] = max(self.reached[number], at)
        return sum(self._drop(name, number, how, at, own) for name in self.is_dropped)

    def _drop(self, name: str, number: str, how: str, at: int, own: Lead | None) -> int:
        mine = [lead for lead in self.leads[name] if lead.number == number]
        if not self.is_dropped[name] or not mine:
            return 0
        lead = mine[-1]
        if lead is not own and how == "called_again" and (lead.how, lead.at) == (how, at):
            return 1  # by this very call, while it went on
        if lead is own or lead.phase is Phase.DONE or lead.last > at or lead.drop:
            return 0
        if lead.how is None:
            lead.how, lead.at = how, at
        if lead.phase is Phase.DIALING:
            lead.drop = how
        else:
            lead.close(how)
            self.told += 1
        return 1

    def claim(self, name: str, attempt_ids: tuple[str, ...], now: int) -> list[tuple[str, int]]:
        """(attempt id, lead id) in order."""
        if name in self.stopped:
            return []
        for lead in self.leads[name]:
            if lead.phase is Phase.WAITING and lead.due_at <= now:
                lead.put(Phase.READY)
        claimed: list[tuple[str, int]] = []
        for lead in self.leads[name]:
            if lead.phase is not Phase.READY or len(claimed) == len(attempt_ids):
                continue
            if lead.number in self.dnc:
                lead.close("do_not_call")
                self.told += 1
            elif any(live.lead.number == lead.number for live in self.live.values()):
                lead.put(Phase.WAITING, now + BUSY_MS, WaitReason.NUMBER_BUSY)
            else:
                attempt_id = attempt_ids[len(claimed)]
                self.live[attempt_id] = Live(name, lead, lead.state)
                lead.put(Phase.DIALING)
                claimed.append((attempt_id, lead.lead_id))
        return claimed

    def finish(
        self, attempt_id: str, kind: str, after: LeadState, due_at: int, now: int, answered_at: int
    ) -> bool:
        """kind: answered, answered_due, due, done or held. False: it had ended before."""
        live = self.live.pop(attempt_id, None)
        if live is None:
            return False
        lead = live.lead
        is_answered = kind.startswith("answered")
        if is_answered and live.campaign_id in self.is_dropped and lead.how is None:
            lead.how, lead.at = "callback", answered_at
        lead.state = after
        if lead.drop and kind != "answered":
            lead.close(lead.drop)
            self.told += 1
        elif kind in ("due", "answered_due"):
            lead.place(due_at, now)
        else:
            lead.put(Phase.HELD if kind == "held" else Phase.DONE)
        lead.drop = None
        if is_answered:
            self._reached(lead.number, "reached_elsewhere", answered_at, lead)
        return True

    def release(self, attempt_id: str) -> bool:
        live = self.live.pop(attempt_id, None)
        if live is None:
            return False
        live.lead.put(Phase.READY)
        if live.lead.drop:
            live.lead.close(live.lead.drop)
            live.lead.drop = None
            self.told += 1
        return True
