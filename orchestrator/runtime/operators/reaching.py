"""By which switch and which dial string an agent is rung."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from orchestrator.domain.agent import AgentSpec
from orchestrator.engine.originate import dial_string
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Gateway

_NUMBER = re.compile(
    r"\+[1-9][0-9]{4,14}\Z"
)  # goes out by a gateway; anything else is a dial string as it is
KEEP: Final = "keep"  # the agent's telephone shows the caller's number


class Linked(Protocol):
    """What is needed of a switch's settings."""

    @property
    def links(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """switch: where the leg is made. dial: complete. shows: the number to show, `keep` for the caller's.
    allowed: numbers that the gateway lets us show, none for any.
    """

    switch: str
    dial: str
    shows: str
    allowed: tuple[str, ...] = ()

    def caller_id(self, number: str) -> str:
        """What the agent sees when `number` (E.164, "" when it is withheld) calls; "": the gateway's own."""
        shown = number if self.shows == KEEP else self.shows
        return shown if not self.allowed or shown in self.allowed else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """why: a sentence for people."""

    why: str


def way_to(spec: AgentSpec, switch: str, settings: Settings, up: Collection[str]) -> Way | Unreachable:
    """The way to an agent for a caller on `switch`: from there, else from the first switch with a link from there. One
    with a switch of its own is rung from no other. switch: "" when the caller is yet to be called: any. up: switches
    that are connected.
    """
    if spec.switch:
        wanted = [spec.switch]
    elif not switch:
        wanted = list(settings.switches)
    else:
        own = settings.switches.get(switch)
        wanted = [switch, *(() if own is None else own.links)]
    why = ""
    for name in wanted:
        if name not in settings.switches:
            why = why or f"there is no switch {name!r}"
        elif name not in up:
            why = why or f"the switch {name} is not connected"
        elif found := next(_ways(spec, name, settings), None):
            return found
    return Unreachable(
        why=why or f"agent {spec.agent_id} has no dial string or gateway on {' or '.join(wanted)}"
    )


def _ways(spec: AgentSpec, switch: str, settings: Settings) -> Iterator[Way]:
    target = dict(spec.dial).get(switch) or dict(spec.dial).get("")
    if not target:
        return
    if not _NUMBER.match(target):
        yield Way(switch=switch, dial=target, shows=spec.caller_id)
        return
    gateways: Mapping[str, Gateway] = settings.switches[switch].gateways
    for name in spec.gateways or gateways:
        if name in gateways:
            yield Way(
                switch=switch,
                dial=dial_string(gateways[name].dial_string(name), target),
                shows=spec.caller_id,
                allowed=gateways[name].may_show(),
            )
