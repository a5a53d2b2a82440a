"""What a leader stores: changed agents, counts, screens and replies with each step; the rest of the floor besides."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace

from orchestrator.domain.agent import AgentRecord
from orchestrator.engine.floor.orders import Counted
from orchestrator.engine.floor.state import CampaignRecord, FloorState
from orchestrator.runtime.operators.tally import keys_of
from orchestrator.store.commands import Reply
from orchestrator.store.figures import Scope
from orchestrator.store.floor import FloorChanges, FloorKept
from orchestrator.store.quarters import QUARTER_MS, Count
from orchestrator.store.screens import ScreenEvent

PART = "floor"  # the name under which all but agents and pacers is kept
PACER = "pacer:"
COUNTS = 1_000  # counts in one step at most


@dataclass(slots=True)
class Changes:
    """What is to be stored with the next step."""

    agents: dict[str, AgentRecord] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    parts: dict[str, str | None] = field(default_factory=dict)
    counts: Counter[tuple[int, Scope, str, str]] = field(default_factory=Counter)
    screens: list[ScreenEvent] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.agents, self.gone, self.parts, self.counts, self.screens, self.replies))

    def count(self, counted: Counted, project: str, now: int) -> None:
        """Of the queue, the campaign and the agent that it names, and of the queue's project ("": none)."""
        quarter = now - now % QUARTER_MS
        for scope, name in keys_of(counted, project):
            self.counts[quarter, scope, name, counted.name] += counted.amount


def step_of(changes: Changes) -> FloorChanges:
    """What the store is given."""
    return FloorChanges(
        agents=tuple(changes.agents.values()),
        gone_agents=tuple(changes.gone - changes.agents.keys()),
        parts=changes.parts,
        counts=tuple(
            Count(at=at, scope=scope, name=name, figure=figure, amount=amount)
            for (at, scope, name, figure), amount in changes.counts.items()
            if amount
        ),
        screens=tuple(changes.screens),
        replies=tuple(changes.replies),
    )


def floor_part(state: FloorState) -> str:
    """What is to be kept of a state; agents have records of their own, and pacers parts."""
    return replace(state, agents=(), campaigns=tuple(map(_bare, state.campaigns))).dumps()


def _bare(campaign: CampaignRecord) -> CampaignRecord:
    return replace(campaign, pacer="")


def pacer_parts(state: FloorState) -> dict[str, str | None]:
    """What the pacers know, by the names of parts."""
    return {f"{PACER}{each.campaign_id}": json.dumps(each.pacer) for each in state.campaigns}


def state_of(kept: FloorKept, now: int) -> FloorState:
    """The floor as it was stored last; what another version wrote, or nobody, is as if there had been nothing."""
    try:
        state = FloorState.loads(kept.parts.get(PART, "{}"))
    except ValueError:  # msgspec's errors are ValueErrors
        state = FloorState(at=now)
    campaigns = tuple(
        replace(each, pacer=_text(kept.parts.get(f"{PACER}{each.campaign_id}"))) for each in state.campaigns
    )
    agents = tuple(record for _, record in sorted(kept.agents.items()))
    return replace(state, agents=agents, campaigns=campaigns)


def _text(part: str | None) -> str:
    try:
        found = json.loads(part or '""')
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
