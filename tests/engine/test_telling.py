"""What rules tell: when, to whom, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.lead import Contact, Decision, LeadState, NextKind, OutboxEntry
from orchestrator.domain.outcome import NextAction, Outcome
from orchestrator.domain.plan import DialPlan, Rule
from orchestrator.domain.telling import Tell, TellKind, WrittenPart
from orchestrator.engine.rules import decide, decide_outcome
from tests.engine.factories import CLAIMED_AT, ENDED_AT, HOUR, a_contact, a_plan, an_attempt, an_ending, retry

ANNA, SECOND = "+79990000001", "+79990000002"
SMS = Tell(kind=TellKind.SMS, message="sorry")
TEXTS = {
    "sorry": {
        "ru": (
            WrittenPart(text="Заказ "),
            WrittenPart(name="order", filter=("digits",)),
            WrittenPart(text=" до "),
            WrittenPart(name="due", filter=("date",)),
            WrittenPart(name="name", default=", клиент"),
        ),
        "en": (WrittenPart(text="Order "), WrittenPart(name="order")),
    },
    "subject": {"ru": (WrittenPart(text="Про заказ"),), "en": (WrittenPart(text="Your order"),)},
}
FIELDS = {"order": "1042", "due": "2026-12-01", "name": "", "email": " anna@shop.example ", "mobile": ""}


def plan(attempts: int = 6, **rules: Rule) -> DialPlan:
    return replace(a_plan(attempts, **rules), texts=TEXTS, title="Заказы")


def contact(*numbers: str, language: str = "ru") -> Contact:
    return replace(a_contact(numbers or (ANNA,), fields=FIELDS), language=language, external_id="o-1042")


def decided(made: DialPlan, disposition: Disposition, **more: Any) -> Decision:
    outcome, result = more.pop("outcome", None), more.pop("result", None)
    values = more.pop("values", ())
    given = {"contact": contact(), **more}
    return decide(
        made,
        an_attempt(**given),
        an_ending(disposition, result=result, values=values),
        next_day_at=lambda _, at: at,
        outcome=outcome,
    )


def told(decision: Decision) -> list[OutboxEntry]:
    return [entry for entry in decision.outbox if "rule" in entry.body]


def outcome(key: str, next_: NextAction = NextAction.NONE) -> Outcome:
    return Outcome(
        outcome_id="o1",
        call_id="a1",
        agent_id="anna",
        outcome=key,
        note="",
        said_at=ENDED_AT,
        next=next_,
        call_back_at=ENDED_AT if next_ is NextAction.CALL_BACK else None,
    )


def test_a_rule_tells_each_time_that_it_applies_after_all_else_is_told() -> None:
    made = plan(no_answer=retry(HOUR, tells=(SMS,), status="later"))
    decision = decided(made, Disposition.NO_ANSWER)
    assert [entry.kind for entry in decision.outbox] == ["status", "sms"]
    assert decision.outbox[-1].body == {
        "campaign_id": "parcel_arrived-20261118-1",
        "lead_id": "7",
        "attempt_id": "a1",
        "number": ANNA,
        "disposition": "no_answer",
        "status": "later",
        "at": str(ENDED_AT),
        "rule": "no_answer",
        "caller": ANNA,
        "call_at": CLAIMED_AT,
        "message": "sorry",
        "language": "ru",
        "text": "Заказ 1042 до 01.12.2026, клиент",
        "to": ANNA,
        "zone": "Europe/Moscow",
        "to_contact": True,
    }
    assert told(decided(made, Disposition.BUSY)) == []


def test_the_text_is_in_the_contacts_language_or_the_first() -> None:
    made = plan(busy=Rule(tells=(SMS,)))
    texts = {
        language: told(decided(made, Disposition.BUSY, contact=contact(language=language)))[0].body["text"]
        for language in ("en", "ru", "kk")
    }
    assert texts["en"] == "Order 1042"
    assert texts["ru"] == texts["kk"] == "Заказ 1042 до 01.12.2026, клиент"


def test_when_the_budget_is_used_up_the_rule_exhausted_tells() -> None:
    made = plan(
        1, no_answer=retry(HOUR, tells=(SMS,)), exhausted=Rule(tells=(replace(SMS, to="+79990000009"),))
    )
    entries = told(decided(made, Disposition.NO_ANSWER))
    assert [(entry.body["rule"], entry.body["to"], entry.body["zone"]) for entry in entries] == [
        ("exhausted", "+79990000009", "")
    ]


def test_a_number_that_gives_way_to_the_next_one_is_nobodys_end() -> None:
    made = plan(invalid_number=Rule(next_phone=True, status="bad", tells=(SMS,)))
    first = decided(made, Disposition.INVALID_NUMBER, contact=contact(ANNA, SECOND))
    assert told(first) == []
    last = decided(made, Disposition.INVALID_NUMBER, contact=contact(ANNA, SECOND), state=first.state)
    assert last.next.kind is NextKind.DONE
    assert told(last)[0].body["to"] == "", "none is left that is not given up"


def test_whose_number_was_given_up_is_written_to_at_another() -> None:
    made = plan(1, exhausted=Rule(tells=(SMS,)))
    state = LeadState(phone=1, given_up=(0,))
    decision = decided(made, Disposition.NO_ANSWER, contact=contact(ANNA, SECOND), state=state)
    assert told(decision)[0].body["to"] == SECOND


def test_a_column_says_who_is_written_to() -> None:
    mobile = replace(SMS, to="mobile", is_column=True)
    letter = Tell(kind=TellKind.EMAIL, to="email", is_column=True, message="sorry", subject="subject")
    staff = Tell(kind=TellKind.EMAIL, to="office", message="sorry")
    decision = decided(plan(busy=Rule(tells=(mobile, letter, staff))), Disposition.BUSY)
    sms, to_contact, to_staff = (entry.body for entry in told(decision))
    assert sms["to"] == ""
    assert (to_contact["address"], to_contact["subject"]) == ("anna@shop.example", "Про заказ")
    assert "to" not in to_contact
    assert (to_staff["to"], to_staff["subject"]) == ("office", "Заказы")


def test_a_webhook_is_told_the_whole_of_it() -> None:
    hook, path = (Tell(kind=TellKind.WEBHOOK, to=to) for to in ("crm", "crm/orders/done"))
    made = plan(confirmed=Rule(tells=(hook, path)))
    decision = decided(made, Disposition.ANSWERED, result="confirmed", values=(("code", "7"),))
    named, service = (entry.body for entry in told(decision))
    assert named["hook"] == "crm"
    assert (service["service"], service["path"]) == ("crm", "orders/done")
    assert named["values"] == {"code": "7"}
    assert (named["contact"], named["external_id"]) == (FIELDS, "o-1042")
    assert (named["result"], named["status"], named["rule"]) == ("confirmed", "confirmed", "confirmed")


def test_what_the_flow_asked_may_stand_in_the_text() -> None:
    texts = {"sorry": {"ru": (WrittenPart(name="code"), WrittenPart(text="/"), WrittenPart(name="caller"))}}
    made = replace(plan(heard=Rule(tells=(SMS,))), texts=texts)
    decision = decided(made, Disposition.ANSWERED, result="heard", values=(("code", "7"),))
    assert told(decision)[0].body["text"] == f"7/{ANNA}"


def test_what_an_agent_says_has_rules_that_tell() -> None:
    made = plan(sold=Rule(status="customer", tells=(SMS,)), call_back=Rule(tells=(SMS,)))
    assert [
        entry.body["rule"] for entry in told(decided(made, Disposition.ANSWERED, outcome=outcome("sold")))
    ] == ["sold"]
    later = decide_outcome(
        made,
        an_attempt(contact=contact()),
        an_ending(Disposition.ANSWERED),
        outcome("sold"),
        LeadState(status="answered"),
        next_day_at=lambda _, at: at,
    )
    assert [entry.kind for entry in later.outbox] == ["status", "outcome", "sms"]
    note = decide_outcome(
        made,
        an_attempt(contact=contact()),
        an_ending(Disposition.ANSWERED, result="sold"),
        outcome(""),
        LeadState(status="customer"),
        next_day_at=lambda _, at: at,
    )
    assert [entry.kind for entry in note.outbox] == ["outcome"], "a mere note tells nobody anything twice"
