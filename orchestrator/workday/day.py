"""Runs a contact centre's day: the floor and its pacers as they are, the world around them drawn by chance.

Customers, agents and time are simulated; who gets which call, how many calls are placed and who is abandoned is
decided by the same code as on a real day.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from orchestrator.domain.agent import AgentRecord, AgentSpec, AgentState
from orchestrator.domain.plan import PacingPlan
from orchestrator.domain.queue import CallerKind, QueueRules
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    AgentSays,
    AttemptEnded,
    CallerJoined,
    CallerLeft,
    CampaignRests,
    CampaignRuns,
    Command,
    CustomerAnswered,
    JoinFailed,
    LegEnded,
    LegFailed,
    LegReady,
    LegRings,
    News,
    Placed,
    PlaceDone,
    Queues,
    ReservedFailed,
    Staff,
    TalkBegan,
    TalkEnded,
    Tick,
)
from orchestrator.engine.floor.orders import (
    AgentMoved,
    Answer,
    CancelCalls,
    Counted,
    DropLeg,
    LetGo,
    Offer,
    Place,
    PlaceReserved,
    RingAgent,
)
from orchestrator.workday.conduct import HOUR_S, Conduct
from orchestrator.workday.ledger import HOUR_MS, QUARTER_MS, DayResult, Ledger
from orchestrator.workday.workload import Outcome, Streams

SWITCH, CAMPAIGN = "simulated", "simulated"
JOIN_MS = 70  # from the word to a caller until both hear each other (docs/freeswitch.md)
STANDING_MS = 1_500  # until a standing leg is up
RING_MS = 300  # until a telephone rings
SCRIPT_MS = 50  # from the answer until the customer's script is in the queue
LAST_MS = 60_000  # until the last call of the day has rung out
PACE_MS = 1_000  # between decisions: as good as at every event, and much cheaper (docs/pacing.md)
MANY, MANY_PACE_MS = 100, 2_000  # more agents than these: luck evens out, and each decision costs more
MIDNIGHT = 1_767_571_200_000  # Monday, 2026-01-05, 00:00 UTC


class Day:
    """One day of one queue. pacing: of the campaign that dials for it, None for none. agents of `rules` are replaced by
    those of `conduct`. title: of the result.
    """

    def __init__(self, rules: QueueRules, pacing: PacingPlan | None, conduct: Conduct, *, title: str) -> None:
        ids = count(1)
        self._new_id: Callable[[], str] = lambda: f"x{next(ids)}"
        self._conduct, self._pacing, self._title = conduct, pacing, title
        self._names = tuple(f"agent{number}" for number in range(1, conduct.agents + 1))
        self._rules = rules
        self._queue = rules.queue_id
        self._floor = Floor(self._new_id, pace_ms=PACE_MS if conduct.agents <= MANY else MANY_PACE_MS)
        self._streams = Streams(conduct.seed)
        self._chance = Random(f"{conduct.seed} world")
        self._begins = MIDNIGHT + round(conduct.begins_s * 1_000)
        self._ends = self._begins + round(conduct.lasts_s * 1_000)
        self._now = self._begins
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._turns = count()
        self._ledger = Ledger(self._begins)
        self._carry: dict[type, Callable[[Any], None]] = {
            Place: self._place,
            PlaceReserved: self._place_reserved,
            CancelCalls: self._cancel,
            RingAgent: self._ring,
            DropLeg: self._drop,
            Offer: self._offer,
            LetGo: self._let_go,
            AgentMoved: self._moved,
            Counted: lambda order: self._ledger.count(order.figure, order.amount, self._now),
            Answer: self._answer,
        }
        self._calls: dict[str, Outcome] = {}  # placed, and not over: what becomes of them
        self._waiting: set[str] = set()  # customers and callers who are on the line without an agent
        self._legs: dict[str, tuple[str, bool]] = {}  # leg -> (agent, standing)
        self._talks: dict[str, str] = {}  # call -> leg
        self._talkers: dict[str, str] = {}  # leg -> call
        self._records: dict[str, AgentRecord] = {}
        self._lines = self._events = 0
        self._at_work: set[str] = set()

    def run(self) -> DayResult:
        """The whole day, and what is under way at its end."""
        agents = tuple((name, 1) for name in self._names)
        phones = self._conduct.telephones
        specs = tuple(
            AgentSpec(agent_id=name, dial=(("", name),), is_standing=phones.is_standing, switch=SWITCH)
            for name in self._names
        )
        self._feed(Staff(specs=specs))
        self._feed(Queues(rules=(replace(self._rules, agents=agents),)))
        self._staff()
        if self._pacing is not None:
            self._feed(CampaignRuns(campaign_id=CAMPAIGN, queue_id=self._queue, pacing=self._pacing))
        self._next_caller()
        self._at(self._ends, self._close)
        self._go()
        for record in self._records.values():  # who went before the end is still away at the end
            if record.state is AgentState.OFFLINE and record.since < self._ends:
                self._ledger.lasted(record.state, self._ends, self._ends - record.since)
        return self._result()

    def _result(self) -> DayResult:
        return DayResult(
            title=self._title,
            agents=self._conduct.agents,
            cap=None if self._pacing is None else self._pacing.abandoned,
            hours=self._ledger.spans(max(self._ends, self._ledger.last_ms()), HOUR_MS),
            quarters=self._ledger.spans(self._ends, QUARTER_MS),
            total=self._ledger.total(),
            worst_hour=self._ledger.worst_hour,
            lines=self._lines,
            events=self._events,
        )

    # -- time

    def _at(self, at: int, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self._heap, (at, next(self._turns), what, about))

    def _in(self, ms: float, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self._heap, (self._now + int(ms), next(self._turns), what, about))

    def _go(self) -> None:
        heap, floor = self._heap, self._floor
        tick = Tick()
        while heap:
            at, wanted = heap[0][0], floor.next_at()
            if wanted is not None and wanted < at:
                self._now = max(self._now, wanted)
                self._feed(tick)
                continue
            at, _, what, about = heapq.heappop(heap)
            self._now = at
            what(*about)

    def _feed(self, news: News) -> None:
        self._events += 1
        carry = self._carry
        for order in self._floor.feed(news, self._now):
            do = carry.get(type(order))
            if do is not None:  # a tone, a screen: nothing that the day would notice
                do(order)

    def _tell(self, news: News, ms: float) -> None:
        self._in(ms, self._feed, news)

    def _second(self) -> float:
        return (self._now - MIDNIGHT) / 1_000

    # -- the day's course

    def _staff(self) -> None:
        """Agents come and go as the day says; looked at each time that something of it changes."""
        share = self._conduct.staff.at(self._second())
        wanted = round(share * len(self._names)) if self._now < self._ends else 0
        for index, name in enumerate(self._names):
            if (index < wanted) == (name in self._at_work):
                continue
            if index < wanted:
                self._at_work.add(name)
                self._feed(AgentSays(agent_id=name, command=Command.AVAILABLE))
                self._plan_break(name)
            else:
                self._at_work.discard(name)
                self._feed(AgentSays(agent_id=name, command=Command.OFFLINE))
        following = [at for at, _ in self._conduct.staff.steps if at > self._second()]
        if following and self._now < self._ends:
            self._at(MIDNIGHT + round(following[0] * 1_000), self._staff)

    def _plan_break(self, name: str) -> None:
        every_s = self._conduct.break_every_s
        if every_s > 0:
            self._in(1_000 * self._chance.expovariate(1 / every_s), self._take_break, name)

    def _take_break(self, name: str) -> None:
        if name in self._at_work:
            self._feed(AgentSays(agent_id=name, command=Command.BREAK))
            self._in(self._conduct.break_s * 1_000, self._come_back, name)

    def _come_back(self, name: str) -> None:
        if name in self._at_work:
            self._feed(AgentSays(agent_id=name, command=Command.AVAILABLE))
            self._plan_break(name)

    def _close(self) -> None:
        """Work is over: nobody is called any more; agents go when nobody rings any more, and after their talks."""
        if self._pacing is not None:
            self._feed(CampaignRests(campaign_id=CAMPAIGN))
        self._in(LAST_MS if self._pacing is not None else 0, self._staff)

    # -- customers

    def _place(self, order: Place) -> None:
        for _ in range(order.calls):
            self._call("", "")
        self._feed(PlaceDone(campaign_id=order.campaign_id, asked=order.calls, placed=order.calls))

    def _place_reserved(self, order: PlaceReserved) -> None:
        if order.call_id:  # nobody in this day asks to be called back
            self._feed(
                ReservedFailed(
                    campaign_id="", agent_id=order.agent_id, call_id=order.call_id, why="gone", is_final=True
                )
            )
            return
        self._call(order.agent_id, order.call_id)

    def _call(self, agent_id: str, call_id: str) -> None:
        attempt = self._new_id()
        dialed = self._streams.call(self._conduct.customers.at(self._second()))
        self._calls[attempt] = dialed.outcome
        self._lines = max(self._lines, len(self._calls) + len(self._talks))
        placed = Placed(attempt_id=attempt, campaign_id=CAMPAIGN, agent_id=agent_id, call_id=call_id)
        self._feed(placed)
        ms = dialed.after_ms + self._conduct.invite_s * 1_000
        self._in(ms, self._dialed, attempt)

    def _dialed(self, attempt: str) -> None:
        outcome = self._calls.get(attempt)
        if outcome is None:
            return  # cancelled
        if outcome is not Outcome.PERSON:
            del self._calls[attempt]
            self._feed(AttemptEnded(attempt_id=attempt, disposition=outcome.value))
            return
        self._waiting.add(attempt)
        self._feed(CustomerAnswered(attempt_id=attempt, party="human", switch=SWITCH))
        self._in(SCRIPT_MS, self._joins, attempt)

    def _joins(self, attempt: str) -> None:
        if attempt in self._waiting:
            self._feed(self._joined(attempt, CallerKind.DIALED, attempt))

    def _joined(self, call: str, kind: CallerKind, attempt: str) -> CallerJoined:
        return CallerJoined(
            call_id=call,
            queue_id=self._queue,
            switch=SWITCH,
            kind=kind,
            joined_at=self._now,
            campaign_id=CAMPAIGN if attempt else "",
            attempt_id=attempt,
            within_s=None if self._pacing is None or not attempt else self._pacing.within_s,
        )

    def _cancel(self, order: CancelCalls) -> None:
        for attempt in order.attempt_ids:
            if attempt in self._calls and attempt not in self._waiting and attempt not in self._talks:
                del self._calls[attempt]
                self._tell(AttemptEnded(attempt_id=attempt, disposition="cancelled"), 0)

    # -- callers

    def _next_caller(self) -> None:
        per_hour = self._conduct.callers.per_hour.at(self._second())
        if per_hour > 0:
            self._in(1_000 * self._chance.expovariate(per_hour / HOUR_S), self._calls_in)
        elif self._now < self._ends and any(rate > 0 for _, rate in self._conduct.callers.per_hour.steps):
            self._in(60_000, self._next_caller)  # later, perhaps

    def _calls_in(self) -> None:
        if self._now >= self._ends:
            return
        call = self._new_id()
        self._waiting.add(call)
        self._in(1_000 * self._chance.expovariate(1 / self._conduct.callers.patience_s), self._gives_up, call)
        self._feed(self._joined(call, CallerKind.INBOUND, ""))
        self._next_caller()

    def _gives_up(self, call: str) -> None:
        if call in self._waiting:
            self._leaves(call, "hung_up")

    def _leaves(self, call: str, why: str) -> None:
        self._waiting.discard(call)
        self._feed(CallerLeft(call_id=call, why=why))
        if self._calls.pop(call, None) is not None:
            self._feed(AttemptEnded(attempt_id=call, was_abandoned=why == "abandoned"))

    def _let_go(self, order: LetGo) -> None:
        if order.call_id in self._waiting:
            self._in(0, self._leaves_still, order.call_id, order.why)

    def _leaves_still(self, call: str, why: str) -> None:
        if call in self._waiting:
            self._leaves(call, why)

    def _answer(self, order: Answer) -> None:
        if order.why and order.call_id in self._waiting:
            self._in(0, self._leaves_still, order.call_id, order.why)

    # -- agents

    def _ring(self, order: RingAgent) -> None:
        phones = self._conduct.telephones
        self._legs[order.leg_id] = (order.agent_id, order.is_standing)
        if order.is_standing:
            self._in(STANDING_MS, self._picks_up, order.leg_id)
            return
        self._tell(LegRings(leg_id=order.leg_id), RING_MS)
        answer_ms = 1_000 * (1 - max(0.0, phones.answer_s - 1) * math.log(1 - self._chance.random()))
        if self._chance.random() < phones.misses or answer_ms >= order.ring_s * 1_000:
            self._in(order.ring_s * 1_000, self._misses, order.leg_id)
        else:
            self._in(answer_ms, self._picks_up, order.leg_id)

    def _picks_up(self, leg: str) -> None:
        if leg in self._legs:
            self._feed(LegReady(leg_id=leg, switch=SWITCH, agent_id=self._legs[leg][0]))

    def _misses(self, leg: str) -> None:
        if self._legs.pop(leg, None) is not None:
            self._feed(LegFailed(leg_id=leg, cause="NO_ANSWER"))

    def _drop(self, order: DropLeg) -> None:
        if self._legs.pop(order.leg_id, None) is None:
            return
        call = self._talkers.get(order.leg_id)
        if call is not None:
            self._in(0, self._hangs_up, call)
        self._tell(LegEnded(leg_id=order.leg_id, cause=order.cause), 0)

    def _offer(self, order: Offer) -> None:
        self._in(JOIN_MS, self._meet, order.call_id, order.leg_id)

    def _meet(self, call: str, leg: str) -> None:
        if call not in self._waiting:
            return  # hung up: the floor has heard of it
        if leg not in self._legs or leg in self._talkers:
            self._feed(JoinFailed(call_id=call, leg_id=leg))
            return
        self._waiting.discard(call)
        self._talks[call], self._talkers[leg] = leg, call
        self._feed(TalkBegan(call_id=call, leg_id=leg))
        talk_ms = self._streams.talk_ms(self._conduct.talks.at(self._second()))
        self._in(talk_ms, self._hangs_up, call)

    def _hangs_up(self, call: str) -> None:
        leg = self._talks.pop(call, None)
        if leg is None:
            return
        del self._talkers[leg]
        is_caller = self._chance.random() < 0.5
        agent, is_standing = self._legs.get(leg, ("", False))
        self._feed(TalkEnded(call_id=call, leg_id=leg, by="caller" if is_caller else "agent"))
        self._feed(CallerLeft(call_id=call, why="talked"))
        if self._calls.pop(call, None) is not None:
            self._feed(AttemptEnded(attempt_id=call, disposition="answered"))
        if is_standing and leg in self._legs:
            self._feed(LegReady(leg_id=leg, switch=SWITCH, agent_id=agent))
        elif self._legs.pop(leg, None) is not None:
            self._feed(LegEnded(leg_id=leg))

    def _moved(self, order: AgentMoved) -> None:
        record = self._records[order.record.agent_id] = order.record
        if order.lasted_ms:
            self._ledger.lasted(order.before, self._now, order.lasted_ms)
        if record.state is AgentState.WRAP_UP and order.before is not AgentState.WRAP_UP:
            wrap_ms = self._streams.wrap_ms(self._conduct.talks.at(self._second()))
            self._in(wrap_ms, self._is_ready, record)

    def _is_ready(self, record: AgentRecord) -> None:
        now = self._records[record.agent_id]
        if now.state is AgentState.WRAP_UP and now.since == record.since:
            self._feed(AgentSays(agent_id=record.agent_id, command=Command.READY))
