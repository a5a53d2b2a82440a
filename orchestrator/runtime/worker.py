"""The worker: claims, originates, listens, settles; shares the work with others and takes over from the dead."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial

import gevent
import structlog
from gevent import Greenlet
from gevent.event import Event

from orchestrator.domain.lead import Attempt, Ending
from orchestrator.domain.problem import KnownError
from orchestrator.engine.events import call_event
from orchestrator.engine.track import Action, Check, Settle, Tracker
from orchestrator.esl.turns import give_turn
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.cancels import Cancels
from orchestrator.runtime.cases import Cases
from orchestrator.runtime.dialer import Dialer
from orchestrator.runtime.metering import Metering, Tallies, Times
from orchestrator.runtime.operators.operators import Operators
from orchestrator.runtime.project import Project
from orchestrator.runtime.prompts.speaking import Speaking
from orchestrator.runtime.reception import Reception
from orchestrator.runtime.rounds import IDLE_S, NAP_S, Rounds
from orchestrator.runtime.settle import Settler
from orchestrator.runtime.switches.line import STAMP, Line
from orchestrator.runtime.takeovers import TakeOvers
from orchestrator.runtime.trials import Trials

log = structlog.get_logger()

BEATS = 4  # heartbeats per lease
LOOK_AGAIN_S = 2.0  # real time between looks at switches that are not ready
TICK_S = 0.25  # real time between looks at deadlines
GRACE_MS, SLACK_MS, AGAIN_MS = 2_000, 30_000, 60_000  # see engine.track.Tracker
HEARD_MS = 3_000  # see store.ClaimRequest


class Worker:
    """One worker process. `run` returns after `stop` was called and the calls under way have ended, or `drain_s`
    real seconds later; with `until_done`, also when no campaign is running or being loaded any more.
    """

    def __init__(self, project: Project, *, worker_id: str, until_done: bool, drain_s: float) -> None:
        self._project = project
        self._store, self._clock, self._settings = project.store, project.clock, project.settings
        self._id = worker_id
        self._until_done = until_done
        self._drain_s = drain_s
        self._lease_s = project.settings.lease_s
        self._beat_at = 0.0
        self._stopping = False
        self._hurry = False
        self._dropped: dict[str, int] = {}
        self._failure: BaseException | None = None
        self._wake = Event()
        self._metering = Metering(worker_id)
        self._take_overs = TakeOvers(self._store, worker_id, self._adopted)
        hurry = self._clock.speed  # what is lag on a real clock is `speed` times as much on a fast one
        self._tracker = Tracker(
            overrides=lambda attempt: self._settings.causes(attempt.switch, attempt.gateway),
            grace_ms=int(GRACE_MS * max(1.0, hurry / 4)),
            slack_ms=int(SLACK_MS * max(1.0, hurry / 4)),
            again_ms=int(AGAIN_MS * max(1.0, hurry / 4)),
        )
        bundles = Bundles(self._store)
        self._trials = Trials(lambda ids: self._store.answered(ids, self._clock.now_ms()))
        self._settler = Settler(
            self._store,
            self._clock,
            bundles,
            lambda campaign_id: self._rounds.campaign(campaign_id),
            self._settled,
            lambda attempt: self._settings.rest(attempt.switch, attempt.gateway),
        )
        self._lines = {
            name: Line(
                name,
                switch,
                settings=self._settings,
                worker_id=worker_id,
                on_event=partial(self._heard, name),
                on_up=self._on_up,
                on_down=self._on_down,
                metering=self._metering,
            )
            for name, switch in self._settings.switches.items()
        }
        self._speaking = Speaking(
            self._settings,
            self._lines,
            now_ms=self._clock.now_ms,
            freed=self._wake.set,
            broke=self._broke,
        )
        self._cases = Cases(
            lines=self._lines,
            settings=self._settings,
            clock=self._clock,
            settle=self._found_out,
            still_live=lambda attempt: self._tracker.still_live(attempt.attempt_id, self._clock.now_ms()),
            was_seen=self._tracker.has_answered,
        )
        self._dialer = Dialer(
            settings=self._settings,
            store=self._store,
            worker_id=worker_id,
            lines=self._lines,
            bundles=bundles,
            prompting=self._speaking.prompting,
            now_ms=self._clock.now_ms,
            new_id=_new_id,
            may_write=lambda: time.monotonic() - self._beat_at < self._lease_s / 2,
            track=lambda attempt, ring_s: self._tracker.add(attempt, ring_s, self._clock.now_ms()),
            failed=self._originate_failed,
            impossible=self._found_out,
            undo=self._undo,
            trials=self._trials,
            heard_ms=int(HEARD_MS * max(1.0, hurry / 4)),
        )
        self._operators = Operators(
            project, self._lines, worker_id=worker_id, bundles=bundles, dial=self._dialer, broke=self._broke
        )
        self._reception = Reception(project, self._lines, self._operators, self._broke)
        self._rounds = Rounds(
            self._store,
            self._clock,
            bundles,
            self._dialer,
            wake=self._wake,
            is_still=self._is_still,
            is_busy=self._is_busy,
            next_at=self._next_at,
        )

    # -- life

    def run(self) -> None:
        log.info("worker_started", worker_id=self._id, switches=list(self._lines))
        self._speaking.start()
        self._beat()
        cancels = Cancels(
            self._store,
            self._id,
            self._lines,
            has_answered=self._tracker.has_answered,
            live=self._tracker.live,
        )
        steps = (self._beats, self._ticks, self._looks_for_the_dead, self._second_looks, cancels.look)
        greenlets: list[Greenlet[..., None]] = [gevent.spawn(_for_ever, step) for step in steps]
        greenlets += [gevent.spawn(self._settler.run), gevent.spawn(self._cases.run)]
        for line in self._lines.values():
            line.start()
        self._reception.start()
        self._operators.start()
        for greenlet in greenlets:
            greenlet.link_exception(self._broke)
        try:
            self._dial_until_stopped()
            self._drain()
        finally:
            gevent.killall(greenlets)
            self._prepare_no_more()
            self._speaking.stop()
            self._operators.stop()
            self._reception.stop()
            for line in self._lines.values():
                line.stop()
            self._hand_over()
            log.info("worker_stopped", worker_id=self._id, calls_left=len(self._tracker))
        if self._failure is not None:
            raise self._failure

    def _hand_over(self) -> None:
        """What has ended is stored; what has not is for the other workers, at once."""
        with contextlib.suppress(KnownError):  # the store is away: they find out by the lease, and from CDRs
            while self._settler.backlog and self._settler.flush_once():
                pass
            self._beat()  # what was measured since the last one
            self._store.forget_worker(self._id)

    def _broke(self, greenlet: Greenlet[..., None]) -> None:
        """A bug in one greenlet ends the worker: a half-working one would dial without listening."""
        self._failure = greenlet.exception
        self._hurry = True
        self.stop()

    def stop(self) -> None:
        """Take no more calls; a second time: do not wait for those under way either."""
        self._hurry, self._stopping = self._hurry or self._stopping, True
        self._wake.set()

    def _dial_until_stopped(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                again_at, has_more = self._rounds.turn()
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
                gevent.sleep(IDLE_S)
                continue
            if has_more:
                give_turn()
                continue
            if self._until_done and self._rounds.nothing_left():
                return
            self._rounds.nap(again_at)

    def _prepare_no_more(self) -> None:
        """Calls that waited for their prompts are made by others, or later."""
        for attempt in self._speaking.prompting.stop():
            self._undo(attempt)

    def _drain(self) -> None:
        self._operators.wind_down()
        self._prepare_no_more()
        deadline = time.monotonic() + self._drain_s
        while (
            (len(self._tracker) or self._settler.backlog) and not self._hurry and time.monotonic() < deadline
        ):
            gevent.sleep(NAP_S)

    def _is_still(self) -> bool:
        """Nobody is on the line, and nothing waits to be stored."""
        if len(self._tracker) or self._settler.backlog or len(self._cases):
            return False
        return not any(line.has_calls() for line in self._lines.values() if line.is_up)

    def _is_busy(self) -> bool:
        return self._reception.is_busy or self._operators.is_busy

    def _next_at(self) -> int | None:
        due = (self._operators.next_at(), self._reception.next_at())
        return min((at for at in due if at is not None), default=None)

    # -- listening

    def _heard(self, switch: str, event: dict[str, object]) -> None:
        with contextlib.suppress(ValueError):  # a switch that says no time is late by nobody knows how much
            lag_ms = self._clock.now_ms() - int(str(event.get(STAMP))) // 1000
            self._metering.time(Times.EVENT, switch, lag_ms / 1000 / self._clock.speed)
        self._on_event(event)

    def _on_event(self, event: dict[str, object]) -> None:
        if self._speaking.prompting.hear(event):
            return
        happened = call_event(event)
        if happened is not None:
            self._trials.hear(happened)
            self._carry_out(self._tracker.feed(happened, self._clock.now_ms()))
            self._operators.happened(happened)

    def _carry_out(self, orders: Iterable[Action]) -> None:
        for order in orders:
            match order:
                case Settle(attempt=attempt, ending=ending):
                    self._settle(attempt, ending)
                case Check(attempt=attempt):
                    self._cases.add([attempt])

    def _found_out(self, attempt: Attempt, ending: Ending) -> None:
        """The end of a case was found out."""
        self._tracker.forget(attempt.attempt_id)
        self._settle(attempt, ending)

    def _settle(self, attempt: Attempt, ending: Ending) -> None:
        self._operators.ended(attempt.attempt_id, ending)
        self._settler.settle(attempt, ending)

    def _settled(self, attempts: Iterable[Attempt]) -> None:
        for attempt in attempts:
            self._cases.forget(attempt.attempt_id)
            self._trials.forget([attempt.attempt_id])
        self._wake.set()

    def _originate_failed(self, attempt: Attempt, error: Exception) -> None:
        """The switch refused the line, or it is not known whether it got there."""
        log.warning(
            "originate_failed", attempt_id=attempt.attempt_id, switch=attempt.switch, error=str(error)
        )
        if getattr(error, "written", True):
            self._cases.add([attempt])
        else:
            gevent.spawn(self._undo, attempt)  # not here: this is called in the connection's reader

    def _undo(self, attempt: Attempt) -> None:
        """Not a byte of it was written: the lead may be claimed again."""
        try:
            self._store.release(attempt, self._clock.now_ms())
        except KnownError:
            self._cases.add([attempt])  # found out later that there was no call
            return
        self._tracker.forget(attempt.attempt_id)
        self._operators.ended(attempt.attempt_id)

    # -- switches

    def _on_up(self, line: Line) -> None:
        """Connected, perhaps again: what ended meanwhile was not heard, so ask about every call of ours there."""
        log.info("switch_connected", switch=line.name, core_uuid=line.core_uuid)
        self._ask_about_all(line)
        self._operators.came_up(line.name)
        self._wake.set()

    def _ask_about_all(self, line: Line) -> None:
        self._cases.add(a for a in self._tracker.live() if a.switch == line.name)

    def _on_down(self, line: Line, reason: str) -> None:
        log.warning("switch_lost", switch=line.name, reason=reason)
        self._operators.went_down(line.name)

    # -- other workers

    def _beats(self) -> None:
        self._beat()
        gevent.sleep(self._lease_s / BEATS)

    def _beat(self) -> None:
        up = " ".join(name for name, line in self._lines.items() if line.dials_as)
        at = time.monotonic()
        down = {name: line.down_reason for name, line in self._lines.items() if not line.dials_as}
        info = {"up": up, "down": json.dumps(down), "host": socket.gethostname(), "pid": str(os.getpid())}
        info["speech"] = json.dumps(self._dialer.held_by_speech(self._rounds.known()))
        info["behind"] = json.dumps({name: round(line.behind_s, 3) for name, line in self._lines.items()})
        info["unstored"] = str(self._settler.backlog)
        self._store.heartbeat(self._id, int(self._lease_s * 1000), info, self._metering.measured())
        self._beat_at = at

    def _ticks(self) -> None:
        gevent.sleep(TICK_S)
        self._carry_out(self._tracker.tick(self._clock.now_ms()))
        for line in self._lines.values():
            if (dropped := line.dropped - self._dropped.get(line.name, 0)) > 0:
                self._dropped[line.name] = line.dropped
                self._metering.count(Tallies.DROPPED, line.name, dropped)
                log.error("events_dropped", switch=line.name, in_all=line.dropped)
                self._ask_about_all(line)

    def _second_looks(self) -> None:
        """A switch that was not ready may have been deployed to since."""
        gevent.sleep(LOOK_AGAIN_S)
        for line in self._lines.values():
            line.look_again()

    def _looks_for_the_dead(self) -> None:
        self._take_overs.look()
        gevent.sleep(self._lease_s / BEATS)

    def _adopted(self, dead: str, attempts: list[Attempt]) -> None:
        """Attempts of a worker that is gone are ours: hear of them, and look into each."""
        for line in self._lines.values():
            line.also_hear(dead)
        for attempt in attempts:
            self._tracker.add(attempt, self._ring_s(attempt), self._clock.now_ms())
        self._cases.add(attempts)

    def _ring_s(self, attempt: Attempt) -> int:
        campaign = self._rounds.campaign(attempt.campaign_id)
        return 60 if campaign is None else self._dialer.ring_s(campaign)


def _for_ever(step: Callable[[], None]) -> None:
    """Repeat a step; the store being away for a while does not end it."""
    while True:
        try:
            step()
        except KnownError as error:
            log.error("store_unreachable", error=str(error))
            gevent.sleep(IDLE_S)


def _new_id() -> str:
    return str(uuid.uuid4())
