"""What the floor is told. Each piece of news may come late, twice, or for something long forgotten.

`call_id` names a caller: the uuid of their channel, which for a person whom we called is the attempt's id.
`leg_id` names a leg of an agent. Times are epoch ms of the clock that `now` of `Floor.feed` comes from;
durations say their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.agent import AgentSpec
from orchestrator.domain.plan import PacingPlan
from orchestrator.domain.queue import CallerKind, QueueRules


class Command(StrEnum):
    """What an agent, or somebody for them, may want."""

    AVAILABLE = "available"
    BREAK = "break"  # with a reason
    OFFLINE = "offline"
    READY = "ready"  # ends the wrap-up
    EXTEND = "extend"  # the wrap-up
    HOLD = "hold"
    UNHOLD = "unhold"
    TRANSFER = "transfer"  # the caller, to the agent or queue `to`, at once
    CONSULT = "consult"  # the caller waits, the agent `to` is rung
    COMPLETE = "complete"  # the consultation: the caller goes to the other agent
    CANCEL = "cancel"  # the consultation: the caller comes back
    HANG_UP = "hang_up"  # the call under way; one that rings is not taken
    STANDING = "standing"  # rings the agent for a standing leg now


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """All agents there are, instead of those known before. Who is not among them any more goes after their call."""

    specs: tuple[AgentSpec, ...]
    breaks: tuple[str, ...] = ()  # reasons that a break may have; (): any


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """All queues there are, instead of those known before. Who waits in one that vanished is let go."""

    rules: tuple[QueueRules, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSays:
    """An agent, or somebody for them, wants something. to: agent or queue id. by: phone, cli or api."""

    agent_id: str
    command: Command
    reason: str = ""
    to: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined:
    """Somebody came to a queue. Told again it changes nothing but `switch`.

    joined_at: since when they wait, also when a leader before us knew them. ahead_s: as if they had waited so
    much longer. max_wait_s, max_waiting, per_agent: of the step, instead of the queue's; None: the queue's.
    within_s: of a person whom we called, instead of the queue's. campaign_id, attempt_id: "" of a caller who
    called.
    """

    call_id: str
    queue_id: str
    switch: str
    number: str = ""
    kind: CallerKind = CallerKind.INBOUND
    joined_at: int
    ahead_s: int = 0
    max_wait_s: int | None = None
    max_waiting: int | None = None
    per_agent: int | None = None
    within_s: float | None = None
    campaign_id: str = ""
    attempt_id: str = ""
    lead_id: int | None = None
    contact: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHere:
    """A caller still waits, and asks for place and estimate; `Answer` says "unknown" of one that is not known."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft:
    """A caller is in the queue no more. why: hung_up, callback (their place in the line is kept), max_wait, overflow,
    silent, or any other word. Their talk, if they had one, is over."""

    call_id: str
    why: str = "hung_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostGone:
    """The callback that keeps a place in line is not wanted any more: served otherwise, or dropped. call_id: of the
    caller who asked for it."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegReady:
    """An agent's leg is parked: a new one that was answered, one that an agent made (then `leg_id` is unknown
    and it is taken as a standing one), or a standing one after a talk.
    """

    leg_id: str
    switch: str
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRings:
    """The telephone of a leg that was ordered rings."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed:
    """A leg that was ordered did not come to be, or was not answered. cause: as FreeSWITCH spells it."""

    leg_id: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """A leg of an agent is there no more."""

    leg_id: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkBegan:
    """A caller and a leg are bridged."""

    call_id: str
    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded:
    """They are bridged no more. by: caller, agent, or "" when that is not known."""

    call_id: str
    leg_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinFailed:
    """A caller could not be joined with the leg that was offered, and still waits."""

    call_id: str
    leg_id: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A call of a campaign is being made. agent_id: for whom it is (`PlaceReserved`), "" for whoever is free.
    call_id: of the `PlaceReserved` that it carries out.
    """

    attempt_id: str
    campaign_id: str
    agent_id: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDone:
    """A `Place` for `asked` calls was carried out; there was a `Placed` for each of the `placed` ones. why:
    what kept the rest back, "" when nothing did. again_at: no more are ordered before, None when that is not
    known.
    """

    campaign_id: str
    asked: int
    placed: int
    why: str = ""
    again_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedFailed:
    """The call of a `PlaceReserved` is not made: nobody to call, no line. The agent is free again; a place in
    line that was kept for `call_id` is given up when `is_final`.
    """

    campaign_id: str
    agent_id: str
    call_id: str = ""
    why: str = ""
    again_at: int | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswered:
    """A call of a campaign was answered. party: human, machine or unknown. A machine gets no agent before its script
    comes to a queue. The rest is for the agent's screen."""

    attempt_id: str
    party: str = "unknown"
    switch: str = ""
    number: str = ""
    lead_id: int | None = None
    contact: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """A call of a campaign is over. disposition: value of `domain.disposition.Disposition`, "" when not known yet."""

    attempt_id: str
    disposition: str = ""
    was_abandoned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRuns:
    """A predictive campaign may dial. Said again when something changes. leads_left: due now, None when not
    known (0: nothing is ordered). reserved_left: those among them that may only be called with an agent
    reserved. weight: its share beside other campaigns, where they want the same agents. memory: what an earlier
    pacer left (`Pacer.dump`, `history`); acts when the campaign is new to the floor.
    """

    campaign_id: str
    queue_id: str
    pacing: PacingPlan
    leads_left: int | None = None
    reserved_left: int = 0
    weight: float = 1.0
    memory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRests:
    """It may not dial: paused, out of hours, finished. Calls under way go on."""

    campaign_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Nothing but the time."""


News = (
    Staff
    | Queues
    | AgentSays
    | CallerJoined
    | CallerHere
    | CallerLeft
    | GhostGone
    | LegReady
    | LegRings
    | LegFailed
    | LegEnded
    | TalkBegan
    | TalkEnded
    | JoinFailed
    | Placed
    | PlaceDone
    | ReservedFailed
    | CustomerAnswered
    | AttemptEnded
    | CampaignRuns
    | CampaignRests
    | Tick
)
