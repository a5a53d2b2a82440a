"""Whatever the stream and however it is cut: the same messages, the same fault, and never another error."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.esl.protocol import ApiResponse, CommandError, Core, PeerError, Reply

from .streams import (
    GOODBYE,
    GREETING,
    REJECTION,
    api_response,
    events,
    in_pieces,
    json_event,
    json_frame,
    plain_event,
    plain_frame,
    ready_core,
    reply,
)

_answers = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(reply),
    st.binary(max_size=30).map(api_response),
)
_messages = st.one_of(
    _answers,
    events().map(json_event),
    events().map(plain_event),
    st.sampled_from([b"\n", b"\r\n", b"Content-Type: log/data\nContent-Length: 3\n\na\n\n", GOODBYE]),
)
_fragments = st.sampled_from(
    [
        *(b"\n", b"\r", b"\n\n", b"\n\r\n", b":", b": ", b" ", b"\x00", b"\xff", b"%0A", b"_undef_"),
        *(b"Content-Length: ", b"Content-Type: ", b"5", b"-1", b"999999999999", b"0"),
        *(b"text/event-json", b"text/event-plain", b"command/reply", b"api/response", b"log/data"),
        *(b"Reply-Text: +OK", b'{"a":"b"}', b"ARRAY::a|:b", GREETING, REJECTION, GOODBYE),
        *(
            reply("+OK accepted"),
            reply("-ERR"),
            api_response("x"),
            json_frame(b"{"),
            plain_frame(b"a: b\n\nc"),
        ),
    ]
)
_garbage = st.lists(st.one_of(_fragments, st.binary(max_size=8)), max_size=12).map(b"".join)
_cuts = st.lists(st.integers(0, 600), max_size=8)


def asked(count: int) -> Core:
    """A core with so many commands under way, any of which may be answered in either way."""
    core = ready_core(header_block=300, line=200, event=500, content_length=400)
    for _ in range(count):
        core.send_api("status")
    return core


@given(st.lists(_messages, max_size=6).map(b"".join), _garbage, _cuts)
@example(b"Content-Type: api/response\r\nContent-Length: 1\r\n\r\n\n\n\n", b"", [48, 49])
def test_any_split_gives_the_same_messages_and_the_same_fault(
    stream: bytes, tail: bytes, cuts: list[int]
) -> None:
    whole = in_pieces(asked(8), stream + tail, [])
    assert in_pieces(asked(8), stream + tail, cuts) == whole
    assert in_pieces(asked(8), stream + tail, range(len(stream + tail))) == whole


@given(st.sampled_from(["greeting", "authenticating", "ready"]), st.integers(0, 3), _garbage, _cuts)
def test_garbage_is_a_peer_error_and_nothing_else(
    state: str, count: int, garbage: bytes, cuts: list[int]
) -> None:
    core = Core()
    if state == "authenticating":
        core.receive_data(GREETING)
        core.send_auth("secret")
    elif state == "ready":
        core = asked(count)
    in_pieces(core, garbage, cuts)  # catches PeerError only


_steps = st.lists(st.sampled_from(["send", "forget", "answer", "refuse", "event"]), max_size=40)


@given(_steps, st.randoms(use_true_random=False))
def test_replies_never_shift_whatever_is_forgotten(steps: list[str], random) -> None:  # type: ignore[no-untyped-def]
    core = ready_core(unpaired=8)
    under_way: deque[int] = deque()  # tokens, as the switch will answer them
    forgotten = set()
    for step in steps:
        expected = got = None
        match step:
            case "send":
                try:
                    under_way.append(core.send_api("status").token)
                except CommandError:
                    assert len(under_way) == 8
            case "forget" if under_way:
                token = random.choice(under_way)
                forgotten.add(token)
                core.forget(token)
            case "answer" | "refuse" if under_way:
                token = under_way.popleft()
                expected = None if token in forgotten else (token, f"to {token}")
                make = api_response if step == "answer" else reply
                for message in core.receive_data(make(f"to {token}")):
                    assert isinstance(message, Reply | ApiResponse)
                    got = (message.token, message.text)
            case "event":
                assert len(core.receive_data(json_event({"Event-Name": "HEARTBEAT"}))) == 1
        assert got == expected
        assert core.unpaired == len(under_way)


@given(_garbage)
def test_a_broken_stream_stays_broken(garbage: bytes) -> None:
    core = asked(2)
    in_pieces(core, garbage, [])
    if core.fault is not None:
        for data in (b"", json_event({})):
            with pytest.raises(PeerError) as again:
                core.receive_data(data)
            assert again.value is core.fault
