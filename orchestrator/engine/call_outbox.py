"""What the world outside must learn of a call that came in, in the order it came about."""

from __future__ import annotations

from orchestrator.domain.consent import Withdrawal
from orchestrator.domain.inbound import InboundCall, MissedDecision
from orchestrator.domain.lead import OutboxEntry
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.plan import MissedPlan
from orchestrator.engine.notes import entries_of
from orchestrator.engine.opting_out import entries_of as consent_entries
from orchestrator.engine.opting_out import withdrawals_of
from orchestrator.engine.rules import outcome_body


def outbox_of(
    call: InboundCall, decision: MissedDecision, plan: MissedPlan | None
) -> tuple[OutboxEntry, ...]:
    """An entry for each note, one for a missed call, and one for the call. notify: whose letter tells of a missed call;
    "": nobody's, and webhooks alone may want it.
    """
    common: dict[str, object] = {
        "switch": call.switch,
        "caller": call.caller,
        "called": call.called,
        "call_at": call.began_at,
    }
    entries = [*entries_of(call.notes, common)]
    about = {**common, "scenario": call.scenario, "call_id": call.call_id, "at": call.ended_at}
    entries += consent_entries(withdrawals_of_call(call), about)
    if decision.why:
        notice = {
            "scenario": call.scenario,
            "at": call.ended_at,
            "why": decision.why,
            "notify": (plan and plan.notify) or "",
            "every_s": plan and plan.notify_every_s,
        }
        entries.append(OutboxEntry(kind="missed_call", body={**common, **notice}))
    entries.append(OutboxEntry(kind="call", body={**common, **_summary(call, decision)}))
    return tuple(entries)


def outcome_of(outcome: Outcome, *, scenario: str, switch: str, caller: str) -> dict[str, object]:
    """What the world outside is told of what an agent said of a call that came in."""
    said = {"scenario": scenario, "switch": switch, "caller": caller, "call_id": outcome.call_id}
    return {**said, **outcome_body(outcome)}


def withdrawals_of_call(call: InboundCall) -> tuple[Withdrawal, ...]:
    """What the caller took back in it; nothing when their number is not known."""
    numbers = [call.caller] if call.caller else []
    return withdrawals_of(call.notes, numbers, at=call.ended_at, call_id=call.call_id)


def _summary(call: InboundCall, decision: MissedDecision) -> dict[str, object]:
    talked_s = None if call.answered_at is None else (call.ended_at - call.answered_at) / 1000
    return {
        "scenario": call.scenario,
        "at": call.ended_at,
        "answered_s": talked_s,
        "end": call.end.value,
        "reached": call.reached,
        "result": call.result or "",
        "values": dict(call.values),
        "missed": decision.why,
    }
