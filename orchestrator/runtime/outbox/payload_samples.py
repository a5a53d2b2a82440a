"""One entry of each kind as it might be, for who tries a webhook before anything has happened; and for the docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orchestrator.store.rows import OutboxRow

AT: Final = 1_796_029_200_000  # 2026-11-30T09:00:00Z
CAMPAIGN: Final = "parcel_arrived-20261130-1"
COLUMNS: Final = {"name": "Анна", "order": "1042"}

_ATTEMPT: Final = {"number": "+79990000001", "disposition": "answered", "status": "confirmed", "at": str(AT)}
_CALL: Final = {
    "switch": "main",
    "caller": "+79990000001",
    "called": "+74950000001",
    "call_at": AT - 95_000,
}
_OF_CALLS: Final = frozenset({"call", "missed_call", "voicemail", "row", "email"})

BODIES: Final[Mapping[str, dict[str, object]]] = {
    "status": {**_ATTEMPT, "was": "new"},
    "result": {**_ATTEMPT, "result": "confirmed", "value.slot": "2"},
    "exhausted": {**_ATTEMPT, "disposition": "no_answer", "status": "not_reached", "attempts": "5"},
    "held": {**_ATTEMPT, "disposition": "lost", "status": "new"},
    "outcome": {
        **_ATTEMPT,
        "outcome": "sold",
        "note": "Wants it on Friday",
        "agent": "anna",
        "next": "call_back",
        "call_back_at": str(AT + 3_600_000),
        "said_at": str(AT),
    },
    "call": {
        **_CALL,
        "at": AT,
        "answered_s": 93.4,
        "end": "flow",
        "reached": "anna",
        "result": "sales",
        "values": {"order": "1042"},
        "missed": "",
    },
    "missed_call": {**_CALL, "at": AT, "why": "queue", "notify": ""},
    "voicemail": {
        **_CALL,
        "mailbox": "office",
        "recording": "2026/11/30/2f0c9a1e-77aa-4c1e-9f63-0d1c2b3a4e5f.voicemail.wav",
        "seconds": 9.5,
    },
    "recording": {
        **_CALL,
        "called": "",
        "recording": "2026/11/30/2f0c9a1e-77aa-4c1e-9f63-0d1c2b3a4e5f.call.wav",
        "name": "call",
    },
    "row": {**_CALL, "into": "meters", "values": {"meter": "00042"}},
    "sms": {**_CALL, "to": "+79990000001", "text": "Ваш заказ 1042 ждёт вас"},
    "email": {**_CALL, "to": "office", "text": "A parcel is late"},
    "webhook": {**_ATTEMPT, "rule": "confirmed", "result": "confirmed", "values": {"slot": "2"}},
    "consent": {
        "what": "withdrawn",
        "number": "+79990000001",
        "purpose": "marketing",
        "how": "sms",
        "withdrawn_at": AT,
        "note": "STOP",
        "do_not_call": True,
    },
}


def sample(kind: str) -> OutboxRow:
    """An entry of a kind that there is (BODIES)."""
    is_of_call = kind in _OF_CALLS
    body = dict(BODIES[kind])
    if not is_of_call:
        body |= {"external_id": "order-1042", "contact": dict(COLUMNS)}
    return OutboxRow(
        entry_id=f"{AT}-0",
        campaign_id="shop_line" if is_of_call else CAMPAIGN,
        lead_id=0 if is_of_call else 17,
        attempt_id="2f0c9a1e-77aa-4c1e-9f63-0d1c2b3a4e5f",
        kind=kind,
        at=AT,
        body=body,
    )
