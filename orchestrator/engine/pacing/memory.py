"""What a pacer keeps as JSON: for whoever leads next, and for a later campaign of the same kind."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from orchestrator.engine.pacing.budget import Budget
from orchestrator.engine.pacing.pattern import Pattern
from orchestrator.engine.pacing.ring import STEPS, RingModel
from orchestrator.engine.pacing.service import ServiceModel

_VERSION = 1
_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(slots=True, kw_only=True)
class Memory:
    """All that a pacer knows.

    ringing, reserved: attempt -> epoch ms when it was placed. first_at: of the first call; turn: what the campaign
    has had of the agents it shares with others.
    """

    ring: RingModel
    service: ServiceModel
    pattern: Pattern
    budget: Budget
    ringing: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    first_at: int | None = None
    turn: float = 0.0


def fresh(cap: float, patience_s: float, zone: str) -> Memory:
    """Nothing was seen yet."""
    return Memory(
        ring=RingModel(), service=ServiceModel(patience_s), pattern=Pattern(zone), budget=Budget(cap)
    )


def read_memory(text: str, cap: float, patience_s: float, zone: str) -> Memory:
    """What `write_memory` wrote; a fresh one where it cannot be read, for half of it is worse than none."""
    try:
        return _read(json.loads(text), fresh(cap, patience_s, zone)) if text else fresh(cap, patience_s, zone)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return fresh(cap, patience_s, zone)


def _read(kept: dict[str, Any], memory: Memory) -> Memory:
    if kept["version"] != _VERSION:
        raise ValueError("written by another version")
    learned, live = kept["learned"], kept.get("live")
    memory.ring.load(learned["ring"], is_same_day=live is not None)
    memory.service.talk.load(learned["talk"])
    memory.service.wrap.load(learned["wrap"])
    memory.pattern.load(learned["pattern"])
    memory.ring.refresh(np.zeros(STEPS))
    memory.service.refresh(_NOBODY, _NOBODY)
    if live is not None:
        memory.budget.load(live["budget"])
        memory.ringing = {str(attempt): int(at) for attempt, at in live["ringing"].items()}
        memory.reserved = {str(attempt): int(at) for attempt, at in live["reserved"].items()}
        memory.first_at = None if live["first_at"] is None else int(live["first_at"])
        memory.turn = float(live["turn"])
        if not math.isfinite(memory.turn):
            raise ValueError("not a turn")
    return memory


def learned_json(memory: Memory) -> str:
    """The slow part: shapes, lengths and the pattern of hours, about 5 kB."""
    return json.dumps(
        {
            "ring": memory.ring.dump(),
            "talk": memory.service.talk.dump(),
            "wrap": memory.service.wrap.dump(),
            "pattern": memory.pattern.dump(),
        },
        separators=(",", ":"),
    )


def write_memory(learned: str, memory: Memory | None) -> str:
    """JSON of what was learned and, with a memory, of the day that runs."""
    if memory is None:
        return f'{{"version":{_VERSION},"learned":{learned}}}'
    live = json.dumps(
        {
            "budget": memory.budget.dump(),
            "ringing": memory.ringing,
            "reserved": memory.reserved,
            "first_at": memory.first_at,
            "turn": memory.turn,
        },
        separators=(",", ":"),
    )
    return f'{{"version":{_VERSION},"learned":{learned},"live":{live}}}'
