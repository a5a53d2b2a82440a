from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.originate import USAGE, Destination, Originate, parse_originate

VALUES = st.text(string.ascii_letters + string.digits + "_=+.:/@-", min_size=1, max_size=40).map(
    lambda v: "x" + v
)
NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=20)


def parsed(line: str) -> Originate:
    request = parse_originate(line)
    assert isinstance(request, Originate)
    return request


def test_the_workers_line_is_understood() -> None:
    request = parsed(
        "{origination_uuid=a1,ignore_early_media=true,originate_timeout=30,"
        "origination_caller_id_number=+7495,prozvon_payload=eyJ=}sofia/gateway/main/+79990000001 robocall XML prozvon"
    )
    assert request.destination == Destination(endpoint="sofia", gateway="main", number="+79990000001")
    assert request.variables["prozvon_payload"] == "eyJ="
    assert (request.extension, request.dialplan, request.context) == ("robocall", "XML", "prozvon")
    assert (request.timeout_s, request.caller_number) == (30, "+7495")


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.from_regex(r"\+\d{5,15}", fullmatch=True))
def test_variables_of_the_allowed_characters_arrive_unchanged(variables: dict[str, str], number: str) -> None:
    text = ",".join(f"{name}={value}" for name, value in variables.items())
    request = parsed(f"{{{text}}}sofia/gateway/main/{number} robocall XML prozvon")
    assert request.variables == variables
    assert request.destination.number == number


@given(st.text(max_size=80))
def test_any_line_is_an_answer_and_never_an_error(line: str) -> None:
    assert isinstance(parse_originate(line), (Originate, str))


@pytest.mark.parametrize("line", ["", "sofia/gateway/main/1", "a b c d e f g h"])
def test_a_line_of_too_few_or_too_many_words_is_answered_with_the_usage(line: str) -> None:
    assert parse_originate(line) == USAGE


@pytest.mark.parametrize(
    ("dial_string", "destination"),
    [
        ("sofia/gateway/main/1", Destination(endpoint="sofia", gateway="main", number="1")),
        ("sofia/gateway/main", Destination(endpoint="sofia", gateway="main", number="")),
        ("sofia/internal/1@host", Destination(endpoint="sofia", profile="internal", number="1")),
        ("loopback/busy/loop", Destination(endpoint="loopback", number="busy", context="loop")),
        ("loopback/busy", Destination(endpoint="loopback", number="busy", context="default")),
        ("user/1000", Destination(endpoint="user", number="1000")),
        ("error/user_busy", Destination(refusal="USER_BUSY")),
        ("nosuch/1", Destination(refusal="CHAN_NOT_IMPLEMENTED")),
        ("sofia/gateway/a/1|sofia/gateway/b/1", Destination(refusal="CHAN_NOT_IMPLEMENTED")),
        ("{a=1}", Destination(refusal="DESTINATION_OUT_OF_ORDER")),
        ("{a=1", Destination(refusal="DESTINATION_OUT_OF_ORDER")),
        ("[a=1", Destination(refusal="DESTINATION_OUT_OF_ORDER")),
    ],
)
def test_dial_strings_lead_where_the_switch_takes_them(dial_string: str, destination: Destination) -> None:
    assert parsed(f"{dial_string} robocall").destination == destination


def test_variables_of_the_leg_join_those_of_the_call() -> None:
    assert parsed("{a=1,b=2}[b=3]sofia/gateway/main/1 x").variables == {"a": "1", "b": "3"}


def test_an_application_is_cut_at_the_first_bracket() -> None:
    request = parsed("loopback/a &playback(tone(1)) XML x")
    assert (request.application, request.application_data) == ("playback", "tone(1")
    assert parsed("loopback/a &park").application == "park"
    assert parsed("loopback/a &").extension == "&"


def test_the_remaining_words_are_caller_id_and_timeout() -> None:
    request = parsed("loopback/a robocall undef undef Shop 100 25")
    assert (request.dialplan, request.context) == ("XML", "default")
    assert (request.caller_name, request.caller_number, request.timeout_s) == ("Shop", "100", 25)
    assert parsed("loopback/a robocall").timeout_s == 60
    assert parsed("loopback/a robocall").caller_number == "0000000000"


def test_a_space_in_a_variable_needs_quotes_and_then_loses_its_comma() -> None:
    assert parsed("{a='x y'}loopback/a robocall").variables == {"a": "x y"}
    assert parsed("{a='1,2'}loopback/a robocall").variables == {"a": "1"}  # as facts have it
