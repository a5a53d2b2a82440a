from __future__ import annotations

import itertools
import urllib.parse

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.wire import (
    MAX_COMMAND,
    Command,
    CommandReader,
    api_response,
    command_reply,
    encode_value,
    json_event,
    plain_event,
)

BASE = {f"Base-{number}": "x" for number in range(13)}


@pytest.mark.parametrize(
    ("data", "commands"),
    [
        (b"api status\n\n", [Command(line="api status")]),
        (b"api status\r\n\r\n", [Command(line="api status")]),
        (b"\n\r\n\napi a\n\n\n\napi b\n\n", [Command(line="api a"), Command(line="api b")]),
        (b"bgapi a\nJob-UUID: 7\n\n", [Command(line="bgapi a", headers={"Job-UUID": "7"})]),
        (b"sendmsg 1\nx:y:z\nnothing\n\n", [Command(line="sendmsg 1", headers={"x": "y:z"})]),
        (
            b"sendevent CUSTOM\nContent-Length: 4\n\na\n\nbapi x\n\n",
            [
                Command(line="sendevent CUSTOM", headers={"Content-Length": "4"}, body="a\n\nb"),
                Command(line="api x"),
            ],
        ),
        (
            b"sendevent X\nContent-Length: junk\n\n",
            [Command(line="sendevent X", headers={"Content-Length": "junk"})],
        ),
        (b"api status\n", []),
        (b"", []),
    ],
)
def test_commands_end_with_an_empty_line(data: bytes, commands: list[Command]) -> None:
    assert CommandReader().feed(data) == commands


@given(st.lists(st.integers(0, 60), max_size=6))
def test_commands_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    data = b"auth x\n\nbgapi originate {a=1}b c\r\nJob-UUID: 9\r\n\r\n"
    data += b"sendevent CUSTOM\nContent-Length: 3\n\n\n\nz\napi y\n\n"
    reader = CommandReader()
    pieces = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found = [command for begin, end in itertools.pairwise(pieces) for command in reader.feed(data[begin:end])]
    assert found == CommandReader().feed(data)
    assert [command.line for command in found] == [
        "auth x",
        "bgapi originate {a=1}b c",
        "sendevent CUSTOM",
        "api y",
    ]


def test_a_command_that_never_ends_is_taken_as_it_is() -> None:
    (command,) = CommandReader().feed(b"a" * MAX_COMMAND)
    assert len(command.line) == MAX_COMMAND


def test_bytes_that_are_not_utf8_survive() -> None:
    (command,) = CommandReader().feed(b"api \xff\n\n")
    assert command_reply(command.line) == b"Content-Type: command/reply\nReply-Text: api \xff\n\n"


def test_an_empty_api_answer_says_no_reply() -> None:
    assert api_response("") == b"Content-Type: api/response\nContent-Length: 14\n\n-ERR no reply\n"
    assert api_response("да") == "Content-Type: api/response\nContent-Length: 4\n\nда".encode()


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("plain-text_1.2/3,(4)!~'*$", "plain-text_1.2/3,(4)!~'*$"),
        ("a b", "a%20b"),
        ("100%", "100%25"),
        ("%41", "%41"),  # cannot be told from an encoded A
        ("%4g", "%254g"),
        ("%4a", "%254a"),
        ("Я", "%D0%AF"),
        ('\n:;=?@[]{}|"<>', "%0A%3A%3B%3D%3F%40%5B%5D%7B%7D%7C%22%3C%3E"),
    ],
)
def test_values_are_encoded_as_by_the_switch(text: str, encoded: str) -> None:
    assert encode_value(text) == encoded


@given(st.text(st.characters(exclude_characters="%", exclude_categories=["Cs"])))
def test_values_without_a_percent_sign_can_be_decoded(text: str) -> None:
    assert urllib.parse.unquote(encode_value(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_json_events_keep_every_value(text: str) -> None:
    head, _, body = json_event(BASE | {"a": text, "list": ["x", "y"]}, text or None, {}).partition(b"\n\n")
    event = orjson.loads(body)
    assert head == b"Content-Length: %d\nContent-Type: text/event-json" % len(body)
    assert (event["a"], event["list"], event.get("_body", "")) == (text, ["x", "y"], text)
    if text:
        assert event["Content-Length"] == str(len(text.encode()))


def test_a_header_that_stands_twice_is_written_twice() -> None:
    headers = BASE | {"Channel-State": "CS_REPORTING", "Hangup-Cause": "USER_BUSY"}
    text = json_event(headers, None, {"Hangup-Cause": "USER_BUSY"})
    assert text.count(b'"Hangup-Cause":"USER_BUSY"') == 2
    assert text.index(b"Hangup-Cause") < text.index(b"Channel-State")
    plain = plain_event(headers, None, {"Hangup-Cause": "USER_BUSY"}).decode().split("\n")
    assert plain[3 + 13] == "Hangup-Cause: USER_BUSY"
    assert plain.count("Hangup-Cause: USER_BUSY") == 2


def test_plain_events_have_no_line_of_a_value() -> None:
    frame = plain_event({"a": "x\n\nEvent-Name: FORGED", "b": "", "c": ["1", "2"]}, "raw\nbody", {})
    head, _, rest = frame.partition(b"\n\n")
    assert head == b"Content-Length: %d\nContent-Type: text/event-plain" % len(rest)
    assert rest == (
        b"a: x%0A%0AEvent-Name%3A%20FORGED\nb: _undef_\nc: ARRAY%3A%3A1%7C%3A2\nContent-Length: 8\n\nraw\nbody"
    )


def test_a_value_that_is_not_utf8_goes_out_as_it_came() -> None:
    broken = b"\xff".decode("utf-8", "surrogateescape")
    assert b'"a":"\xff"' in json_event({"a": broken}, None, {})
