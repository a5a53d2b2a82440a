"""All intakes of the settings, in a worker: each is looked at again and again, and worked on when it is our turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import gevent
import structlog
from gevent import Greenlet

from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.runtime.intake.rounds import Source, carry_out, source_of
from orchestrator.runtime.intake.turns import our_turn, worker_name
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.project import Project
from orchestrator.store.intake import NotOurs

log = structlog.get_logger()

LOOK_S: Final = (1.0, 0.1)  # real time between two looks; the second on a clock that runs faster than ours
AWAY_S: Final = 1.0  # real time after the store, or the folder, was away
MOST_PAUSE_S: Final = 60.0


@dataclass(slots=True)
class _Each:
    """is_busy: something is to be done now, as far as we know. fails: of our own tries in a row; again_at: not before
    (seconds, monotonic).
    """

    source: Source
    is_busy: bool = True
    fails: int = 0
    again_at: float = 0.0


class Intakes:
    """One for a worker; several share the work. services: those of the process. broke: told of a bug that ends one."""

    def __init__(
        self,
        project: Project,
        *,
        services: Services,
        broke: Callable[[Greenlet[..., None]], None] = lambda _: None,
    ) -> None:
        self._project = project
        self._worker = worker_name()
        self._aside = Aside()
        self._broke = broke
        self._all = [
            _Each(source_of(project, name, worker=self._worker, aside=self._aside, services=services))
            for name in project.settings.intake
        ]
        self._look_s = LOOK_S[project.clock.speed != 1.0]
        self._greenlets: list[Greenlet[..., None]] = []

    @property
    def is_busy(self) -> bool:
        """Whether something is being brought in, ready for it, or not looked at yet. What fails and waits is not."""
        now_ms, now_s = self._project.clock.now_ms(), time.monotonic()
        return any(each.is_busy or _is_due(each, now_ms, now_s) for each in self._all)

    def next_at(self) -> int | None:
        """When a source is to be asked next (epoch ms); None: nothing is by time."""
        return min((at for each in self._all if (at := each.source.due_at) is not None), default=None)

    def start(self) -> None:
        self._greenlets = [gevent.spawn(self._for_ever, each) for each in self._all]
        for greenlet in self._greenlets:
            greenlet.link_exception(self._broke)

    def stop(self) -> None:
        """Wherever it is: nothing is lost, whoever comes next goes on."""
        gevent.killall(self._greenlets)
        self._aside.stop()

    def _for_ever(self, each: _Each) -> None:
        while True:
            gevent.sleep(self._step(each))

    def _step(self, each: _Each) -> float:
        """One look, and what it asks for; how long to wait then (seconds)."""
        try:
            is_ready = each.source.look()
            if not is_ready or time.monotonic() < each.again_at:
                each.is_busy = False
                return self._look_s
            each.is_busy = True
            failed = self._work(each.source)
        except KnownError as error:
            log.error("intake_held_up", intake=each.source.name, error=str(error))
            failed = True
        each.fails = each.fails + 1 if failed else 0
        each.again_at = time.monotonic() + (min(2.0 ** (each.fails - 1), MOST_PAUSE_S) if failed else 0.0)
        each.is_busy = False
        return AWAY_S if failed else self._look_s

    def _work(self, source: Source) -> bool:
        """Whether it failed; somebody else being at it is no failure."""
        try:
            with our_turn(self._project, source.name, self._worker) as turn:
                return turn is not None and bool(carry_out(self._project, source, turn))
        except NotOurs:
            log.warning("intake_taken_over", intake=source.name)
            return False


def _is_due(each: _Each, now_ms: int, now_s: float) -> bool:
    """Whether it is to be asked, and was not yet: the next look sees it."""
    at = each.source.due_at
    return at is not None and at <= now_ms and now_s >= each.again_at
