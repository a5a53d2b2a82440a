"""What an agent's screen is shown when a call reaches them: the card, what was said before, and the script."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from gevent.queue import Queue

from orchestrator.domain.problem import KnownError
from orchestrator.engine.floor.orders import Moment, ScreenPop
from orchestrator.runtime.operators.book import Caller
from orchestrator.runtime.operators.rota import Rules
from orchestrator.simulator.clock import Clock
from orchestrator.store import Store
from orchestrator.store.screens import ScreenEvent

log = structlog.get_logger()

_PLACE = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*(?:\|[^{}]*)?\}\}")
WHOLE: Final = (Moment.RINGS, Moment.TALKS)  # events with everything; the others only say which call


class Screens:
    """`show` is called by the floor and does no I/O; `shows` is the greenlet that asks the store. `write(event)`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        rules: Callable[[], Rules],
        caller_of: Callable[[str], Caller | None],
        write: Callable[[ScreenEvent], None],
    ) -> None:
        self._caller_of = caller_of
        self._store, self._clock, self._rules, self._write = store, clock, rules, write
        self._queue: Queue[tuple[ScreenPop, int]] = Queue()

    def show(self, pop: ScreenPop) -> None:
        self._queue.put((pop, self._clock.now_ms()))

    def shows(self) -> None:
        """In order, for ever. Without the store a screen has no history, and is written when it is back."""
        while True:
            pop, at = self._queue.get()
            body = self._call(pop)
            if pop.moment is not Moment.MISSED:
                desk = self._rules().desks.get(pop.queue_id.partition(":")[0])
                body["outcomes"] = [] if desk is None else list(desk.outcomes)
            if pop.moment in WHOLE:
                body |= self._card(pop)
            self._write(ScreenEvent(agent_id=pop.agent_id, kind=pop.moment.value, at=at, body=body))

    def _call(self, pop: ScreenPop) -> dict[str, object]:
        caller = self._caller_of(pop.call_id)
        return {
            "call_id": pop.call_id,
            "queue": pop.queue_id,
            "scenario": pop.queue_id.partition(":")[0],
            "campaign_id": pop.campaign_id,
            "attempt_id": pop.attempt_id,
            "lead_id": pop.lead_id,
            "number": pop.number,
            "called": "" if caller is None else caller.called,
            "switch": "" if caller is None else caller.switch,
            "waited_ms": pop.waited_ms,
            "is_inbound": not pop.attempt_id,
        }

    def _card(self, pop: ScreenPop) -> dict[str, object]:
        scenario = pop.queue_id.partition(":")[0]
        desk = self._rules().desks.get(scenario)
        return {
            "title": self._rules().titles.get(scenario, ""),
            "contact": dict(pop.contact),
            "language": self._language(pop),
            "script": "" if desk is None else filled(desk.script, dict(pop.contact)),
            "history": self._history(pop),
        }

    def _language(self, pop: ScreenPop) -> str:
        try:
            attempt = self._store.live_attempt(pop.attempt_id) if pop.attempt_id else None
        except KnownError:
            return ""
        return "" if attempt is None else attempt.contact.language

    def _history(self, pop: ScreenPop) -> list[dict[str, object]]:
        if not pop.number:
            return []
        try:
            past = self._store.outcomes.past(pop.number)
        except KnownError as error:
            log.error("store_unreachable", error=str(error))
            return []
        return [
            {
                "at": each.at,
                "campaign": each.campaign_id,
                "agent": each.agent,
                "result": each.result,
                "outcome": each.outcome,
                "note": each.note,
            }
            for each in past
            if each.call_id != pop.call_id
        ]


def filled(script: str, contact: Mapping[str, str]) -> str:
    """A desk's script with the contact's columns in it, as they were written; nothing for one that has none."""
    return _PLACE.sub(lambda found: contact.get(found[1], ""), script)
