"""A world of agents, callers and telephones that does what the floor orders, and much that it did not ask for."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.queue import CallerKind, QueueRules
from orchestrator.engine.floor import news as n
from orchestrator.engine.floor import orders as o
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.state import FloorState
from tests.engine.floor.chance import some_rules
from tests.engine.floor.factories import T0, a_pacing, a_spec, only
from tests.engine.floor.invariants import check, check_end

QUEUES = ("shop:sales", "shop:help", "bank:new")


class World:
    """unruly: how often something happens that nobody expects: from 0 to 1."""

    def __init__(self, seed: int, *, agents: int = 8, unruly: float = 0.2, queues: int = 3) -> None:
        self.random = Random(seed)
        self.unruly = unruly
        ids = count(1)
        self.new_id: Callable[[], str] = lambda: f"id{next(ids)}"
        self.floor = Floor(self.new_id)
        self.now = self.began = T0
        self.heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self.turns = count()
        self.names = [f"a{i}" for i in range(agents)]
        self.legs: dict[str, str] = {}  # leg -> "rings", "parked", or the call it is joined with
        self.owner: dict[str, str] = {}  # leg -> agent
        self.calls: dict[str, str] = {}  # caller on the line -> leg they talk with, or ""
        self.offers: dict[str, str] = {}  # caller -> leg last offered
        self.dialed: set[str] = set()
        self.counted: dict[o.Figure, int] = {}
        self.lasted: dict[str, int] = {}
        self.doors: dict[type, Callable[[Any], None]] = {
            o.RingAgent: self.ring,
            o.DropLeg: self.drop,
            o.ParkLeg: self.park,
            o.BridgeLegs: self.bridge,
            o.Offer: self.offer,
            o.LetGo: self.let_go,
            o.Place: self.place,
            o.PlaceReserved: self.place_reserved,
        }
        self.feeds = self.until = 0
        self.is_quiet = False  # nobody comes, or wants anything, any more
        self.feed(n.Staff(specs=tuple(self._spec(i) for i in range(agents)), breaks=("lunch",)))
        self.queues(queues)

    def _spec(self, i: int) -> AgentSpec:
        return a_spec(self.names[i], is_standing=i % 3 == 0, switch="main" if i % 2 else "spare")

    def queues(self, number: int) -> None:
        """Other rules than before, of as many queues."""
        rules = some_rules(self.random, self.names, QUEUES[:number])
        self.rules: dict[str, QueueRules] = {each.queue_id: each for each in rules}
        self.feed(n.Queues(rules=tuple(rules)))

    # time

    def at(self, ms: float, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self.heap, (self.now + int(ms), next(self.turns), what, about))

    def run(self, seconds: float) -> None:
        self.until = self.now + int(seconds * 1_000)
        while True:
            wanted = self.floor.next_at()
            mine = self.heap[0][0] if self.heap else self.until + 1
            if min(mine, self.until if wanted is None else wanted) > self.until:
                break
            if wanted is not None and wanted <= mine:
                self.now = max(self.now, wanted)
                self.feed(n.Tick())
            else:
                self.now, _, what, about = heapq.heappop(self.heap)
                what(*about)
        self.now = self.until

    def feed(self, news: n.News) -> None:
        self.feeds += 1
        self.carry(self.floor.feed(news, self.now))
        if self.feeds % 7 == 0:
            check(self.floor)

    def carry(self, orders: list[o.Order]) -> None:
        for order in orders:
            carry = self.doors.get(type(order))
            if carry is not None:
                carry(order)
        for counted in only(orders, o.Counted):
            self.counted[counted.figure] = self.counted.get(counted.figure, 0) + counted.amount

    def tell(self, news: n.News, ms: float = 0) -> None:
        """Feed it soon; unruly: later, twice, or not at all."""
        chance = self.random.random()
        self.at(ms, self.feed, news)
        if chance < self.unruly / 4:
            self.at(ms + self.random.uniform(0, 3_000), self.feed, news)

    # orders

    def ring(self, order: o.RingAgent) -> None:
        assert order.agent_id not in {self.owner[leg] for leg in self.legs}, "an agent with two legs"
        self.legs[order.leg_id], self.owner[order.leg_id] = "rings", order.agent_id
        self.tell(n.LegRings(leg_id=order.leg_id), 200)
        chance = self.random.random()
        if chance < self.unruly / 3:
            self.at(self.random.uniform(1, order.ring_s * 1_000), self.fails, order.leg_id)
        elif chance > self.unruly / 6:
            self.at(self.random.uniform(100, 6_000), self.answers, order.leg_id)

    def answers(self, leg: str) -> None:
        if self.legs.get(leg) == "rings":
            self.legs[leg] = "parked"
            self.tell(n.LegReady(leg_id=leg, switch="main", agent_id=self.owner[leg]))
            if self.random.random() < self.unruly / 5:
                self.at(self.random.uniform(0, 4_000), self.hangs_up, leg)

    def fails(self, leg: str) -> None:
        if self.legs.get(leg) == "rings":
            del self.legs[leg]
            self.tell(n.LegFailed(leg_id=leg, cause="NO_ANSWER"))

    def drop(self, order: o.DropLeg) -> None:
        call = self.legs.pop(order.leg_id, "")
        if call in self.calls:
            self.calls[call] = ""
            self.tell(n.TalkEnded(call_id=call, leg_id=order.leg_id), 20)
        self.tell(n.LegEnded(leg_id=order.leg_id, cause="NORMAL_CLEARING"), 30)

    def park(self, order: o.ParkLeg) -> None:
        call = self.legs.get(order.leg_id, "")
        if order.leg_id in self.legs:
            self.legs[order.leg_id] = "parked"
            if call in self.calls:
                self.calls[call] = ""
                self.tell(n.TalkEnded(call_id=call, leg_id=order.leg_id), 20)
            elif call in self.legs:
                self.legs[call] = "parked"
                self.tell(n.LegReady(leg_id=call, switch="main", agent_id=self.owner[call]), 35)
            self.tell(n.LegReady(leg_id=order.leg_id, switch="main", agent_id=self.owner[order.leg_id]), 35)

    def bridge(self, order: o.BridgeLegs) -> None:
        if order.leg_id in self.legs and order.leg_id2 in self.legs:
            self.legs[order.leg_id], self.legs[order.leg_id2] = order.leg_id2, order.leg_id

    def offer(self, order: o.Offer) -> None:
        assert self.owner.get(order.leg_id) == order.agent_id
        self.offers[order.call_id] = order.leg_id
        if self.random.random() > self.unruly / 10:
            self.at(self.random.uniform(30, 300), self.joins, order.call_id, order.leg_id)

    def joins(self, call: str, leg: str) -> None:
        if call not in self.calls or self.offers.get(call) != leg:
            return
        if self.legs.get(leg) != "parked" or self.random.random() < self.unruly / 6:
            self.tell(n.JoinFailed(call_id=call, leg_id=leg))
            return
        assert not self.calls[call], "a caller with two agents"
        self.calls[call], self.legs[leg] = leg, call
        self.tell(n.TalkBegan(call_id=call, leg_id=leg), 10)
        self.at(self.random.uniform(500, 90_000), self.ends, call, leg)

    def ends(self, call: str, leg: str) -> None:
        if self.calls.get(call) != leg:
            return
        if self.random.random() < 0.5:
            self.hangs_up(leg)
        else:
            self.leaves(call, "hung_up")

    def hangs_up(self, leg: str) -> None:
        """The agent does."""
        call = self.legs.pop(leg, "")
        if not call:
            return
        news: list[n.News] = [n.LegEnded(leg_id=leg, cause="NORMAL_CLEARING")]
        if call in self.calls:
            self.calls[call] = ""
            news.append(n.TalkEnded(call_id=call, leg_id=leg, by="agent"))
            self.calls.pop(call)
            self.offers.pop(call, None)
        elif call in self.legs:
            self.legs[call] = "parked"
            news.append(n.LegReady(leg_id=call, switch="main", agent_id=self.owner[call]))
        self.random.shuffle(news)
        for each in news:
            self.tell(each)

    def leaves(self, call: str, why: str) -> None:
        leg = self.calls.pop(call, None)
        if leg is None:
            return
        self.offers.pop(call, None)
        news: list[n.News] = [n.CallerLeft(call_id=call, why=why)]
        if leg in self.legs:
            news.append(n.TalkEnded(call_id=call, leg_id=leg, by="caller"))
            if self.floor._board.agents[self.owner[leg]].is_leg_standing:
                self.legs[leg] = "parked"
                news.append(n.LegReady(leg_id=leg, switch="main", agent_id=self.owner[leg]))
            else:
                del self.legs[leg]
                news.append(n.LegEnded(leg_id=leg))
        self.random.shuffle(news)
        if call in self.dialed:
            news.append(n.AttemptEnded(attempt_id=call, disposition="answered"))
        for each in news:
            self.tell(each)

    def let_go(self, order: o.LetGo) -> None:
        if order.call_id in self.calls:
            self.calls.pop(order.call_id)
            self.offers.pop(order.call_id, None)
            if order.call_id in self.dialed:
                self.tell(n.AttemptEnded(attempt_id=order.call_id), 50)

    def place(self, order: o.Place) -> None:
        made = order.calls if self.random.random() > self.unruly / 4 else 0
        for _ in range(made):
            self.at(10, self.dials, order.campaign_id, "", "")
        self.at(20, self.feed, n.PlaceDone(campaign_id=order.campaign_id, asked=order.calls, placed=made))

    def place_reserved(self, order: o.PlaceReserved) -> None:
        if self.random.random() < self.unruly / 4:
            self.tell(
                n.ReservedFailed(
                    campaign_id=order.campaign_id,
                    agent_id=order.agent_id,
                    call_id=order.call_id,
                    is_final=self.random.random() < 0.5,
                ),
                50,
            )
        elif self.random.random() > self.unruly / 10:
            self.at(10, self.dials, order.campaign_id or "missed", order.agent_id, order.call_id)

    def dials(self, campaign: str, agent: str, ghost: str) -> None:
        attempt = self.new_id()
        self.dialed.add(attempt)
        self.tell(n.Placed(attempt_id=attempt, campaign_id=campaign, agent_id=agent, call_id=ghost))
        self.at(self.random.uniform(1_000, 25_000), self.customer, attempt)

    def customer(self, attempt: str) -> None:
        if self.random.random() > 0.4:
            self.tell(n.AttemptEnded(attempt_id=attempt, disposition="no_answer"))
            return
        party = self.random.choice(("human", "unknown", "human", "machine"))
        self.feed(n.CustomerAnswered(attempt_id=attempt, party=party, switch="main"))
        self.calls[attempt] = ""
        if party == "machine":
            self.at(2_000, self.leaves, attempt, "hung_up")
        elif self.random.random() > self.unruly / 6:
            self.at(60, self.arrives, attempt)
        self.at(self.random.uniform(500, 120_000), self.gives_up, attempt)

    def arrives(self, attempt: str) -> None:
        known = self.floor._board.callers.get(attempt)
        if attempt in self.calls and known is not None:
            queue = known.line.queue_id if self.random.random() > self.unruly / 10 else QUEUES[0]
            within = None if known.within_ms is None else known.within_ms / 1_000
            self.feed(
                n.CallerJoined(
                    call_id=attempt,
                    queue_id=queue,
                    switch="main",
                    kind=CallerKind.DIALED,
                    joined_at=self.now,
                    within_s=within,
                    campaign_id="c1",
                    attempt_id=attempt,
                )
            )

    # what people do

    def calls_in(self, every_ms: float) -> None:
        if self.is_quiet:
            return
        call = self.new_id()
        self.calls[call] = ""
        queue = self.random.choice(QUEUES)
        self.join(call, queue, self.random.randint(0, 3) * 30)
        self.at(self.random.expovariate(1 / 60_000), self.gives_up, call)
        self.at(self.random.expovariate(1 / every_ms), self.calls_in, every_ms)

    def join(self, call: str, queue: str, ahead_s: int) -> None:
        ago = 0 if self.random.random() > self.unruly / 5 else self.random.randint(0, 60_000)
        number = f"+7999000{self.random.randint(0, 50):04}"
        self.tell(
            n.CallerJoined(
                call_id=call,
                queue_id=queue,
                switch="main",
                joined_at=self.now - ago,
                ahead_s=ahead_s,
                number=number,
            )
        )
        self.at(10_000, self.is_here, call)

    def is_here(self, call: str) -> None:
        if call in self.calls and not self.calls[call]:
            self.feed(n.CallerHere(call_id=call))
            self.at(10_000, self.is_here, call)

    def gives_up(self, call: str) -> None:
        if call in self.calls and not self.calls[call]:
            self.leaves(call, "callback" if self.random.random() < 0.2 else "hung_up")

    def agents_do(self, every_ms: float) -> None:
        """Somebody wants something, sensible or not."""
        if self.is_quiet:
            return
        command = self.random.choice([*n.Command, *[n.Command.AVAILABLE] * 8])
        self.feed(
            n.AgentSays(
                agent_id=self.random.choice([*self.names, "nobody"]),
                command=command,
                reason=self.random.choice(("lunch", "lunch", "no such")),
                to=self.random.choice([*self.names, *QUEUES, "nobody"]),
            )
        )
        self.at(self.random.expovariate(1 / every_ms), self.agents_do, every_ms)

    def say_available(self, name: str) -> None:
        self.feed(n.AgentSays(agent_id=name, command=n.Command.AVAILABLE))

    def campaign(self, queue_id: str = QUEUES[0], **pacing: Any) -> None:
        self.feed(
            n.CampaignRuns(
                campaign_id="c1",
                queue_id=queue_id,
                pacing=a_pacing(**pacing),
                reserved_left=self.random.randint(0, 3),
            )
        )

    def changes(self, every_ms: float) -> None:
        """Rules, staff, the clock and the leader change."""
        if self.is_quiet:
            return
        match self.random.randint(0, 4):
            case 0:
                self.queues(self.random.randint(1, 3))
            case 1:
                some = [i for i in range(len(self.names)) if self.random.random() < 0.8]
                self.feed(n.Staff(specs=tuple(self._spec(i) for i in some), breaks=("lunch",)))
            case 2:
                by = self.random.choice((-3_600_000, 7_200_000))
                self.now += by
                self.until += by
                self.heap = [(at + by, turn, what, about) for at, turn, what, about in self.heap]
            case _:
                self.fail_over()
        self.at(self.random.expovariate(1 / every_ms), self.changes, every_ms)

    def fail_over(self) -> None:
        """Another leader: what it knows is what was kept, and what it sees on the switches."""
        state = FloorState.loads(self.floor.state().dumps())
        specs = tuple(agent.spec for agent in self.floor._board.agents.values())
        self.floor = Floor(self.new_id)
        self.feed(n.Staff(specs=specs, breaks=("lunch",)))
        self.feed(n.Queues(rules=tuple(self.rules.values())))
        self.carry(self.floor.restore(state, self.now))
        board = self.floor._board
        for leg in [leg for leg in board.legs if leg not in self.legs]:
            self.feed(n.LegEnded(leg_id=leg))
        for call in [call for call in board.callers if call not in self.calls]:
            self.feed(n.CallerLeft(call_id=call, why="gone"))

    def end(self) -> None:
        """It gets quiet; when it has been for long, nothing is under way any more."""
        self.is_quiet = True
        self.feed(n.CampaignRests(campaign_id="c1"))
        self.run(900)
        check_end(self.floor)
