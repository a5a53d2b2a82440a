"""What a rule has told to the world outside, once a call has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TellKind(StrEnum):
    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """One thing to be told. message, subject: names of `DialPlan.texts`; a letter without a subject has the title.

    to: of an SMS a number (E.164), or "" for the one that was called; of a letter a mailbox; of a webhook the name of
    one, or a service and a path (`crm/orders`). is_column: `to` is the column of the contact that holds it.
    """

    kind: TellKind
    to: str = ""
    is_column: bool = False
    message: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPart:
    """Of a text: `text` as it is; or what the column or variable `name` holds, by a filter (its name, then its
    arguments), `default` where it holds nothing.
    """

    text: str = ""
    name: str = ""
    filter: tuple[str, ...] = ()
    default: str = ""


Texts = Mapping[str, Mapping[str, tuple[WrittenPart, ...]]]
"""Message -> language -> parts; the first language is for contacts whose own there is not."""
