"""What a call means for callbacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.domain.call_event import FlowEnd
from orchestrator.domain.hours import Span, WeeklyHours
from orchestrator.domain.inbound import CallbackFate, CallEnd, InboundCall, Note, ServedBy
from orchestrator.domain.plan import MissedPlan
from orchestrator.engine.call_outbox import outbox_of
from orchestrator.engine.missed import PROMISED, TOO_OLD_MS, CallbackRules, can_reach_people, decide

ENDED = 1_796_029_200_000  # Monday 2026-11-30 12:00 in Moscow
HOUR = 3_600_000
PLAN = MissedPlan(
    when=frozenset({"queue", "closed", "hung_up", "lost"}),
    after_s=120,
    unless_reached=True,
    per_number=((86_400, 1),),
    notify="office",
    notify_every_s=3_600,
)
HOURS = WeeklyHours(days=tuple((Span(start=540, end=1260),) for _ in range(7)))
RULES = CallbackRules(
    plan=PLAN,
    campaign_id="shop_line-missed",
    hours=HOURS,
    zone="Europe/Moscow",
    caller_zone="Asia/Omsk",
    languages=("ru", "en"),
)


def call(end: CallEnd = CallEnd.QUEUE, **changes: object) -> InboundCall:
    made = InboundCall(
        call_id="c1",
        switch="main",
        scenario="shop_line",
        program="d",
        caller="+79990000001",
        called="+74950000001",
        began_at=ENDED - 60_000,
        answered_at=ENDED - 58_000,
        ended_at=ENDED,
        flow=FlowEnd.LEFT,
        language="en",
        end=end,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of InboundCall


def promise(when: object) -> tuple[Note, ...]:
    return (Note(kind="sms", body={}), Note(kind="callback", body={"when": when}))


@pytest.mark.parametrize("end", list(CallEnd))
def test_a_call_is_missed_where_the_scenario_says_so(end: CallEnd) -> None:
    decision = decide(call(end), RULES, now=ENDED)
    is_missed = end in (CallEnd.QUEUE, CallEnd.CLOSED, CallEnd.HUNG_UP, CallEnd.LOST)
    assert decision.why == (end.value if is_missed else "")
    assert (decision.callback is not None) == is_missed


def test_who_has_reached_a_person_was_not_missed_and_is_served() -> None:
    decision = decide(call(reached="+79990000009"), RULES, now=ENDED)
    assert (decision.why, decision.callback, decision.served) == ("", None, ServedBy.PERSON)


def test_the_callback_is_due_after_so_long_in_the_callers_own_words() -> None:
    decision = decide(call(), RULES, now=ENDED + HOUR)
    assert decision.callback is not None
    assert (decision.callback.due_at, decision.callback.is_promised) == (ENDED + 120_000, False)
    assert decision.callback.per_number == ((86_400, 1),)
    contact = decision.callback.contact
    assert (contact.numbers, contact.zones, contact.language) == (("+79990000001",), ("Asia/Omsk",), "en")
    assert contact.fields == {"called": "+74950000001", "caller": "+79990000001", "why": "queue"}


@pytest.mark.parametrize(("languages", "language"), [(("ru",), "ru"), ((), "en")])
def test_a_language_that_the_callback_does_not_speak_is_its_first_one(
    languages: tuple[str, ...], language: str
) -> None:
    decision = decide(call(), replace(RULES, languages=languages), now=ENDED)
    assert decision.callback is not None
    assert decision.callback.contact.language == language


@pytest.mark.parametrize("caller", ["", "+74950000001"])
def test_a_number_that_is_withheld_or_our_own_cannot_be_called(caller: str) -> None:
    decision = decide(call(caller=caller), RULES, now=ENDED)
    assert (decision.why, decision.callback, decision.fate) == ("queue", None, CallbackFate.WITHHELD)


def test_what_is_recorded_two_days_late_is_only_counted() -> None:
    assert decide(call(), RULES, now=ENDED + TOO_OLD_MS).callback is not None
    late = decide(call(), RULES, now=ENDED + TOO_OLD_MS + 1)
    assert (late.why, late.callback, late.fate) == ("queue", None, CallbackFate.TOO_OLD)


@pytest.mark.parametrize("rules", [CallbackRules(plan=None), replace(RULES, campaign_id="")])
def test_a_scenario_without_callbacks_makes_none(rules: CallbackRules) -> None:
    decision = decide(call(notes=promise(60)), rules, now=ENDED)
    assert (decision.callback, decision.fate) == (None, CallbackFate.NO_PLAN)
    assert decide(call(reached="+79990000009"), rules, now=ENDED).served is ServedBy.PERSON


# -- promises


def test_a_place_in_a_queue_is_kept_by_an_agent_who_is_reserved() -> None:
    kept = decide(call(notes=(Note(kind="callback", body={"when": 0, "queue": "sales"}),)), RULES, now=ENDED)
    assert kept.callback is not None
    assert (kept.callback.needs_agent, kept.callback.due_at) == (True, ENDED)
    plain = decide(call(notes=promise(0)), RULES, now=ENDED)
    assert plain.callback is not None
    assert not plain.callback.needs_agent


@pytest.mark.parametrize(
    ("when", "ended", "due"),
    [
        (900, ENDED, ENDED + 900_000),
        (0, ENDED, ENDED),
        ("next_opening", ENDED, ENDED),  # it is open
        ("next_opening", ENDED + 10 * HOUR, ENDED + 21 * HOUR),  # 22:00: opens at nine
        (-5, ENDED + 10 * HOUR, ENDED + 21 * HOUR),
        (10**9, ENDED, ENDED),
        (True, ENDED, ENDED),
        (None, ENDED, ENDED),
    ],
)
def test_a_promise_is_due_when_it_was_promised(when: object, ended: int, due: int) -> None:
    decision = decide(call(CallEnd.FLOW, ended_at=ended, notes=promise(when)), RULES, now=ended)
    assert decision.callback is not None
    assert (decision.why, decision.callback.due_at, decision.callback.is_promised) == (PROMISED, due, True)


def test_a_missed_call_with_a_promise_keeps_its_reason() -> None:
    assert decide(call(notes=promise(60)), RULES, now=ENDED).why == "queue"


def test_what_was_promised_last_holds() -> None:
    decision = decide(call(notes=promise(60) + promise(600)), RULES, now=ENDED)
    assert decision.callback is not None
    assert decision.callback.due_at == ENDED + 600_000


def test_a_scenario_that_never_opens_calls_as_soon_as_its_callbacks_may() -> None:
    never = replace(RULES, hours=WeeklyHours(days=((),) * 7))
    decision = decide(call(notes=promise("next_opening")), never, now=ENDED)
    assert decision.callback is not None
    assert decision.callback.due_at == ENDED


def test_who_has_talked_and_was_promised_a_call_gets_it() -> None:
    decision = decide(call(reached="+79990000009", notes=promise(60)), RULES, now=ENDED)
    assert (decision.why, decision.served) == (PROMISED, ServedBy.PERSON)
    assert decision.callback is not None


def test_a_promise_for_later_is_not_too_old_before_it_is_due() -> None:
    week = 7 * 86_400
    decision = decide(call(notes=promise(week)), RULES, now=ENDED + TOO_OLD_MS + 1)
    assert decision.callback is not None


# -- served without anybody


def test_where_nobody_can_be_reached_the_end_of_the_flow_serves() -> None:
    done = call(CallEnd.FLOW, flow=FlowEnd.ENDED)
    alone = replace(RULES, has_people=False)
    assert decide(done, alone, now=ENDED).served is ServedBy.FLOW
    assert decide(done, RULES, now=ENDED).served is None
    assert decide(replace(done, flow=FlowEnd.LEFT), alone, now=ENDED).served is None
    assert decide(replace(done, end=CallEnd.VOICEMAIL), alone, now=ENDED).served is None
    assert decide(replace(done, notes=promise(60)), alone, now=ENDED).served is None


@pytest.mark.parametrize("do", ["queue", "forward", "transfer"])
def test_people_are_reached_by_these_steps_however_deep(do: str) -> None:
    program = {"flow": {"start": [{"do": "if", "then": [{"do": "say"}], "else": [{"do": do}]}], "x": []}}
    assert can_reach_people(program)


def test_a_flow_without_them_reaches_nobody() -> None:
    assert not can_reach_people({"flow": {"start": [{"do": "say", "message": "queue"}]}})
    assert not can_reach_people({})


# -- what the world outside is told


def test_the_outbox_hears_of_every_note_then_of_the_missed_call_then_of_the_call() -> None:
    notes = (
        Note(kind="row", body={"into": "meters", "values": {"meter": "1"}}),
        *promise(60),
        Note(kind="voicemail", body={"mailbox": "office", "seconds": 4.5}),
    )
    made = call(notes=notes)
    entries = outbox_of(made, decide(made, RULES, now=ENDED), PLAN)
    assert [entry.kind for entry in entries] == ["row", "sms", "voicemail", "missed_call", "call"]
    common = {
        "switch": "main",
        "caller": "+79990000001",
        "called": "+74950000001",
        "call_at": ENDED - 60_000,
    }
    assert entries[0].body == {"into": "meters", "values": {"meter": "1"}, **common}
    assert entries[3].body == {
        **common,
        "scenario": "shop_line",
        "at": ENDED,
        "why": "queue",
        "notify": "office",
        "every_s": 3_600,
    }
    assert entries[4].body == {
        **common,
        "scenario": "shop_line",
        "at": ENDED,
        "answered_s": 58.0,
        "end": "queue",
        "reached": "",
        "result": "",
        "values": {},
        "missed": "queue",
    }


def test_every_missed_call_is_told_of_and_no_letter_goes_to_who_did_not_ask_for_it() -> None:
    made = call(answered_at=None)
    decision = decide(made, RULES, now=ENDED)
    for plan in (None, replace(PLAN, notify=None)):
        missed, entry = outbox_of(made, decision, plan)
        assert (missed.kind, missed.body["why"], missed.body["notify"]) == ("missed_call", "queue", "")
        assert (entry.kind, entry.body["answered_s"]) == ("call", None)
    quiet = call(CallEnd.FLOW)
    assert [entry.kind for entry in outbox_of(quiet, decide(quiet, RULES, now=ENDED), PLAN)] == ["call"]
