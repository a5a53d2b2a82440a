"""Hears what calls that come in tell: their questions, that a person talks with the caller, that they have ended.
And the same of callbacks that ask something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog

from orchestrator.engine.inbound import READ
from orchestrator.esl.connection import Connection
from orchestrator.esl.link import Link, LinkOptions
from orchestrator.runtime.settings_parts.switch_settings import Switch

log = structlog.get_logger()

ASK = "prozvon::ask"
EVENTS = ("CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE", ASK)
# Calls that come in; and of those we make the callbacks, once they have asked something
FILTERS = (("variable_prozvon_inbound", "true"), ("variable_prozvon_asks", "true"), ("Event-Subclass", ASK))
WANTED = READ | {"Event-Subclass", "Prozvon-Ask", "variable_prozvon_asks"}

Heard = Callable[[str, Mapping[str, object]], None]


class Ear:
    """One connection for each switch, kept up from `start` to `stop`, apart from the worker's own: a flood of calls
    that come in does not hold up those that are made.

    asked, bridged, ended: called with the switch's name and the event, in the greenlet that hears: they must return
    soon. What one of them raises is logged, and the others are called all the same. came_up: called with the name
    after each connect; what happened before was not heard.
    """

    def __init__(
        self,
        switches: Mapping[str, Switch],
        *,
        asked: Iterable[Heard] = (),
        bridged: Iterable[Heard] = (),
        ended: Iterable[Heard] = (),
        came_up: Iterable[Callable[[str], None]] = (),
        options: LinkOptions | None = None,
    ) -> None:
        self._asked, self._bridged, self._ended = tuple(asked), tuple(bridged), tuple(ended)
        self._came_up = tuple(came_up)
        self._links = {name: self._link(name, switch, options) for name, switch in switches.items()}

    def start(self) -> None:
        for link in self._links.values():
            link.start()

    def stop(self) -> None:
        for link in self._links.values():
            link.stop()

    def hears(self, switch: str) -> bool:
        """Whether this switch is heard now."""
        return self._links[switch].is_up

    def _link(self, name: str, switch: Switch, options: LinkOptions | None) -> Link:
        def on_up(_: Connection) -> None:
            for tell in self._came_up:
                tell(name)

        return Link(
            switch.host,
            switch.port,
            switch.password(),
            name=name,
            on_up=on_up,
            on_event=lambda event: self._hear(name, event),
            events=EVENTS,
            filters=FILTERS,
            wanted=WANTED,
            options=options,
        )

    def _hear(self, switch: str, event: Mapping[str, object]) -> None:
        for tell in self._listeners(event):
            try:
                tell(switch, event)
            except Exception:  # no values: personal data
                log.exception(
                    "event_not_handled", switch=switch, event_name=str(event.get("Event-Name"))[:40]
                )

    def _listeners(self, event: Mapping[str, object]) -> tuple[Heard, ...]:
        """Filters let through what matches any of them: so what it is, is looked at here."""
        name = event.get("Event-Name")
        if name == "CUSTOM":
            return self._asked if event.get("Event-Subclass") == ASK else ()
        if "true" not in (event.get("variable_prozvon_inbound"), event.get("variable_prozvon_asks")):
            return ()
        return {"CHANNEL_BRIDGE": self._bridged, "CHANNEL_HANGUP_COMPLETE": self._ended}.get(str(name), ())
