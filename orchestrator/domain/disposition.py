"""What an attempt came to. A closed set: nothing else is ever stored."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """What a hangup cause means (docs/glossary.md). `engine.classify` is the one total function into this set."""

    ANSWERED = "answered"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"  # the trunk's or our own trouble: the customer's telephone did not ring
    FAILED = "failed"  # reached the network and went wrong there
    ABANDONED = "abandoned"  # answered by a person, and nobody was there within the limit
    CANCELLED = "cancelled"  # ended by us before it rang anyone
    LOST = "lost"  # nobody can tell what happened: held for a person, never redialed by default
