"""A day of a contact centre as events: customers who are rung, agents who talk and write up, and somebody who decides.

Virtual time in epoch milliseconds; chance only from `Streams`. One team, one or more campaigns that share it.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from benchmarks.pacing_measure import Measured, Recorder
from orchestrator.engine.pacing.view import Decision, PoolView
from orchestrator.workday.workload import Customers, Outcome, Streams, Talks

MONDAY = 1_793_577_600_000  # 2026-11-02 00:00 UTC
HOUR = 3_600_000
_ASK_MOST_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happens on a day whatever anybody decides. Steps are (second since the start, value), the first at 0.

    answer: who answers, of those called. talk_s: mean talk. staff: agents present; who is too many goes idle-first at
    once, the others after their call and its wrap-up. invite_s: from a decision to the first ring.
    campaigns: each has customers of its own (the answer rate of the k-th is that of the day times `rates[k]`).
    """

    name: str
    staff: tuple[tuple[int, int], ...]
    starts_s: int = 8 * 3_600
    hours: float = 8.0
    warm_up_s: int = 900
    answer: tuple[tuple[int, float], ...] = ((0, 0.30),)
    talk_s: tuple[tuple[int, float], ...] = ((0, 120.0),)
    customers: Customers = field(default_factory=Customers)
    talks: Talks = field(default_factory=Talks)
    invite_s: float = 0.0
    rates: tuple[float, ...] = (1.0,)


class Controller(Protocol):
    """Whoever paces a campaign: `orchestrator.engine.pacing.pacer.Pacer`, or a rival of it."""

    def placed(self, attempt_id: str, at: int) -> None: ...
    def answered(self, attempt_id: str, at: int) -> None: ...
    def ended(self, attempt_id: str, at: int) -> None: ...
    def connected(self, at: int) -> None: ...
    def abandoned(self, at: int) -> None: ...
    def talk_ended(self, began_at: int, at: int) -> None: ...
    def wrap_ended(self, began_at: int, at: int) -> None: ...
    def decide(self, view: PoolView, now: int) -> Decision: ...


Together = Callable[[Sequence[PoolView], int], Sequence[Decision]]


