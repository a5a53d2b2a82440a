"""A worker's part in queues with agents: leads, or stands by to lead when the leader is silent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

import gevent
import structlog
from gevent import Greenlet
from gevent.event import Event
from gevent.pool import Pool
from gevent.queue import Queue

from orchestrator.domain.call_event import CallEvent
from orchestrator.domain.lead import Ending
from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.bundles import Bundles
from orchestrator.runtime.inbound.questions import Question, What, answer_line
from orchestrator.runtime.operators.lead import Ears, Lead
from orchestrator.runtime.operators.paced import Dial
from orchestrator.runtime.project import Project
from orchestrator.runtime.switches.line import Line

log = structlog.get_logger()

BEATS: Final = 4  # renewals per lease
SURE: Final = 0.75  # of the lease, in which nobody else can have taken the lead
AT_ONCE: Final = 500  # answers under way
REMEMBERED: Final = 2_000  # questions that a worker who does not lead keeps for a lease
AGAIN: Final = frozenset({What.LINE_JOIN, What.LINE_HERE})


class Operators:
    """`heard` and `came_up` are for the ear, `asked` for the desk, the rest for the worker. `broke(greenlet)` is called
    when one of its greenlets has a bug.
    """

    def __init__(
        self,
        project: Project,
        lines: Mapping[str, Line],
        *,
        worker_id: str,
        bundles: Bundles,
        dial: Dial,
        broke: Callable[[Greenlet[..., None]], object],
    ) -> None:
        self._project, self._lines = project, lines
        self._store, self._clock = project.store, project.clock
        self._id = worker_id
        self._bundles, self._dial, self._broke = bundles, dial, broke
        self._lease_s = project.settings.operators.lease_s
        self._lead: Lead | None = None
        self._renewed_at = float("-inf")
        self._lost = Event()
        self._questions: Queue[Question] = Queue()
        self._recent: deque[tuple[float, Question]] = deque(maxlen=REMEMBERED)
        self._pool = Pool(AT_ONCE)
        self._greenlets: list[Greenlet[..., None]] = []
        self._ear: Ears | None = None
        self._is_ending = False

    @property
    def is_leading(self) -> bool:
        return self._lead is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that a moved clock would miss."""
        return self._lead is not None and self._lead.is_busy

    def next_at(self) -> int | None:
        """When the floor has something to do next; None: not by time."""
        return None if self._lead is None else self._lead.next_at()

    def start(self) -> None:
        self._greenlets = [gevent.spawn(self._leads), gevent.spawn(self._answers)]
        for greenlet in self._greenlets:
            greenlet.link_exception(self._broke)

    def wind_down(self) -> None:
        """The worker takes no more calls: another one leads, if there is one; else agents go on with who waits."""
        self._is_ending = True
        if self._lead is not None:
            self._lead.rest()

    def stop(self) -> None:
        """Another worker may lead at once."""
        gevent.killall(self._greenlets)
        self._greenlets = []
        self._hand_over()
        self._pool.kill()

    def _hand_over(self) -> None:
        lead = self._lead
        self._end(in_good_order=True)
        if lead is not None:
            try:
                self._store.floor.resign(lead.token)
            except KnownError as error:  # they find out by the lease
                log.warning("lead_not_resigned", error=str(error))

    # -- who leads

    def _leads(self) -> None:
        while True:
            self._renew()
            self._lost.wait(self._lease_s / BEATS)
            if self._lost.is_set():
                self._lost.clear()
                self._end(in_good_order=False)

    def _renew(self) -> None:
        at = time.monotonic()
        try:
            if self._is_ending and self._store.workers().keys() - {self._id}:
                self._hand_over()
                return
            token = self._store.floor.lead(self._id, int(self._lease_s * 1000))
        except KnownError as error:
            log.error("store_unreachable", error=str(error))
            if at - self._renewed_at > self._lease_s:
                self._end(in_good_order=False)
            return
        if token is None:
            self._end(in_good_order=False)
            return
        self._renewed_at = at
        if self._lead is None or self._lead.token != token:
            self._end(in_good_order=False)
            self._begin(token)

    def _begin(self, token: int) -> None:
        try:
            lead = Lead(
                self._project,
                self._lines,
                token=token,
                bundles=self._bundles,
                dial=self._dial,
                worker_id=self._id,
                may_write=lambda: time.monotonic() - self._renewed_at < self._lease_s * SURE,
                lost=self._lost.set,
                ear=self._ear,
                broke=self._broke,
            )
            self._lead = lead  # what is heard from now on is heard by it
            lead.begin()
        except KnownError as error:  # tried again with the next beat
            log.error("lead_not_taken", error=str(error))
            self._end(in_good_order=False)
            return
        log.info("lead_taken", worker_id=self._id, token=token)
        since = time.monotonic() - 2 * self._lease_s
        for at, question in self._recent:
            if at > since and question.what in AGAIN and not lead.knows(question.call_id):
                self._questions.put(question)
        self._recent.clear()

    def _end(self, *, in_good_order: bool) -> None:
        lead, self._lead = self._lead, None
        if lead is not None:
            lead.end(in_good_order=in_good_order)
            log.info("lead_given_up", worker_id=self._id, token=lead.token)

    # -- what is heard and asked

    def follow_legs_by(self, ear: Ears) -> None:
        """Where the keys of agents who talk are heard."""
        self._ear = ear

    def asked(self, question: Question) -> None:
        """Something that only who leads can answer. The others keep it for a while: the leader may be dead."""
        if self._lead is None:
            self._recent.append((time.monotonic(), question))
        else:
            self._questions.put(question)

    def heard(self, switch: str, event: Mapping[str, object]) -> None:
        if self._lead is not None:
            self._lead.hear(switch, event)

    def came_up(self, switch: str) -> None:
        if self._lead is not None and switch in self._lines:
            self._lead.came_up(switch)

    def went_down(self, switch: str) -> None:
        if self._lead is not None:
            self._lead.went_down(switch)

    def happened(self, event: CallEvent) -> None:
        if self._lead is not None:
            self._lead.happened(event)

    def ended(self, attempt_id: str, ending: Ending | None = None) -> None:
        if self._lead is not None:
            self._lead.ended(attempt_id, ending)

    def _answers(self) -> None:
        """One after the other: what a call says first is heard first. The switches are told side by side."""
        while True:
            question = self._questions.get()
            lead = self._lead
            if lead is None:
                self._recent.append((time.monotonic(), question))
                continue
            try:
                answer = lead.answer(question)
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
                continue
            if answer is not None:
                self._pool.spawn(self._tell, question, answer)

    def _tell(self, question: Question, answer: Mapping[str, object]) -> None:
        try:
            self._lines[question.switch].api(answer_line(question, answer))
        except (EslError, KeyError) as error:
            log.warning(
                "answer_not_given", switch=question.switch, call_uuid=question.call_id, error=str(error)
            )
