"""Attempts whose end nobody saw: asks their switch, and its records, until the engine can tell how they ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import gevent
import structlog
from gevent.event import Event

from orchestrator.domain.lead import Attempt, Ending
from orchestrator.engine.events import facts_of_cdr
from orchestrator.engine.reconcile import Look, StillLive, Wait, decide
from orchestrator.esl.errors import NotConnected
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.cdr import NoCdr
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.switches.line import Line
from orchestrator.simulator.clock import Clock

log = structlog.get_logger()

LOOK_S = 0.5  # real time between two looks at the switches


@dataclass(slots=True, kw_only=True)
class _Case:
    attempt: Attempt
    empty_since: float | None = None  # monotonic time of the first look that found nothing


class Cases:
    """settle(attempt, ending) is called once for each case that is found out; still_live(attempt) when its call
    goes on, which ends the case too: its events are followed. was_seen(attempt id): whether an answer was heard.
    """

    def __init__(
        self,
        *,
        lines: Mapping[str, Line],
        settings: Settings,
        clock: Clock,
        settle: Callable[[Attempt, Ending], None],
        still_live: Callable[[Attempt], None],
        was_seen: Callable[[str], bool],
    ) -> None:
        self._lines = lines
        self._settings = settings
        self._clock = clock
        self._settle = settle
        self._still_live = still_live
        self._was_seen = was_seen
        self._open: dict[str, _Case] = {}
        self._has_any = Event()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, attempts: Iterable[Attempt]) -> None:
        """Look into these; one that is looked into already stays as it is."""
        for attempt in attempts:
            self._open.setdefault(attempt.attempt_id, _Case(attempt=attempt))
            self._has_any.set()

    def forget(self, attempt_id: str) -> None:
        """It was settled otherwise."""
        self._open.pop(attempt_id, None)

    def run(self) -> None:
        """The greenlet that looks, for ever."""
        while True:
            self._has_any.wait()
            try:
                self.look()
            except Exception:  # the other cases must not wait for one that cannot be read
                log.exception("look_failed")
            if not self._open:
                self._has_any.clear()
            gevent.sleep(LOOK_S)

    def look(self) -> None:
        """One look at every switch that has cases."""
        names = {case.attempt.switch for case in self._open.values()}
        for name in names:
            cases = [case for case in self._open.values() if case.attempt.switch == name]
            line = self._lines.get(name)
            if line is None:
                log.error(
                    "switch_unknown", switch=name, calls=len(cases), hint="put it back into prozvon.yaml"
                )
            elif line.is_up:
                self._look_at(line, cases)

    def _look_at(self, line: Line, cases: list[_Case]) -> None:
        try:
            live = line.live_channels()
        except (EslError, NotConnected, ValueError) as error:
            log.warning("channels_unknown", switch=line.name, error=str(error))
            return
        for case in cases:
            attempt_id = case.attempt.attempt_id
            is_live = attempt_id in live
            cdr = NoCdr.MISSING if is_live else line.cdr(attempt_id)
            found = Look(
                switch_uuid=line.core_uuid,
                is_live=is_live,
                cdr=None if isinstance(cdr, NoCdr) else facts_of_cdr(cdr),
                can_read_cdrs=cdr is not NoCdr.UNKNOWN,
                has_broken_cdr=cdr is NoCdr.BROKEN,
                was_seen=self._was_seen(attempt_id),
            )
            self._judge(case, found)

    def _judge(self, case: _Case, found: Look) -> None:
        attempt, now = case.attempt, time.monotonic()
        verdict = decide(
            attempt,
            found,
            now=self._clock.now_ms(),
            empty_for_ms=None if case.empty_since is None else int((now - case.empty_since) * 1000),
            apart_ms=int(self._settings.reconcile_s * 1000),
            overrides=self._settings.causes(attempt.switch, attempt.gateway),
        )
        match verdict:
            case Wait():
                if case.empty_since is None and found.switch_uuid is not None:
                    case.empty_since = now
            case StillLive():
                self.forget(attempt.attempt_id)
                self._still_live(attempt)
            case Ending():
                if self._open.pop(attempt.attempt_id, None) is not None:
                    log.info(
                        "attempt_reconciled",
                        campaign_id=attempt.campaign_id,
                        attempt_id=attempt.attempt_id,
                        disposition=verdict.disposition.value,
                        detail=verdict.detail,
                    )
                    self._settle(attempt, verdict)
