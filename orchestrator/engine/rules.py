"""The retry matrix: one pure function from how an attempt ended to what comes next (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import (
    Attempt,
    Decision,
    Ending,
    LeadState,
    Next,
    NextKind,
    OutboxEntry,
    WaitReason,
)
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.domain.plan import Delay, DialPlan, Rule
from orchestrator.engine.notes import entries_of, place_of, promise_of
from orchestrator.engine.opting_out import OPTED_OUT, ends_calls, withdrawals_of
from orchestrator.engine.opting_out import entries_of as consent_entries
from orchestrator.engine.telling import is_told, told_by

EXHAUSTED = "exhausted"
OUTCOME = "outcome"

NextDayAt = Callable[[str, int], int]  # (zone key, epoch ms) -> epoch ms of the next local day's opening


def _delays(*seconds: int | None) -> tuple[Delay, ...]:
    return tuple(Delay(after_s=each) for each in seconds)


_MINUTE, _HOUR, _DAY, _NEXT_DAY = 60, 3_600, 86_400, None

# What a scenario that says nothing gets, and `prozvon check --explain` prints
DEFAULT_RULES: dict[str, Rule] = {
    Disposition.ANSWERED: Rule(status="answered"),
    Disposition.MACHINE: Rule(retry=_delays(4 * _HOUR)),
    Disposition.BUSY: Rule(retry=_delays(15 * _MINUTE, 15 * _MINUTE, _HOUR)),
    Disposition.NO_ANSWER: Rule(retry=_delays(2 * _HOUR, 4 * _HOUR, _NEXT_DAY)),
    Disposition.REJECTED: Rule(retry=_delays(_DAY), at_most=1),
    Disposition.INVALID_NUMBER: Rule(next_phone=True, status="bad_number"),
    # Not the customer's doing, so no attempt is used up; but a number that always meets a full trunk must not
    # keep a campaign open for ever: 200 times 5 minutes outlast a trunk that is down for a whole day
    Disposition.CONGESTION: Rule(retry=_delays(5 * _MINUTE), counts=False, at_most=200),
    Disposition.CANCELLED: Rule(retry=_delays(5 * _MINUTE), counts=False, at_most=200),
    Disposition.FAILED: Rule(retry=_delays(_HOUR)),
    # The strictest of the known laws: 72 h without a call after one that nobody was there to take (UK)
    Disposition.ABANDONED: Rule(retry=_delays(3 * _DAY), at_most=1),
    Disposition.LOST: Rule(hold=True),
    EXHAUSTED: Rule(status=EXHAUSTED),
}

# Our or the trunk's trouble: the customer's telephone stayed silent, unless the switch saw it ring
_SILENT = frozenset({Disposition.CONGESTION, Disposition.CANCELLED})


def decide(
    plan: DialPlan,
    attempt: Attempt,
    ending: Ending,
    *,
    next_day_at: NextDayAt,
    outcome: Outcome | None = None,
) -> Decision:
    """The one decision about an ended attempt. Total: every ending gets exactly one `Next`.

    next_day_at(zone key, epoch ms): the opening of the next local day, in the zone of the number dialed next.
    outcome: what an agent has said of it; it goes before what the flow concluded, and before what the network said.
    A due time is never before `ending.ended_at`. The counted attempts never pass `plan.attempts`,
    but for calls that somebody was promised.
    """
    decision = _with_withdrawals(plan, attempt, ending, _decided(plan, attempt, ending, next_day_at, outcome))
    if outcome is None:
        return decision
    return replace(
        decision,
        outbox=(*decision.outbox, _about_outcome(attempt, ending, outcome, decision.state.status)),
        outcome_id=outcome.outcome_id,
    )


def decide_outcome(
    plan: DialPlan,
    attempt: Attempt,
    ending: Ending,
    outcome: Outcome,
    state: LeadState,
    *,
    next_day_at: NextDayAt,
) -> Decision:
    """The decision about an attempt that has ended already, made anew now that an agent says what came of it.

    state: the lead's, as it is now. A mere note changes nothing but what the world outside is told.
    """
    again = _decided(plan, attempt, ending, next_day_at, outcome)
    status = again.state.status if outcome.key else state.status
    told = [_about_outcome(attempt, ending, outcome, status)]
    if status != state.status:
        was = {"was": state.status}
        told.insert(0, OutboxEntry(kind="status", body={**_about_attempt(attempt, ending, status), **was}))
    if outcome.key:
        exhausted = (entry for entry in again.outbox if entry.kind == EXHAUSTED)
        told = [*exhausted, *told, *filter(is_told, again.outbox)]
    return replace(again, outbox=tuple(told), outcome_id=outcome.outcome_id)


def _decided(
    plan: DialPlan, attempt: Attempt, ending: Ending, next_day_at: NextDayAt, outcome: Outcome | None
) -> Decision:
    decision = _with_told(plan, attempt, ending, _by_rule(plan, attempt, ending, next_day_at, outcome))
    if decision.next.kind is NextKind.HELD or (outcome is not None and outcome.next is not NextAction.NONE):
        return decision
    promised_s = promise_of(ending.notes) if ending.disposition is Disposition.ANSWERED else None
    if promised_s is None:
        return decision
    # Whoever was promised another call gets it, whatever else the rules would have done
    delay = Delay(after_s=None if promised_s < 0 else promised_s)
    after = replace(decision.state, needs_agent=decision.state.needs_agent or bool(place_of(ending.notes)))
    return replace(decision, state=after, next=_due(delay, attempt, ending, after, next_day_at))


def _with_withdrawals(plan: DialPlan, attempt: Attempt, ending: Ending, decision: Decision) -> Decision:
    """With what the person took back in the call: whoever may not be called again is not, whatever the rule says."""
    said = withdrawals_of(
        ending.notes, attempt.contact.numbers, at=ending.ended_at, call_id=attempt.attempt_id
    )
    if not said:
        return decision
    state, what_next, outbox = decision.state, decision.next, decision.outbox
    if what_next.kind is NextKind.DUE and ends_calls(said, plan.consent):
        state = replace(state, status=OPTED_OUT, needs_agent=False)
        what_next = Next(kind=NextKind.DONE, reason=WaitReason.DONE)
        status = {**_about_attempt(attempt, ending, OPTED_OUT), "was": attempt.state.status}
        kept = tuple(entry for entry in outbox if entry.kind != "status")
        outbox = (*kept, OutboxEntry(kind="status", body=status))
    about = _about_attempt(attempt, ending, state.status)
    return replace(
        decision,
        state=state,
        next=what_next,
        outbox=(*outbox, *consent_entries(said, {**_about_call(attempt), **about})),
        withdrawals=said,
    )


def _with_told(plan: DialPlan, attempt: Attempt, ending: Ending, decision: Decision) -> Decision:
    """With what the rule tells. A number that gives way to the next one is nobody's end: nothing is told of it."""
    after = decision.state
    if decision.next.kind is NextKind.DUE and after.given_up != attempt.state.given_up:
        return decision
    about = _about_attempt(attempt, ending, after.status)
    told = told_by(plan, decision.rule, attempt, ending, after, about)
    return replace(decision, outbox=(*decision.outbox, *told)) if told else decision


