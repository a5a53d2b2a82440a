"""The retry matrix, rule by rule, and what holds for every matrix."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Attempt, Decision, LeadState, NextKind, WaitReason
from orchestrator.domain.plan import DialPlan, Rule
from orchestrator.engine.rules import DEFAULT_RULES, decide

from .factories import (
    DAY,
    ENDED_AT,
    HOUR,
    MINUTE,
    RESULTS,
    a_contact,
    a_plan,
    an_attempt,
    an_ending,
    plans,
    retry,
)

NEXT_DAY_AT = ENDED_AT + 40_000_000


def decided(
    plan: DialPlan,
    disposition: Disposition = Disposition.NO_ANSWER,
    *,
    attempt: Attempt | None = None,
    **ending: object,
) -> Decision:
    return decide(
        plan,
        attempt or an_attempt(),
        an_ending(disposition, **ending),
        next_day_at=lambda _zone, _at: NEXT_DAY_AT,
    )


def waited_s(decision: Decision) -> float:
    assert decision.next.kind is NextKind.DUE
    return (decision.next.at - ENDED_AT) / 1000


def kinds(decision: Decision) -> list[str]:
    return [entry.kind for entry in decision.outbox]


# -- results ------------------------------------------------------------------------------------------------


def test_an_answered_attempt_follows_the_rule_of_its_result() -> None:
    plan = a_plan(confirmed=Rule(status="agreed"), answered=Rule(status="talked"))
    decision = decided(plan, Disposition.ANSWERED, result="confirmed")
    assert (decision.rule, decision.next.kind, decision.state.status) == (
        "confirmed",
        NextKind.DONE,
        "agreed",
    )


def test_a_result_without_a_rule_ends_the_lead_with_that_status() -> None:
    decision = decided(a_plan(), Disposition.ANSWERED, result="yes")
    assert (decision.rule, decision.next.kind, decision.state.status) == ("yes", NextKind.DONE, "yes")


def test_an_answer_without_a_result_follows_the_rule_of_answered() -> None:
    assert decided(a_plan(), Disposition.ANSWERED).state.status == "answered"
    assert decided(a_plan(answered=Rule(status="heard")), Disposition.ANSWERED).state.status == "heard"


def test_what_the_flow_concluded_talking_to_a_machine_is_no_result() -> None:
    plan = a_plan(confirmed=Rule(status="agreed"), machine=retry(4 * HOUR))
    decision = decided(plan, Disposition.MACHINE, result="confirmed")
    assert (decision.rule, waited_s(decision)) == ("machine", 4 * HOUR)
    assert kinds(decision) == []


# -- delays -------------------------------------------------------------------------------------------------


def test_delays_go_by_counted_attempts_and_the_last_one_repeats() -> None:
    plan = a_plan(no_answer=retry(2 * HOUR, 4 * HOUR, 5 * HOUR))
    waits = [
        waited_s(decided(plan, attempt=an_attempt(state=LeadState(attempts=before)))) for before in range(5)
    ]
    assert waits == [2 * HOUR, 4 * HOUR, 5 * HOUR, 5 * HOUR, 5 * HOUR]


def test_busy_first_and_nobody_second_waits_the_second_delay_of_no_answer() -> None:
    plan = a_plan(busy=retry(15 * MINUTE, 15 * MINUTE, HOUR), no_answer=retry(2 * HOUR, 4 * HOUR, None))
    first = decided(plan, Disposition.BUSY)
    second = decided(plan, Disposition.NO_ANSWER, attempt=an_attempt(state=first.state))
    assert (waited_s(first), waited_s(second)) == (15 * MINUTE, 4 * HOUR)


def test_an_attempt_that_does_not_count_leaves_the_place_in_the_matrix() -> None:
    plan = a_plan(congestion=retry(2 * MINUTE, counts=False), no_answer=retry(HOUR, 2 * HOUR))
    full = decided(plan, Disposition.CONGESTION)
    assert (full.state.attempts, full.state.tries) == (0, 1)
    assert waited_s(decided(plan, attempt=an_attempt(state=full.state))) == HOUR


def test_next_day_asks_for_the_opening_in_the_zone_of_the_number_to_be_dialed() -> None:
    contact = a_contact(("+79990000001", "+79990000002"), zones=("Europe/Moscow", "Asia/Omsk"))
    asked: list[tuple[str, int]] = []

    def next_day_at(zone: str, at: int) -> int:
        asked.append((zone, at))
        return NEXT_DAY_AT

    plan = a_plan(no_answer=retry(None, next_phone=True))
    decision = decide(plan, an_attempt(contact=contact), an_ending(), next_day_at=next_day_at)
    assert asked == [("Asia/Omsk", ENDED_AT)]
    assert (decision.next.at, decision.next.reason) == (NEXT_DAY_AT, WaitReason.NEXT_DAY)


def test_a_next_day_in_the_past_is_now() -> None:
    decision = decide(a_plan(no_answer=retry(None)), an_attempt(), an_ending(), next_day_at=lambda _z, _a: 5)
    assert decision.next.at == ENDED_AT


def test_a_contact_without_a_zone_for_the_number_keeps_the_attempts_zone() -> None:
    attempt = replace(an_attempt(zone="Asia/Tokyo"), contact=a_contact(zones=()))
    at = {"Asia/Tokyo": NEXT_DAY_AT}
    decision = decide(
        a_plan(no_answer=retry(None)), attempt, an_ending(), next_day_at=lambda zone, _at: at[zone]
    )
    assert decision.next.at == NEXT_DAY_AT


# -- the end ------------------------------------------------------------------------------------------------


def test_after_all_attempts_the_lead_is_exhausted() -> None:
    plan = a_plan(3, no_answer=retry(HOUR), exhausted=Rule(status="not_reached"))
    decision = decided(plan, attempt=an_attempt(state=LeadState(attempts=2, tries=2)))
    assert (decision.rule, decision.next.kind) == ("exhausted", NextKind.DONE)
    assert (decision.state.status, decision.state.attempts) == ("not_reached", 3)
    assert kinds(decision) == ["exhausted", "status"]


def test_a_result_that_wants_a_retry_is_exhausted_too_when_no_attempt_is_left() -> None:
    plan = a_plan(1, call_back=retry(HOUR, status="call_back"))
    decision = decided(plan, Disposition.ANSWERED, result="call_back")
    assert (decision.rule, decision.state.status) == ("exhausted", "exhausted")
    assert kinds(decision) == ["result", "exhausted", "status"]


def test_a_final_result_on_the_last_attempt_is_not_exhausted() -> None:
    decision = decided(a_plan(1), Disposition.ANSWERED, result="confirmed")
    assert (decision.rule, decision.state.status) == ("confirmed", "confirmed")


def test_at_most_ends_a_rules_retries() -> None:
    plan = a_plan(rejected=retry(DAY, at_most=1))
    first = decided(plan, Disposition.REJECTED)
    assert first.state.retries == (("rejected", 1),)
    second = decided(plan, Disposition.REJECTED, attempt=an_attempt(state=first.state))
    assert second.rule == "exhausted"


def test_at_most_counts_each_rule_for_itself() -> None:
    plan = a_plan(rejected=retry(DAY, at_most=1), busy=retry(HOUR, at_most=1))
    first = decided(plan, Disposition.REJECTED)
    second = decided(plan, Disposition.BUSY, attempt=an_attempt(state=first.state))
    assert second.next.kind is NextKind.DUE
    assert second.state.retries == (("busy", 1), ("rejected", 1))


def test_a_disposition_without_retry_or_status_ends_the_lead_under_its_name() -> None:
    assert decided(a_plan(failed=Rule()), Disposition.FAILED).state.status == "failed"


# -- several numbers ----------------------------------------------------------------------------------------

TWO = a_contact(("+79990000001", "+79990000002"))


def test_a_number_given_up_makes_the_next_one_due_at_once() -> None:
    plan = a_plan(invalid_number=Rule(status="bad_number", next_phone=True))
    decision = decided(plan, Disposition.INVALID_NUMBER, attempt=an_attempt(contact=TWO))
    assert (decision.state.phone, decision.state.given_up, waited_s(decision)) == (1, (0,), 0)
    assert decision.state.status == "new"


def test_the_status_applies_when_the_last_number_is_given_up() -> None:
    plan = a_plan(invalid_number=Rule(status="bad_number", next_phone=True))
    state = LeadState(attempts=1, tries=1, phone=1, given_up=(0,))
    decision = decided(plan, Disposition.INVALID_NUMBER, attempt=an_attempt(contact=TWO, state=state))
    assert (decision.next.kind, decision.state.status) == (NextKind.DONE, "bad_number")


def test_giving_up_the_last_number_without_a_status_says_why() -> None:
    decision = decided(a_plan(rejected=Rule(next_phone=True)), Disposition.REJECTED)
    assert (decision.next.kind, decision.state.status) == (NextKind.DONE, "rejected")


def test_giving_a_number_up_uses_up_an_attempt() -> None:
    plan = a_plan(1, invalid_number=Rule(status="bad_number", next_phone=True))
    decision = decided(plan, Disposition.INVALID_NUMBER, attempt=an_attempt(contact=TWO))
    assert (decision.rule, decision.state.status) == ("exhausted", "exhausted")


def test_next_phone_with_retry_goes_round_the_numbers_and_skips_those_given_up() -> None:
    contact = a_contact(("+79990000001", "+79990000002", "+79990000003"))
    plan = a_plan(no_answer=retry(HOUR, next_phone=True))
    state, dialed = LeadState(given_up=(1,)), []
    for _ in range(4):
        dialed.append(state.phone)
        state = decided(plan, attempt=an_attempt(contact=contact, state=state)).state
    assert dialed == [0, 2, 0, 2]


def test_next_phone_with_one_number_dials_it_again() -> None:
    assert decided(a_plan(no_answer=retry(HOUR, next_phone=True))).state.phone == 0


# -- the rest -----------------------------------------------------------------------------------------------


def test_status_with_retry_changes_now_and_the_lead_goes_on() -> None:
    decision = decided(a_plan(no_answer=retry(HOUR, status="trying")))
    assert (decision.state.status, decision.next.kind, kinds(decision)) == (
        "trying",
        NextKind.DUE,
        ["status"],
    )
    again = decided(a_plan(no_answer=retry(HOUR, status="trying")), attempt=an_attempt(state=decision.state))
    assert kinds(again) == []


def test_a_lost_attempt_is_held_for_a_person_and_counts() -> None:
    decision = decided(a_plan(), Disposition.LOST)
    assert (decision.next.kind, decision.next.reason) == (NextKind.HELD, WaitReason.LOST)
    assert (decision.state.attempts, kinds(decision), decision.uncount_number) == (1, ["held"], False)


@pytest.mark.parametrize("disposition", [Disposition.CONGESTION, Disposition.CANCELLED])
def test_a_number_whose_telephone_stayed_silent_gets_its_count_back(disposition: Disposition) -> None:
    assert decided(a_plan(), disposition).uncount_number
    assert not decided(a_plan(), disposition, rang_at=ENDED_AT).uncount_number
    assert not decided(a_plan(), disposition, answered_at=ENDED_AT).uncount_number


def test_the_outbox_says_who_what_and_when() -> None:
    values = (("order", "1042"),)
    decision = decided(a_plan(), Disposition.ANSWERED, result="confirmed", values=values)
    result, status = decision.outbox
    assert result.kind == "result"
    assert result.body == {
        "campaign_id": "parcel_arrived-20261118-1",
        "lead_id": "7",
        "attempt_id": "a1",
        "number": "+79990000001",
        "disposition": "answered",
        "status": "confirmed",
        "at": str(ENDED_AT),
        "result": "confirmed",
        "value.order": "1042",
    }
    assert (status.kind, status.body["was"], status.body["status"]) == ("status", "new", "confirmed")


def test_every_disposition_has_a_default_rule() -> None:
    assert set(DEFAULT_RULES) == {*(d.value for d in Disposition), "exhausted"}


# -- for every matrix ---------------------------------------------------------------------------------------

endings = st.lists(
    st.tuples(st.sampled_from(Disposition), st.none() | st.sampled_from(RESULTS), st.integers(0, 3 * DAY)),
    min_size=1,
    max_size=30,
)


@given(plans, st.integers(1, 3), endings)
def test_whatever_the_matrix_a_lead_keeps_its_promises(
    plan: DialPlan, phones: int, story: list[tuple[Disposition, str | None, int]]
) -> None:
    contact = a_contact(tuple(f"+7999000000{i}" for i in range(phones)))
    state, now = LeadState(), ENDED_AT
    for tries, (disposition, result, took_s) in enumerate(story, start=1):
        assert state.phone not in state.given_up
        assert state.attempts < plan.attempts
        now += took_s * 1000
        decision = decide(
            plan,
            an_attempt(contact=contact, state=state),
            an_ending(disposition, result=result, ended_at=now),
            next_day_at=lambda _zone, at: at + 1,
        )
        after = decision.state
        assert after.tries == tries
        assert state.attempts <= after.attempts <= plan.attempts
        assert list(after.retries) == sorted(after.retries)
        for key, made in after.retries:
            most = plan.rules[key].at_most if key in plan.rules else DEFAULT_RULES[key].at_most
            assert most is None or made <= most
        assert [e.kind for e in decision.outbox].count("status") == (after.status != state.status)
        if decision.next.kind is not NextKind.DUE:
            assert decision.next.kind is NextKind.HELD or after.status != "new"
            return
        assert decision.next.at >= now
        assert decision.next.reason in (WaitReason.RETRY, WaitReason.NEXT_DAY)
        state, now = after, decision.next.at


# -- the page -----------------------------------------------------------------------------------------------


def as_written(rule: Rule) -> str:
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"))

    def delay(seconds: int | None) -> str:
        if seconds is None:
            return "next_day"
        size, letter = next((s, u) for s, u in units if seconds % s == 0)
        return f"{seconds // size}{letter}"

    keys = [
        f"retry: {', '.join(delay(d.after_s) for d in rule.retry)}" if rule.retry else "",
        "next_phone" if rule.next_phone else "",
        "" if rule.counts else "counts: no",
        f"at_most: {rule.at_most}" if rule.at_most else "",
        f"status: {rule.status}" if rule.status else "",
        "hold" if rule.hold else "",
    ]
    return "; ".join(key for key in keys if key)


def test_the_page_of_rules_shows_the_defaults() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    table = page.split("<!-- defaults -->")[1].split("<!-- /defaults -->")[0]
    shown = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M))
    assert shown == {str(key): as_written(rule) for key, rule in DEFAULT_RULES.items()}
