"""What a call leaves to be done after it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to be done after a call: `kind` is sms, email, row, webhook, voicemail, recording, callback or opt_out.
    `body` holds texts, numbers, and mappings of texts; bounded and clean (engine.notes).
    """

    kind: str
    body: dict[str, object]
