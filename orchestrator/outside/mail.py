"""Hands letters to the mail server: standard library's SMTP on gevent's sockets, bounded in time as a whole."""

from __future__ import annotations

import itertools
import re
import smtplib
import socket as plain_socket
import ssl as plain_ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import gevent
from gevent import socket, ssl

from orchestrator.outside.letter import Letter, address_of, pieces
from orchestrator.outside.undelivered import Undelivered

WHOLE = 10  # a letter as a whole may take so many times as long as one answer of the server
_READY, _DONE, _GO_ON = 220, 250, 354
_TAKEN = (250, 251)
_REST_S = 0.001  # between pieces: calls come first (a sleep of nothing lets no timer have its turn)
_DOT = re.compile(rb"^\.", re.M)  # RFC 5321, 4.5.2
_GONE_FOR_GOOD = range(500, 600)  # RFC 5321, 4.2.1: the same again would fail again


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed over. The server's certificate is always checked where there is one.

    sender: ADDRESS or NAME <ADDRESS>. ca: certificates to trust instead of the system's. timeout_s: for each answer.
    """

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    timeout_s: float = 30.0

    @property
    def where(self) -> str:
        return f"the mail server {self.host}:{self.port}"


def send(server: MailServer, letter: Letter) -> None:
    """Hand one letter to the server. Undelivered when it is not taken, or nobody knows."""
    whole = gevent.Timeout(WHOLE * server.timeout_s)
    try:
        with whole:
            _hand_over(server, letter)
    except _NoLetter as error:
        raise Undelivered(str(error), is_final=True) from None
    except gevent.Timeout as timeout:
        if timeout is not whole:
            raise
        raise Undelivered(f"{server.where} was too slow") from None
    except plain_ssl.SSLCertVerificationError as error:
        raise Undelivered(f"the certificate of {server.where} is not good: {error.verify_message}") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(server, *next(iter(error.recipients.values()))) from None
    except smtplib.SMTPAuthenticationError as error:  # a person mends the settings: worth trying again
        raise Undelivered(
            f"{server.where} takes neither user nor password: {_said(error.smtp_error)}"
        ) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _refused(server, error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"{server.where} said {error.smtp_code} {_said(error.smtp_error)}") from None
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):
            raise _silent(server) from None
        raise Undelivered(f"{server.where} hung up: {error}") from None
    except smtplib.SMTPException as error:
        raise Undelivered(f"{server.where}: {error}") from None
    except TimeoutError:
        raise _silent(server) from None
    except (OSError, plain_socket.gaierror, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Undelivered(f"{server.where} cannot be reached: {why}") from None


class _NoLetter(Exception):  # noqa: N818
    """It cannot be composed."""


def _hand_over(server: MailServer, letter: Letter) -> None:
    data = pieces(letter, server.sender)
    try:
        first = next(data)
    except ValueError as error:
        raise _NoLetter(str(error)) from None
    client = _Client(server)
    try:
        code, greeting = client.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, greeting)
        client.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            client.starttls(context=client.trusted)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)
        client.tell(address_of(server.sender), letter.to, itertools.chain([first], data))
        with suppress(smtplib.SMTPException, OSError):
            client.quit()  # it has been taken already
    finally:
        client.close()


class _Client(smtplib.SMTP):
    """On gevent's sockets, whether or not the standard library's were replaced by them."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self.trusted: Any = _context(server) if server.security is not Security.NONE else None
        super().__init__(local_hostname=_own_name(), timeout=server.timeout_s)
        self._host = server.host  # what the certificate is checked against

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        made = socket.create_connection((host, port), timeout)
        if self._server.security is not Security.TLS:
            return made
        try:
            return self.trusted.wrap_socket(made, server_hostname=host)
        except BaseException:
            made.close()
            raise

    def tell(self, sender: str, to: str, data: Iterable[bytes]) -> None:
        """As `sendmail`, for a letter in pieces of whole lines. The errors of smtplib."""
        code, said = self.mail(sender)
        if code != _DONE:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = self.rcpt(to)
        if code not in _TAKEN:
            raise smtplib.SMTPRecipientsRefused({to: (code, said)})
        code, said = self.docmd("DATA")
        if code != _GO_ON:
            raise smtplib.SMTPDataError(code, said)
        for piece in data:
            self.send(_DOT.sub(b"..", piece))
            gevent.sleep(_REST_S)
        self.send(b".\r\n")
        code, said = self.getreply()
        if code != _DONE:
            raise smtplib.SMTPDataError(code, said)


def _context(server: MailServer) -> Any:
    context: Any = ssl.SSLContext(plain_ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = plain_ssl.TLSVersion.TLSv1_2
    try:
        if server.ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(server.ca)
    except (OSError, ValueError) as error:
        raise Undelivered(f"the certificates in {server.ca} cannot be used: {error}") from None
    return context


def _own_name() -> str:
    """What we greet with: asking the network for a full name might take as long as the mail itself."""
    name = plain_socket.gethostname()
    return name if name.isascii() and name and " " not in name else "localhost"


def _silent(server: MailServer) -> Undelivered:
    return Undelivered(f"{server.where} does not answer within {server.timeout_s:g} s")


def _refused(server: MailServer, code: int, said: bytes | str) -> Undelivered:
    return Undelivered(f"{server.where} refused it: {code} {_said(said)}", is_final=code in _GONE_FOR_GOOD)


def _said(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
