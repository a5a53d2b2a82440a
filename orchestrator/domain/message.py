"""Short messages and letters to people: what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MessageState(StrEnum):
    """QUEUED: on its way, or tried again. SENT: a gateway or mail server took it. DELIVERED, UNDELIVERED: what a
    receipt said after that. FAILED: nobody takes it (parked in the outbox). SUPPRESSED: we may not send it.
    """

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Suppressed(StrEnum):
    """Why a message was not sent: the `why` of a suppressed one."""

    DO_NOT_CALL = "do_not_call"  # its number is on the list
    NO_ADDRESS = "no_address"  # the contact's column is empty, or no number is left
    NO_TEXT = "no_text"  # nothing would stand in it
    TOO_LONG = "too_long"  # an SMS of more segments than gateways take
    PER_NUMBER = "per_number"  # a number that a caller typed had its messages of the day
    PER_CALL = "per_call"  # a caller had theirs of the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person. message_id: the idempotency key of its delivery. at: epoch ms, when its cause was
    stored. to: a number (E.164) or an address. campaign_id: of a call that came in, its scenario. rule: whose rule
    wanted it; "" for a step of a flow.
    """

    message_id: str
    kind: str  # sms, email
    at: int
    to: str = ""
    campaign_id: str = ""
    lead_id: int | None = None
    attempt_id: str = ""
    rule: str = ""
    message: str = ""  # its name in the scenario
    language: str = ""
    text: str = ""
    segments: int = 0  # of an SMS
    state: MessageState = MessageState.QUEUED
    state_at: int = 0  # epoch ms
    why: str = ""  # of Suppressed; or what a gateway, server or receipt said
    reference: str = ""  # the gateway's own id of it


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLimit:
    """How many messages may go to a number that a caller typed. day: 20261122, on the number's own clock."""

    day: str
    per_number: int  # in a day
    per_call: int  # in one call, to all such numbers
