"""How a scenario dials: what the checked YAML becomes for the engine. Immutable, free of YAML and pydantic."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.hours import WeeklyHours


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
    """

    retry: tuple[Delay, ...] = ()
    at_most: int | None = None
    counts: bool = True
    next_phone: bool = False
    status: str | None = None
    hold: bool = False  # keep the lead for a person (default of `lost`)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """The `dial:` and `rules:` of a scenario with every default filled in."""

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
