"""Records the calls that came in: from their last event, else from the marker of their beginning and their CDR.

Whatever is not recorded yet stands in a file on the switch: its marker. So nothing is lost though nobody listened for
an hour, and a call whose switch was killed is recorded as lost, and its caller called back.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import gevent
import structlog
from gevent import Greenlet
from gevent.event import Event
from gevent.queue import Queue

from orchestrator.domain.inbound import InboundCall, Marker
from orchestrator.domain.problem import KnownError
from orchestrator.engine.call_outbox import outbox_of
from orchestrator.engine.inbound import (
    call_of_cdr,
    inbound_call,
    lost_call,
    markers_of,
    recordings_of,
    talk_of,
)
from orchestrator.engine.missed import decide
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.cdr import NoCdr, Variables
from orchestrator.runtime.inbound.callbacks import Scenarios, rules_of
from orchestrator.runtime.project import Project

log = structlog.get_logger()

SWEEP_S = 30.0  # real time between looks at what no event told
OWED_S = 1.0  # the same after a switch came up that cannot be asked yet
SOON_S = 0.1  # never more often than so
FORGET_S = 3_600.0  # real time between looks for calls older than `keep_days`
RETRY_S = 1.0  # real time between tries while the store is away
# A channel and a CDR may be late: an event is on its way, the list of channels lags, the record is being written
LOST_AFTER_S = 15.0
# A CDR that is there and cannot be read, or a folder that cannot be looked into, proves nothing: a person may mend it
UNREAD_AFTER_S = 3_600.0
MOST_WAITING = 10_000  # ended calls kept here while the store is away; the others stand on their switch
ASK = "python prozvon_switch"  # scripts/switch/prozvon_switch.py


class Line(Protocol):
    """What is needed of runtime.line.Line."""

    @property
    def is_up(self) -> bool: ...

    def api(self, command: str) -> str: ...

    def live_channels(self) -> frozenset[str]: ...

    def cdr(self, attempt_id: str) -> Variables | NoCdr: ...


class Recorder:
    """`ended` and `came_up` are for the ear; `start` and `stop` for the worker. Every worker records every call that it
    hears of: the store keeps the first. `broke(greenlet)` is called when one of its greenlets has a bug.
    """

    def __init__(
        self,
        project: Project,
        lines: Mapping[str, Line],
        *,
        broke: Callable[[Greenlet[..., None]], object] | None = None,
        sweep_s: float = SWEEP_S,
        lost_after_s: float = LOST_AFTER_S,
        unread_after_s: float = UNREAD_AFTER_S,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._project = project
        self._store, self._clock = project.store, project.clock
        self._lines = lines
        self._broke = broke
        self._sweep_s = sweep_s
        self._lost_after_s = lost_after_s
        self._unread_after_s = unread_after_s
        self._most_waiting = most_waiting
        self._scenarios = Scenarios(project.store)
        self._waiting: deque[InboundCall] = deque()
        self._recorded: Queue[InboundCall] = Queue()
        self._talks: Queue[tuple[str, int]] = Queue()
        self._owed: set[str] = set()  # switches that came up, whose command connection may come up later
        self._refused: set[str] = set()  # calls that cannot be stored: not tried again
        self._gone_since: dict[
            tuple[str, str], float
        ] = {}  # (switch, call) -> when its channel was missed first
        self._came = Event()
        self._look = Event()
        self._greenlets: list[Greenlet[..., None]] = []

    @property
    def is_busy(self) -> bool:
        """Whether calls have ended that are not recorded yet."""
        return bool(self._waiting or self._gone_since)

    def start(self) -> None:
        steps = (self._records, self._clears, self._sweeps, self._forgets, self._reaches)
        self._greenlets = [gevent.spawn(step) for step in steps]
        for greenlet in self._greenlets:
            if self._broke is not None:
                greenlet.link_exception(self._broke)

    def stop(self) -> None:
        """What is not recorded yet is found by its marker later."""
        gevent.killall(self._greenlets)
        self._greenlets = []

    # -- what the ear hears

    def ended(self, switch: str, event: Mapping[str, object]) -> None:
        """A call that came in has ended."""
        call = inbound_call(event, switch, self._clock.now_ms())
        if call is not None:
            self._add(call)

    def bridged(self, switch: str, event: Mapping[str, object]) -> None:  # noqa: ARG002  # the caller's number is enough
        """A caller talks with a person: nobody is to call them back while they do."""
        talk = talk_of(event, self._clock.now_ms())
        if talk is not None:
            self._talks.put(talk)

    def came_up(self, switch: str) -> None:
        """A switch is connected (again): what ended meanwhile was not heard."""
        if switch in self._lines:
            self._owed.add(switch)
        self._look.set()

    def _add(self, call: InboundCall) -> None:
        """One too many is left to its marker, which the next sweeps find."""
        if len(self._waiting) >= self._most_waiting:
            return
        self._waiting.append(call)
        self._came.set()

    # -- recording

    def _records(self) -> None:
        while True:
            self._came.wait()
            self._came.clear()
            while self._waiting:
                try:
                    self._record(self._waiting[0])
                except KnownError as error:
                    log.error("store_unreachable", error=str(error), calls_waiting=len(self._waiting))
                    gevent.sleep(RETRY_S)
                    continue
                except ValueError as error:  # whatever a caller has thought of: the worker goes on
                    log.error("call_refused", call_uuid=self._waiting[0].call_id, error=str(error))
                    self._refused.add(self._waiting.popleft().call_id)
                    continue
                self._recorded.put(self._waiting.popleft())

    def _record(self, call: InboundCall) -> None:
        """Store a call, once however often it comes. KnownError: the store is away."""
        now = self._clock.now_ms()
        if call.began_at < self._keep_from(now):  # it may have been recorded, and forgotten since
            log.warning("call_too_old", call_uuid=call.call_id, scenario=call.scenario)
            return
        if not call.scenario:  # a marker that cannot be read, and no CDR that says more
            log.error("call_of_nothing", switch=call.switch, call_uuid=call.call_id)
            return
        rules = rules_of(self._scenarios.of(call), call)
        decision = decide(call, rules, now=now)
        if self._store.note_call(call, outbox_of(call, decision, rules.plan), decision, now):
            log.info(
                "call_recorded",
                call_uuid=call.call_id,
                scenario=call.scenario,
                end=call.end.value,
                missed=decision.why,
            )

    def _clears(self) -> None:
        """Remove the markers of recorded calls. One that stays is seen by the next sweep, and the call known then."""
        while True:
            call = self._recorded.get()
            self._gone_since.pop((call.switch, call.call_id), None)
            line = self._lines.get(call.switch)
            try:
                if line is not None and line.is_up:
                    line.api(f"{ASK} done {call.call_id}")
            except EslError as error:
                log.warning("marker_left", switch=call.switch, call_uuid=call.call_id, error=str(error))

    def _reaches(self) -> None:
        while True:
            caller, at = self._talks.get()
            try:
                self._store.caller_reached(caller, at, self._clock.now_ms())
            except KnownError as error:  # done when the call has ended and is recorded
                log.error("store_unreachable", error=str(error))

    # -- what no event told

    def _sweeps(self) -> None:
        while True:
            self._look.wait(self._until_next_look())
            self._look.clear()
            self.sweep()

    def _until_next_look(self) -> float:
        """Sooner where something is known to be missing."""
        waits = [self._sweep_s]
        waits += [OWED_S] if self._owed else []
        waits += [max(self._lost_after_s, SOON_S)] if self._gone_since else []
        return min(waits)

    def sweep(self) -> None:
        """Look once at the markers of every switch that is connected."""
        for name, line in self._lines.items():
            if line.is_up:
                self._owed.discard(name)
                try:
                    self._sweep_one(name, line)
                except (EslError, ValueError) as error:  # ValueError: what it answered cannot be read
                    log.warning("markers_not_read", switch=name, error=str(error))

    def _sweep_one(self, name: str, line: Line) -> None:
        now = self._clock.now_ms()
        markers = markers_of(line.api(f"{ASK} began"), now)
        if not markers:
            self._keep_gone(name, set())
            return
        live = line.live_channels()
        gone = [marker for marker in markers if marker.call_id not in live]
        self._keep_gone(name, {marker.call_id for marker in gone})
        known = {call.call_id for call in self._waiting} | self._refused
        for marker in gone:
            if marker.call_id not in known:
                call = self._found_out(name, line, marker)
                if call is not None:
                    self._add(call)

    def _found_out(self, name: str, line: Line, marker: Marker) -> InboundCall | None:
        """What became of a call whose channel is gone; None while that cannot be told yet."""
        since = self._gone_since.setdefault((name, marker.call_id), time.monotonic())
        found = line.cdr(marker.call_id)
        now = self._clock.now_ms()
        if not isinstance(found, NoCdr):
            return call_of_cdr(found, marker, name, now)
        patience_s = self._lost_after_s if found is NoCdr.MISSING else self._unread_after_s
        if time.monotonic() - since < patience_s:
            return None
        log.warning("call_lost", switch=name, call_uuid=marker.call_id, why=found.value)
        day = dt.datetime.fromtimestamp(marker.began_at / 1000, dt.UTC)
        left = line.api(f"{ASK} left {marker.call_id} {day:%Y/%m/%d}")
        return lost_call(marker, name, now, recordings_of(left))

    def _keep_gone(self, switch: str, call_ids: set[str]) -> None:
        """Forget since when channels are gone of calls that others have recorded meanwhile, or that live after all."""
        for key in [key for key in self._gone_since if key[0] == switch and key[1] not in call_ids]:
            del self._gone_since[key]

    def _forgets(self) -> None:
        while True:
            try:
                days = self._store.forget_calls(self._keep_from(self._clock.now_ms()))
                if days:
                    log.info("calls_forgotten", days=days)
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
            gevent.sleep(FORGET_S)

    def _keep_from(self, now: int) -> int:
        return now - self._project.settings.calls.keep_days * 86_400_000
