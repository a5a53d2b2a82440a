"""Turns what the network said into what it means: the one total function into `Disposition`."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.disposition import Disposition
from orchestrator.engine.causes import CAUSES, EXCEPTIONS, SIP

_NOTHING: Mapping[str, Disposition] = {}


def classify(
    cause: str,
    *,
    answered: bool,
    party: str = "unknown",
    sip_status: str | None = None,
    overrides: Mapping[str, Disposition] = _NOTHING,
) -> Disposition:
    """The disposition of an ended call; `failed` for a cause that nobody knows. Never raises.

    cause: FreeSWITCH's name, any case. party: human, machine, unknown. sip_status: "486", None without SIP.
    overrides: what the gateway's settings say, by SIP status or by cause, the status first. They hold for
    unanswered calls only: an answered call is answered, or a machine, whatever the cause it ended with.
    `abandoned` and `lost` are not said by any cause: `engine.ending` and `engine.reconcile` decide them.
    """
    if answered:
        return Disposition.MACHINE if party == "machine" else Disposition.ANSWERED
    cause = cause.strip().upper()
    status = sip_status or "none"
    for key in (status, cause):
        if key in overrides:
            return overrides[key]
    for kind in (status, f"{status[0]}xx"):
        exception = EXCEPTIONS.get((cause, kind))
        if exception is not None:
            return exception.disposition
    known = CAUSES.get(cause)
    if known is None:
        return SIP.get(status, Disposition.FAILED)
    return SIP.get(status, known.disposition) if known.is_vague else known.disposition


def is_override_key(key: str) -> bool:
    """Whether `key` can stand under a gateway's `causes:`: a hangup cause, or a SIP status 300-699."""
    return key in CAUSES or (len(key) == 3 and key.isascii() and key.isdigit() and "3" <= key[0] <= "6")
