"""Consent is looked at in the claim, fixed with the attempt, and taken back in the step that ends a call."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.consent import (
    Basis,
    Consent,
    ConsentDemand,
    ConsentHow,
    NoConsent,
    Withdrawal,
)
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallEnd, InboundCall, Note
from orchestrator.domain.lead import Attempt, CampaignState, Phase, WaitReason
from orchestrator.engine.call_outbox import outbox_of
from orchestrator.engine.opting_out import OPT_OUT
from orchestrator.store import Store
from orchestrator.store.calls import NOT_MISSED
from orchestrator.store.keys import prefix
from tests.store.factories import (
    CAMPAIGN,
    DAY,
    HOUR,
    MOSCOW,
    NOW,
    OMSK,
    contact,
    done,
    ending,
    launch,
    number,
    open_zone,
    request,
    retry,
)

DEMAND = ConsentDemand(purpose="marketing")
HOLD = ConsentDemand(purpose="marketing", otherwise=NoConsent.HOLD)


def agree(store: Store, *indexes: int, at: int = NOW - DAY, purpose: str = "marketing") -> None:
    given = [
        Consent(number=number(index), purpose=purpose, given_at=at, how=ConsentHow.WEB) for index in indexes
    ]
    store.consents.give(given, now=NOW + DAY, is_told=False)


def claim(
    store: Store,
    wanted: int = 1,
    *,
    demand: ConsentDemand = DEMAND,
    now: int = NOW,
    only: tuple[int, ...] = (),
    ever: int | None = None,
    zones: tuple[str, ...] = (MOSCOW,),
) -> list[Attempt]:
    asked = request(wanted, now=now, project_ever=ever, zones=tuple(open_zone(zone) for zone in zones))
    return list(store.claim(replace(asked, consent=demand, only=only)).attempts)


def reasons(store: Store, *, demand: ConsentDemand = DEMAND, **asked: object) -> dict[WaitReason, int]:
    found = store.why(CAMPAIGN, now=NOW, zones=[open_zone()], consent=demand, **asked)  # type: ignore[arg-type]
    return {reason.reason: reason.count for reason in found.reasons}


def lead_is(store: Store, lead_id: int = 1) -> tuple[Phase, str]:
    row = store.lead(CAMPAIGN, lead_id)
    assert row is not None
    return row.phase, row.state.status


def test_only_who_agreed_is_called_and_the_attempt_keeps_why(store: Store) -> None:
    launch(store, [contact(1), contact(2), contact(3)])
    agree(store, 2)
    agree(store, 3, purpose="surveys")
    (attempt,) = claim(store, 3)
    basis = Basis(purpose="marketing", given_at=NOW - DAY, how=ConsentHow.WEB)
    assert (attempt.number, attempt.basis) == (number(2), basis)
    assert [lead_is(store, lead) for lead in (1, 3)] == [(Phase.DONE, "no_consent")] * 2
    told = [(entry.kind, entry.body) for entry in store.outbox()]
    assert told == [("status", {"status": "no_consent", "number": number(index)}) for index in (1, 3)]
    (live,) = store.live()
    assert live.basis == basis, "who takes it over knows as well"
    assert [each.basis for each in store.adopt("w1", "w2")] == [basis]
    store.finish(attempt, ending(attempt), done(attempt), NOW)
    (row,) = store.history(CAMPAIGN)
    assert row.attempt.basis == basis


def test_without_a_demand_nobody_is_asked(store: Store) -> None:
    launch(store, [contact(1)])
    (attempt,) = store.claim(request()).attempts
    assert attempt.basis is None
    assert store.live()[0].basis is None


def test_what_was_taken_back_between_two_attempts_ends_the_calls(store: Store) -> None:
    launch(store, [contact(1)])
    agree(store, 1)
    (attempt,) = claim(store)
    store.consents.withdraw(number(1), None, how=ConsentHow.SMS, note="", now=NOW + 1, also_dnc=False)
    store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW + 2)
    assert claim(store, now=NOW + 2 * HOUR) == []
    assert lead_is(store) == (Phase.DONE, "no_consent")
    (row,) = store.history(CAMPAIGN)
    assert row.attempt.basis is not None, "that call was allowed"


def test_a_newer_consent_allows_again(store: Store) -> None:
    launch(store, [contact(1)])
    store.consents.withdraw(
        number(1), "marketing", how=ConsentHow.SMS, note="", now=NOW - HOUR, also_dnc=False
    )
    agree(store, 1, at=NOW - DAY)
    agree(store, 1, at=NOW - 1)
    (attempt,) = claim(store)
    assert attempt.basis is not None
    assert attempt.basis.given_at == NOW - 1


def test_a_consent_of_the_clocks_future_does_not_hold_yet(store: Store) -> None:
    launch(store, [contact(1)])
    agree(store, 1, at=NOW + HOUR)
    assert claim(store) == []
    assert lead_is(store) == (Phase.DONE, "no_consent")


def test_the_contacts_next_number_is_called_when_only_that_agreed(store: Store) -> None:
    launch(store, [contact(1, 2, 3)])
    agree(store, 3)
    (attempt,) = claim(store)
    assert attempt.number == number(3)


def test_a_number_in_a_closed_zone_waits_for_its_hours(store: Store) -> None:
    who = replace(contact(1, 2), zones=(MOSCOW, OMSK))
    launch(store, [who])
    agree(store, 2)
    assert claim(store) == []
    assert lead_is(store) == (Phase.READY, "new")
    (attempt,) = claim(store, zones=(MOSCOW, OMSK))
    assert attempt.number == number(2)


def test_numbers_given_up_are_not_called_for_a_consent(store: Store) -> None:
    """The first has had its calls, the second agreed to nothing: nobody is left."""
    launch(store, [contact(1, 2)])
    agree(store, 1)
    (attempt,) = claim(store)
    store.finish(attempt, ending(attempt), retry(attempt, NOW), NOW)
    assert claim(store, ever=1) == []
    assert lead_is(store) == (Phase.DONE, "no_consent")


def test_a_held_lead_waits_for_a_person_and_is_looked_at_again(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    assert claim(store, 2, demand=HOLD) == []
    assert lead_is(store) == (Phase.HELD, "new")
    assert [(entry.kind, entry.body["why"]) for entry in store.outbox()] == [("held", "no_consent")] * 2
    assert reasons(store, demand=HOLD) == {WaitReason.NO_CONSENT: 2}
    assert reasons(store, demand=HOLD, number=number(1)) == {WaitReason.NO_CONSENT: 1}
    agree(store, 1)
    assert store.resume_lead(CAMPAIGN, 1, NOW)
    assert store.resume_lead(CAMPAIGN, 2, NOW)
    (attempt,) = claim(store, 2, demand=HOLD)
    assert attempt.number == number(1)
    assert lead_is(store, 2) == (Phase.HELD, "new")
    assert store.close_lead(CAMPAIGN, 2, "closed", NOW)


def test_the_do_not_call_list_goes_before_consent(store: Store) -> None:
    launch(store, [contact(1)])
    agree(store, 1)
    store.dnc_add([number(1)], "", NOW)
    assert reasons(store) == {WaitReason.DO_NOT_CALL: 1}
    assert claim(store) == []
    assert lead_is(store) == (Phase.DONE, "do_not_call")


def test_a_lead_that_an_agent_is_reserved_for_needs_consent_too(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    agree(store, 1, 2)
    for attempt in claim(store, 2):
        waits = retry(attempt, NOW, reason=WaitReason.AGENT, needs_agent=True)
        store.finish(attempt, ending(attempt), waits, NOW)
    store.consents.withdraw(number(1), None, how=ConsentHow.SMS, note="", now=NOW, also_dnc=False)
    assert reasons(store) == {WaitReason.NO_CONSENT: 1, WaitReason.AGENT: 1}
    assert [attempt.number for attempt in claim(store, 2, only=(1, 2))] == [number(2)]
    assert lead_is(store) == (Phase.DONE, "no_consent")


def test_a_claim_asked_again_has_the_same_basis(store: Store) -> None:
    launch(store, [contact(1)])
    agree(store, 1)
    asked = replace(request(), consent=DEMAND)
    first, again = store.claim(asked), store.claim(asked)
    assert first.attempts == again.attempts
    assert store.release(first.attempts[0], NOW)
    (attempt,) = claim(store)
    assert attempt.basis is not None


def test_an_attempt_of_an_earlier_version_is_read_without_a_basis(
    store: Store, server: redis.Redis, project: str
) -> None:
    launch(store, [contact(1)])
    agree(store, 1)
    (attempt,) = claim(store)
    key = f"{prefix(project)}live"
    raw = server.hget(key, attempt.attempt_id)
    assert isinstance(raw, bytes)
    server.hset(key, attempt.attempt_id, raw.rpartition(b"\t")[0])
    (live,) = store.live()
    assert (live.number, live.state, live.basis) == (attempt.number, attempt.state, None)
    assert store.finish(live, ending(live), done(live), NOW)


def test_why_says_who_has_not_agreed_whatever_the_lead_waits_for(store: Store) -> None:
    launch(store, [contact(1), contact(2), contact(3, 4), contact(5)])
    agree(store, 2, 4, 5)
    assert reasons(store) == {WaitReason.NO_CONSENT: 1, WaitReason.NEXT: 3}
    assert reasons(store, number=number(1)) == {WaitReason.NO_CONSENT: 1}
    assert reasons(store, number=number(3)) == {WaitReason.NEXT: 1}, "its second number agreed"
    attempts = claim(store, 3)
    assert lead_is(store) == (Phase.DONE, "no_consent")
    for attempt in attempts:
        store.finish(attempt, ending(attempt), retry(attempt, NOW + HOUR), NOW)
    store.consents.withdraw(number(5), None, how=ConsentHow.API, note="", now=NOW, also_dnc=False)
    assert reasons(store) == {WaitReason.DONE: 1, WaitReason.NO_CONSENT: 1, WaitReason.RETRY: 2}
    assert reasons(store, project_ever=1) == {
        WaitReason.DONE: 1,
        WaitReason.NO_CONSENT: 1,
        WaitReason.LIFETIME: 2,
    }


def test_why_of_a_paused_campaign_tells_held_leads_apart(store: Store) -> None:
    launch(store, [contact(1), contact(2)])
    agree(store, 2)
    claim(store, 1, demand=HOLD)
    assert reasons(store, demand=HOLD) == {WaitReason.NO_CONSENT: 1, WaitReason.DIALING: 1}
    store.set_state(CAMPAIGN, CampaignState.PAUSED, among=frozenset({CampaignState.RUNNING}), now=NOW)
    assert reasons(store, demand=HOLD) == {WaitReason.NO_CONSENT: 1, WaitReason.DIALING: 1}
    assert reasons(store) == {WaitReason.LOST: 1, WaitReason.DIALING: 1}, "an earlier plan has no such reason"


WHO = st.integers(1, 3)
DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("agree"), WHO, st.integers(0, 9)),
        st.tuples(st.just("refuse"), WHO, st.integers(0, 9)),
        st.tuples(st.just("claim"), WHO, st.just(0)),
        st.tuples(st.just("finish"), WHO, st.just(0)),
    ),
    max_size=12,
)


_rounds = count(1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doings=DOINGS)
def test_whatever_the_order_nobody_is_called_without_a_consent_that_holds(
    store: Store, doings: list[tuple[str, int, int]]
) -> None:
    """Moments are told in any order; the clock goes on by ten for each doing."""
    base = 10 * next(_rounds)
    name = f"round-{base}"
    launch(store, [contact(base + who) for who in (1, 2, 3)], campaign_id=name, scenario=name)
    live: list[Attempt] = []
    for step, (doing, who, ago) in enumerate(doings):
        now, phone = NOW + step * 10, number(base + who)
        if doing == "agree":
            agree(store, base + who, at=now - ago)
        elif doing == "refuse":
            store.consents.withdraw(phone, None, how=ConsentHow.CALL, note="", now=now - ago, also_dnc=False)
        elif doing == "claim":
            holding = holding_of(store, [number(base + each) for each in (1, 2, 3)])
            before = refused(store, name)
            made = store.claim(replace(request(1, campaign_id=name, now=now), consent=DEMAND)).attempts
            for attempt in made:
                assert attempt.basis is not None
                assert holding[attempt.number] == attempt.basis.given_at
            assert not (refused(store, name) - before) & holding.keys()
            live += made
        elif live:
            attempt = live.pop()
            store.finish(attempt, ending(attempt, at=now), retry(attempt, now), now)
    for attempt in live:
        store.release(attempt, NOW)


def holding_of(store: Store, numbers: list[str]) -> dict[str, int]:
    """Number -> when the newest of its consents was given that hold."""
    found = {phone: [c.given_at for c in store.consents.of(phone) if not c.withdrawn_at] for phone in numbers}
    return {phone: max(moments) for phone, moments in found.items() if moments}


def refused(store: Store, campaign_id: str) -> set[str]:
    rows = store.leads(campaign_id)
    return {row.contact.numbers[0] for row in rows if row.state.status == "no_consent"}


# -- taken back in a call -------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_all", [True, False])
def test_what_a_call_takes_back_is_applied_with_its_end_and_once(store: Store, is_all: bool) -> None:
    launch(store, [contact(1)])
    agree(store, 1)
    (attempt,) = claim(store)
    said = Withdrawal(
        number=number(1),
        purpose=None if is_all else "marketing",
        at=NOW,
        how=ConsentHow.CALL,
        note=f"in call {attempt.attempt_id}",
        do_not_call=is_all,
    )
    decision = replace(done(attempt), withdrawals=(said,))
    over = ending(attempt, Disposition.ANSWERED)
    assert store.finish(attempt, over, decision, NOW)
    assert not store.finish(attempt, over, decision, NOW)
    (kept,) = store.consents.of(number(1))
    assert (kept.withdrawn_at, kept.withdrawn_how) == (NOW, ConsentHow.CALL)
    assert len(store.consents.withdrawals(number(1))) == 1
    assert store.dnc_contains(number(1)) is is_all


def call_in(caller: str, *notes: Note) -> InboundCall:
    return InboundCall(
        call_id="call-1",
        switch="main",
        scenario="line",
        program="d1",
        caller=caller,
        called=number(100),
        began_at=NOW,
        ended_at=NOW + HOUR,
        flow=FlowEnd.ENDED,
        end=CallEnd.FLOW,
        notes=notes,
    )


def test_what_a_caller_takes_back_is_applied_in_the_step_that_records_the_call(store: Store) -> None:
    agree(store, 1)
    call = call_in(number(1), Note(kind=OPT_OUT, body={"everything": True}))
    outbox = outbox_of(call, NOT_MISSED, None)
    assert store.note_call(call, outbox, None, NOW + HOUR)
    assert not store.note_call(call, outbox, None, NOW + HOUR)
    assert store.consents.of(number(1))[0].withdrawn_at == NOW + HOUR
    assert [(row.number, row.note) for row in store.dnc_list()] == [
        (number(1), "opted out by call: in call call-1")
    ]
    assert [entry.kind for entry in store.outbox()] == ["consent", "call"]


def test_a_caller_without_a_number_takes_nothing_back(store: Store) -> None:
    call = call_in("", Note(kind=OPT_OUT, body={"everything": True}))
    assert store.note_call(call, outbox_of(call, NOT_MISSED, None), None, NOW)
    assert [entry.kind for entry in store.outbox()] == ["call"]
    assert list(store.dnc_list()) == []
