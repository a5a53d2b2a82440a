"""The floor at work: news in, orders out. What an order needs is stored before it is carried out; time passes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import gevent
import structlog
from gevent import Greenlet
from gevent.event import Event

from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.floor import Floor
from orchestrator.engine.floor.news import (
    CallerJoined,
    CallerLeft,
    JoinFailed,
    LegEnded,
    LegFailed,
    LegReady,
    News,
    TalkBegan,
    TalkEnded,
    Tick,
)
from orchestrator.engine.floor.orders import (
    AgentMoved,
    Answer,
    Counted,
    Order,
    Place,
    PlaceReserved,
    Refused,
    RingAgent,
    ScreenPop,
    WaitOn,
)
from orchestrator.engine.floor.state import FloorState
from orchestrator.runtime.operators.book import Book, Caller, Leg
from orchestrator.runtime.operators.tally import Tally
from orchestrator.runtime.operators.writing import PART, Changes, floor_part, step_of
from orchestrator.simulator.clock import Clock
from orchestrator.store.commands import Reply
from orchestrator.store.floor import FloorChanges, NotLeading
from orchestrator.store.screens import ScreenEvent

log = structlog.get_logger()

RETRY_S: Final = 0.2  # real time between tries while the store is away
NAP_S: Final = 0.25  # real time of the longest sleep: a clock may be moved
LEAST_S: Final = 0.001

Placing = Place | PlaceReserved


class Shift:
    """One leader's floor. `feed` does no I/O: it may be called wherever something is heard.

    carry(orders): what switches are to do, after it is stored. place(order): calls of a campaign. write: to the
    store, as its `floor.write`. project_of(queue id): whose work it is. lost: called once it is certain that somebody
    else leads.
    """

    def __init__(
        self,
        floor: Floor,
        book: Book,
        tally: Tally,
        clock: Clock,
        *,
        write: Callable[[FloorChanges], None],
        carry: Callable[[Iterable[Order]], None],
        place: Callable[[Placing], None],
        show: Callable[[ScreenPop], None],
        project_of: Callable[[str], str],
        lost: Callable[[], None],
    ) -> None:
        self.floor, self.book, self.tally = floor, book, tally
        self._clock = clock
        self._write_step = write
        self._carry, self._place, self._show, self._lost = carry, place, show, lost
        self._project_of = project_of
        self._orders: list[Order] = []
        self._waiting: deque[News] = deque()
        self._is_feeding = False
        self._changes = Changes()
        self._work = Event()
        self._moved = Event()
        self._said: list[Answer | Refused] = []
        self._is_due = False
        self._is_stale = False  # something has changed that is not stored, and that nothing was ordered for

    # -- news in

    def feed(self, *news: News) -> tuple[Answer | Refused, ...]:
        """Tell the floor; what it says to whoever asked. News about news come after them, never in the middle."""
        self._waiting.extend(news)
        if self._is_feeding:
            return ()
        self._is_feeding, self._said = True, []
        try:
            while self._waiting:
                each = self._waiting.popleft()
                self._note(each)
                now = self._clock.now_ms()
                for order in self.floor.feed(each, now):
                    self._take(order, now)
        finally:
            self._is_feeding = False
        self._moved.set()
        if self._orders or self._changes:
            self._work.set()
        self._is_stale = True
        return tuple(self._said)

    def restore(self, state: FloorState) -> None:
        """Go on where the leader before us has stopped; staff and queues are told already."""
        now = self._clock.now_ms()
        orders = self.floor.restore(state, now)
        self._changes.agents = {
            each.agent_id: each for each in self.floor.state(with_pacers=False).agents
        }  # instead of what was said of them when nothing but their names was known
        for order in orders:
            self._take(order, now)
        self._work.set()

    def _note(self, news: News) -> None:
        book = self.book
        match news:
            case CallerJoined(call_id=call_id, queue_id=queue_id, switch=switch, number=number):
                caller = Caller(
                    call_id=call_id,
                    switch=switch,
                    queue_id=queue_id,
                    scenario=queue_id.partition(":")[0],
                    number=number,
                    seen_at=time.monotonic(),
                )
                book.add_caller(caller)
            case LegReady(leg_id=leg_id, switch=switch, agent_id=agent_id):
                leg = book.leg(leg_id)
                if leg is None:
                    leg = Leg(leg_id=leg_id, switch=switch, agent_id=agent_id, made_at=time.monotonic())
                    book.add_leg(leg)
                leg.is_parked, leg.switch = True, switch
            case CallerLeft(call_id=call_id):
                book.drop_caller(call_id)
            case LegEnded(leg_id=leg_id) | LegFailed(leg_id=leg_id):
                book.drop_leg(leg_id)
            case TalkBegan(call_id=call_id, leg_id=leg_id):
                book.joined(call_id, leg_id)
            case TalkEnded(call_id=call_id, leg_id=leg_id) | JoinFailed(call_id=call_id, leg_id=leg_id):
                book.parted(call_id, leg_id)

    def _take(self, order: Order, now: int) -> None:
        match order:
            case Answer() | Refused():
                self._said.append(order)
            case AgentMoved(record=record):
                self._changes.agents[record.agent_id] = record
            case Counted():
                project = self._project_of(order.queue_id)
                self._changes.count(order, project, now)
                self.tally.count(order, project, now)
            case ScreenPop():
                self._show(order)
            case RingAgent():
                self.book.add_leg(
                    Leg(
                        leg_id=order.leg_id,
                        switch=order.target_switch,
                        agent_id=order.agent_id,
                        made_at=time.monotonic(),
                    )
                )
                self._orders.append(order)
            case WaitOn(call_id=call_id, queue_id=queue_id):
                self.book.moved(call_id, queue_id)
                self._orders.append(order)
            case _:
                self._orders.append(order)

    def reply(self, reply: Reply) -> None:
        """What became of a command, to be stored with the next step."""
        self._changes.replies.append(reply)
        self._work.set()

    def show_event(self, event: ScreenEvent) -> None:
        """For an agent's screen, to be stored with the next step."""
        self._changes.screens.append(event)
        self._work.set()

    def save(self) -> None:
        """Have it stored where everybody stands, if that has changed."""
        if self._is_stale:
            self._is_due = True
            self._work.set()

    def keep(self, parts: Mapping[str, str | None]) -> None:
        """What a new leader begins with, to be stored with the next step."""
        self._changes.parts |= parts
        self._work.set()

    # -- life

    def steps(self) -> list[Greenlet[..., None]]:
        """The greenlets of a shift, started."""
        return [gevent.spawn(self.times), gevent.spawn(self.writes)]

    def times(self) -> None:
        """Tell the floor of the time, whenever it wants to be told."""
        while True:
            at = self.floor.next_at()
            left = NAP_S if at is None else (at - self._clock.now_ms()) / 1000 / self._clock.speed
            if left <= 0:
                self.feed(Tick())
                gevent.sleep(0)
                continue
            self._moved.clear()
            self._moved.wait(min(max(left, LEAST_S), NAP_S))

    def writes(self) -> None:
        """Store what has changed, then have it done. While the store is away nothing is done: soon we lead no more."""
        while True:
            self._work.wait()
            self._work.clear()
            if not self._write():
                return

    def _write(self) -> bool:
        """Whether we lead still."""
        while self._orders or self._changes or self._is_due:
            orders, self._orders = self._orders, []
            step = self._next_step()
            while True:
                try:
                    self._write_step(step)
                    break
                except NotLeading:
                    self._lost()
                    return False
                except KnownError as error:
                    log.error("store_unreachable", error=str(error), orders_waiting=len(orders))
                    gevent.sleep(RETRY_S)
                    step = (
                        FloorChanges()
                    )  # the store's door has kept what it was given, and writes that first
            self._carry(order for order in orders if not isinstance(order, Placing))
            for order in orders:
                if isinstance(order, Placing):
                    self._place(order)
        return True

    def _next_step(self) -> FloorChanges:
        """All that has changed; with it where everybody stands, so that what a new leader reads is of one moment."""
        changes, self._changes = self._changes, Changes()
        self._is_stale = self._is_due = False
        changes.parts[PART] = floor_part(self.floor.state(with_pacers=False))
        return step_of(changes)

    def flush(self) -> None:
        """Before the end in good order: the last records. KnownError: the store is away, or somebody else leads."""
        if self._changes:
            self._write_step(self._next_step())

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that must not be jumped over in time."""
        return bool(self._orders or self._changes or self._waiting)

    def next_at(self) -> int | None:
        return self.floor.next_at()
