"""Events, plain and JSON: the same values out of both, whatever a caller put into them."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.esl.protocol import Event, Message, PeerError
from orchestrator.esl.protocol.events import decode_json, decode_plain, decoder_of

from .streams import events, json_event, json_frame, plain_event, plain_frame, ready_core


def headers(stream: bytes) -> dict[str, object]:
    messages: list[Message] = ready_core().receive_data(stream)
    assert len(messages) == 1
    assert isinstance(messages[0], Event)
    return messages[0].headers


@given(events())
def test_plain_and_json_carry_the_same_event(event: dict[str, object]) -> None:
    assert headers(json_event(event)) == event
    assert headers(plain_event(event)) == event


def test_a_line_break_in_a_value_forges_no_header() -> None:
    # What a caller's display name may hold; greenswitch decodes first, and reads a second header here.
    body = b"Event-Name: CHANNEL_CREATE\nCaller-Caller-ID-Name: Bob%0AHangup-Cause%3A USER_BUSY\n\n"
    assert decode_plain(body) == {
        "Event-Name": "CHANNEL_CREATE",
        "Caller-Caller-ID-Name": "Bob\nHangup-Cause: USER_BUSY",
    }


def test_only_lf_ends_a_line_of_an_event() -> None:
    body = "Event-Name: X\nname: a\u2028Hangup-Cause: b\x85c: d\x0be: f\n\n".encode()
    assert decode_plain(body) == {"Event-Name": "X", "name": "a\u2028Hangup-Cause: b\x85c: d\x0be: f"}


def test_values_are_decoded_once() -> None:
    assert decode_plain(b"a: 100%25 %2541 %zz %\n\n") == {"a": "100% %41 %zz %"}


def test_an_empty_plain_value_stands_as_undef() -> None:
    assert decode_plain(b"a: _undef_\nb: _undef_x\n\n") == {"a": "", "b": "_undef_x"}
    assert decode_plain("имя: _undef_\n\n".encode()) == {"имя": ""}


def test_arrays_become_lists() -> None:
    assert decode_plain(b"a: ARRAY%3A%3Aone%7C%3Atwo\nb: ARRAY::x\n\n") == {"a": ["one", "two"], "b": ["x"]}
    assert decode_json(b'{"a":["one","two"]}') == {"a": ["one", "two"]}


def test_a_job_keeps_its_answer_apart_from_its_headers() -> None:
    body = b"Event-Name: BACKGROUND_JOB\nJob-UUID: j\nContent-Length: 24\n\n-ERR x\nJob-UUID: forged\n"
    assert decode_plain(body) == {
        "Event-Name": "BACKGROUND_JOB",
        "Job-UUID": "j",
        "Content-Length": "24",
        "_body": "-ERR x\nJob-UUID: forged\n",
    }


def test_the_body_of_a_plain_event_is_not_url_decoded() -> None:
    assert decode_plain(b"Content-Length: 3\n\n%41")["_body"] == "%41"


def test_events_may_end_their_lines_in_crlf() -> None:
    assert decode_plain(b"a: b\r\nContent-Length: 2\r\n\r\nx\n") == {
        "a": "b",
        "Content-Length": "2",
        "_body": "x\n",
    }


def test_a_plain_event_without_its_blank_line_is_understood() -> None:
    assert decode_plain(b"a: b\nc: d\n") == {"a": "b", "c": "d"}


def test_text_that_is_not_utf8_is_replaced() -> None:
    assert decode_plain(b"a: x%FFy\nb: \xffz\nc: \xd1%8F\n\n") == {"a": "x\ufffdy", "b": "\ufffdz", "c": "я"}
    assert decode_plain(b"\xff: a\n\n") == {"\ufffd": "a"}
    assert decode_plain(b"Content-Length: 1\n\n\xff")["_body"] == "\ufffd"
    assert decode_json(b'{"a":"x\xffy","b":"\xd1"}') == {"a": "x\ufffdy", "b": "\ufffd"}


def test_of_a_doubled_header_the_last_counts() -> None:
    # Every CHANNEL_HANGUP_COMPLETE names its Hangup-Cause twice.
    assert decode_plain(b"a: 1\na: 2\n\n") == decode_json(b'{"a":"1","a":"2"}') == {"a": "2"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish\n\n",
        b": no name\n\n",
        b"a: b\n\nbody without a length",
        b"Content-Length: x\n\nbody",
        b"Content-Length: ARRAY::1|:2\n\nbody",
        b"Content-Length: 9999999999999999999999\n\nbody",
        b"Content-Length: 3\n\nbody",
        b"Content-Length: 5\n\nbody",
    ],
)
def test_what_is_no_plain_event_is_a_fault(body: bytes) -> None:
    with pytest.raises(PeerError):
        ready_core().receive_data(plain_frame(body))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"a"', b"null", b"NaN", b'{"a":\xff}', b'{"a":"\\ud800"}']
)
def test_what_is_no_json_event_is_a_fault(body: bytes) -> None:
    with pytest.raises(PeerError):
        ready_core().receive_data(json_frame(body))


WANTED = frozenset({"Event-Name", "a-b", "list"})


@given(
    st.dictionaries(
        st.sampled_from(["Event-Name", "a-b", "list", "x", "y-z"]), st.text() | st.lists(st.text())
    )
)
def test_a_projection_gives_the_wanted_values_and_no_others(event: dict[str, object]) -> None:
    body = orjson.dumps(event)
    assert decoder_of(WANTED)(body) == {name: value for name, value in event.items() if name in WANTED}


def test_a_projection_replaces_what_is_not_utf8_as_the_full_decoding_does() -> None:
    decode = decoder_of(["a"])
    assert decode(b'{"a":"x\xffy","b":"z"}') == {"a": "x\ufffdy"}
    assert decode(b'{"b":"x\xffy","a":"z"}') == {"a": "z"}


def test_a_projection_takes_the_last_of_two_values_with_one_name() -> None:
    assert decoder_of(["a"])(b'{"a":"1","a":"2"}') == {"a": "2"}


@pytest.mark.parametrize("body", [b"", b"[]", b'"a"', b'{"a":', b'{"a":"1"} x'])
def test_a_projection_refuses_what_is_not_one_object(body: bytes) -> None:
    with pytest.raises(PeerError):
        decoder_of(["a"])(body)
