"""Hears what calls that come in tell: their questions, that a person talks with the caller, that they have ended.
The same of calls that we make and that ask something; and what agents' legs tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog

from orchestrator.engine.inbound import READ
from orchestrator.esl.connection import Connection
from orchestrator.esl.link import Link, LinkOptions
from orchestrator.esl.protocol import EslError
from orchestrator.runtime.operators import hearing
from orchestrator.runtime.settings_parts.switch_settings import Switch

log = structlog.get_logger()

ASK = "prozvon::ask"
EVENTS = (*hearing.EVENTS, ASK)
# Calls that come in; of those we make, whoever has asked something; and the legs of agents
FILTERS = (
    ("variable_prozvon_inbound", "true"),
    ("variable_prozvon_asks", "true"),
    *hearing.FILTERS,
    ("Event-Subclass", ASK),
)
WANTED = READ | hearing.READ | {"Event-Subclass", "Prozvon-Ask", "variable_prozvon_asks"}

Heard = Callable[[str, Mapping[str, object]], None]


class Ear:
    """One connection for each switch, kept up from `start` to `stop`, apart from the worker's own: a flood of calls
    that come in does not hold up those that are made.

    asked, bridged, ended, of_agents (whatever may matter to queues with agents): called with the switch's name and the
    event, in the greenlet that hears: they must return soon. What one of them raises is logged, and the others are
    called all the same. came_up: called with the name after each connect; what happened before was not heard.
    """

    def __init__(
        self,
        switches: Mapping[str, Switch],
        *,
        asked: Iterable[Heard] = (),
        bridged: Iterable[Heard] = (),
        ended: Iterable[Heard] = (),
        of_agents: Iterable[Heard] = (),
        came_up: Iterable[Callable[[str], None]] = (),
        options: LinkOptions | None = None,
    ) -> None:
        self._asked, self._bridged, self._ended = tuple(asked), tuple(bridged), tuple(ended)
        self._of_agents, self._came_up = tuple(of_agents), tuple(came_up)
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

    def follow(self, switch: str, leg_id: str, *, is_followed: bool) -> None:
        """Hear the keys of this leg too, or no more. The switch is told: in a greenlet of its own. Raises nothing."""
        link = self._links.get(switch)
        try:
            if link is not None and is_followed:
                link.add_filter("Unique-ID", leg_id)
            elif link is not None:
                link.remove_filter("Unique-ID", leg_id)
        except EslError as error:  # the next connection has it right
            log.warning("filter_not_set", switch=switch, error=str(error))

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
        if name == hearing.KEY:
            return self._of_agents
        if name == "CUSTOM":
            return self._asked if event.get("Event-Subclass") == ASK else ()
        is_call = "true" in (event.get("variable_prozvon_inbound"), event.get("variable_prozvon_asks"))
        of_calls = (
            {"CHANNEL_BRIDGE": self._bridged, "CHANNEL_HANGUP_COMPLETE": self._ended} if is_call else {}
        )
        return (*self._of_agents, *of_calls.get(str(name), ()))