class Centre:
    """Runs one day. together: the decisions of all campaigns for their views (default: each on its own). They are
    asked for when something happened, at least so many ms after the last time, and once a second.
    """

    def __init__(
        self,
        day: Day,
        seed: int | str,
        controllers: Sequence[Controller],
        together: Together | None = None,
        ask_least_ms: int = 250,
    ) -> None:
        self.day = day
        self.controllers = controllers
        self._together = together or self._each
        self._ask_least, self._asked_at, self._ask_at = ask_least_ms, 0, 0
        self._streams = [Streams(f"{seed}" if k == 0 else f"{seed} {k}") for k in range(len(controllers))]
        self._start = MONDAY + day.starts_s * 1_000
        self._measure_from = self._start + day.warm_up_s * 1_000
        self._end = self._measure_from + int(day.hours * HOUR)
        self._heap: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._number = count()
        self._idle: deque[int] = deque()  # agents, longest idle first
        self._talking: dict[int, int] = {}
        self._wrapping: dict[int, int] = {}
        self._leaving: set[int] = set()
        self._agents = 0
        self._ringing: list[dict[str, Outcome]] = [{} for _ in controllers]
        self._ordered = [0 for _ in controllers]
        self._waiting: deque[tuple[int, int]] = deque()  # (campaign, caller), longest waiting first
        self._record = Recorder(self._measure_from, self._end, len(controllers))
        self.now = self._start
        self.decisions = 0

    # -- running

    def run(self) -> list[Measured]:
        """The whole day; figures of each campaign."""
        for after_s, agents in self.day.staff:
            self._at(self._start + after_s * 1_000, self._staff, agents)
        self._at(self._start, self._ask)
        heap = self._heap
        while heap and heap[0][0] <= self._end:
            at, _, act, arguments = heapq.heappop(heap)
            self.now = at
            act(*arguments)
        self.now = self._end
        self._record.close(self.now)
        return self._record.measured()

    def _at(self, at: int, act: Callable[..., None], *arguments: object) -> None:
        heapq.heappush(self._heap, (at, next(self._number), act, arguments))

    def _value(self, steps: tuple[tuple[int, float], ...]) -> float:
        since_s = (self.now - self._start) / 1_000
        value = steps[0][1]
        for from_s, each in steps:
            if since_s >= from_s:
                value = each
        return value

    # -- deciding

    def _ask(self) -> None:
        views = [self._view(k) for k in range(len(self.controllers))]
        for k, decision in enumerate(self._together(views, self.now)):
            self.decisions += 1
            for attempt in decision.cancel:
                if self._ringing[k].pop(attempt, None) is not None:
                    self._record.line(self.now, -1)
                    self.controllers[k].ended(attempt, self.now)
            self._ordered[k] += decision.place
            delay = int(self.day.invite_s * 1_000)
            for _ in range(decision.place):
                if delay:
                    self._at(self.now + delay, self._place, k)
                else:
                    self._place(k)
        self._asked_at = self.now
        self._ask_by(self.now + _ASK_MOST_MS)

    def _ask_by(self, at: int) -> None:
        """Asks at this instant, or before if something happens; never sooner than `ask_least_ms` after the last."""
        at = max(at, self._asked_at + self._ask_least)
        if self._ask_at <= self.now or at < self._ask_at:
            self._ask_at = at
            self._at(at, self._ask_now, at)

    def _ask_now(self, at: int) -> None:
        if at == self._ask_at:  # not brought forward since
            self._ask_at = 0
            self._ask()

    def _each(self, views: Sequence[PoolView], now: int) -> list[Decision]:
        return [c.decide(view, now) for c, view in zip(self.controllers, views, strict=True)]

    def _view(self, k: int) -> PoolView:
        stays = self._leaving
        talking, wrapping = self._talking, self._wrapping
        if stays:
            talking = {a: t for a, t in talking.items() if a not in stays}
            wrapping = {a: t for a, t in wrapping.items() if a not in stays}
        return PoolView(
            idle=len(self._idle),
            waiting=len(self._waiting),
            talking_since=list(talking.values()),
            wrapping=[(since, None) for since in wrapping.values()],
            ordered=self._ordered[k],
        )

    # -- customers

    def _place(self, k: int) -> None:
        self._ordered[k] -= 1
        number = next(self._number)
        attempt = str(number)
        customers = self.day.customers
        rate = self._value(self.day.answer) * self.day.rates[k]
        if rate != customers.answer:
            customers = replace(customers, answer=rate)
        fate = self._streams[k].call(customers)
        self._ringing[k][attempt] = fate.outcome
        self._record.dial(self.now, k)
        self._record.line(self.now, 1)
        self.controllers[k].placed(attempt, self.now)
        self._at(self.now + fate.after_ms, self._rung, k, attempt)

    def _rung(self, k: int, attempt: str) -> None:
        outcome = self._ringing[k].pop(attempt, None)
        if outcome is None:
            return  # we hung it up before
        self._ask_by(self.now)
        if outcome is not Outcome.PERSON:
            self._record.line(self.now, -1)
            self.controllers[k].ended(attempt, self.now)
            return
        self.controllers[k].answered(attempt, self.now)
        if self._idle:
            self._connect(self._idle.popleft(), k)
            return
        caller = next(self._number)
        self._waiting.append((k, caller))
        self._at(self.now + int(self.day.customers.patience_s * 1_000), self._give_up, k, caller)

    def _give_up(self, k: int, caller: int) -> None:
        if (k, caller) not in self._waiting:
            return
        self._waiting.remove((k, caller))
        self._record.line(self.now, -1)
        self._record.ended(self.now, k, was_abandoned=True)
        self.controllers[k].abandoned(self.now)

    # -- agents

    def _staff(self, wanted: int) -> None:
        while self._agents < wanted:
            self._agents += 1
            self._record.came(self.now)
            if self._leaving:
                self._leaving.pop()  # stays after all; never counted as gone
                self._record.left(self.now)
            else:
                self._free(next(self._number))
        while self._agents > wanted:
            self._agents -= 1
            if self._idle:
                self._idle.pop()
                self._record.left(self.now)
            else:
                busy = next(a for a in (*self._wrapping, *self._talking) if a not in self._leaving)
                self._leaving.add(busy)

    def _connect(self, agent: int, k: int) -> None:
        self._record.ended(self.now, k, was_abandoned=False)
        self.controllers[k].connected(self.now)
        self._talking[agent] = self.now
        self._record.busy(self.now, 1)
        length = self._streams[k].talk_ms(self.day.talks)
        scale = self._value(self.day.talk_s) / self.day.talks.talk_s
        self._at(self.now + int(length * scale), self._talked, agent, k)

    def _talked(self, agent: int, k: int) -> None:
        began = self._talking.pop(agent)
        self._record.line(self.now, -1)
        self._ask_by(self.now)
        for controller in self.controllers:
            controller.talk_ended(began, self.now)
        self._wrapping[agent] = self.now
        self._at(self.now + self._streams[k].wrap_ms(self.day.talks), self._wrapped, agent)

    def _wrapped(self, agent: int) -> None:
        began = self._wrapping.pop(agent)
        self._ask_by(self.now)
        for controller in self.controllers:
            controller.wrap_ended(began, self.now)
        self._record.busy(self.now, -1)
        if agent in self._leaving:
            self._leaving.discard(agent)
            self._record.left(self.now)
            return
        self._free(agent)

    def _free(self, agent: int) -> None:
        if self._waiting:
            k, _ = self._waiting.popleft()
            self._connect(agent, k)
        else:
            self._idle.append(agent)
