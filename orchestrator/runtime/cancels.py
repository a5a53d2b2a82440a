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
LOOKS: Final = 20  # at a call that is to be given up: its originate may be on its way, or the switch away
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
        self._looks: dict[str, int] = {}  # attempt that is to be given up -> looks that are left

    def look(self) -> None:
        """Best effort: a call that is answered between the look and the command is ended all the same, and one whose
        switch is away for long rings on. How it ended is heard as of any other.
        """
        gevent.sleep(LOOK_S)
        self._looks |= dict.fromkeys(self._store.take_cancels(self._id), LOOKS)
        for attempt in self._live() if self._looks else ():
            attempt_id, line = attempt.attempt_id, self._lines.get(attempt.switch)
            if attempt_id not in self._looks or line is None or not line.is_up:
                continue
            if self._has_answered(attempt_id):
                del self._looks[attempt_id]
                continue
            log.info("call_cancelled", attempt_id=attempt_id, switch=attempt.switch)
            with contextlib.suppress(EslError):
                line.api(f"uuid_kill {attempt_id} {CANCELLED}")
        self._looks = {attempt_id: left - 1 for attempt_id, left in self._looks.items() if left > 1}