def _by_rule(
    plan: DialPlan, attempt: Attempt, ending: Ending, next_day_at: NextDayAt, outcome: Outcome | None
) -> Decision:
    key, rule = _rule_of(plan, ending, outcome)
    before = attempt.state
    after = replace(
        before,
        tries=before.tries + 1,
        attempts=before.attempts + rule.counts,
        status=rule.status or before.status,
        needs_agent=_needs_agent(plan, before, ending, outcome),
    )
    if outcome is not None and outcome.next is not NextAction.NONE:
        return _as_said(plan, key, rule, attempt, ending, after, outcome)
    if rule.hold:
        return _decision(key, attempt, ending, after, Next(kind=NextKind.HELD, reason=WaitReason.LOST))
    if rule.next_phone and not rule.retry:
        return _give_number_up(plan, key, attempt, ending, replace(after, status=rule.status or key))
    if not rule.retry:
        return _done(key, attempt, ending, replace(after, status=rule.status or key))
    made = dict(before.retries)
    if _is_used_up(plan, after) or (rule.at_most is not None and made.get(key, 0) >= rule.at_most):
        return _exhausted(plan, attempt, ending, after)
    made[key] = made.get(key, 0) + 1
    after = replace(after, retries=tuple(sorted(made.items())))
    if rule.next_phone:
        after = replace(after, phone=_phone_after(attempt, after))
    delay = rule.retry[min(before.attempts, len(rule.retry) - 1)]
    return _decision(key, attempt, ending, after, _due(delay, attempt, ending, after, next_day_at))


