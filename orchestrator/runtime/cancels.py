"""Calls that need not ring on, since their leads were withdrawn: given up while nobody has answered."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import gevent
import structlog

from orchestrator.domain.lead import Attempt
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.switches.line import Line
from orchestrator.store import Store

log = structlog.get_logger()

LOOK_S: Final = 0.5  # real time between looks
CANCELLED: Final = "ORIGINATOR_CANCEL"


class Cancels:
    """One worker's. has_answered: whether somebody is on the line of an attempt; live: attempts under way."""

    def __init__(
        self,
        store: Store,
        worker_id: str,
        lines: Mapping[str, Line],
        *,
        has_answered: Callable[[str], bool],
        live: Callable[[], Iterable[Attempt]],
    ) -> None:
        self._store, self._id, self._lines = store, worker_id, lines
        self._has_answered, self._live = has_answered, live

    def look(self) -> None:
        """Best effort: a call that is answered between the look and the command is ended all the same, and one whose
        switch is away rings on. How it ended is heard as of any other.
        """
        gevent.sleep(LOOK_S)
        unwanted = set(self._store.take_cancels(self._id))
        for attempt in self._live() if unwanted else ():
            attempt_id, line = attempt.attempt_id, self._lines.get(attempt.switch)
            if attempt_id not in unwanted or line is None or not line.is_up or self._has_answered(attempt_id):
                continue
            log.info("call_cancelled", attempt_id=attempt_id, switch=attempt.switch)
            with contextlib.suppress(EslError):
                line.api(f"uuid_kill {attempt_id} {CANCELLED}")
