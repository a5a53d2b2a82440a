"""What people agree to and take back: by what was told, by an SMS, by a key in a call."""

from __future__ import annotations

import pytest

from orchestrator.domain.consent import Consent, ConsentDemand, ConsentHow, SmsMeaning, Withdrawal
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.inbound import CallEnd, InboundCall
from orchestrator.domain.lead import Decision, NextKind, WaitReason
from orchestrator.domain.note import Note
from orchestrator.domain.plan import DialPlan, Rule
from orchestrator.engine.call_outbox import withdrawals_of_call
from orchestrator.engine.consent import consent_body, history_of, withdrawal_body
from orchestrator.engine.consent_words import meaning_of
from orchestrator.engine.notes import notes_of
from orchestrator.engine.opting_out import OPT_OUT, ends_calls, withdrawals_of
from orchestrator.engine.payload import encode
from orchestrator.engine.rules import decide

from .factories import CLAIMED_AT, ENDED_AT, a_contact, a_plan, an_attempt, an_ending, retry

ANNA = "+79990000001"
ALL = Note(kind=OPT_OUT, body={"everything": True})


def only(purpose: str) -> Note:
    return Note(kind=OPT_OUT, body={"everything": False, "purpose": purpose})


def consent(at: int, purpose: str = "marketing") -> Consent:
    return Consent(number=ANNA, purpose=purpose, given_at=at, how=ConsentHow.WEB)


def no(at: int, purpose: str | None = None) -> Withdrawal:
    return Withdrawal(number=ANNA, purpose=purpose, at=at, how=ConsentHow.CALL)


def test_a_consent_ends_with_the_first_withdrawal_of_it_at_its_moment_or_later() -> None:
    history = history_of(
        [consent(1), consent(5), consent(5, "news"), consent(9)],
        [no(7), no(5, "marketing"), no(3, "surveys"), no(8)],
    )
    assert [(each.given_at, each.purpose, each.withdrawn_at) for each in history] == [
        (9, "marketing", None),
        (5, "marketing", 5),
        (5, "news", 7),
        (1, "marketing", 5),
    ]
    assert history[1].withdrawn_how is ConsentHow.CALL


def test_the_world_outside_is_told_of_both() -> None:
    given = consent_body(consent(1))
    assert (given["what"], given["given_at"], given["purpose"]) == ("given", 1, "marketing")
    taken = withdrawal_body(no(2))
    assert (taken["what"], taken["withdrawn_at"], taken["purpose"]) == ("withdrawn", 2, "")


# -- by SMS ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop.", " «Стоп!» ", "CTOП", "СТOП", "ОТПИСКА", "Отписаться", "отпишите меня", "unsubscribe please",
        "СТОП, больше не звоните", "stop all", "Opt-out", "opt out", "не звоните мне", "Don't call me", "cancel", "END",
        "стоп\x00",
    ],
)  # fmt: skip
def test_whoever_wants_no_more_is_understood(text: str) -> None:
    assert meaning_of(text) is SmsMeaning.OPT_OUT


@pytest.mark.parametrize("text", ["START", "старт", "Подписка.", "unstop"])
def test_whoever_wants_it_again_is_understood(text: str) -> None:
    assert meaning_of(text) is SmsMeaning.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?!", "спасибо", "когда привезут?", "стоп-кран у вас в подъезде не работает", "1", "starting soon",
        "Стоп, а когда вы привезёте мой заказ?", "cancel my order 1042", "start the engine", "x" * 5000,
        "не звоните после девяти вечера",
    ],
)  # fmt: skip
def test_what_is_not_sure_is_nothing(text: str) -> None:
    assert meaning_of(text) is SmsMeaning.NOTHING


# -- by a key in a call ---------------------------------------------------------------------------------------


def test_each_purpose_of_a_call_is_taken_back_once_for_each_number() -> None:
    notes = (only("news"), Note(kind="sms", body={}), only("marketing"), only("news"))
    said = withdrawals_of(notes, [ANNA, "+79990000002"], at=5, call_id="c1")
    assert [(each.number, each.purpose) for each in said] == [
        (ANNA, "marketing"),
        (ANNA, "news"),
        ("+79990000002", "marketing"),
        ("+79990000002", "news"),
    ]
    assert {(each.at, each.how, each.note, each.do_not_call) for each in said} == {
        (5, ConsentHow.CALL, "in call c1", False)
    }