def _as_said(
    plan: DialPlan,
    key: str,
    rule: Rule,
    attempt: Attempt,
    ending: Ending,
    after: LeadState,
    outcome: Outcome,
) -> Decision:
    """What an agent has decided holds, whatever the rule of the outcome would do next."""
    after = replace(after, status=rule.status or key)
    match outcome.next:
        case NextAction.CALL_BACK:
            at = max(outcome.call_back_at or ending.ended_at, ending.ended_at)
            return _decision(key, attempt, ending, after, _at(at, after, WaitReason.RETRY))
        case NextAction.WRONG_PERSON:
            return _give_number_up(plan, key, attempt, ending, after)
        case _:
            left = (phone for phone in range(len(attempt.contact.numbers)) if phone not in after.given_up)
            done = _done(key, attempt, ending, after)
            return replace(done, do_not_call=tuple(attempt.contact.numbers[phone] for phone in left))


def _needs_agent(plan: DialPlan, before: LeadState, ending: Ending, outcome: Outcome | None) -> bool:
    """Whether the next call may only be made with an agent reserved: nobody is left waiting twice, and who agreed on a
    time with an agent is not left waiting at all. Whoever was there for the customer ends it.
    """
    if ending.disposition is Disposition.ABANDONED:
        return plan.pacing is not None
    if outcome is not None and outcome.next is NextAction.CALL_BACK:
        return plan.pacing is not None
    return before.needs_agent and ending.disposition is not Disposition.ANSWERED


def _rule_of(plan: DialPlan, ending: Ending, outcome: Outcome | None) -> tuple[str, Rule]:
    """What an agent said decides, then a result that a person gave; what a flow concluded talking to a machine does
    not.
    """
    if outcome is not None and outcome.key:
        return outcome.key, plan.rules.get(outcome.key) or Rule()
    if ending.disposition is Disposition.ANSWERED and ending.result is not None:
        return ending.result, plan.rules.get(ending.result) or Rule()
    key = ending.disposition.value
    return key, plan.rules.get(key) or DEFAULT_RULES[key]


def _is_used_up(plan: DialPlan, after: LeadState) -> bool:
    return after.attempts >= plan.attempts


def _give_number_up(plan: DialPlan, key: str, attempt: Attempt, ending: Ending, after: LeadState) -> Decision:
    """This number is no use: the next one at once, or done with the rule's status when none is left."""
    given_up = tuple(sorted({*after.given_up, after.phone}))
    after = replace(after, given_up=given_up)
    if len(given_up) >= len(attempt.contact.numbers):
        return _done(key, attempt, ending, after)
    # `status` is about the lead: with a number left it keeps the one it had
    after = replace(after, status=attempt.state.status, phone=_phone_after(attempt, after))
    if _is_used_up(plan, after):
        return _exhausted(plan, attempt, ending, after)
    return _decision(key, attempt, ending, after, _at(ending.ended_at, after, WaitReason.RETRY))


def _phone_after(attempt: Attempt, state: LeadState) -> int:
    """The next number in turn that is not given up; the same one when there is no other."""
    count = len(attempt.contact.numbers)
    turn = ((state.phone + step) % count for step in range(1, count + 1))
    return next((phone for phone in turn if phone not in state.given_up), state.phone)


