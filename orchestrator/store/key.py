"""What is said of a key in Redis: its name, type, life and content."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`pattern` after the project's prefix; `life` says what removes it."""

    pattern: str
    type: str
    life: str
    holds: str

    def matches(self, name: str) -> bool:
        return re.fullmatch(_regex(self.pattern), name) is not None


_PLACES = {"CAMPAIGN": r"[^:]+", "BUCKET": r"\d+", "LAST4": r"\d{1,4}", "ZONE": r"\d+", "REASON": r"[a-z_]+"}


def _regex(pattern: str) -> str:
    return re.sub(r"[A-Z][A-Z0-9]+", lambda m: _PLACES.get(m[0], r"[^:]+"), pattern)


FOR_EVER = "for ever"
CAMPAIGN = "with the campaign"