@pytest.mark.parametrize(
    "note",
    [
        ALL,
        Note(kind=OPT_OUT, body={}),
        Note(kind=OPT_OUT, body={"everything": False}),
        Note(kind=OPT_OUT, body={"everything": False, "purpose": "* marketing"}),
        Note(kind=OPT_OUT, body={"everything": "no", "purpose": "marketing"}),
        Note(kind=OPT_OUT, body={"everything": False, "purpose": 5}),
    ],
)
def test_what_cannot_be_read_is_everything(note: Note) -> None:
    (said,) = withdrawals_of([only("news"), note], [ANNA], at=5, call_id="c1")
    assert (said.purpose, said.do_not_call) == (None, True)


def test_a_call_that_takes_nothing_back() -> None:
    assert withdrawals_of([Note(kind="sms", body={})], [ANNA], at=5, call_id="c1") == ()
    assert withdrawals_of([ALL], [], at=5, call_id="c1") == ()


def test_which_withdrawals_end_the_calls_of_a_scenario() -> None:
    demand = ConsentDemand(purpose="marketing")
    assert ends_calls([no(1)], None)
    assert ends_calls([no(1, "marketing")], demand)
    assert not ends_calls([no(1, "marketing")], None)
    assert not ends_calls([no(1, "news")], demand)
    assert not ends_calls([], demand)


def test_a_switch_tells_it_as_a_note() -> None:
    told = encode([{"do": "opt_out", "everything": True, "at": 4.2}])
    assert notes_of(lambda name: told if name == "prozvon_notes" else "") == (
        Note(kind=OPT_OUT, body={"everything": True, "at": 4.2}),
    )


@pytest.mark.parametrize(("caller", "numbers"), [(ANNA, [ANNA]), ("", [])])
def test_a_caller_takes_it_back_for_the_number_they_call_from(caller: str, numbers: list[str]) -> None:
    call = InboundCall(
        call_id="c1",
        switch="main",
        scenario="line",
        program="",
        caller=caller,
        called="+74950000001",
        began_at=1,
        ended_at=2,
        end=CallEnd.FLOW,
        notes=(ALL,),
    )
    assert [said.number for said in withdrawals_of_call(call)] == numbers


# -- and the rules --------------------------------------------------------------------------------------------


def decided(
    plan: DialPlan, disposition: Disposition, *notes: Note, result: str | None = None, numbers: int = 1
) -> Decision:
    phones = tuple(f"+7999000000{index}" for index in range(1, numbers + 1))
    who = a_contact(numbers=phones, zones=("Europe/Moscow",) * numbers)
    return decide(
        plan,
        an_attempt(contact=who),
        an_ending(disposition, notes=notes, result=result),
        next_day_at=lambda _zone, _at: ENDED_AT + 1,
    )


def test_whoever_opts_out_is_not_called_again_whatever_the_rule_says() -> None:
    plan = a_plan(5, later=retry(3600, status="later"))
    decision = decided(plan, Disposition.ANSWERED, ALL, result="later", numbers=2)
    assert (decision.next.kind, decision.next.reason) == (NextKind.DONE, WaitReason.DONE)
    assert decision.state.status == "opted_out"
    assert [each.number for each in decision.withdrawals] == ["+79990000001", "+79990000002"]
    kinds = [entry.kind for entry in decision.outbox]
    assert (kinds.count("status"), kinds.count("consent")) == (1, 2)
    by_kind = {entry.kind: entry.body for entry in decision.outbox}
    assert (by_kind["status"]["status"], by_kind["status"]["was"]) == ("opted_out", "new")
    told = by_kind["consent"]
    assert (told["what"], told["do_not_call"], told["caller"]) == ("withdrawn", True, "+79990000001")
    assert (told["attempt_id"], told["call_at"], told["status"]) == ("a1", CLAIMED_AT, "opted_out")


def test_a_rule_that_ends_the_calls_keeps_its_status() -> None:
    plan = a_plan(5, opted_out=Rule(status="asked_us_to_stop"))
    decision = decided(plan, Disposition.ANSWERED, ALL, result="opted_out")
    assert decision.state.status == "asked_us_to_stop"
    assert [entry.kind for entry in decision.outbox] == ["result", "status", "consent"]


def test_another_consent_than_the_demanded_one_ends_no_calls() -> None:
    plan = a_plan(5, later=retry(3600))
    decision = decided(plan, Disposition.ANSWERED, only("news"), result="later")
    assert decision.next.kind is NextKind.DUE
    assert [each.purpose for each in decision.withdrawals] == ["news"]


@pytest.mark.parametrize("disposition", list(Disposition))
def test_it_is_taken_back_however_the_call_ended(disposition: Disposition) -> None:
    decision = decided(a_plan(5), disposition, ALL)
    assert [each.number for each in decision.withdrawals] == [ANNA]
    assert decision.next.kind is not NextKind.DUE
