"""How far a file that was taken has been loaded: kept in the store after each batch, so that another worker goes on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from orchestrator.runtime.intake.brought import Brought, loaded


@dataclass(slots=True, kw_only=True)
class Progress:
    """file: its name as it was dropped. campaign_id: which its rows went into last. first, line: where the first row
    and the latest one begin, 0: none was loaded. refused_bytes: of the file of refused rows, all of them on the disk.
    outcome: `done` or `failed` once it is through, and needs only to be moved; `why` it failed.
    """

    file: str
    taken_at: int
    campaign_id: str = ""
    first: int = 0
    line: int = 0
    refused_bytes: int = 0
    remarks: list[str] = field(default_factory=list)
    outcome: str = ""
    why: str = ""
    ended_at: int = 0
    brought: Brought = field(default_factory=Brought)

    def dumps(self) -> str:
        kept = {name: getattr(self, name) for name in _KEPT}
        return orjson.dumps(kept | {"brought": self.brought.dumped()}).decode()


_KEPT = tuple(name for name in Progress.__dataclass_fields__ if name != "brought")


def progress_of(text: str | None, *, file: str, now: int) -> Progress:
    """What was kept; the beginning for a file of which nothing is known, or nothing that this version reads."""
    fresh = Progress(file=file, taken_at=now)
    try:
        kept: dict[str, Any] = orjson.loads(text) if text else {}
        brought = loaded(kept.pop("brought", {}))
        return replace(fresh, **kept, brought=brought)
    except (ValueError, TypeError, AttributeError):
        return fresh
