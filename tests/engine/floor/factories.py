"""Small whole floors for tests: who works, what is fed, and what of the orders is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any, TypeVar

from orchestrator.domain.agent import AgentSpec, AgentState
from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.domain.queue import QueueRules
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    AgentSays,
    CallerJoined,
    Command,
    LegReady,
    News,
    Queues,
    Staff,
    TalkBegan,
    TalkEnded,
    Tick,
)
from orchestrator.engine.floor.orders import AgentMoved, Answer, Counted, Figure, Order
from orchestrator.engine.floor.people import Agent

T0 = 1_795_000_000_000  # 2026-11-18 11:06:40 UTC
Q = "shop:sales"
Wanted = TypeVar("Wanted")


def a_spec(agent_id: str, **fields: Any) -> AgentSpec:
    return AgentSpec(agent_id=agent_id, **{"dial": (("", f"user/{agent_id}"),), **fields})


def a_pacing(**fields: Any) -> PacingPlan:
    return PacingPlan(
        **{
            "mode": PacingMode.PROGRESSIVE,
            "abandoned": 0.03,
            "within_s": 2.0,
            "cancel_after_s": 15.0,
            "ring_min_s": 15.0,
            "lines_per_agent": 4,
            **fields,
        }
    )


class Bench:
    """A floor with a clock that only goes when it is told to, and every order that was given."""

    def __init__(
        self, *specs: AgentSpec, rules: Iterable[QueueRules] = (), now: int = T0, **options: Any
    ) -> None:
        ids = count(1)
        # callers of tests do not say every 10 s that they are there
        self.floor = Floor(lambda: f"leg{next(ids)}", **{"lost_ms": None, **options})
        self.now = now
        self.orders: list[Order] = []
        if specs:
            self.feed(Staff(specs=specs))
        if rules:
            self.feed(Queues(rules=tuple(rules)))

    def feed(self, news: News) -> list[Order]:
        """The orders that follow from it."""
        orders = self.floor.feed(news, self.now)
        self.orders += orders
        return orders

    def wait(self, seconds: float) -> list[Order]:
        """Time passes; the floor is woken whenever it wants. All orders of that time."""
        until, found = self.now + round(seconds * 1_000), []
        while (at := self.floor.next_at()) is not None and at <= until:
            self.now = max(at, self.now)
            found += self.feed(Tick())
        self.now = until
        return found + self.feed(Tick())

    def say(self, agent_id: str, command: Command, **fields: Any) -> list[Order]:
        return self.feed(AgentSays(agent_id=agent_id, command=command, **fields))

    def come(self, *agent_ids: str) -> None:
        """They are available; standing legs are up."""
        for agent_id in agent_ids:
            self.say(agent_id, Command.AVAILABLE)
            if self.agent(agent_id).state is AgentState.RINGING:
                self.park(agent_id)

    def join(self, call_id: str, queue_id: str = Q, **fields: Any) -> list[Order]:
        known = {"switch": "main", "joined_at": self.now, **fields}
        return self.feed(CallerJoined(call_id=call_id, queue_id=queue_id, **known))

    def park(self, agent_id: str, switch: str = "main") -> list[Order]:
        """The agent's leg is parked."""
        leg_id = self.agent(agent_id).leg_id
        return self.feed(LegReady(leg_id=leg_id, switch=switch, agent_id=agent_id))

    def talk(self, call_id: str, agent_id: str) -> list[Order]:
        """The agent, who is rung for the caller, answers, and they talk."""
        orders = [] if self.agent(agent_id).is_parked else self.park(agent_id)
        return orders + self.feed(TalkBegan(call_id=call_id, leg_id=self.agent(agent_id).leg_id))

    def end_talk(self, call_id: str, agent_id: str) -> list[Order]:
        return self.feed(TalkEnded(call_id=call_id, leg_id=self.agent(agent_id).leg_id))

    def agent(self, agent_id: str) -> Agent:
        return self.floor._board.agents[agent_id]

    def state(self, agent_id: str) -> AgentState:
        return self.agent(agent_id).state

    def counted(self, figure: Figure, **keys: str) -> int:
        """All that was counted so far under the figure and the keys said."""
        return sum(
            each.amount
            for each in only(self.orders, Counted)
            if each.figure is figure and all(getattr(each, key) == value for key, value in keys.items())
        )

    def answer(self, orders: list[Order]) -> Answer:
        return only(orders, Answer)[-1]


def only(orders: Iterable[Order], kind: type[Wanted]) -> list[Wanted]:
    return [order for order in orders if isinstance(order, kind)]


def rung(orders: Iterable[Order]) -> list[str]:
    """Who is given a call by these orders, in order."""
    moved = only(orders, AgentMoved)
    return [
        each.record.agent_id
        for each in moved
        if each.record.state is AgentState.RINGING
        and each.lasted_ms >= 0
        and each.before is not AgentState.RINGING
    ]


def a_queue(*agents: str | tuple[str, int], **fields: Any) -> QueueRules:
    levels = tuple((each, 1) if isinstance(each, str) else each for each in agents)
    return QueueRules(queue_id=fields.pop("queue_id", Q), agents=levels, **fields)


def a_mixed_bench(**rules: object) -> Bench:
    """Anna is rung for each call, boris stands by; both serve one queue."""
    return Bench(
        a_spec("anna"),
        a_spec("boris", is_standing=True, switch="main"),
        rules=[a_queue("anna", "boris", **{"wrap_up_s": 40, "extend_times": 2, **rules})],
    )
