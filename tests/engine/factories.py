"""Small whole objects for the tests of the engine; every field can be said."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Contact, Ending, LeadState
from orchestrator.domain.plan import (
    CallerIdRule,
    Delay,
    DialPlan,
    GatewayShare,
    Rule,
    ZoneRule,
    ZoneSource,
)

CLAIMED_AT = 1_795_000_000_000  # 2026-11-18
ENDED_AT = CLAIMED_AT + 30_000
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def a_contact(numbers: tuple[str, ...] = ("+79990000001",), **fields: Any) -> Contact:
    zones = fields.pop("zones", tuple("Europe/Moscow" for _ in numbers))
    return Contact(numbers=numbers, zones=zones, language="ru", fields=fields.pop("fields", {}))


def an_attempt(**fields: Any) -> Attempt:
    contact = fields.pop("contact", a_contact())
    state = fields.pop("state", LeadState())
    given: dict[str, Any] = {
        "attempt_id": "a1",
        "campaign_id": "parcel_arrived-20261118-1",
        "lead_id": 7,
        "number": contact.numbers[state.phone],
        "zone": contact.zones[state.phone],
        "contact": contact,
        "state": state,
        "gateway": "main",
        "switch": "main",
        "switch_uuid": "core-1",
        "worker_id": "w-1",
        "claimed_at": CLAIMED_AT,
    }
    return Attempt(**{**given, **fields})


def an_ending(disposition: Disposition = Disposition.NO_ANSWER, **fields: Any) -> Ending:
    given: dict[str, Any] = {"attempt_id": "a1", "cause": "NO_ANSWER", "ended_at": ENDED_AT}
    return Ending(disposition=disposition, **{**given, **fields})


def a_plan(attempts: int = 6, **rules: Rule) -> DialPlan:
    return DialPlan(
        gateways=(GatewayShare(name="main"),),
        caller_id=CallerIdRule(pool=("+74951234567",)),
        ring_s=30,
        hours=None,
        zone=ZoneRule(source=ZoneSource.CONTACT),
        attempts=attempts,
        per_day=None,
        first=(),
        rules=rules,
    )


def retry(*seconds: int | None, **more: Any) -> Rule:
    """A rule that retries after so many seconds; None is next_day."""
    return Rule(retry=tuple(Delay(after_s=each) for each in seconds), **more)


RESULTS = ("confirmed", "call_back", "no_choice")

delays = st.builds(Delay, after_s=st.none() | st.integers(0, 10 * DAY))
rules = st.builds(
    Rule,
    retry=st.lists(delays, max_size=4).map(tuple),
    at_most=st.none() | st.integers(1, 4),
    counts=st.booleans(),
    next_phone=st.booleans(),
    status=st.none() | st.sampled_from(["reached", "bad_number", "later"]),
    hold=st.sampled_from([False, False, False, True]),
)
rule_keys = st.sampled_from([*(d.value for d in Disposition), *RESULTS, "exhausted"])
plans = st.builds(
    lambda attempts, some: a_plan(attempts, **some),
    st.integers(1, 8),
    st.dictionaries(rule_keys, rules, max_size=8),
)
