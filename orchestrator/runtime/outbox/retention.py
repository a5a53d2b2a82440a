"""Has switches forget recordings that are old enough, and the outbox entries that have become deliveries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from orchestrator.domain.problem import KnownError
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.outbox.place import Lines
from orchestrator.runtime.recordings import Api, connected, forget_recordings
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.store.deliveries import DeliveryBook

log = structlog.get_logger()

DAY_MS = 86_400_000


class Retention:
    """real_ms: epoch ms of real time: files and the ids of entries are dated by it. connected: connects to a switch
    whose line is up; not the line itself, which calls are made over.
    """

    def __init__(
        self,
        settings: Settings,
        lines: Lines,
        book: DeliveryBook,
        real_ms: Callable[[], int],
        connected: Callable[[Switch], AbstractContextManager[Api]] = connected,
    ) -> None:
        self._settings = settings
        self._lines = lines
        self._book = book
        self._real_ms = real_ms
        self._connected = connected

    def tidy(self) -> None:
        """Once round. A switch that is away or says no is asked again the next time. KnownError of the store."""
        before = self._real_ms() - round(self._settings.outbox.keep_days * DAY_MS)
        while self._book.trim(before):
            pass
        days = self._settings.recordings.keep_days
        for name, line in self._lines.items() if days else ():
            if not line.is_up:
                continue
            try:
                with self._connected(self._settings.switches[name]) as api:
                    gone = forget_recordings(api, days)
            except (EslError, KnownError, ValueError) as error:
                log.warning("recordings_not_forgotten", switch=name, error=str(error))
                continue
            if gone:
                log.info("recordings_forgotten", switch=name, files=gone, days=days)
