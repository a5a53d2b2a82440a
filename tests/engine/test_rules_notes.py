"""What a call of ours leaves to be done after it, and what it promises."""

from __future__ import annotations

import pytest

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Decision, NextKind, WaitReason
from orchestrator.domain.note import Note
from orchestrator.domain.plan import Rule
from orchestrator.engine.ending import ending_of
from orchestrator.engine.events import call_event, facts_of_cdr
from orchestrator.engine.notes import VARIABLES
from orchestrator.engine.payload import encode
from orchestrator.engine.rules import decide

from .factories import CLAIMED_AT, ENDED_AT, a_contact, a_plan, an_attempt, an_ending, retry

NEXT_DAY_AT = ENDED_AT + 40_000_000
SMS = Note(kind="sms", body={"to": "+79990000001", "text": "Ждём вас"})


def promise(when: object) -> tuple[Note, ...]:
    return (Note(kind="callback", body={"when": when}),)


def decided(disposition: Disposition, *notes: Note, plan_attempts: int = 1, **rules: Rule) -> Decision:
    return decide(
        a_plan(plan_attempts, **rules),
        an_attempt(contact=a_contact(fields={"called": "+74950000001"})),
        an_ending(disposition, notes=notes),
        next_day_at=lambda _zone, _at: NEXT_DAY_AT,
    )


def test_a_switch_tells_the_notes_of_a_call_of_ours() -> None:
    text = encode([{"do": "sms", "to": "+79990000001", "text": "Ждём вас"}]).rstrip("=")
    said = {VARIABLES[0]: text[:40], VARIABLES[1]: text[40:]}
    event = {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "a1"}
    heard = call_event({**event, **{f"variable_{name}": value for name, value in said.items()}})
    assert heard is not None
    assert heard.facts.notes == facts_of_cdr(said).notes == (SMS,)
    ending = ending_of(an_attempt(), heard.facts, now=ENDED_AT, overrides={})
    assert ending.notes == (SMS,)


@pytest.mark.parametrize("disposition", list(Disposition))
def test_the_outbox_hears_of_them_however_the_call_ended(disposition: Disposition) -> None:
    first = decided(disposition, SMS).outbox[0]
    assert (first.kind, first.body) == (
        "sms",
        {
            "to": "+79990000001",
            "text": "Ждём вас",
            "switch": "main",
            "caller": "+79990000001",
            "called": "+74950000001",
            "call_at": CLAIMED_AT,
        },
    )


@pytest.mark.parametrize(
    ("when", "at"), [(900, ENDED_AT + 900_000), (0, ENDED_AT), ("next_opening", NEXT_DAY_AT)]
)
def test_who_was_promised_another_call_gets_it(when: object, at: int) -> None:
    decision = decided(Disposition.ANSWERED, *promise(when))
    assert (decision.next.kind, decision.next.at) == (NextKind.DUE, at)
    assert decision.next.reason is (WaitReason.NEXT_DAY if when == "next_opening" else WaitReason.RETRY)
    assert "callback" not in {entry.kind for entry in decision.outbox}


def test_a_promise_holds_whatever_the_rules_would_have_done() -> None:
    decision = decided(Disposition.ANSWERED, *promise(60), plan_attempts=5, answered=retry(3_600))
    assert decision.next.at == ENDED_AT + 60_000
    used_up = decided(Disposition.ANSWERED, *promise(60), answered=retry(3_600))
    assert used_up.next.at == ENDED_AT + 60_000


def test_nobody_was_promised_anything_who_did_not_answer_or_is_held() -> None:
    assert decided(Disposition.MACHINE, *promise(60)).next.kind is NextKind.DONE
    assert decided(Disposition.ANSWERED, *promise(60), answered=Rule(hold=True)).next.kind is NextKind.HELD
