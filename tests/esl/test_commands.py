"""Commands: one place refuses what could become a second command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.esl.protocol import CommandError, filter_line, subscription
from orchestrator.esl.protocol.commands import check_job_id, encode_command

from .streams import ready_core

CONTROLS = [*map(chr, range(32)), *map(chr, range(0x7F, 0xA0))]


@pytest.mark.parametrize("control", CONTROLS)
def test_no_command_holds_a_control_character(control: str) -> None:
    core = ready_core()
    for line in (f"a{control}b", f"a{control}", f"{control}a"):
        with pytest.raises(CommandError, match="control characters"):
            core.send_command(line)
        with pytest.raises(CommandError, match="control characters"):
            core.send_api(line)
        with pytest.raises(CommandError, match="control characters"):
            core.send_bgapi(line, "j")
        with pytest.raises(CommandError, match="control characters"):
            core.send_command("sendmsg", [("name", line)])
        with pytest.raises(CommandError):
            core.send_bgapi("status", line)
        with pytest.raises(CommandError):
            core.send_command("sendmsg", [(line, "value")])
    assert core.unpaired == 0


@given(st.text(), st.text())
def test_a_command_is_one_command_or_none(line: str, value: str) -> None:
    try:
        data = encode_command(line, [("Name", value)], limit=1000)
    except CommandError:
        return
    assert re.fullmatch(rb"[^\r\n]+\nName: [^\r\n]*\n\n", data)
    assert data.decode() == f"{line}\nName: {value}\n\n"


def test_the_error_never_shows_the_command() -> None:
    for line in ("auth se\ncret", "auth secret\udc80", "auth secret" * 9):
        with pytest.raises(CommandError) as caught:
            encode_command(line, limit=40)
        assert "cret" not in str(caught.value)


@pytest.mark.parametrize("line", ["", " ", "\u3000"])
def test_an_empty_command_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="empty"):
        encode_command(line, limit=100)


def test_a_long_command_is_refused_by_its_bytes() -> None:
    assert len(encode_command("я" * 10, limit=22)) == 22
    with pytest.raises(CommandError, match="may be 22 bytes long"):
        encode_command("я" * 11, limit=22)


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(CommandError, match="must be text"):
        encode_command("api \ud800", limit=100)


@pytest.mark.parametrize("name", ["", "a b", "a:", "1a", "имя"])
def test_a_command_header_needs_a_plain_name(name: str) -> None:
    with pytest.raises(CommandError, match="name may hold"):
        encode_command("sendmsg", [(name, "x")], limit=100)


@pytest.mark.parametrize("job_id", ["a", "0f-1_2.3:4+5=6@7/8", "x" * 36])
def test_good_job_ids(job_id: str) -> None:
    check_job_id(job_id, limit=36)


@pytest.mark.parametrize("job_id", ["", "a b", "a%", "ж", "x" * 37])
def test_a_job_id_that_the_switch_would_cut_or_spoil_is_refused(job_id: str) -> None:
    with pytest.raises(CommandError):
        check_job_id(job_id, limit=36)


def test_custom_events_come_last_in_a_subscription() -> None:
    assert subscription(["HEARTBEAT"]) == "event json HEARTBEAT"
    events = ["sofia::gateway_state", "CHANNEL_ANSWER", "CUSTOM", "a::b"]
    assert subscription(events) == "event json CHANNEL_ANSWER CUSTOM sofia::gateway_state a::b"
    assert subscription(["CUSTOM"]) == "event json CUSTOM"


@pytest.mark.parametrize("events", [[], [""], ["CHANNEL_ANSWER HEARTBEAT"]])
def test_a_subscription_needs_names(events: list[str]) -> None:
    with pytest.raises(CommandError):
        subscription(events)


def test_filter_lines() -> None:
    assert filter_line("Event-Name", "HEARTBEAT") == "filter Event-Name HEARTBEAT"
    assert filter_line("a", "b c", delete=True) == "filter delete a b c"


@pytest.mark.parametrize(
    ("header", "value"), [("", "x"), ("a b", "x"), ("a", ""), ("a", " "), ("Delete", "x")]
)
def test_a_filter_needs_a_header_and_a_value(header: str, value: str) -> None:
    with pytest.raises(CommandError):
        filter_line(header, value)
