"""A telephone number that somebody typed on the command line."""

from __future__ import annotations

from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.row import Fault
from orchestrator.domain.problem import KnownError


def one_number(text: str, region: str) -> str:
    """`8 (999) 000-04-08` -> `+79990000408`. KnownError, with the reason, when it is no number."""
    number = normalize(text, region)
    if isinstance(number, Fault):
        raise KnownError(
            f"not a telephone number: {text!r}: {number} (write it as +79990000408 or as dialed in {region})"
        )
    return number
