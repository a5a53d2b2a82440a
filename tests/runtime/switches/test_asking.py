"""Asking a switch: every way in which it does not take us in, and answers that do not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gevent import socket
from gevent.server import StreamServer

from orchestrator.doctor.facts import Reach, SwitchFacts
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.questions import OWN_CLOCK, VERSION, first_questions, script_questions
from orchestrator.runtime.settings_parts.switch_settings import DEFAULT_PASSWORD, Gateway, Switch
from orchestrator.runtime.switches.asking import ask_switch
from orchestrator.runtime.switches.preflight import wanted_of
from tests.ports import free_port

GREETING = b"Content-Type: auth/request\n\n"
ACCEPTED = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
REFUSED = b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"
RUDE = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"

Client = socket.socket
Peer = Callable[[Client], None]


@contextmanager
def _peer(talk: Peer) -> Iterator[int]:
    """A switch, or something else, at 127.0.0.1; its port."""
    server = StreamServer(("127.0.0.1", 0), lambda client, _: talk(client))
    server.start()
    try:
        yield int(server.server_port)
    finally:
        server.stop()


def _ask(port: int, **given: Path) -> SwitchFacts:
    switch = Switch(port=port, gateways={"main": Gateway()}, **given)
    return ask_switch(wanted_of("main", switch), switch, lambda: 1000, ask_s=0.3)


def _talk(answer: Callable[[str], str | None]) -> Peer:
    """A switch that takes the default password and answers API commands; None: never."""

    def talk(client: Client) -> None:
        client.sendall(GREETING)
        lines = client.makefile("r")
        assert lines.readline() == f"auth {DEFAULT_PASSWORD}\n"
        client.sendall(ACCEPTED)
        for line in lines:
            if not line.startswith("api "):
                continue
            said = answer(line.removeprefix("api ").rstrip("\n"))
            if said is None:
                client.recv(1)
                return
            client.sendall(f"Content-Type: api/response\nContent-Length: {len(said)}\n\n{said}".encode())

    return talk


def test_every_question_is_asked_and_the_clock_read_around_the_scripts() -> None:
    asked: list[str] = []

    def answer(command: str) -> str:
        asked.append(command)
        return f"to {command}"

    with _peer(_talk(answer)) as port:
        facts = _ask(port)
    assert facts.reach is Reach.IN
    assert asked == [*first_questions(facts.wanted), *script_questions(facts.wanted)]
    assert facts.replies == {command: f"to {command}" for command in asked}
    assert facts.asked_at_ms == 1000
    assert facts.wanted.has_default_password


def test_another_password_is_not_the_default_one(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("mine", "utf-8")

    def talk(client: Client) -> None:
        client.sendall(GREETING)
        client.recv(100)
        client.sendall(ACCEPTED)
        client.recv(1000)
        client.sendall(b"Content-Type: api/response\nContent-Length: 2\n\nhi")
        client.recv(1000)

    with _peer(talk) as port:
        assert not _ask(port, password_file=secret).wanted.has_default_password


def test_after_an_answer_that_does_not_come_nothing_more_is_waited_for() -> None:
    """One connection answers one after the other: the rest is not known."""
    with _peer(_talk(lambda command: None if command == HELLO else "x")) as port:
        facts = _ask(port)
    assert facts.reach is Reach.IN
    assert VERSION in facts.replies
    assert OWN_CLOCK in facts.replies
    assert HELLO not in facts.replies


def test_a_switch_that_answers_nothing_at_all_is_silent() -> None:
    with _peer(_talk(lambda _: None)) as port:
        facts = _ask(port)
    assert (facts.reach, facts.said) == (Reach.SILENT, "no answer to `api`")


def test_nothing_at_the_address_is_away() -> None:
    port = free_port()
    facts = _ask(port)
    assert facts.reach is Reach.AWAY
    assert facts.said.startswith(f"cannot connect to 127.0.0.1:{port}: ")


def test_a_password_that_is_nowhere_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    facts = _ask(1, password_file=tmp_path / "away")
    assert facts.reach is Reach.NO_PASSWORD
    assert "cannot read the password file" in facts.said


@pytest.mark.parametrize(
    ("sent", "reach"),
    [
        ([RUDE], Reach.ACL),
        ([GREETING, REFUSED], Reach.PASSWORD),
        ([b"220 a mail server\r\n\r\n"], Reach.SILENT),
        ([b""], Reach.SILENT),
    ],
)
def test_each_way_of_keeping_us_out_is_told_apart(sent: list[bytes], reach: Reach) -> None:
    def talk(client: Client) -> None:
        for data in sent:
            client.sendall(data)
            if data == GREETING:
                client.recv(100)

    with _peer(talk) as port:
        assert _ask(port).reach is reach
