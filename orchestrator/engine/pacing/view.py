"""What a pacer is shown, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What decided about the number of calls."""

    PREDICTED = "predicted"  # as many as the look ahead allows
    LEARNING = "learning"  # one for each free agent: not enough has been seen yet
    ONE_EACH = "one_each"  # progressive, or a cap of 0 %
    RATIO = "ratio"
    CAP = "cap"  # abandonment is at its cap: no call without a free agent
    LINES = "lines"  # `lines_per_agent` is reached
    NO_AGENTS = "no_agents"  # nobody is there, or comes back
    NO_LEADS = "no_leads"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    """The agents who may take this campaign's customers, at the moment of the decision. Instants are epoch ms.

    idle: agents who are available now and reserved for nobody.
    waiting: whoever has answered, or waits in a queue of these agents, has not been offered to anyone yet, and is
        entitled to the next free agent (counted over all queues that share the agents).
    talking_since: one for each agent who is reserved, ringing or talking and comes back: since when.
    wrapping: one for each agent in wrap-up who comes back: (since when, end at the latest or None).
    ordered: calls of this campaign that a decision has ordered and `Pacer.placed` has not told yet.
    inflow: calls that come to these agents from elsewhere (inbound), expected per second.
    leads_left: how many more calls there are to place at all; None: not known.
    Agents who leave after their call or wrap-up (break, offline) are left out.
    """

    idle: int
    waiting: int = 0
    talking_since: Sequence[int] = ()
    wrapping: Sequence[tuple[int, int | None]] = ()
    ordered: int = 0
    inflow: float = 0.0
    leads_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now.

    place: so many calls more. with_agent: each of them only with an agent reserved for it beforehand.
    cancel: attempts whose ringing is to end; from now on they count for nothing.
    ask_at: epoch ms by when to ask again, if nothing happens before.
    """

    place: int
    cancel: tuple[str, ...] = ()
    with_agent: bool = False
    why: Why
    ask_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PacerFigures:
    """For live figures: fractions from 0 to 1, None where nothing is known yet.

    answer_rate: of calls, answered by a person, as expected now. abandoned_hour: over the last 60 minutes,
    abandoned_day: over the last 24 hours. limit: chance of abandonment up to which a call is placed now.
    credit: calls that may be abandoned now before the cap is reached. talk_s, wrap_s: expected, of one call.
    """

    ringing: int
    answer_rate: float | None
    abandoned_hour: float | None
    abandoned_day: float | None
    limit: float
    credit: float
    talk_s: float | None
    wrap_s: float | None
