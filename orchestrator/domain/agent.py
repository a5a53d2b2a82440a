"""Agents: the people who take calls. Who they are, as the agents file says, and where each of them is now."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum


class AgentState(StrEnum):
    """Where an agent is. Every agent is in exactly one of these, and the time in each is kept (docs/queues.md)."""

    OFFLINE = "offline"  # not at work
    AVAILABLE = "available"  # may be given a call now
    RESERVED = "reserved"  # a call is being made for nobody but them
    RINGING = "ringing"  # their telephone rings, or their standing leg is being joined
    TALKING = "talking"  # with a caller, the time on hold included
    WRAP_UP = "wrap_up"  # writes down what was said
    BREAK = "break"  # at work, and not to be rung; there is a reason


NOT_ANSWERING = "not_answering"
"""The reason of a break that an agent was put in who did not answer so many times in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """An agent as the agents file, or the API, says.

    dial: (switch, dial string), the switch "" for any; with `gateways` it is a number that goes out by one of
    them. switch: where the agent's leg is made, "" for the caller's switch. is_standing: the leg stays parked
    between calls. user: SIP user of the agent's telephone, "" when it has none that is known. queues: (queue
    id, level 1..9), the ones that the agent names; a queue may name agents itself (`QueueRules.agents`), which
    goes before this.
    """

    agent_id: str
    title: str = ""
    dial: tuple[tuple[str, str], ...] = ()
    gateways: tuple[str, ...] = ()
    switch: str = ""
    is_standing: bool = False
    user: str = ""
    queues: tuple[tuple[str, int], ...] = ()
    projects: tuple[str, ...] = ()
    language: str = ""
    caller_id: str = (
        "keep"  # what the agent's telephone shows: the caller's number (keep), or a number of ours
    )
    pin_env: str = ""  # environment variable with the PIN, for a telephone that does not authenticate


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """Where an agent is, and what must outlive a worker. Times are epoch ms, "" and None mean that there is
    none.

    since: of the state. reason: of a break. queue_id, call_id: of the call that the agent is given, has, or (in
    wrap-up) had; campaign_id: of the call that a wrap-up follows. leg_id: the agent's leg, between calls only a
    standing one; is_leg_ready: it is parked, or in a call. misses: calls in a row that were not answered.
    extensions: of this wrap-up. wrap_up_until: its end, None without limit. next_state, next_reason: what was asked
    for during a call and comes after it. idle_since: since when the agent has had no call, breaks not taken off.
    calls_today, talk_ms_today: of the local date `day` (ISO).
    """

    agent_id: str
    state: AgentState = AgentState.OFFLINE
    since: int = 0
    reason: str = ""
    queue_id: str = ""
    call_id: str = ""
    campaign_id: str = ""
    leg_id: str = ""
    leg_switch: str = ""
    is_leg_ready: bool = False
    is_leg_standing: bool = False
    misses: int = 0
    extensions: int = 0
    wrap_up_until: int | None = None
    next_state: AgentState | None = None
    next_reason: str = ""
    idle_since: int = 0
    calls_today: int = 0
    talk_ms_today: int = 0
    day: str = ""

    def dumps(self) -> str:
        """As JSON, without what is as it is at first."""
        said = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> AgentRecord:
        """What `dumps` gave; what another version wrote besides is left out. ValueError: it is no such record."""
        said = json.loads(text)
        if not isinstance(said, dict) or not isinstance(said.get("agent_id"), str):
            raise ValueError("not the record of an agent")
        known = {field.name: said[field.name] for field in fields(cls) if field.name in said}
        for key in ("state", "next_state"):
            if known.get(key) is not None:
                known[key] = AgentState(known[key])
        return cls(**known)
