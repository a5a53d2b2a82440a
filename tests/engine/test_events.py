"""What a switch says, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.call_event import CallEvent, CallEventKind, CallFacts, FlowEnd, Party
from orchestrator.engine.events import call_event, facts_of_cdr
from orchestrator.engine.payload import encode
from orchestrator.engine.said import ENTRIES, ENTRY_CHARS, VALUE_CHARS, clean_cause

US = 1_000
VARIABLES = {
    "prozvon_attempt": "a1",
    "hangup_cause": "NORMAL_CLEARING",
    "sip_term_status": "200",
    "progress_uepoch": "1795000002000123",
    "progress_media_uepoch": "1795000001500999",
    "answer_uepoch": "1795000009000000",
    "end_uepoch": "1795000030000000",
    "prozvon_party": "human",
    "prozvon_flow": "left",
    "prozvon_result": "confirmed",
    "prozvon_path": encode(["0.0 start", "4.2 key 1"]),
    "prozvon_heard": encode(["hello", "choice"]),
    "prozvon_values": encode({"code": "1042"}),
    "prozvon_reached": "anna",
    "prozvon_abandoned": "late",
    "prozvon_met": encode(["7b1e-leg 61.5", "no seconds", "leg-2 3"]),
}
FACTS = CallFacts(
    cause="NORMAL_CLEARING",
    sip_status="200",
    rang_at=1_795_000_001_500,
    answered_at=1_795_000_009_000,
    ended_at=1_795_000_030_000,
    party=Party.HUMAN,
    flow=FlowEnd.LEFT,
    result="confirmed",
    path=("0.0 start", "4.2 key 1"),
    heard=("hello", "choice"),
    values=(("code", "1042"),),
    reached="anna",
    is_abandoned=True,
    met=(("7b1e-leg", 61.5), ("leg-2", 3.0)),
)


def hangup(variables: Mapping[str, object] = VARIABLES, **headers: object) -> CallEvent:
    event = call_event(
        {
            "Event-Name": "CHANNEL_HANGUP_COMPLETE",
            "Unique-ID": "a1",
            **{f"variable_{name}": value for name, value in variables.items()},
            **headers,
        }
    )
    assert event is not None
    return event


def test_the_final_event_tells_everything() -> None:
    assert hangup() == CallEvent(kind=CallEventKind.ENDED, attempt_id="a1", facts=FACTS)


def test_a_cdr_tells_the_same() -> None:
    assert facts_of_cdr(VARIABLES) == FACTS


def test_a_cdr_holds_url_encoded_values() -> None:
    """A text of base64url that ends in `=` ends in `%3D` there."""
    encoded = {name: value.replace("=", "%3D") for name, value in VARIABLES.items()}
    assert encoded != VARIABLES
    assert facts_of_cdr(encoded) == FACTS


def test_headers_stand_in_for_missing_variables() -> None:
    facts = hangup(
        {"prozvon_attempt": "a1"},
        **{"Hangup-Cause": "USER_BUSY", "Caller-Channel-Answered-Time": "1795000009000000"},
    ).facts
    assert (facts.cause, facts.answered_at) == ("USER_BUSY", 1_795_000_009_000)


def test_an_unanswered_call_has_zeros_that_mean_never() -> None:
    facts = facts_of_cdr({"answer_uepoch": "0", "progress_uepoch": "0", "end_uepoch": "_undef_"})
    assert (facts.answered_at, facts.rang_at, facts.ended_at) == (None, None, None)


def test_the_status_of_a_failed_invite_counts_where_no_other_is() -> None:
    assert facts_of_cdr({"sip_invite_failure_status": "486"}).sip_status == "486"
    assert facts_of_cdr({"sip_term_status": "999", "sip_invite_failure_status": "x"}).sip_status is None


def test_an_answer_is_told_by_its_id_alone() -> None:
    event = call_event({"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "a1"})
    assert event == CallEvent(kind=CallEventKind.ANSWERED, attempt_id="a1")


def test_the_attempt_named_in_the_variable_wins_over_the_channels_id() -> None:
    assert hangup({"prozvon_attempt": "a2"}).attempt_id == "a2"
    assert hangup({"prozvon_attempt": "a 2"}).attempt_id == "a1"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Event-Name": "HEARTBEAT"},
        {"Event-Name": ["CHANNEL_ANSWER"]},
        {"Event-Name": "CHANNEL_ANSWER"},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "a\nb"},
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "a" * 65},
        {"Event-Name": "BACKGROUND_JOB", "_body": "+OK a1"},
        {"Event-Name": "BACKGROUND_JOB", "Job-UUID": "a1"},
        {"Event-Name": "BACKGROUND_JOB", "Job-UUID": "a1", "_body": "  \n"},
    ],
)
def test_what_is_not_about_a_call_is_nothing(event: dict[str, object]) -> None:
    assert call_event(event) is None


def job(body: str) -> CallEvent:
    event = call_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "a1", "_body": body})
    assert event is not None
    return event


def test_a_job_that_went_well_means_an_answer() -> None:
    assert job("+OK a1\n") == CallEvent(kind=CallEventKind.JOB_OK, attempt_id="a1")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("-ERR NO_ANSWER\n", "NO_ANSWER"),
        ("-ERR user_busy", "USER_BUSY"),
        ("-USAGE: <call url>\x00<exten>", "-USAGE: <call url> <exten>"),
        ("-ERR " + "x" * 500, "X" * 64),
    ],
)
def test_a_job_that_failed_says_its_cause(body: str, cause: str) -> None:
    event = job(body)
    assert (event.kind, event.facts.cause) == (CallEventKind.JOB_FAILED, cause)


@pytest.mark.parametrize("result", ["", "Confirmed", "a b", "x" * 65, "да", "${system(id)}", "yes\n"])
def test_a_result_is_a_plain_name_or_none(result: str) -> None:
    assert facts_of_cdr({"prozvon_result": result}).result is None


@pytest.mark.parametrize("name", ["prozvon_path", "prozvon_heard", "prozvon_values"])
@pytest.mark.parametrize("value", ["", "_undef_", "%%%", encode({"a": 1}), encode([1, None]), ["x"], 5, None])
def test_words_of_the_flow_that_cannot_be_read_are_left_out(name: str, value: object) -> None:
    assert facts_of_cdr({name: value}) == CallFacts()


@pytest.mark.parametrize("reached", ["+7999", "anna b", "a" * 65, "-x", "_undef_", ""])
def test_who_took_a_call_is_a_number_or_a_name(reached: str) -> None:
    assert hangup({"prozvon_reached": reached}).facts.reached == ""
    assert hangup({"prozvon_reached": "+79990000001"}).facts.reached == "+79990000001"


@pytest.mark.parametrize(
    ("said", "is_abandoned"), [("true", True), ("late", True), ("false", False), ("", False)]
)
def test_nobody_was_there_within_the_limit_when_the_flow_says_so(said: str, *, is_abandoned: bool) -> None:
    assert hangup({"prozvon_abandoned": said}).facts.is_abandoned is is_abandoned


def test_everything_is_bounded_and_clean() -> None:
    long = facts_of_cdr(
        {"prozvon_path": encode(["a\r\nb\u202e" + "c" * 900]), "prozvon_values": encode({"d": "e" * 5000})}
    )
    assert long.path == ("a b " + "c" * (ENTRY_CHARS - 5),)
    assert long.values == (("d", "e" * VALUE_CHARS),)
    many = facts_of_cdr(
        {"prozvon_path": encode(["a"] * 1000), "prozvon_values": encode({str(i): "b" for i in range(1000)})}
    )
    assert (len(many.path), len(many.values)) == (ENTRIES, ENTRIES)


def test_a_surrogate_written_as_an_escape_is_cleaned_too() -> None:
    assert facts_of_cdr({"prozvon_heard": "WyJhXHVkODAwYiJd"}).heard == ("a b",)  # ["a\ud800b"] in ASCII


NAMES = [
    "Event-Name",
    "Unique-ID",
    "Job-UUID",
    "_body",
    "Hangup-Cause",
    *(f"variable_{name}" for name in (*VARIABLES, "sip_invite_failure_status")),
]
texts = st.text(max_size=200) | st.sampled_from(
    ["CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB"]
)
junk = st.recursive(
    st.none() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
encoded = st.one_of(st.lists(junk), st.dictionaries(texts, junk, max_size=4)).map(encode)


@given(st.dictionaries(st.sampled_from(NAMES), texts | junk | encoded, max_size=12))
def test_no_event_whatever_is_in_it_raises_or_grows(event: dict[str, Any]) -> None:
    happened = call_event(event)
    if happened is None:
        return
    assert 0 < len(happened.attempt_id) <= 64
    assert len(happened.facts.cause) <= 64
    for text in (*happened.facts.path, *happened.facts.heard):
        text.encode("utf-8")


@given(st.text(max_size=300))
def test_a_cause_is_always_one_short_printable_line(text: str) -> None:
    cause = clean_cause(text)
    assert len(cause) <= 64
    assert cause.isprintable()
    assert cause.isascii()


def test_what_was_recorded_is_noted_so_that_the_outbox_hears_of_it() -> None:
    name = "2026/11/30/a1.call.wav"
    facts = facts_of_cdr({**VARIABLES, "prozvon_recordings": encode([name])})
    (note,) = facts.notes
    assert (note.kind, note.body) == ("recording", {"recording": name, "name": "call"})
    assert hangup({**VARIABLES, "prozvon_recordings": encode([name])}).facts == facts
