"""Handing letters over: what is taken, what is worth another try, what is not, and that nothing hangs."""

from __future__ import annotations

import time
from dataclasses import replace

import gevent
import pytest

from orchestrator.outside.letter import Attachment, Letter
from orchestrator.outside.mail import MailServer, Security, send
from orchestrator.outside.undelivered import Undelivered
from tests.outside.smtp_server import CLOSE, DRIP, HANG, SmtpServer, smtp_server
from tests.ports import free_port

LETTER = Letter(to="office@shop.example", subject="Hi", text="Hello\n", key="k", at=0)


def at(server: SmtpServer, **more: object) -> MailServer:
    usual: dict[str, object] = {
        "host": "localhost",
        "port": server.port,
        "sender": "Shop <calls@shop.example>",
        "security": Security.NONE,
        "ca": server.ca,
        "timeout_s": 5.0,
    }
    return MailServer(**{**usual, **more})  # type: ignore[arg-type]


def refusal(server: MailServer, letter: Letter = LETTER) -> Undelivered:
    with pytest.raises(Undelivered) as error:
        send(server, letter)
    assert "secret" not in error.value.why
    return error.value


def test_a_letter_is_handed_over() -> None:
    with smtp_server() as server:
        send(at(server), LETTER)
        (mail,) = server.mails
        assert (mail.sender, mail.to, mail.text) == (
            "calls@shop.example",
            ("office@shop.example",),
            "Hello\n",
        )
        assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_over_tls_with_user_and_password(security: Security) -> None:
    with smtp_server(tls="yes" if security is Security.TLS else "", starttls=True) as server:
        send(at(server, security=security, user="shop", password="secret"), LETTER)
        (mail,) = server.mails
        assert (mail.was_tls, mail.user) == (True, "shop")


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize(("name", "is_trusted"), [("other", True), ("localhost", False)])
def test_a_wrong_certificate_is_given_neither_letter_nor_password(
    security: Security, name: str, is_trusted: bool
) -> None:
    with smtp_server(tls="yes" if security is Security.TLS else "", starttls=True, name=name) as server:
        ca = server.ca if is_trusted else None
        found = refusal(at(server, security=security, user="shop", password="secret", ca=ca))
        assert "certificate" in found.why
        assert not found.is_final  # a person mends it, and then it goes
        assert server.mails == []
        assert "AUTH" not in server.commands


def test_a_server_without_the_encryption_that_is_wanted_gets_nothing() -> None:
    with smtp_server() as server:
        found = refusal(at(server, security=Security.STARTTLS, user="shop", password="secret"))
        assert "STARTTLS" in found.why
        assert "AUTH" not in server.commands
        assert server.mails == []


@pytest.mark.parametrize(
    ("command", "answer", "is_final"),
    [
        ("CONNECT", "554 no service here", False),
        ("CONNECT", "421 busy", False),
        ("MAIL", "451 later", False),
        ("MAIL", "553 not with this sender", True),
        ("RCPT", "450 greylisted, come again", False),
        ("RCPT", "550 no such user", True),
        ("DATA", "451 later", False),
        ("END", "452 out of storage", False),
        ("END", "554 spam", True),
        ("END", "nonsense", False),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(command: str, answer: str, is_final: bool) -> None:
    with smtp_server() as server:
        server.answers[command] = [answer]
        found = refusal(at(server))
        assert found.is_final is is_final
        assert server.mails == []
        if answer[0].isdigit():
            assert answer in found.why


def test_a_password_that_is_not_taken_is_worth_another_try() -> None:
    with smtp_server(tls="yes") as server:
        server.answers["AUTH"] = ["535 no"]
        found = refusal(at(server, security=Security.TLS, user="shop", password="secret"))
        assert not found.is_final
        assert "neither user nor password" in found.why


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("answer", [HANG, CLOSE])
def test_a_server_that_hangs_or_goes_is_given_up_in_time(command: str, answer: str) -> None:
    with smtp_server() as server:
        server.answers[command] = [answer]
        if command == "EHLO":
            server.answers["HELO"] = [answer]
        began = time.monotonic()
        found = refusal(at(server, timeout_s=0.2))
        assert time.monotonic() - began < 3
        assert not found.is_final
        assert ("does not answer" in found.why) == (answer == HANG)


def test_a_server_that_drips_is_given_up_as_a_whole() -> None:
    with smtp_server() as server:
        server.answers["EHLO"] = [DRIP]
        began = time.monotonic()
        found = refusal(at(server, timeout_s=0.1))
        assert time.monotonic() - began < 3
        assert "too slow" in found.why
        assert not found.is_final


def test_a_server_that_goes_after_it_has_taken_the_letter_took_it() -> None:
    with smtp_server() as server:
        server.answers["QUIT"] = [CLOSE]
        send(at(server), LETTER)
        assert len(server.mails) == 1


@pytest.mark.parametrize("security", [Security.TLS, Security.NONE, Security.STARTTLS])
def test_a_server_that_is_away_is_told(security: Security) -> None:
    with smtp_server() as server:
        away = at(server, port=free_port(), security=security)
        assert "cannot be reached" in refusal(away).why
        assert "cannot be reached" in refusal(at(server, host="no-such-host.invalid")).why


def test_a_server_that_never_speaks_tls_is_given_up() -> None:
    with smtp_server() as server:
        server.answers["CONNECT"] = [HANG]
        found = refusal(at(server, security=Security.TLS, timeout_s=0.2))
        assert not found.is_final
        assert "does not answer" in found.why


def test_lines_that_begin_with_a_dot_come_through() -> None:
    text = ".\n..\n.x\n\n.\n"
    sound = Attachment(name="a.wav", data=b"\0" * 100_000)
    with smtp_server() as server:
        for attachment in (None, sound):
            send(at(server), replace(LETTER, text=text, attachment=attachment))
        assert [mail.text for mail in server.mails] == [text, text]


def test_a_letter_that_cannot_be_composed_waits_for_a_person() -> None:
    with smtp_server() as server:
        assert refusal(at(server), replace(LETTER, to="nobody")).is_final
        assert server.commands == []


def test_calls_go_on_while_a_large_letter_is_sent() -> None:
    sound = Attachment(name="a.wav", data=b"\1" * 10_000_000)
    naps: list[float] = []

    def calls() -> None:
        while True:
            began = time.monotonic()
            gevent.sleep(0.001)
            naps.append(time.monotonic() - began)

    with smtp_server() as server:
        other = gevent.spawn(calls)
        send(at(server, timeout_s=30), replace(LETTER, attachment=sound))
        other.kill()
        (part,) = server.mails[0].message.iter_attachments()
    assert part.get_content() == sound.data
    assert len(naps) > 50


def test_certificates_that_cannot_be_read_are_told() -> None:
    from pathlib import Path

    with smtp_server() as server:
        found = refusal(at(server, security=Security.TLS, ca=Path(__file__)))
        assert "cannot be used" in found.why
