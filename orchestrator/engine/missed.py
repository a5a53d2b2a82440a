"""What a call that came in means for callbacks: was it missed, when is its caller due, and whom did it serve.

Pure: how often a number is called back, and what it waits for already, is decided where that is known, in the same
step that records the call (store/lua/note_call.lua).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.hours import WeeklyHours
from orchestrator.domain.inbound import (
    Callback,
    CallbackFate,
    CallEnd,
    InboundCall,
    MissedDecision,
    ServedBy,
)
from orchestrator.domain.lead import Contact
from orchestrator.domain.plan import MissedPlan
from orchestrator.engine.hours import next_open
from orchestrator.engine.notes import place_of, promise_of

PROMISED: Final = "promised"  # why a call asks for a callback that its scenario does not call missed
TOO_OLD_MS: Final = 2 * 86_400_000  # a call that is recorded later than this is only counted
PEOPLE: Final = frozenset({"queue", "forward", "transfer"})  # steps by which a caller reaches a person
COLUMNS: Final = ("called", "caller", "why")  # what a callback's flow is told of the call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How a scenario calls back. `campaign_id`: its standing campaign, "" for none; `zone`: the zone key of `hours`.

    caller_zone: the zone key that the caller's own calling hours are looked up under. has_people: a caller can reach
    somebody in it; where nobody can, who follows the flow to its end is served.
    """

    plan: MissedPlan | None
    campaign_id: str = ""
    hours: WeeklyHours | None = None
    zone: str = "UTC"
    caller_zone: str = "UTC"
    languages: tuple[str, ...] = ()
    has_people: bool = True


def decide(call: InboundCall, rules: CallbackRules, *, now: int) -> MissedDecision:
    """What is to be stored with the call. now: epoch ms of recording it."""
    promised_at = _promised_at(call, rules)
    why = _why(call, rules.plan) or (PROMISED if promised_at is not None else "")
    served = _served(call, rules, is_missed=bool(why))
    if not why:
        return MissedDecision(served=served)
    if rules.plan is None or not rules.campaign_id:
        return MissedDecision(why=why, fate=CallbackFate.NO_PLAN, served=served)
    if not call.caller or call.caller == call.called:  # our own number would call itself
        return MissedDecision(why=why, fate=CallbackFate.WITHHELD, served=served)
    due_at = call.ended_at + rules.plan.after_s * 1_000 if promised_at is None else promised_at
    if now - max(call.ended_at, promised_at or 0) > TOO_OLD_MS:
        return MissedDecision(why=why, fate=CallbackFate.TOO_OLD, served=served)
    callback = Callback(
        campaign_id=rules.campaign_id,
        contact=_contact(call, rules, why),
        due_at=due_at,
        is_promised=promised_at is not None,
        needs_agent=bool(place_of(call.notes)),
        per_number=rules.plan.per_number,
    )
    return MissedDecision(why=why, callback=callback, served=served)


def can_reach_people(program: Mapping[str, object]) -> bool:
    """Whether a caller can reach anybody in the flow of this compiled program."""
    left: list[object] = [program.get("flow")]
    while left:
        match left.pop():
            case dict() as each:
                if each.get("do") in PEOPLE:
                    return True
                left += each.values()
            case list() as several:
                left += several
            case _:
                pass
    return False


def _why(call: InboundCall, plan: MissedPlan | None) -> str:
    is_missed = plan is not None and not call.reached and call.end.value in plan.when
    return call.end.value if is_missed else ""


def _served(call: InboundCall, rules: CallbackRules, *, is_missed: bool) -> ServedBy | None:
    if call.reached:
        return ServedBy.PERSON
    is_done = call.end is CallEnd.FLOW and call.flow is FlowEnd.ENDED
    return ServedBy.FLOW if is_done and not rules.has_people and not is_missed else None


def _promised_at(call: InboundCall, rules: CallbackRules) -> int | None:
    """When the call's flow has promised to call back (epoch ms)."""
    after_s = promise_of(call.notes)
    if after_s is None or after_s >= 0:
        return None if after_s is None else call.ended_at + after_s * 1_000
    opening = next_open(rules.hours, rules.zone, call.ended_at)
    return call.ended_at if opening is None else opening


def _contact(call: InboundCall, rules: CallbackRules, why: str) -> Contact:
    language = call.language if call.language in rules.languages else next(iter(rules.languages), "en")
    return Contact(
        numbers=(call.caller,),
        zones=(rules.caller_zone,),
        language=language,
        fields=dict(zip(COLUMNS, (call.called, call.caller, why), strict=True)),
    )
