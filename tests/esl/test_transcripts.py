"""What a real FreeSWITCH 1.10.12 said (tests/data/esl), replayed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.esl.protocol import (
    ApiResponse,
    AuthRequest,
    Core,
    Event,
    Message,
    Reply,
    RudeRejection,
    State,
)

from .streams import GREETING, ready_core

DATA = Path(__file__).parent.parent / "data" / "esl"
SESSIONS = sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())


def commands(session: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was sent in a session, as lines and header lines."""
    text = (DATA / session / "out.bin").read_text().replace("\r\n", "\n")
    found = []
    for block in text.split("\n\n"):
        if block.strip():
            line, *rest = block.strip("\n").split("\n")
            found.append((line, [(name, value) for name, _, value in (h.partition(": ") for h in rest)]))
    return found


def replay(session: str, cuts: list[int] | None = None) -> list[Message]:
    """All messages of a session; the commands are told to the core before their replies are read."""
    stream = (DATA / session / "in.bin").read_bytes()
    core = Core()
    if not stream.startswith(GREETING):
        return core.receive_data(stream)
    messages = core.receive_data(GREETING)
    rest = list(commands(session))
    (line, _headers), *rest = rest
    core.send_auth(line.removeprefix("auth "))
    start = stream.index(b"\n\n", len(GREETING)) + 2
    messages += core.receive_data(stream[len(GREETING) : start])
    if core.state is State.READY:
        for line, headers in rest:
            core.send_command(line, headers)
    for cut in [*sorted(start + cut for cut in cuts or []), len(stream)]:
        messages += core.receive_data(stream[start:cut])
        start = max(start, cut)
    core.receive_eof()
    assert core.unpaired == 0
    assert core.fault is None
    return messages


def events(session: str) -> list[dict[str, object]]:
    return [message.headers for message in replay(session) if isinstance(message, Event)]


def answers(session: str) -> list[str]:
    return [message.text for message in replay(session) if isinstance(message, Reply | ApiResponse)]


@pytest.mark.parametrize("session", SESSIONS)
def test_every_session_is_understood_to_its_end(session: str) -> None:
    messages = replay(session)
    assert isinstance(messages[0], AuthRequest | RudeRejection)
    for message in messages:
        if isinstance(message, Event):
            assert message.headers["FreeSWITCH-Switchname"] == "fs-test"
            assert all(isinstance(value, str) for value in message.headers.values())


@settings(max_examples=30)
@given(st.data())
def test_any_split_of_a_session_gives_the_same(data: st.DataObject) -> None:
    session = data.draw(st.sampled_from(SESSIONS))
    cuts = data.draw(st.lists(st.integers(1, 30_000), max_size=20))
    assert replay(session, cuts) == replay(session)


@pytest.mark.parametrize("session", [name for name in SESSIONS if not name.endswith(("-json", "-plain"))])
def test_byte_by_byte_gives_the_same(session: str) -> None:
    assert replay(session, list(range(12_000))) == replay(session)


def test_plain_and_json_calls_say_the_same() -> None:
    for kind, count in (("486", 144), ("unicode-vars", 239)):
        ends = [
            next(
                event
                for event in events(f"{kind}-{form}")
                if event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"
            )
            for form in ("json", "plain")
        ]
        # The two were different calls: names are the same, and so is what does not change from call to call.
        assert set(ends[0]) == set(ends[1])
        assert len(ends[0]) == count
        for name in (
            "Hangup-Cause",
            "variable_hangup_cause_q850",
            "Channel-State",
            "variable_endpoint_disposition",
        ):
            assert ends[0].get(name) == ends[1].get(name)


def test_the_same_events_have_the_same_values_in_both_formats() -> None:
    found = []
    for form in ("json", "plain"):
        core = ready_core()
        messages = core.receive_data(gzip.decompress((DATA / f"calls-{form}.bin.gz").read_bytes()))
        heads = [message.headers for message in messages if isinstance(message, Event)]
        found.append({str(head["Event-Sequence"]): head for head in heads})
    assert len(found[0]) == 180
    assert found[0] == found[1]


@pytest.mark.parametrize("form", ["json", "plain"])
def test_russian_text_arrives_whole(form: str) -> None:
    texts = {event.get("variable_prozvon_text") for event in events(f"unicode-vars-{form}")}
    assert texts - {None} == {"Привет"}


@pytest.mark.parametrize("session", ["bgapi-jobuuid", "bgapi-jobuuid-plain"])
def test_a_job_reports_under_the_id_we_gave_it(session: str) -> None:
    jobs = {event["Job-UUID"]: event["_body"] for event in events(session)}
    assert str(jobs["7f3c0000-0000-4000-8000-000000000007"]).startswith("UP 0 years")
    assert jobs["7f3c0000-0000-4000-8000-000000000008"] == "-ERR nosuch Command not found!\n"


def test_one_connection_may_change_its_format() -> None:
    first, second = events("event-switch-format")[0], events("event-switch-format")[-1]
    assert first["Event-Name"] == second["Event-Name"] == "API"
    assert first["FreeSWITCH-IPv6"] == second["FreeSWITCH-IPv6"] == "fd00::2"


def test_pipelined_commands_are_answered_in_order() -> None:
    assert [text[:5] for text in answers("pipelined")] == [
        "+OK a",
        "UP 0 ",
        "93cc6",
        "+OK e",
        "false",
        "93cc6",
        "+OK b",
    ]


def test_refusals() -> None:
    assert answers("auth-wrong") == ["-ERR invalid"]
    assert "-ERR command not found" in answers("nosuch")
    assert "-ERR nosuchcommand Command not found!\n" in answers("nosuch")
    assert replay("acl-reject")[0] == RudeRejection(text="Access Denied, go away.\n")
