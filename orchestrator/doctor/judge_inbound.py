"""Calls that come in: whether they get to our script, and whether anybody may bring some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orchestrator.doctor.facts import SwitchFacts
from orchestrator.doctor.findings import Finding, finding, fine
from orchestrator.engine.originate import INBOUND_CONTEXT

LOCATE_INBOUND: Final = f"xml_locate dialplan context name {INBOUND_CONTEXT}"
SCRIPT: Final = "prozvon_ivr"
SHOWN: Final = 3  # numbers of a report's line


def judge_inbound(facts: SwitchFacts) -> Iterator[Finding]:
    wanted = facts.wanted
    if not wanted.takes:
        return
    faults = []
    reply = facts.replies.get(LOCATE_INBOUND)
    if reply is not None and SCRIPT not in reply:
        faults.append(
            finding(
                wanted.name, "inbound.dialplan", f"its context {INBOUND_CONTEXT} does not lead to our script"
            )
        )
    if not wanted.has_inbound:
        faults.append(finding(wanted.name, "inbound.nobody", "no gateway says from where calls may come"))
    yield from faults
    if not faults:
        more = f" and {len(wanted.takes) - SHOWN} more" if len(wanted.takes) > SHOWN else ""
        yield fine(wanted.name, "inbound", f"calls are taken to {', '.join(wanted.takes[:SHOWN])}{more}")
