"""Carries out what the floor orders of switches. Each switch has a queue and a greenlet of its own: one that is slow
or dead holds up nobody but itself.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import gevent
import structlog
from gevent import Greenlet
from gevent.queue import Queue

from orchestrator.domain.agent import AgentSpec
from orchestrator.engine.floor.news import (
    AgentSays,
    CallerLeft,
    Command,
    JoinFailed,
    LegEnded,
    LegFailed,
    News,
)
from orchestrator.engine.floor.orders import (
    BridgeLegs,
    CancelCalls,
    DropLeg,
    LetGo,
    Offer,
    Order,
    ParkLeg,
    RingAgent,
    Tone,
    WaitOn,
)
from orchestrator.engine.originate import agent_command, tone_command
from orchestrator.esl.protocol import EslError
from orchestrator.esl.writer import OnReply
from orchestrator.runtime.operators.book import Book
from orchestrator.runtime.operators.reaching import Unreachable, way_to
from orchestrator.runtime.settings import Settings

log = structlog.get_logger()

LATE_S: Final = 10.0  # real time after which an order is not carried out any more: what it was for is over
# Real time for which a leg that was just joined is not taken out again: a switch may leave both in silence for good
SETTLE_S: Final = 0.5
AGAIN_S: Final = 0.5  # real time after which a caller who did not join is told so again
CANCELLED: Final = "ORIGINATOR_CANCEL"
NO_WAY: Final = "NO_ROUTE_DESTINATION"
SWITCH_DOWN: Final = "NETWORK_OUT_OF_ORDER"

Carried = BridgeLegs | CancelCalls | DropLeg | LetGo | Offer | ParkLeg | RingAgent | Tone | WaitOn


class Line(Protocol):
    """What is needed of runtime.switches.line.Line."""

    @property
    def is_up(self) -> bool: ...

    def api(self, command: str) -> str: ...

    def originate(self, jobs: list[tuple[str, str]], on_reply: OnReply) -> None: ...


@dataclass(slots=True, kw_only=True)
class _Job:
    """is_marked: of an offer to a caller on another switch, the leg knows already for whom it is. then: what must not
    be done before it, on another switch.
    """

    order: Carried
    at: float
    is_marked: bool = False
    then: list[_Job] = field(default_factory=list)


class Carrier:
    """`carry` takes orders in the order in which they are to be done. `tell(news)` hears what cannot be done.

    attempt_switch(attempt id): where a call of a campaign was made, "" when that is not known. may_write: whether we
    certainly lead still.
    """

    def __init__(
        self,
        lines: Mapping[str, Line],
        settings: Settings,
        book: Book,
        *,
        spec_of: Callable[[str], AgentSpec | None],
        attempt_switch: Callable[[str], str],
        now_ms: Callable[[], int],
        may_write: Callable[[], bool],
        settle_s: float = SETTLE_S,
        tell: Callable[[News], object],
        broke: Callable[[Greenlet[..., None]], object],
    ) -> None:
        self._lines = lines
        self._settings = settings
        self._book = book
        self._spec_of = spec_of
        self._attempt_switch = attempt_switch
        self._now_ms = now_ms
        self._may_write = may_write
        self._settle_s = settle_s
        self._tell = tell
        self._broke = broke
        self._queues: dict[str, Queue[_Job]] = {name: Queue() for name in lines}
        self._greenlets: list[Greenlet[..., None]] = []

    def start(self) -> None:
        self._greenlets = [gevent.spawn(self._works, name) for name in self._queues]
        for greenlet in self._greenlets:
            greenlet.link_exception(self._broke)

    def stop(self) -> None:
        gevent.killall(self._greenlets)
        self._greenlets = []

    @property
    def is_busy(self) -> bool:
        return any(not queue.empty() for queue in self._queues.values())

    def carry(self, orders: Iterable[Order]) -> None:
        """Have these done. Those that are not for a switch are nobody's here."""
        at = time.monotonic()
        waits: dict[str, _Job] = {}
        for order in orders:
            if isinstance(order, CancelCalls):
                self._cancel(order, at)
                continue
            if not isinstance(order, Carried):
                continue
            job = _Job(order=order, at=at)
            if isinstance(order, WaitOn):
                waits[order.call_id] = job
            before = waits.get(self._book.caller_of(order.leg_id)) if isinstance(order, ParkLeg) else None
            if before is not None and self._switch_of(before.order) != self._switch_of(order):
                before.then.append(job)
            else:
                self._put(job)

    def _put(self, job: _Job) -> None:
        wait_s = self._unsettled_s(job.order)
        if wait_s > 0:
            gevent.spawn_later(wait_s, self._put, job).link_exception(self._broke)
            return
        switch = self._switch_of(job.order)
        queue = self._queues.get(switch)
        if queue is None:
            self._cannot(job.order, f"no switch {switch!r}")
        else:
            queue.put(job)

    def _unsettled_s(self, order: Carried) -> float:
        """How long a leg that was just joined is to be left alone."""
        if not isinstance(order, ParkLeg | BridgeLegs):
            return 0.0
        legs = (order.leg_id, order.leg_id2) if isinstance(order, BridgeLegs) else (order.leg_id,)
        joined = [leg.joined_at for leg in map(self._book.leg, legs) if leg is not None and leg.is_joined]
        return max(joined, default=float("-inf")) + self._settle_s - time.monotonic()

    def _cancel(self, order: CancelCalls, at: float) -> None:
        by_switch: dict[str, list[str]] = {}
        for attempt_id in order.attempt_ids:
            by_switch.setdefault(self._attempt_switch(attempt_id), []).append(attempt_id)
        for switch, attempt_ids in by_switch.items():
            if switch in self._queues:
                self._queues[switch].put(_Job(order=CancelCalls(attempt_ids=tuple(attempt_ids)), at=at))

    def _switch_of(self, order: Carried) -> str:
        """Where an order is carried out; "" when nobody knows any more."""
        match order:
            case RingAgent():
                return self._ring_from(order)
            case Offer(leg_switch=switch):
                return switch
            case LetGo(call_id=call_id) | WaitOn(call_id=call_id):
                caller = self._book.caller(call_id)
                return "" if caller is None else caller.switch
            case DropLeg() | ParkLeg() | BridgeLegs() | Tone():
                leg = self._book.leg(order.leg_id)
                return "" if leg is None else leg.switch
        return ""  # CancelCalls: by attempt

    def _ring_from(self, order: RingAgent) -> str:
        """The switch that the floor wants, or one from which the agent can be reached."""
        spec = self._spec_of(order.agent_id)
        if spec is None:
            return order.target_switch
        up = {name for name, line in self._lines.items() if line.is_up}
        way = way_to(spec, order.target_switch, self._settings, up)
        return order.target_switch if isinstance(way, Unreachable) else way.switch

    # -- one switch

    def _works(self, switch: str) -> None:
        queue = self._queues[switch]
        while True:
            job = queue.get()
            line = self._lines[switch]
            if time.monotonic() - job.at > LATE_S and not isinstance(job.order, DropLeg):
                self._cannot(job.order, "too late")
            elif not line.is_up:
                self._cannot(job.order, "the switch is not connected")
            elif self._may_write():
                try:
                    self._do(switch, line, job)
                except EslError as error:
                    self._cannot(job.order, str(error))
            for after in job.then:
                self._put(after)

    def _do(self, switch: str, line: Line, job: _Job) -> None:
        match order := job.order:
            case RingAgent():
                self._ring(switch, line, order)
            case Offer() if not job.is_marked:
                self._mark(switch, line, order)
            case Offer():
                self._offer(line, order)
            case LetGo(call_id=call_id, why=why):
                self._push(line, call_id, {"go": why})
            case WaitOn(call_id=call_id, queue_id=queue_id):
                self._push(
                    line, call_id, {"wait": True, "queue": self._queue(call_id, queue_id)}, is_now=False
                )
            case ParkLeg(leg_id=leg_id):
                line.api(f"uuid_park {leg_id}")
            case BridgeLegs():
                self._bridge(line, order)
            case DropLeg(leg_id=leg_id, cause=cause):
                line.api(f"uuid_kill {leg_id} {cause}")
            case Tone(leg_id=leg_id):
                line.api(tone_command(leg_id))
            case CancelCalls(attempt_ids=attempt_ids):
                for attempt_id in attempt_ids:
                    line.api(f"uuid_kill {attempt_id} {CANCELLED}")

    def _bridge(self, line: Line, order: BridgeLegs) -> None:
        """Two agents on one switch talk; where that cannot be, the caller comes back to the first of them."""
        reply = line.api(f"uuid_bridge {order.leg_id} {order.leg_id2}")
        leg = self._book.leg(order.leg_id)
        if reply.startswith("-ERR") and leg is not None:
            log.warning("agents_not_bridged", agent_id=leg.agent_id, reply=reply.strip()[:100])
            self._tell(AgentSays(agent_id=leg.agent_id, command=Command.CANCEL, by="api"))

    def _ring(self, switch: str, line: Line, order: RingAgent) -> None:
        """Written once: the leg is stored before it is ordered here, and an order is never repeated."""
        spec = self._spec_of(order.agent_id)
        caller = self._book.caller(order.call_id)
        try:
            if spec is None:
                raise ValueError(f"no agent {order.agent_id}")
            way = way_to(spec, switch, self._settings, {switch})
            if isinstance(way, Unreachable):
                raise ValueError(way.why)
            command = agent_command(
                leg_id=order.leg_id,
                agent_id=order.agent_id,
                dial=way.dial,
                ring_s=order.ring_s,
                caller_id=way.caller_id("" if caller is None else caller.number),
                queue=order.queue_id,
                call_id=order.call_id,
                is_standing=order.is_standing,
                whisper="" if caller is None else caller.whisper,
                language=spec.language,
            )
        except (
            ValueError
        ) as error:  # refused before it could be syntax, or there is no way: nothing was written
            log.error("agent_not_rung", agent_id=order.agent_id, switch=switch, error=str(error))
            self._tell(LegFailed(leg_id=order.leg_id, cause=NO_WAY))
            return

        def replied(leg_id: str, error: Exception | None) -> None:
            if error is not None:
                log.warning("agent_leg_refused", switch=switch, leg_id=leg_id, error=str(error))
                if not getattr(error, "written", True):
                    self._tell(LegFailed(leg_id=leg_id, cause=SWITCH_DOWN))

        line.originate([(command, order.leg_id)], replied)

    def _mark(self, switch: str, line: Line, order: Offer) -> None:
        """The leg is to know for whom it is: two callers who joined one would hear each other."""
        line.api(f"uuid_setvar {order.leg_id} prozvon_for {order.call_id}")
        caller = self._book.caller(order.call_id)
        if caller is None or caller.switch not in self._queues:
            self._cannot(order, "the caller is gone")
        elif caller.switch == switch:
            self._offer(line, order)
        else:
            self._queues[caller.switch].put(_Job(order=order, at=time.monotonic(), is_marked=True))

    def _offer(self, line: Line, order: Offer) -> None:
        caller = self._book.caller(order.call_id)
        switch = "" if caller is None else caller.switch
        dial = ""
        if order.leg_switch != switch:
            links = self._settings.switches[switch].links if switch in self._settings.switches else {}
            if order.leg_switch not in links:
                self._cannot(order, f"no link from {switch} to {order.leg_switch} (`links:` in prozvon.yaml)")
                return
            dial = links[order.leg_switch]
        self._book.offered(order.call_id, order.leg_id)
        self._push(line, order.call_id, {"join": order.leg_id, "dial": dial, "agent": order.agent_id})
        gevent.spawn_later(AGAIN_S, self._remind, switch, order).link_exception(self._broke)

    def _remind(self, switch: str, order: Offer) -> None:
        """A caller who hears an announcement may have missed the word; one too many does no harm."""
        leg, caller, line = (
            self._book.leg(order.leg_id),
            self._book.caller(order.call_id),
            self._lines[switch],
        )
        if leg is None or caller is None or leg.is_joined or leg.call_id != order.call_id:
            return
        try:
            if line.is_up:
                line.api(f"uuid_break {order.call_id}")
        except EslError as error:
            log.warning("caller_not_reminded", switch=switch, error=str(error))

    def _queue(self, call_id: str, queue_id: str) -> str:
        """A queue as the caller's script knows it: by its name alone where it is the scenario's own."""
        caller = self._book.caller(call_id)
        scenario, _, name = queue_id.partition(":")
        return name if caller is not None and caller.scenario == scenario else queue_id

    def _push(self, line: Line, call_id: str, said: dict[str, object], *, is_now: bool = True) -> None:
        """Tell a caller's script; is_now: while it waits, else it looks by itself when its talk is over."""
        number = self._book.number_for(call_id, self._now_ms())
        text = json.dumps({"n": number, **said}, ensure_ascii=False, separators=(",", ":"))
        encoded = urlsafe_b64encode(text.encode()).decode().rstrip("=")
        reply = line.api(f"uuid_setvar {call_id} prozvon_offer {encoded}")
        if reply.startswith("-ERR"):
            self._tell(CallerLeft(call_id=call_id, why="hung_up"))
        elif is_now:
            line.api(f"uuid_break {call_id}")

    def _cannot(self, order: Carried, why: str) -> None:
        if isinstance(order, DropLeg) and self._book.leg(order.leg_id) is None:  # it is gone, as was wanted
            self._tell(LegEnded(leg_id=order.leg_id))
            return
        if (
            isinstance(order, LetGo) and self._book.caller(order.call_id) is None
        ):  # a place in line, kept no more
            return
        log.warning("order_not_carried_out", order=type(order).__name__, why=why)
        match order:
            case RingAgent(leg_id=leg_id):
                self._tell(LegFailed(leg_id=leg_id, cause=SWITCH_DOWN))
            case Offer(call_id=call_id, leg_id=leg_id):
                self._tell(JoinFailed(call_id=call_id, leg_id=leg_id, why=why))
