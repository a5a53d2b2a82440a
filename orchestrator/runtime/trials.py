"""Calls that try a gateway after its rest: once one is answered the gateway is used again, not when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gevent
import structlog

from orchestrator.domain.call_event import CallEvent, CallEventKind
from orchestrator.domain.problem import KnownError

log = structlog.get_logger()

_ANSWERS = (CallEventKind.ANSWERED, CallEventKind.JOB_OK)


class Trials:
    """`answered(attempt ids)` tells the store; it is called in a greenlet of its own. Nothing is lost when it fails:
    the ending says the same.
    """

    def __init__(self, answered: Callable[[Iterable[str]], None]) -> None:
        self._answered = answered
        self._open: set[str] = set()

    def add(self, attempt_ids: Iterable[str]) -> None:
        """These were claimed as trials."""
        self._open.update(attempt_ids)

    def hear(self, event: CallEvent) -> None:
        """An event of any call."""
        if event.attempt_id not in self._open or event.kind is CallEventKind.JOB_FAILED:
            return
        self._open.discard(event.attempt_id)
        if event.kind in _ANSWERS:
            gevent.spawn(self._tell, event.attempt_id)

    def forget(self, attempt_ids: Iterable[str]) -> None:
        """They have ended."""
        self._open.difference_update(attempt_ids)

    def _tell(self, attempt_id: str) -> None:
        try:
            self._answered([attempt_id])
        except KnownError as error:
            log.warning("trial_not_told", attempt_id=attempt_id, error=str(error))
