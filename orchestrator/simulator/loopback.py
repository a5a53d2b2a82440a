"""Far ends that are no callees: the other side of `loopback/...`, and a gateway where nobody listens.

The second leg of a loopback call is not a channel of its own here: what its extension does decides what the
first one meets. It costs a second session all the same.
"""

from __future__ import annotations

from typing import Final

from orchestrator.simulator.audio import file_ms
from orchestrator.simulator.callee import Callee
from orchestrator.simulator.causes import known_cause
from orchestrator.simulator.dialplan import Action, Dialplan
from orchestrator.simulator.leg import NEVER_MS
from orchestrator.simulator.originate import Destination
from orchestrator.simulator.population import Outcome

ICMP_S: Final = 0.01  # until the network says that nobody listens


def far_end(dialplan: Dialplan, destination: Destination) -> Callee:
    """What a loopback's extension amounts to: it answers after a while, or ends with a cause."""
    fields = {"destination_number": destination.number, "context": destination.context}
    route = dialplan.route(destination.context, fields.get)
    if route is None:
        return _end(Outcome.FAILED, cause="NO_ROUTE_DESTINATION")
    before_ms, answers, after_ms, cause = _walk(route.actions)
    if answers:
        return _end(Outcome.ANSWERED, rings_s=before_ms / 1000, stays_s=after_ms / 1000)
    if before_ms >= NEVER_MS:
        return _end(Outcome.NO_ANSWER)
    return _end(Outcome.FAILED, rings_s=before_ms / 1000, cause=cause)


def nobody() -> Callee:
    """Behind a gateway without a listener: the stack makes up a 503 by itself."""
    return _end(Outcome.CONGESTION, rings_s=ICMP_S, sip_status=503)


def elsewhere() -> Callee:
    """Behind a line to another switch: it does what that does."""
    return _end(Outcome.SILENT, stays_s=NEVER_MS / 2000)


def _walk(actions: tuple[Action, ...]) -> tuple[int, bool, int, str]:
    """(ms until the answer or end, answered, ms after the answer, cause)."""
    before_ms = after_ms = 0
    is_answered = False
    for action in actions:
        took_ms = 0
        match action.application:
            case "answer":
                is_answered = True
            case "sleep":
                took_ms = int(action.data) if action.data.isdigit() else 0
            case "playback":
                took_ms = file_ms(action.data) or 0
            case "park":
                took_ms = NEVER_MS
            case "hangup":
                return before_ms, is_answered, after_ms, known_cause(action.data) or "NORMAL_CLEARING"
        if is_answered:
            after_ms += took_ms
        else:
            before_ms += took_ms
    return before_ms, is_answered, after_ms, "NORMAL_CLEARING"


def _end(
    outcome: Outcome,
    *,
    rings_s: float = 0.0,
    stays_s: float = 0.0,
    cause: str = "",
    sip_status: int | None = None,
) -> Callee:
    return Callee(
        name="",
        outcome=outcome,
        is_machine=False,
        rings_s=rings_s,
        early_media=False,
        sip_status=sip_status,
        stays_s=stays_s,
        sounds=(),
        noise=0.0,
        kind=None,
        key="",
        cause=cause,
    )
