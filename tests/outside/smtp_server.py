"""A mail server on loopback that does whatever a test wants, good or bad, line by line."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage

import gevent
from gevent import socket, ssl
from gevent.event import Event
from gevent.server import StreamServer

from tests.outside.http_service import TLS

HANG = "(hang)"  # answer nothing
CLOSE = "(close)"  # go without a word
DRIP = "(drip)"  # go on answering, a little at a time, for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter as it came: the envelope, and the bytes between DATA and the dot."""

    sender: str
    to: tuple[str, ...]
    data: bytes
    was_tls: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass(slots=True)
class _Talk:
    sock: socket.socket
    file: object = None
    is_tls: bool = False
    user: str = ""
    sender: str = ""
    to: list[str] = field(default_factory=list)


class SmtpServer:
    """answers: command (`CONNECT`, `RCPT`, `END` after the dot ...) -> answers in turn; the last one goes on."""

    def __init__(self, *, tls: str = "", starttls: bool = False, name: str = "localhost") -> None:
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.answers: dict[str, list[str]] = {}
        self.ended = Event()
        self.ca = TLS / "ca.pem"
        self._starttls = starttls
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(TLS / f"{name}.pem", TLS / f"{name}.key")
        options = {"ssl_context": self._context} if tls else {}
        self._is_tls = bool(tls)
        self._server = StreamServer(("127.0.0.1", 0), self._serve, **options)
        self._server.start()
        self.port: int = self._server.server_port

    def stop(self) -> None:
        self.ended.set()
        self._server.stop(timeout=0.1)
        gevent.sleep(0)

    def _serve(self, sock: socket.socket, _: object) -> None:
        talk = _Talk(sock, sock.makefile("rb"), is_tls=self._is_tls)
        with suppress(OSError):
            if self._say(talk, "CONNECT", "220 test ESMTP"):
                while self._one(talk):
                    pass
        talk.sock.close()

    def _one(self, talk: _Talk) -> bool:
        line = talk.file.readline()  # type: ignore[attr-defined]
        if not line:
            return False
        command, _, rest = line.decode().strip().partition(" ")
        command = command.upper()
        self.commands.append(command)
        match command:
            case "EHLO":
                extras = ["250-STARTTLS"] if self._starttls and not talk.is_tls else []
                return self._say(
                    talk, command, "\r\n".join(["250-test", *extras, "250-AUTH PLAIN", "250 8BITMIME"])
                )
            case "STARTTLS":
                go_on = self._say(talk, command, "220 go")
                talk.sock = self._context.wrap_socket(talk.sock, server_side=True)
                talk.file, talk.is_tls = talk.sock.makefile("rb"), True
                return go_on
            case "AUTH":
                talk.user = base64.b64decode(rest.split()[1]).decode().split("\0")[1]
                return self._say(talk, command, "235 welcome")
            case "MAIL":
                talk.sender, talk.to = _path(rest), []
                return self._say(talk, command, "250 ok")
            case "RCPT":
                talk.to.append(_path(rest))
                return self._say(talk, command, "250 ok")
            case "DATA":
                return self._say(talk, command, "354 go") and self._letter(talk)
            case "QUIT":
                self._say(talk, command, "221 bye")
                return False
            case _:
                return self._say(talk, command, "250 ok")

    def _letter(self, talk: _Talk) -> bool:
        lines: list[bytes] = []
        while (line := talk.file.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        answer = self._next("END", "250 taken")
        if answer.startswith("2") or answer in (HANG, CLOSE):
            self.mails.append(
                Mail(
                    sender=talk.sender,
                    to=tuple(talk.to),
                    data=b"".join(lines),
                    was_tls=talk.is_tls,
                    user=talk.user,
                )
            )
        return self._answer(talk, answer)

    def _next(self, command: str, usual: str) -> str:
        left = self.answers.get(command, [usual])
        return left.pop(0) if len(left) > 1 else left[0]

    def _say(self, talk: _Talk, command: str, usual: str) -> bool:
        return self._answer(talk, self._next(command, usual))

    def _answer(self, talk: _Talk, answer: str) -> bool:
        while answer == DRIP and not self.ended.wait(0.02):
            talk.sock.sendall(b"250-wait\r\n")
        if answer == HANG:
            self.ended.wait()
        if answer in (HANG, CLOSE):
            return False
        talk.sock.sendall(answer.encode() + b"\r\n")
        return True


def _path(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]


@contextmanager
def smtp_server(**options: object) -> Iterator[SmtpServer]:
    server = SmtpServer(**options)  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.stop()
