"""What the floor wants done. Carried out in the order given; an order that cannot be is answered by news about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orchestrator.domain.agent import AgentRecord, AgentState
from orchestrator.engine.floor.news import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent:
    """Make a leg to an agent; answered by LegReady or LegFailed.

    call_id: for whom, "" when it is to stand by (is_standing). queue_id: whose whisper is said, "" for none.
    target_switch: where it is made. ring_s: so long it may ring.
    """

    leg_id: str
    agent_id: str
    call_id: str
    queue_id: str
    target_switch: str
    ring_s: int
    is_standing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DropLeg:
    """Hang a leg of an agent up, whether it rings, is parked or talks."""

    leg_id: str
    cause: str = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Tell a caller to join this leg, which is parked on `leg_switch`. Answered by TalkBegan or JoinFailed."""

    call_id: str
    leg_id: str
    leg_switch: str
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkLeg:
    """Take an agent's leg out of the bridge that it is in; answered by `LegReady`, and by `TalkEnded` of the
    caller.
    """

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLegs:
    """Two parked legs of agents talk with each other."""

    leg_id: str
    leg_id2: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOn:
    """The caller's talk is about to be interrupted (hold, consultation, transfer): their script goes back to
    the music and waits for the next `Offer` or `LetGo`, and not on with its flow. queue_id: the queue they wait
    in from now on, "" when their agent, or another one, comes for them. Said before the leg is taken away.
    """

    call_id: str
    queue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """The caller waits no more and is not in the queue any longer. why: "abandoned", nobody was there in time
    for a person whom we called; "ended", the agent of a held caller is gone: the flow goes on as after a talk;
    and with max_wait, closed, no_agents, unreachable (no leg could be joined) and gone (the queue is) at the
    queue's overflow. Of a place in line that was kept for a callback: it is kept no more (too_long, closed,
    gone, served).
    """

    call_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """Let a parked leg hear that a call comes."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Make so many calls of a campaign, for whoever is free. Answered by a `Placed` each, then `PlaceDone`."""

    campaign_id: str
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReserved:
    """Make one call for this agent; answered by `Placed` or `ReservedFailed`. campaign_id: "" when it is the
    callback of `call_id`, a caller who left the line and keeps their place; else `call_id` is "".
    """

    campaign_id: str
    agent_id: str
    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCalls:
    """Hang these up if they were not answered yet: nobody could take them."""

    attempt_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMoved:
    """An agent's record changed. `before`: the state until now, which lasted `lasted_ms`; the same as the
    record's when only something else in it changed (then lasted_ms is 0).
    """

    record: AgentRecord
    before: AgentState
    lasted_ms: int


class Figure(StrEnum):
    """What is counted (docs/queues.md has each with its KPI). Names in `_ms` are sums of milliseconds, the
    others counts.

    Of callers in queues, people whom a campaign dialed for a limit (`within`) left out:
    """

    OFFERED = "offered"  # came to the queue and were let in
    REFUSED = "refused"  # came, and were not let in: full, closed, nobody at work
    ANSWERED = "answered"
    ANSWERED_IN_TIME = "answered_in_time"  # in less than the queue's service level
    ANSWERED_AFTER = "answered_after"  # after so many whole seconds (`Counted.wait_s`)
    WAIT_MS = "wait_ms"  # of the answered
    ABANDONED = "abandoned"  # left before an agent
    ABANDONED_EARLY = "abandoned_early"  # the same, within 5 s
    ABANDONED_AFTER = "abandoned_after"  # the same, by whole seconds
    ABANDONED_WAIT_MS = "abandoned_wait_ms"
    OVERFLOWED = "overflowed"  # let go, or let themselves go, after too long a wait
    CALLED_BACK = "called_back"  # left, and keep their place for a callback
    # of people whom a campaign dialed for a limit
    DIALED_ANSWERED = "dialed_answered"  # answered by a person, and with the limit, connected or abandoned
    CONNECTED = "connected"  # joined with an agent
    CONNECTED_LATE = "connected_late"  # the same, after the limit
    DIALED_ABANDONED = "dialed_abandoned"  # nobody within the limit
    DIALED_LEFT = "dialed_left"  # hung up themselves before the limit
    CONNECT_MS = "connect_ms"  # from answer to agent, of the connected
    PLACED = "placed"  # calls of a campaign
    CANCELLED = "cancelled"  # calls of a campaign that we hung up while they rang
    # of agents, in calls of a queue
    HANDLED = "handled"  # talks begun
    TALK_MS = "talk_ms"  # hold left out
    HOLD_MS = "hold_ms"
    WRAP_UP_MS = "wrap_up_ms"
    MISSED = "missed"  # rung, and did not answer
    TRANSFERRED = "transferred"
    # of agents, the time in each state; whole quarters of hours apart
    OFFLINE_MS = "offline_ms"
    AVAILABLE_MS = "available_ms"
    RESERVED_MS = "reserved_ms"
    RINGING_MS = "ringing_ms"
    TALKING_MS = "talking_ms"
    WRAPPING_MS = "wrapping_ms"
    BREAK_MS = "break_ms"


BY_SECOND: Final = (Figure.ANSWERED_AFTER, Figure.ABANDONED_AFTER)
LONGEST_S: Final = 3_600  # waits of an hour and more are counted as an hour: a figure each would have no end


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something to add to the figures of whatever is named: "" where it belongs to none. wait_s: of figures
    BY_SECOND, whole seconds begun, up to LONGEST_S; each has a sum of its own, so that service levels can be told
    later for any whole number of seconds.
    """

    figure: Figure
    amount: int = 1
    queue_id: str = ""
    campaign_id: str = ""
    agent_id: str = ""
    wait_s: int | None = None

    @property
    def name(self) -> str:
        """As it is called in the history: `answered`, `answered_after_17`."""
        return self.figure.value if self.wait_s is None else f"{self.figure.value}_{self.wait_s}"


class Moment(StrEnum):
    """When an agent's screen shows a call."""

    RINGS = "rings"  # the agent is about to be joined
    TALKS = "talks"
    OVER = "over"  # the talk ended: wrap-up
    MISSED = "missed"  # it was not, and goes to somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPop:
    """What an agent's screen is to show of a call."""

    agent_id: str
    moment: Moment
    call_id: str
    queue_id: str
    number: str = ""
    campaign_id: str = ""
    attempt_id: str = ""
    lead_id: int | None = None
    contact: tuple[tuple[str, str], ...] = ()
    waited_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What an agent wanted cannot be. why: a sentence for people."""

    agent_id: str
    command: Command
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a caller who joined, or asked, is told. why: "" when they wait; full, closed, no_agents, unknown.
    position: from 1. wait_s: estimate, None when it cannot be told. is_free: an agent is on the way.
    """

    call_id: str
    why: str = ""
    position: int = 0
    wait_s: int | None = None
    is_free: bool = False


Order = (
    RingAgent
    | DropLeg
    | Offer
    | ParkLeg
    | BridgeLegs
    | WaitOn
    | LetGo
    | Tone
    | Place
    | PlaceReserved
    | CancelCalls
    | AgentMoved
    | Counted
    | ScreenPop
    | Refused
    | Answer
)
