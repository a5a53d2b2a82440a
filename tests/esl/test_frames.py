"""Cutting the stream: limits, line ends, lengths."""

from __future__ import annotations

import pytest

from orchestrator.esl.protocol import ApiResponse, Event, PeerError, Reply

from .streams import GOODBYE, api_response, json_event, json_frame, plain_frame, ready_core, reply


def test_lines_may_end_in_crlf() -> None:
    core = ready_core()
    core.send_command("noevents")
    core.send_api("status")
    stream = b"Content-Type: command/reply\r\nReply-Text: +OK a\r\n\r\n"
    stream += b"Content-Type: api/response\r\nContent-Length: 4\r\n\r\n\n\n\n\n"
    first, second = core.receive_data(stream)
    assert isinstance(first, Reply)
    assert isinstance(second, ApiResponse)
    assert (first.text, second.text) == ("+OK a", "\n\n\n\n")


def test_the_first_blank_line_counts_however_it_is_written() -> None:
    core = ready_core()
    core.send_api("status")
    answer, *_ = core.receive_data(b"Content-Type: api/response\nContent-Length: 7\n\r\na\n\nb\r\nc")
    assert isinstance(answer, ApiResponse)
    assert answer.text == "a\n\nb\r\nc"


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_lines_end_at_lf_only(separator: str) -> None:
    core = ready_core()
    core.send_command("noevents")
    (answer,) = core.receive_data(reply(f"+OK a{separator}Job-UUID: forged"))
    assert isinstance(answer, Reply)
    assert answer.text == f"+OK a{separator}Job-UUID: forged"
    assert set(answer.headers) == {"Content-Type", "Reply-Text"}


def test_blank_lines_between_messages_mean_nothing() -> None:
    assert len(ready_core().receive_data(b"\n\n\r\n" + json_event({}) + b"\n\n\n" + json_event({}))) == 2


def test_reply_texts_are_not_url_decoded() -> None:
    core = ready_core()
    core.send_command("sendmsg a%0Ab")
    (answer,) = core.receive_data(reply("-ERR invalid session id [a%0Ab]"))
    assert isinstance(answer, Reply)
    assert answer.text == "-ERR invalid session id [a%0Ab]"


def test_header_names_keep_their_case() -> None:
    core = ready_core()
    core.send_command("connect")
    (answer,) = core.receive_data(reply("+OK", x_MixedCase="v"))
    assert isinstance(answer, Reply)
    assert answer.headers["x-MixedCase"] == "v"


def test_invalid_utf8_is_replaced() -> None:
    core = ready_core()
    core.send_api("status")
    (answer,) = core.receive_data(api_response(b"a\xffb"))
    assert isinstance(answer, ApiResponse)
    assert answer.text == "a\ufffdb"


@pytest.mark.parametrize(
    "length", [b"-1", b"+1", b" ", b"1_0", b"0x10", b"1.0", "\u0661".encode(), b"9" * 30, b"\xb2"]
)
@pytest.mark.parametrize("kind", [b"text/event-json", b"api/response"])
def test_a_length_is_plain_digits(length: bytes, kind: bytes) -> None:
    core = ready_core()
    core.send_api("status")
    with pytest.raises(PeerError, match="Content-Length is not a number"):
        core.receive_data(b"Content-Length: " + length + b"\nContent-Type: " + kind + b"\n\n")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"rubbish\n\n", "not a header line"),
        (b": no name\n\n", "not a header line"),
        (b"Reply-Text: +OK\n\n", "without Content-Type"),
        (b"Content-Type: x\nContent-Length: 1\nContent-Length: 2\n\n", "two lengths"),
        (b"\x00\xff\xfe\n\n", "not a header line"),
    ],
)
def test_what_is_no_header_block_is_a_fault(head: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        ready_core().receive_data(head)


@pytest.mark.parametrize("blank", [b"\n\n", b"\n\r\n"])
@pytest.mark.parametrize("step", [1, 1000])
def test_a_header_block_has_a_limit(blank: bytes, step: int) -> None:
    def feed(size: int) -> None:
        core = ready_core(header_block=200, line=100)
        lines = b"Content-Type: x\n" + b"a: b\n" * 40
        stream = lines[: size - 1].rstrip(b"\n") + blank
        stream = stream.replace(
            b"Content-Type: x", b"Content-Type: x" + b"y" * (size + len(blank) - len(stream))
        )
        for start in range(0, len(stream), step):
            core.receive_data(stream[start : start + step])

    feed(200)
    with pytest.raises(PeerError, match="longer than 200 bytes"):
        feed(201)


def test_a_header_block_that_never_ends_is_given_up() -> None:
    core = ready_core(header_block=200)
    core.receive_data(b"a" * 202)
    with pytest.raises(PeerError, match="longer than 200 bytes"):
        core.receive_data(b"a")


def test_a_header_line_has_a_limit() -> None:
    core = ready_core(line=100)
    core.send_command("a")
    core.send_command("b")
    text = "x" * (100 - len("Reply-Text: "))
    assert len(core.receive_data(reply(text))) == 1
    with pytest.raises(PeerError, match="longer than 100 bytes"):
        core.receive_data(reply(text + "x"))


def test_bodies_have_limits_and_events_their_own() -> None:
    core = ready_core(content_length=100, event=50)
    core.send_api("a")
    core.send_api("b")
    assert len(core.receive_data(api_response("x" * 100))) == 1
    assert len(core.receive_data(json_frame(b'"%b"' % (b"x" * 48))[:20])) == 0
    for stream in (json_frame(b"{" + b" " * 50), plain_frame(b"a: b\n\n" + b"x" * 45)):
        with pytest.raises(PeerError, match="over the limit of 50"):
            ready_core(event=50).receive_data(stream)
    with pytest.raises(PeerError, match="over the limit of 100"):
        ready_core(content_length=100).receive_data(api_response("x" * 101))


def test_the_longest_event_within_the_limit_passes() -> None:
    (event,) = ready_core(event=9).receive_data(json_frame(b'{"a":"b"}'))
    assert isinstance(event, Event)
    assert event.size == 9


def test_a_long_body_in_small_reads_is_not_copied_again_and_again() -> None:
    core = ready_core()
    core.send_api("show channels")
    stream = api_response(b"x" * 10_000_000) + GOODBYE
    messages = [
        m for start in range(0, len(stream), 4096) for m in core.receive_data(stream[start : start + 4096])
    ]
    assert len(messages) == 2
