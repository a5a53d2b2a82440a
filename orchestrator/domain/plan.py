"""How a scenario dials: what the checked YAML becomes for the engine. Immutable, free of YAML and pydantic."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.consent import ConsentDemand
from orchestrator.domain.hours import WeeklyHours
from orchestrator.domain.telling import Tell, Texts


class MachinePolicy(StrEnum):
    """What to do when an answering machine takes the call. OFF: no detection at all."""

    LEAVE_MESSAGE = "leave_message"
    HANG_UP = "hang_up"
    TREAT_AS_HUMAN = "treat_as_human"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long to wait before the next attempt: `after_s` seconds, or until the next local day's opening."""

    after_s: int | None = None  # None: next_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What happens after an attempt with this disposition or result (the key it stands under).

    retry: delay by attempt number (counted attempts before this one = index; the last one repeats).
    at_most: how many retries this rule may make for one lead; None: no limit of its own.
    counts: whether the attempt uses up one of `DialPlan.attempts`.
    next_phone: with retry, the next attempt takes the contact's next number in turn; without, this number is
        given up and the next one is due at once, and `status` applies when no number is left.
    status: the lead's status from now on; final when nothing is retried.
    tells: SMS, letters and webhooks, in their order, each time that it applies (docs/rules.md).
    """

    retry: tuple[Delay, ...] = ()
    at_most: int | None = None
    counts: bool = True
    next_phone: bool = False
    status: str | None = None
    hold: bool = False  # keep the lead for a person (default of `lost`)
    tells: tuple[Tell, ...] = ()


class ZoneSource(StrEnum):
    CONTACT = "contact"  # the contact's own zone: its `timezone` column, else its number
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRule:
    """Whose clock the calling hours are read on.

    FIXED: `name` is the IANA zone. CONTACT: from the contact; where a number may be in several zones, `name`
    decides, and without one hours must be open in all of them (nobody is rung at night by a guess).
    """

    source: ZoneSource
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdRule:
    """Which number the customer sees: first `by_prefix` match (longest prefix of the E.164 digits, country
    calling codes included), else the pool. A pool of several sticks per lead (same lead, same number).
    """

    pool: tuple[str, ...] = ()  # E.164 with +
    by_prefix: tuple[tuple[str, tuple[str, ...]], ...] = ()  # ("7495", ("+74951234567",)), longest first


class OrderBy(StrEnum):
    FIELD = "field"
    FEWEST_ATTEMPTS = "fewest_attempts"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """One key of `dial.first`. FIELD sorts by a contact column (numbers and dates by value, text by letter)."""

    by: OrderBy
    column: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayShare:
    """A gateway the scenario may use. `weight` None: in the order of the list, next when the first is full."""

    name: str
    weight: int | None = None


class PacingMode(StrEnum):
    """How many customers are rung for the agents there are."""

    RATIO = "ratio"  # so many calls for each free agent
    PROGRESSIVE = "progressive"  # one call for each free agent
    PREDICTIVE = "predictive"  # as many as keep agents busy and abandonment under its cap


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingPlan:
    """How a predictive campaign is paced: `dial.pacing` with law and defaults filled in.

    ratio: calls for each free agent; acts with `PacingMode.RATIO` only.
    abandoned: the cap, a fraction of the calls that people answered; 0: each call has an agent reserved for it.
    within_s: whoever answered and has nobody by then was abandoned.
    cancel_after_s: a call that rang so long may be cancelled when nobody could take it; None: never.
    ring_min_s: every call rings at least so long before we give it up.
    lines_per_agent: never more calls at once, ringing and talking, for each agent.
    """

    mode: PacingMode
    ratio: float = 1.0
    abandoned: float
    within_s: float
    cancel_after_s: float | None
    ring_min_s: float
    lines_per_agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AheadRule:
    """Who goes before others in a queue: as if they had waited so much longer. The larger of the two counts.

    column: contact column (or, of a call that came in, the variable) whose value decides by `by_value`; None: none.
    numbers: E.164 with +; whoever calls from, or is called at, one of them has `ahead_s`.
    """

    queue_id: str
    column: str | None = None
    by_value: tuple[tuple[str, int], ...] = ()  # value -> seconds
    numbers: frozenset[str] = frozenset()
    ahead_s: int = 0

    def ahead_of(self, number: str, value: str) -> int:
        """Seconds for a caller with this number and this value of `column` ("" when there is none)."""
        by_number = self.ahead_s if number in self.numbers else 0
        return max(by_number, dict(self.by_value).get(value, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPlan:
    """What an agent sees and answers: the script's text (Markdown; "" when there is none), and the outcomes a call
    may be given. What follows an outcome stands under its name in `DialPlan.rules`.
    """

    script: str = ""
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """The `dial:` and `rules:` of a scenario with every default filled in.

    pacing: of a predictive campaign; None: as fast as gateways and caps allow. per_hour: attempts of a campaign in
    an hour at most; None: no such cap. even: what is left is spread over the open hours that are left. texts: the
    messages that rules tell. title: the subject of letters that name none; "" where there are no such letters. consent:
    what whoever is called must have agreed to; None: nothing.
    """

    gateways: tuple[GatewayShare, ...]
    caller_id: CallerIdRule
    ring_s: int
    hours: WeeklyHours | None  # None: at any time
    zone: ZoneRule
    attempts: int
    per_day: (
        int | None
    )  # per number, over all campaigns, in the number's zone; None: no cap of the scenario's
    first: tuple[OrderKey, ...]
    rules: dict[str, Rule] = field(default_factory=dict)  # every disposition and `exhausted` has one
    pacing: PacingPlan | None = None
    per_hour: int | None = None
    even: bool = False
    texts: Texts = field(default_factory=dict)
    title: str = ""
    consent: ConsentDemand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A contact column: `type` is text, digits, number, money, date, time, language, timezone or phone."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedPlan:
    """What a scenario does about callers who reached nobody.

    when: values of `domain.inbound.CallEnd` for which a call counts as missed, when no person was reached.
    after_s: from the end of the call to the first attempt to call back.
    unless_reached: drop it when the caller has called again and reached somebody.
    per_number: (window in seconds, so many callbacks of one number at most within it).
    notify: mailbox of the settings that is told; every `notify_every_s` seconds as a list, None: each at once.
    """

    when: frozenset[str]
    after_s: int
    unless_reached: bool
    per_number: tuple[tuple[int, int], ...]
    notify: str | None = None
    notify_every_s: int | None = None
