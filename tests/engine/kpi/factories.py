"""Attempts and calls for tests of ratios. NOON is a Monday, in Moscow."""

from __future__ import annotations

from itertools import count
from typing import Any

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallEnd, InboundCall
from orchestrator.domain.lead import Attempt, Contact, Ending, LeadState

NOON = 1_796_029_200_000
S, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
_ids = count(1)


def an_attempt(lead_id: int = 1, *, at: int = NOON, tries: int = 0, gateway: str = "main") -> Attempt:
    return Attempt(
        attempt_id=f"attempt-{next(_ids)}",
        campaign_id="camp-1",
        lead_id=lead_id,
        number="+79990000001",
        zone="Europe/Moscow",
        contact=Contact(numbers=("+79990000001",), zones=("Europe/Moscow",), language="ru"),
        state=LeadState(tries=tries),
        gateway=gateway,
        switch="main",
        switch_uuid="u",
        worker_id="w1",
        claimed_at=at,
    )


def an_ending(
    attempt: Attempt,
    disposition: Disposition,
    *,
    talk_s: float | None = None,
    ring_s: float = 10,
    **fields: Any,
) -> Ending:
    """talk_s: from answer to end; None: nobody took it."""
    answered_at = None if talk_s is None else attempt.claimed_at + round(ring_s * S)
    ended_at = (attempt.claimed_at if answered_at is None else answered_at) + round((talk_s or 0) * S)
    return Ending(
        attempt_id=attempt.attempt_id,
        disposition=disposition,
        cause="",
        answered_at=answered_at,
        ended_at=ended_at,
        **fields,
    )


def a_call(caller: int | None = 1, *, at: int = NOON, lasted_s: float = 60, **fields: Any) -> InboundCall:
    """A call that was answered at once and followed its flow to the end, unless said otherwise."""
    return InboundCall(
        **{
            "call_id": f"call-{next(_ids)}",
            "switch": "main",
            "scenario": "shop",
            "program": "",
            "caller": "" if caller is None else f"+7999000{caller:04}",
            "called": "+74951234567",
            "began_at": at,
            "answered_at": at,
            "ended_at": at + round(lasted_s * S),
            "flow": FlowEnd.ENDED,
            "end": CallEnd.FLOW,
            **fields,
        }
    )
