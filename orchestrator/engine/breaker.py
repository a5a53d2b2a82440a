"""Which endings speak for the trunk a call went out by, and which against it: the table, with its reasons.

After so many against in a row the gateway rests, then one call tries it (docs/gateways.md); the store carries that
out in the step that applies the ending (store/lua/_rest.lua).

What decides: did the far end of the trunk do its work? Then it is no matter that the customer was busy. A run of
failures is meant, so an ending that may be the customer's, the carrier's or our own doing says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Ending
from orchestrator.domain.trunk import RestRule, TrunkSign, TrunkWord
from orchestrator.engine.causes import CAUSES

WORKS, FAILS, REFUSED, NOTHING = TrunkSign.WORKS, TrunkSign.FAILS, TrunkSign.REFUSED, TrunkSign.NOTHING

# A switch that turns calls down rests at once and shortly: a pause or a full switch is over when it is over
REFUSED_REST = RestRule(after=1, for_ms=1_000, most_ms=15_000)

# What a disposition says of the trunk, where the tables below say nothing else
OF_DISPOSITION: dict[Disposition, TrunkSign] = {
    Disposition.ANSWERED: WORKS,
    Disposition.MACHINE: WORKS,
    Disposition.ABANDONED: WORKS,
    Disposition.BUSY: WORKS,
    Disposition.NO_ANSWER: WORKS,
    Disposition.REJECTED: WORKS,
    Disposition.INVALID_NUMBER: WORKS,
    Disposition.CONGESTION: FAILS,
    Disposition.FAILED: NOTHING,
    Disposition.CANCELLED: NOTHING,
    Disposition.LOST: NOTHING,
}


class Sign(NamedTuple):
    sign: TrunkSign
    why: str


# By cause, and SIP status or "none"; "any" is any of them
EXCEPTIONS: dict[tuple[str, str], Sign] = {
    ("RECOVERY_ON_TIMER_EXPIRE", "any"): Sign(FAILS, "408, 504: nobody behind the trunk replied in time"),
    ("DESTINATION_OUT_OF_ORDER", "none"): Sign(REFUSED, "no call at all: our switch is paused or full"),
    ("CALL_REJECTED", "403"): Sign(
        NOTHING, "the user, or a carrier that shuts us out: `causes:` can say which"
    ),
    ("NORMAL_CLEARING", "none"): Sign(NOTHING, "cleared on our side"),
    ("NORMAL_CLEARING", "487"): Sign(NOTHING, "hung up by us while it rang"),
}

# Our ring time was over, and not even a ringing had come back: a trunk that is cut off looks so
SILENT: dict[str, Sign] = {
    "NO_ANSWER": Sign(FAILS, "our ring time was over, with no sign of life"),
    "ALLOTTED_TIMEOUT": Sign(FAILS, "our time for this leg was over, with no sign of life"),
    "PROGRESS_TIMEOUT": Sign(FAILS, "no sign of ringing in the time for it"),
}
SILENT_MS = 15_000  # less may be the time a foreign network takes to find the telephone
_CANCELLED_BY_US = ("none", "487")

# By SIP status, where the cause is vague or unknown
OF_SIP: dict[str, Sign] = {
    "403": Sign(NOTHING, "the user, or a carrier that shuts us out"),
    "408": Sign(FAILS, "nobody behind the trunk replied in time"),
    "504": Sign(FAILS, "nobody behind the trunk replied in time"),
}


def sign_of(
    facts: CallFacts, disposition: Disposition, overrides: Mapping[str, Disposition], *, lasted_ms: int
) -> TrunkSign:
    """What an ended call says of its trunk. Never raises.

    disposition: what `classify` made of it. overrides: the gateway's `causes:`; where they speak, the disposition
    they gave decides alone. lasted_ms: from the claim to the end.
    """
    if facts.answered_at is not None:
        return WORKS
    cause, status = facts.cause.strip().upper(), facts.sip_status or "none"
    if cause in overrides or status in overrides:
        return OF_DISPOSITION[disposition]
    if cause in SILENT and status in _CANCELLED_BY_US:
        if facts.rang_at is not None:
            return WORKS
        return SILENT[cause].sign if lasted_ms >= SILENT_MS else NOTHING
    sign = _sign(cause, status, disposition)
    # What rang was carried by the trunk, whatever broke it off
    return NOTHING if sign is FAILS and facts.rang_at is not None else sign


def _sign(cause: str, status: str, disposition: Disposition) -> TrunkSign:
    for kind in (status, "any"):
        if (cause, kind) in EXCEPTIONS:
            return EXCEPTIONS[cause, kind].sign
    known = CAUSES.get(cause)
    if status in OF_SIP and (known is None or known.is_vague):
        return OF_SIP[status].sign
    return OF_DISPOSITION[disposition]


def word_of(ending: Ending, rest: RestRule) -> TrunkWord | None:
    """What the store must hear of this ending about its trunk; None when it says nothing. rest: the gateway's."""
    if ending.trunk is NOTHING:
        return None
    at = next(at for at in (ending.answered_at, ending.rang_at, ending.ended_at) if at is not None)
    why = ", ".join(part for part in (ending.cause, ending.detail) if part)
    return TrunkWord(
        sign=ending.trunk, at=at, why=why[:200], rest=REFUSED_REST if ending.trunk is REFUSED else rest
    )
