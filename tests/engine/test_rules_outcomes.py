"""What an agent says of a call, and what it is to have been abandoned, in the retry matrix."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Decision, Ending, LeadState, NextKind, WaitReason
from orchestrator.domain.note import Note
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.domain.plan import DialPlan, PacingMode, PacingPlan, Rule
from orchestrator.engine.call_outbox import outcome_of
from orchestrator.engine.rules import decide, decide_outcome

from .factories import DAY, ENDED_AT, HOUR, a_contact, a_plan, an_attempt, an_ending, plans, retry

NEXT_DAY_AT = ENDED_AT + 40_000_000
CALL_AT = ENDED_AT + 7 * HOUR * 1000
PACING = PacingPlan(
    mode=PacingMode.PREDICTIVE,
    abandoned=0.03,
    within_s=2.0,
    cancel_after_s=15,
    ring_min_s=15,
    lines_per_agent=4,
)
TALKED = an_ending(Disposition.ANSWERED, reached="anna", result="reached_agent", answered_at=ENDED_AT - 9_000)
TWO = an_attempt(contact=a_contact(("+79990000001", "+79990000002")))


def said(outcome: str = "", following: NextAction = NextAction.NONE, **more: object) -> Outcome:
    if following is NextAction.CALL_BACK:
        more.setdefault("call_back_at", CALL_AT)
    given: dict[str, object] = {"outcome_id": "o1", "call_id": "a1", "agent_id": "anna", "said_at": ENDED_AT}
    return Outcome(outcome=outcome, next=following, **{**given, **more})  # type: ignore[arg-type]  # its fields


def predictive(**rules: Rule) -> DialPlan:
    return replace(a_plan(**rules), pacing=PACING)


def decided(
    plan: DialPlan,
    outcome: Outcome | None = None,
    *,
    ending: Ending = TALKED,
    attempt: Attempt | None = None,
) -> Decision:
    return decide(
        plan, attempt or an_attempt(), ending, next_day_at=lambda _zone, _at: NEXT_DAY_AT, outcome=outcome
    )


def decided_later(
    plan: DialPlan, outcome: Outcome, state: LeadState, *, attempt: Attempt | None = None
) -> Decision:
    return decide_outcome(
        plan, attempt or an_attempt(), TALKED, outcome, state, next_day_at=lambda _zone, _at: NEXT_DAY_AT
    )


def kinds(decision: Decision) -> list[str]:
    return [entry.kind for entry in decision.outbox]


# -- outcomes -----------------------------------------------------------------------------------------------


def test_an_outcome_is_a_rule_key_before_the_result_of_the_flow() -> None:
    plan = a_plan(sold=Rule(status="client"), reached_agent=retry(HOUR))
    decision = decided(plan, said("sold"))
    assert (decision.rule, decision.next.kind, decision.state.status) == ("sold", NextKind.DONE, "client")
    assert decision.outcome_id == "o1"
    assert kinds(decision) == ["result", "status", "outcome"]


def test_an_outcome_may_be_retried_like_a_result() -> None:
    decision = decided(a_plan(thinks=retry(2 * HOUR)), said("thinks"))
    assert (decision.next.kind, decision.next.reason) == (NextKind.DUE, WaitReason.RETRY)
    assert decision.next.at == ENDED_AT + 2 * HOUR * 1000
    assert decision.state.retries == (("thinks", 1),)


def test_an_outcome_without_a_rule_ends_the_lead_with_that_status() -> None:
    decision = decided(a_plan(), said("refused"))
    assert (decision.rule, decision.next.kind, decision.state.status) == ("refused", NextKind.DONE, "refused")


def test_what_a_person_says_goes_before_what_the_network_said() -> None:
    lost = an_ending(Disposition.LOST)
    assert decided(a_plan(), ending=lost).next.kind is NextKind.HELD
    assert decided(a_plan(), said("sold"), ending=lost).next.kind is NextKind.DONE


def test_a_mere_note_leaves_the_decision_to_the_result() -> None:
    plan = a_plan(reached_agent=retry(HOUR))
    decision = decided(plan, said(note="wants a red one"))
    assert (decision.rule, decision.next.kind) == ("reached_agent", NextKind.DUE)
    [told] = [entry for entry in decision.outbox if entry.kind == "outcome"]
    assert told.body["note"] == "wants a red one"
    assert "call_back_at" not in told.body


def test_a_time_that_was_agreed_on_holds_beyond_the_attempts_and_the_rule() -> None:
    plan = a_plan(1, call_back=Rule(status="later"))
    decision = decided(plan, said("call_back", NextAction.CALL_BACK))
    assert (decision.next.kind, decision.next.at, decision.next.reason) == (
        NextKind.DUE,
        CALL_AT,
        WaitReason.RETRY,
    )
    assert decision.state.status == "later"
    [told] = [entry for entry in decision.outbox if entry.kind == "outcome"]
    assert told.body["call_back_at"] == str(CALL_AT)


def test_a_time_that_has_passed_is_now() -> None:
    decision = decided(a_plan(), said("", NextAction.CALL_BACK, call_back_at=5))
    assert (decision.rule, decision.next.at) == ("call_back", ENDED_AT)


def test_a_call_back_of_a_predictive_campaign_has_an_agent_reserved() -> None:
    decision = decided(predictive(), said("", NextAction.CALL_BACK))
    assert (decision.next.reason, decision.state.needs_agent) == (WaitReason.AGENT, True)


def test_do_not_call_ends_the_lead_and_lists_the_numbers_that_are_the_contacts() -> None:
    contact = a_contact(("+79990000001", "+79990000002", "+79990000003"))
    attempt = an_attempt(contact=contact, state=LeadState(phone=1, given_up=(0,)))
    decision = decided(a_plan(refused=retry(HOUR)), said("refused", NextAction.DO_NOT_CALL), attempt=attempt)
    assert (decision.next.kind, decision.state.status) == (NextKind.DONE, "refused")
    assert decision.do_not_call == ("+79990000002", "+79990000003")


def test_a_wrong_person_gives_the_number_up_for_the_next_one() -> None:
    decision = decided(a_plan(), said("", NextAction.WRONG_PERSON), attempt=TWO)
    assert (decision.next.kind, decision.next.at) == (NextKind.DUE, ENDED_AT)
    assert (decision.state.phone, decision.state.given_up, decision.state.status) == (1, (0,), "new")


def test_a_wrong_person_without_another_number_ends_the_lead() -> None:
    decision = decided(a_plan(wrong_person=Rule(status="nobody")), said("", NextAction.WRONG_PERSON))
    assert (decision.next.kind, decision.state.status) == (NextKind.DONE, "nobody")


def test_what_the_flow_promised_holds_unless_the_agent_decides() -> None:
    promised = replace(TALKED, notes=(Note(kind="callback", body={"when": 60}),))
    decision = decided(a_plan(), said("refused"), ending=promised)
    assert (decision.next.kind, decision.next.at) == (NextKind.DUE, ENDED_AT + 60_000)
    stop = decided(a_plan(), said("refused", NextAction.DO_NOT_CALL), ending=promised)
    assert stop.next.kind is NextKind.DONE


# -- after the call -----------------------------------------------------------------------------------------


def test_an_outcome_after_the_call_decides_as_if_it_had_been_known() -> None:
    plan = a_plan(thinks=retry(HOUR), reached_agent=Rule(status="talked"))
    first = decided(plan)
    later = decided_later(plan, said("thinks"), first.state)
    known = decided(plan, said("thinks"))
    assert (later.state, later.next, later.rule) == (known.state, known.next, known.rule)
    assert kinds(later) == ["status", "outcome"]  # from `talked` back to `new`
    assert kinds(first) == ["result", "status"]


def test_a_status_that_changes_afterwards_says_what_it_was() -> None:
    later = decided_later(a_plan(), said("sold"), LeadState(status="talked"))
    [status] = [entry for entry in later.outbox if entry.kind == "status"]
    assert (status.body["was"], status.body["status"]) == ("talked", "sold")
    same = decided_later(a_plan(), said("sold"), LeadState(status="sold"))
    assert kinds(same) == ["outcome"]


def test_a_note_after_the_call_is_only_told() -> None:
    later = decided_later(a_plan(), said(note="red"), LeadState(status="talked"))
    [told] = later.outbox
    assert (told.kind, told.body["status"], told.body["note"]) == ("outcome", "talked", "red")


def test_an_outcome_that_exhausts_the_lead_says_so() -> None:
    plan = a_plan(1, thinks=retry(HOUR))
    assert kinds(decided_later(plan, said("thinks"), LeadState(status="talked"))) == [
        "exhausted",
        "status",
        "outcome",
    ]


# -- abandoned ----------------------------------------------------------------------------------------------


def test_who_was_abandoned_is_called_again_only_with_an_agent_reserved() -> None:
    decision = decided(predictive(), ending=an_ending(Disposition.ABANDONED, was_abandoned=True))
    assert (decision.next.kind, decision.next.at) == (NextKind.DUE, ENDED_AT + 3 * DAY * 1000)
    assert (decision.next.reason, decision.state.needs_agent) == (WaitReason.AGENT, True)


def test_without_pacing_there_is_nobody_to_reserve() -> None:
    decision = decided(a_plan(), ending=an_ending(Disposition.ABANDONED, was_abandoned=True))
    assert (decision.next.reason, decision.state.needs_agent) == (WaitReason.RETRY, False)


def test_it_stays_so_until_somebody_was_there_for_them() -> None:
    attempt = an_attempt(state=LeadState(needs_agent=True))
    busy = decided(predictive(), ending=an_ending(Disposition.BUSY), attempt=attempt)
    assert (busy.next.reason, busy.state.needs_agent) == (WaitReason.AGENT, True)
    tomorrow = predictive(no_answer=retry(None))
    night = decided(tomorrow, ending=an_ending(Disposition.NO_ANSWER), attempt=attempt)
    assert (night.next.reason, night.next.at) == (WaitReason.AGENT, NEXT_DAY_AT)
    talked = decided(predictive(reached_agent=retry(HOUR)), attempt=attempt)
    assert (talked.next.reason, talked.state.needs_agent) == (WaitReason.RETRY, False)


def test_a_place_in_a_queue_that_was_kept_is_for_an_agent() -> None:
    kept = replace(TALKED, notes=(Note(kind="callback", body={"when": 0, "queue": "sales"}),))
    decision = decided(a_plan(), ending=kept)
    assert (decision.next.reason, decision.next.at) == (WaitReason.AGENT, ENDED_AT)
    plain = replace(TALKED, notes=(Note(kind="sms", body={}), Note(kind="callback", body={"when": 0})))
    assert decided(a_plan(), ending=plain).next.reason is WaitReason.RETRY


outcomes = st.builds(
    said,
    st.sampled_from(["", "sold", "busy", "confirmed"]),
    st.sampled_from([NextAction.NONE, NextAction.DO_NOT_CALL, NextAction.WRONG_PERSON, NextAction.CALL_BACK]),
)


@given(plans, outcomes, st.sampled_from(list(Disposition)), st.booleans())
def test_every_outcome_leads_to_one_decision_in_which_state_and_next_agree(
    plan: DialPlan, outcome: Outcome, disposition: Disposition, is_predictive: object
) -> None:
    if is_predictive:
        plan = replace(plan, pacing=PACING)
    decision = decided(plan, outcome, ending=an_ending(disposition), attempt=TWO)
    assert decision.state.tries == 1
    assert kinds(decision)[-1] == "outcome"
    if decision.next.kind is NextKind.DUE:
        assert decision.next.at >= ENDED_AT
        assert (decision.next.reason is WaitReason.AGENT) == decision.state.needs_agent
    if outcome.next is NextAction.DO_NOT_CALL:
        assert decision.next.kind is NextKind.DONE
        assert decision.do_not_call == TWO.contact.numbers
    else:
        assert decision.do_not_call == ()


def test_an_outcome_of_a_call_that_came_in_is_told_with_its_caller() -> None:
    body = outcome_of(said("sold", note="n"), scenario="shop", switch="main", caller="+79990000001")
    assert (body["scenario"], body["caller"], body["call_id"], body["outcome"], body["agent"]) == (
        "shop",
        "+79990000001",
        "a1",
        "sold",
        "anna",
    )
