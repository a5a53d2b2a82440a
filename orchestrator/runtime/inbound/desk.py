"""Answers what calls ask while they go on: what a service says, and where in the queue the caller stands.

A call that is not answered goes on without: the flow has its own way for that. So nothing here may hold up a call, or
the worker; whatever goes wrong is one line in the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import gevent
import structlog
from gevent import Greenlet
from gevent.pool import Pool
from gevent.queue import Queue

from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.outside.service import Services
from orchestrator.runtime.inbound.fetches import fetch
from orchestrator.runtime.inbound.questions import OF_LEADER, Question, What, answer_line, question_of
from orchestrator.runtime.inbound.waiting import Line, Queues
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.service_settings import services_of

log = structlog.get_logger()

AT_ONCE = 500  # questions under way; more are left to other workers, or to the flow's own `otherwise`
SWEEP_S = 15.0  # real time between looks for callers who vanished
STOP_S = 2.0  # real time for answers under way when the worker ends
_TELL_S = 5.0  # real time between two words about too many questions


class Desk:
    """`asked`, `bridged` and `ended` are for the ear; `start` and `stop` for the worker. `broke(greenlet)` is called
    when one of its greenlets has a bug. asked_of_leader: told what is asked of whoever leads the agents.
    """

    def __init__(
        self,
        project: Project,
        lines: Mapping[str, Line],
        *,
        services: Services | None = None,
        broke: Callable[[Greenlet[..., None]], object] | None = None,
        asked_of_leader: Callable[[Question], object] = lambda _: None,
        at_once: int = AT_ONCE,
        sweep_s: float = SWEEP_S,
    ) -> None:
        self._store, self._clock = project.store, project.clock
        self._lines = lines
        self._services = services_of(project.settings.services) if services is None else services
        self._queues = Queues(project.store.waiting_room, lines)
        self._broke = broke
        self._asked_of_leader = asked_of_leader
        self._sweep_s = sweep_s
        self._pool = Pool(at_once)
        self._left: Queue[tuple[str, bool, int]] = Queue()  # (call, a person has taken it, when)
        self._greenlets: list[Greenlet[..., None]] = []
        self._too_many_at = float("-inf")

    def start(self) -> None:
        self._greenlets = [gevent.spawn(self._clears), gevent.spawn(self._sweeps)]
        for greenlet in self._greenlets:
            if self._broke is not None:
                greenlet.link_exception(self._broke)

    def stop(self) -> None:
        """Answers under way are given a moment; after that their calls go on without."""
        self._pool.join(timeout=STOP_S)
        self._pool.kill()
        gevent.killall(self._greenlets)
        self._greenlets = []

    # -- what the ear hears

    def asked(self, switch: str, event: Mapping[str, object]) -> None:
        question = question_of(switch, event)
        if question is None:
            log.warning("question_not_understood", switch=switch)  # no values: they may be anybody's
            return
        if question.what in OF_LEADER:
            self._asked_of_leader(question)
            return
        if self._pool.full():
            self._tell_too_many()
            return
        self._pool.spawn(self._answer, question, time.monotonic())

    def bridged(self, switch: str, event: Mapping[str, object]) -> None:  # noqa: ARG002  # as the ear calls it
        """A person has taken the call."""
        self._leave(event, is_reached=True)

    def ended(self, switch: str, event: Mapping[str, object]) -> None:  # noqa: ARG002  # as the ear calls it
        self._leave(event, is_reached=False)

    def _leave(self, event: Mapping[str, object], *, is_reached: bool) -> None:
        call_id = event.get("Unique-ID")
        if isinstance(call_id, str):
            self._left.put((call_id, is_reached, self._clock.now_ms()))

    def _tell_too_many(self) -> None:
        if time.monotonic() - self._too_many_at > _TELL_S:
            self._too_many_at = time.monotonic()
            log.error("too_many_questions", under_way=len(self._pool))

    # -- answering

    def _answer(self, question: Question, heard_at: float) -> None:
        """Never raises: a question may come from anywhere, and the worker has other calls."""
        try:
            if self._store.claim_ask(question.call_id, question.number):
                answer = self._answer_of(question, heard_at)
                if answer is not None:
                    # It says -ERR when the caller has hung up meanwhile: then nobody waits for it
                    self._lines[question.switch].api(answer_line(question, answer))
        except KnownError as error:
            log.error("store_unreachable", error=str(error))
        except EslError as error:
            log.warning(
                "answer_not_given", switch=question.switch, call_uuid=question.call_id, error=str(error)
            )
        except Exception:
            log.exception("question_failed", call_uuid=question.call_id, what=question.what.value)

    def _answer_of(self, question: Question, heard_at: float) -> dict[str, object] | None:
        """None: nobody waits for an answer."""
        now = self._clock.now_ms()
        match question.what:
            case What.FETCH:
                key = f"{question.call_id}-{question.number}"
                late_s = time.monotonic() - heard_at
                return fetch(self._services, question.body, key=key, late_s=late_s)
            case What.QUEUE_JOIN:
                return self._queues.join(question, self._scenario(question), now)
            case What.QUEUE_WAIT:
                return self._queues.place(question, now)
            case What.QUEUE_LEAVE:
                is_reached = question.body.get("reached") is True
                self._queues.forget(question.call_id, is_reached=is_reached, now=now)
        return None

    def _scenario(self, question: Question) -> str:
        """Whose queue it is; a callback only says which attempt it is."""
        if question.scenario:
            return question.scenario
        attempt = self._store.live_attempt(question.call_id)
        campaign = None if attempt is None else self._store.campaign(attempt.campaign_id)
        return "" if campaign is None else campaign.standing or campaign.scenario

    # -- callers who left

    def _clears(self) -> None:
        while True:
            call_id, is_reached, now = self._left.get()
            try:
                self._queues.forget(call_id, is_reached=is_reached, now=now)
            except KnownError as error:  # found by the next sweep
                log.error("store_unreachable", error=str(error))
            except ValueError:
                continue  # not an id: it never stood in a queue

    def _sweeps(self) -> None:
        while True:
            gevent.sleep(self._sweep_s)
            try:
                self._queues.sweep(self._clock.now_ms())
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