def _due(delay: Delay, attempt: Attempt, ending: Ending, after: LeadState, next_day_at: NextDayAt) -> Next:
    if delay.after_s is not None:
        return _at(ending.ended_at + delay.after_s * 1_000, after, WaitReason.RETRY)
    zones = attempt.contact.zones
    zone = zones[after.phone] if after.phone < len(zones) else attempt.zone
    at = max(next_day_at(zone, ending.ended_at), ending.ended_at)
    return _at(at, after, WaitReason.NEXT_DAY)


def _at(at: int, after: LeadState, reason: WaitReason) -> Next:
    return Next(kind=NextKind.DUE, at=at, reason=WaitReason.AGENT if after.needs_agent else reason)


def _exhausted(plan: DialPlan, attempt: Attempt, ending: Ending, after: LeadState) -> Decision:
    rule = plan.rules.get(EXHAUSTED) or DEFAULT_RULES[EXHAUSTED]
    return _done(EXHAUSTED, attempt, ending, replace(after, status=rule.status or EXHAUSTED))


def _done(key: str, attempt: Attempt, ending: Ending, after: LeadState) -> Decision:
    return _decision(key, attempt, ending, after, Next(kind=NextKind.DONE, reason=WaitReason.DONE))


def _decision(key: str, attempt: Attempt, ending: Ending, after: LeadState, what_next: Next) -> Decision:
    was_silent = ending.disposition in _SILENT and ending.rang_at is None and ending.answered_at is None
    return Decision(
        rule=key,
        state=after,
        next=what_next,
        uncount_number=was_silent,
        outbox=_outbox(key, attempt, ending, after, what_next),
    )


def _outbox(
    key: str, attempt: Attempt, ending: Ending, after: LeadState, what_next: Next
) -> tuple[OutboxEntry, ...]:
    """What the world outside must learn: in the order it came about."""
    kinds: list[tuple[str, dict[str, str]]] = []
    if ending.result is not None and ending.disposition is Disposition.ANSWERED:
        kinds.append(("result", {"result": ending.result, **{f"value.{n}": v for n, v in ending.values}}))
    if key == EXHAUSTED:
        kinds.append((EXHAUSTED, {"attempts": str(after.attempts)}))
    if after.status != attempt.state.status:
        kinds.append(("status", {"was": attempt.state.status}))
    if what_next.kind is NextKind.HELD:
        kinds.append(("held", {}))
    common = _about_attempt(attempt, ending, after.status)
    decided = tuple(OutboxEntry(kind=kind, body={**common, **body}) for kind, body in kinds)
    return entries_of(ending.notes, _about_call(attempt)) + decided


def _about_attempt(attempt: Attempt, ending: Ending, status: str) -> dict[str, str]:
    return {
        "campaign_id": attempt.campaign_id,
        "lead_id": str(attempt.lead_id),
        "attempt_id": attempt.attempt_id,
        "number": attempt.number,
        "disposition": ending.disposition.value,
        "status": status,
        "at": str(ending.ended_at),
    }


def _about_outcome(attempt: Attempt, ending: Ending, outcome: Outcome, status: str) -> OutboxEntry:
    return OutboxEntry(
        kind=OUTCOME, body={**_about_attempt(attempt, ending, status), **outcome_body(outcome)}
    )


def outcome_body(outcome: Outcome) -> dict[str, str]:
    """What the world outside is told of what an agent said; times are epoch ms as text."""
    said = {
        "outcome": outcome.outcome,
        "note": outcome.note,
        "agent": outcome.agent_id,
        "next": outcome.next.value,
        "said_at": str(outcome.said_at),
    }
    if outcome.call_back_at is not None and outcome.next is NextAction.CALL_BACK:
        said["call_back_at"] = str(outcome.call_back_at)
    return said


def _about_call(attempt: Attempt) -> dict[str, object]:
    """What every note of a call is told with, as of one that came in (engine.call_outbox): `caller` is the customer."""
    return {
        "switch": attempt.switch,
        "caller": attempt.number,
        "called": attempt.contact.fields.get("called", ""),
        "call_at": attempt.claimed_at,
    }
