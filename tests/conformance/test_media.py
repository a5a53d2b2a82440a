"""Sound and keys: early media, prompts, RFC 2833, machines, hold."""

from __future__ import annotations

import pytest

from orchestrator.domain.call_event import FlowEnd, Party
from orchestrator.domain.disposition import Disposition
from tests.conformance.desk import Desk, disposition, in_order
from tests.conformance.numbers import (
    AT_ONCE,
    EARLY,
    EARLY_ONLY,
    EARLY_S,
    HELLO,
    HOLDS,
    KEY_1,
    KEYS_43210,
    LATE,
    MACHINE,
    PICKS_UP,
)
from tests.conformance.programs import ASK, FETCHED, HANGS_UP, LISTENS, LONG, MENU, SHORT_S


def test_a_callee_that_picks_up_without_ringing(desk: Desk) -> None:
    desk.client.listen("CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA")
    call = desk.call(AT_ONCE)
    facts = desk.facts(call)
    assert (facts.cause, facts.result, facts.rang_at) == ("NORMAL_CLEARING", "told", None)
    assert in_order(desk.events(call), "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE")


def test_sound_before_the_answer_is_no_answer(desk: Desk) -> None:
    desk.client.listen("CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA")
    call = desk.call(EARLY)
    facts = desk.facts(call)
    order = ("CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER", "BACKGROUND_JOB", "CHANNEL_HANGUP_COMPLETE")
    assert in_order(desk.events(call), *order)
    assert (facts.cause, facts.flow, facts.result) == ("NORMAL_CLEARING", FlowEnd.ENDED, "told")
    assert facts.rang_at
    assert facts.answered_at
    assert facts.answered_at - facts.rang_at == pytest.approx(EARLY_S * 1000, abs=300)


def test_sound_and_never_an_answer_is_nobody(desk: Desk) -> None:
    call = desk.call(EARLY_ONLY, ring_s=3)
    facts = desk.facts(call)
    assert desk.job(call) == "-ERR NO_ANSWER\n"
    assert (facts.cause, facts.sip_status, facts.answered_at) == ("NO_ANSWER", "487", None)
    assert facts.rang_at
    assert disposition(facts) is Disposition.NO_ANSWER


def test_a_callee_who_picks_up_just_when_we_have_given_up_was_not_reached(desk: Desk) -> None:
    call = desk.call(LATE, ring_s=2)
    facts = desk.facts(call)
    assert desk.job(call) == "-ERR NO_ANSWER\n"
    assert (facts.cause, facts.answered_at) == ("NO_ANSWER", None)
    assert "CHANNEL_ANSWER" not in desk.events(call)
    assert desk.api(f"uuid_exists {call}") == "false"


def test_a_callee_who_holds_us_and_hangs_up_is_one_who_left(desk: Desk) -> None:
    call = desk.call(HOLDS, program=LONG)
    facts = desk.facts(call)
    assert (facts.cause, facts.flow, facts.result) == ("NORMAL_CLEARING", FlowEnd.LEFT, None)
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at == pytest.approx(1000, abs=400)


def test_a_key_by_rfc_2833_stops_the_prompt_and_chooses(desk: Desk) -> None:
    desk.client.listen("DTMF", "PLAYBACK_START", "PLAYBACK_STOP")
    call = desk.call(KEY_1, program=MENU)
    facts = desk.facts(call)
    assert (facts.result, facts.flow) == ("pressed", FlowEnd.ENDED)
    (key,) = desk.events_of("DTMF", call)
    assert (key["DTMF-Digit"], key["DTMF-Source"]) == ("1", "RTP")
    assert in_order(desk.events(call), "PLAYBACK_START", "DTMF", "PLAYBACK_STOP", "CHANNEL_HANGUP_COMPLETE")
    assert [text.split(" ", 1)[1] for text in facts.path] == ["start", "key 1", "one"]
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at < 2500  # the prompt would last three seconds
    assert desk.switch.hears(call, KEY_1)


def test_several_keys_come_in_order_and_none_is_lost(desk: Desk) -> None:
    desk.client.listen("DTMF")
    call = desk.call(KEYS_43210, program=ASK)
    facts = desk.facts(call)
    assert (facts.result, facts.values) == ("pressed", (("code", "43210"),))
    assert "".join(key["DTMF-Digit"] for key in desk.events_of("DTMF", call)) == "43210#"


def test_who_presses_nothing_is_told_by_the_time_out(desk: Desk) -> None:
    call = desk.call(PICKS_UP, program=MENU)
    facts = desk.facts(call)
    assert (facts.result, facts.flow) == ("no_key", FlowEnd.ENDED)
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at == pytest.approx(5000, abs=600)  # the prompt, and two seconds


def test_a_machine_is_heard_and_left_the_message_after_its_greeting(desk: Desk) -> None:
    call = desk.call(MACHINE, program=LISTENS)
    facts = desk.facts(call)
    assert (facts.party, facts.flow, facts.heard) == (Party.MACHINE, FlowEnd.ENDED, ("hello",))
    assert disposition(facts) is Disposition.MACHINE
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at > 4000  # of greeting


def test_a_machine_is_hung_up_on_where_the_scenario_wants_that(desk: Desk) -> None:
    call = desk.call(MACHINE, program=HANGS_UP)
    facts = desk.facts(call)
    assert (facts.party, facts.heard) == (Party.MACHINE, ())
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at < 4600  # 3.5 s at most, from the first word


def test_a_person_who_says_hello_is_taken_for_one(desk: Desk) -> None:
    call = desk.call(HELLO, program=LISTENS)
    facts = desk.facts(call)
    assert (facts.party, facts.flow, facts.result) == (Party.HUMAN, FlowEnd.ENDED, "told")
    assert disposition(facts) is Disposition.ANSWERED


def test_a_prompt_that_is_no_file_of_the_switch_is_fetched_by_url(desk: Desk) -> None:
    call = desk.call(PICKS_UP, program=FETCHED)
    facts = desk.facts(call)
    assert (facts.flow, facts.result, facts.heard) == (FlowEnd.ENDED, "told", ("hello",))
    assert facts.answered_at
    assert facts.ended_at
    assert facts.ended_at - facts.answered_at == pytest.approx(SHORT_S * 1000, abs=400)
