"""A span of time that somebody typed: `7d`, or a date."""

from __future__ import annotations

import datetime as dt
import re

from orchestrator.domain.problem import KnownError

_SPAN = re.compile(r"([0-9]{1,4})([mhdw])\Z")
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def instant_of(text: str, now: int, zone: dt.tzinfo | None = None) -> int:
    """Epoch ms of `30m`, `12h`, `7d`, `2w` ago, or of the beginning of `2026-11-22`, or of `2026-11-22T15:00`, on the
    clock of the zone; None: on this machine's. KnownError for anything else.
    """
    if match := _SPAN.match(text):
        return now - int(match[1]) * _UNITS[match[2]]
    try:
        found = dt.datetime.fromisoformat(text)
        local = (
            found.replace(tzinfo=zone) if zone is not None and found.tzinfo is None else found.astimezone()
        )
        return round(local.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise KnownError(
            f"not a time: {text!r} (write 30m, 12h, 7d, 2w, 2026-11-22, or 2026-11-22T15:00)"
        ) from None


def moment_of(text: str, now: int) -> int:
    """Epoch ms of a time to come: `2026-11-23T10:00` on this machine's clock, or `in 30m`, `in 2h`, `in 3d`. KnownError
    for anything else, and for what is over.
    """
    match = _SPAN.match(text.removeprefix("in").strip()) if text.startswith("in") else None
    if match:
        return now + int(match[1]) * _UNITS[match[2]]
    try:
        at = round(dt.datetime.fromisoformat(text).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise KnownError(f"not a time to come: {text!r} (write 2026-11-23T10:00, or in 2h)") from None
    if at <= now:
        raise KnownError(f"{text} is over")
    return at
