"""Before calls are made on a switch: would they reach our script? A few short questions, some milliseconds."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.facts import Reach, SwitchFacts, Wanted, WantedGateway
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.questions import gateway_status, sofia_gateway
from orchestrator.doctor.ready import dialplan_fault, gateways_fault, scripts_fault
from orchestrator.runtime.settings_parts.switch_settings import Switch

ASK_S = 5.0  # for each answer: a switch that loads its scripts for the first time takes a moment


class Asked(Protocol):
    """A connection to a switch."""

    def api(self, command: str, timeout_s: float | None = None) -> str: ...


def ready_fault(
    connection: Asked, switch: Switch, *, gateways: Collection[str] = (), timeout_s: float = ASK_S
) -> str | None:
    """Why nobody may be rung from this switch now, in one line with what to do; None when it is ready.

    gateways: it must know one of these, too. Raises EslError when it does not answer at all.
    """
    replies = {HELLO: connection.api(HELLO, timeout_s)}
    facts = SwitchFacts(wanted=wanted_of("", switch), reach=Reach.IN, replies=replies)
    if fault := scripts_fault(facts):
        return fault
    replies[LOCATE_DIALPLAN] = connection.api(LOCATE_DIALPLAN, timeout_s)
    if fault := dialplan_fault(facts):
        return fault
    asked = tuple(each for each in facts.wanted.gateways if each.name in gateways)
    for known in filter(None, map(sofia_gateway, asked)):
        replies[gateway_status(known)] = connection.api(gateway_status(known), timeout_s)
    return gateways_fault(replace(facts, wanted=replace(facts.wanted, gateways=asked)))


def wanted_of(name: str, switch: Switch) -> Wanted:
    """What the settings say of a switch, as far as no file has to be read for it."""
    is_here = switch.ssh is None
    return Wanted(
        name=name,
        address=f"{switch.host}:{switch.port}",
        is_here=is_here,
        root=_seen(switch.root, is_here=is_here),
        cdr=_seen(switch.cdr_folder, is_here=is_here),
        prompts_url=switch.prompts_url or "",
        gateways=tuple(
            WantedGateway(
                name=key,
                dial=gateway.dial_string(key),
                cps=gateway.cps,
                channels=gateway.channels,
                profile=gateway.profile if gateway.proxy else "",
            )
            for key, gateway in switch.gateways.items()
        ),
    )


def _seen(path: Path, *, is_here: bool) -> str:
    """As the switch's own scripts see it: with links resolved. On another machine nobody can tell from here."""
    return os.path.realpath(path) if is_here else str(path)
