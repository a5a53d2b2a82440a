"""One HTTP request and its answer, on urllib3, with a limit in all on its time and its size.

A new connection for each: one that was kept might be closed by the other side at the very moment it is used, and then
nobody could say whether a POST was carried out. Sockets and TLS are gevent's, whether or not Python's own are patched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import gevent
import urllib3.connection
from gevent import ssl
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError, IncompleteRead

from orchestrator.outside.addresses import AddressRefused, Lookups, open_public
from orchestrator.outside.meter import Meter, MeteredSocket, MeteredTls, OverLimit
from orchestrator.outside.spec import Why
from orchestrator.outside.target import Target

CHUNK = 65_536
HEAD_BYTES = 256 * 1024  # of what comes before and between the parts of a body
CHARS = 200  # of what an error says


class Failed(Exception):  # noqa: N818  # reads as what happened
    """There is no whole answer. status: of the answer, when one began. is_sent: the service may have got the request.

    says_nothing: the fault is not the service's.
    """

    def __init__(
        self, why: Why, detail: str, *, status: int = 0, is_sent: bool = False, says_nothing: bool = False
    ) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = " ".join(detail.split())[:CHARS]
        self.status = status
        self.is_sent = is_sent
        self.says_nothing = says_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    content_type: str
    location: str
    retry_after: str


@dataclass(slots=True, kw_only=True)
class _Progress:
    """How far an exchange has come, for whoever has to say what its failing means."""

    is_sent: bool = False
    status: int = 0


def exchange(
    method: str,
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    deadline: float,
    max_bytes: int,
    is_private: bool,
    context: ssl.SSLContext | None,
    lookups: Lookups,
) -> Answer:
    """Ask, and read the answer whole, until `deadline` (time.monotonic). Raises Failed, and nothing else."""
    progress = _Progress()
    timeout = gevent.Timeout(max(deadline - time.monotonic(), 0.001))
    connection: urllib3.connection.HTTPConnection | None = None
    try:
        with timeout:
            connection = _connection(
                target,
                context,
                lambda: open_public(
                    target.host, target.port, is_private=is_private, deadline=deadline, lookups=lookups
                ),
            )
            connection.connect()
            progress.is_sent = True
            cast(Any, connection.sock).meter = Meter(2 * max_bytes + HEAD_BYTES, deadline)
            return _ask(connection, method, target.target, headers, body, max_bytes, progress)
    except gevent.Timeout as error:
        if error is not timeout:
            raise
        raise _failed(Why.SLOW, "not through in time", progress) from None
    except Failed:
        raise
    except OverLimit as error:
        why, said = (Why.SLOW, "not through in time") if error.is_late else (Why.TOO_BIG, "too much to read")
        raise _failed(why, said, progress) from None
    except AddressRefused as error:
        raise Failed(Why.REFUSED, str(error), says_nothing=True) from None
    except (HTTPError, OSError) as error:
        raise _failed(_why(error), _said(error), progress) from None
    except (ValueError, UnicodeError) as error:  # from http.client: what came is no HTTP
        raise _failed(Why.NONSENSE, f"not HTTP: {error}", progress) from None
    except Exception as error:  # http.client.HTTPException and what a hostile answer may bring about
        raise _failed(Why.NONSENSE, f"not HTTP: {type(error).__name__}: {error}", progress) from None
    finally:
        if connection is not None:
            connection.close()


def _failed(why: Why, detail: str, progress: _Progress) -> Failed:
    return Failed(why, detail, status=progress.status, is_sent=progress.is_sent)


def _why(error: Exception) -> Why:
    """What broke off is the service's being down; what came whole and cannot be read is nonsense."""
    return Why.DOWN if isinstance(_inner(error), OSError | IncompleteRead) else Why.NONSENSE


def _inner(error: BaseException) -> BaseException:
    """What went wrong, without urllib3's own wrapping."""
    while isinstance(error, HTTPError) and (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error


def _said(error: Exception) -> str:
    inner = _inner(error)
    text = getattr(inner, "verify_message", "") or getattr(inner, "strerror", "") or str(inner)
    return str(text) or type(inner).__name__


def _ask(
    connection: urllib3.connection.HTTPConnection,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None,
    max_bytes: int,
    progress: _Progress,
) -> Answer:
    connection.request(method, target, body=body, headers=headers, preload_content=False)
    response = connection.getresponse()
    progress.status = response.status
    try:
        return Answer(
            status=response.status,
            body=_body(response, max_bytes),
            content_type=response.headers.get("Content-Type", ""),
            location=response.headers.get("Location", ""),
            retry_after=response.headers.get("Retry-After", ""),
        )
    finally:
        response.close()  # it keeps the socket open beyond the connection's own closing


def _body(response: HTTPResponse, max_bytes: int) -> bytes:
    """All of it; Failed as soon as it is known to be more than `max_bytes`, packed or unpacked."""
    too_big = Failed(
        Why.TOO_BIG, f"an answer of more than {max_bytes} bytes", status=response.status, is_sent=True
    )
    said = response.headers.get("Content-Length", "")
    if said.isdecimal() and len(said) < 19 and int(said) > max_bytes:
        raise too_big
    parts, size = [], 0
    while data := response.read(min(CHUNK, max_bytes + 1 - size), decode_content=True):
        parts.append(data)
        size += len(data)
        if size > max_bytes:
            raise too_big
    return b"".join(parts)


class _Plain(urllib3.connection.HTTPConnection):
    """A connection of urllib3 whose socket is ours: gevent's, to an address that was looked at."""

    open_socket: Callable[[], MeteredSocket]

    def _new_conn(self) -> Any:
        return self.open_socket()


class _Tls(urllib3.connection.HTTPSConnection):
    open_socket: Callable[[], MeteredSocket]

    def _new_conn(self) -> Any:
        return self.open_socket()


def _connection(
    target: Target, context: ssl.SSLContext | None, open_socket: Callable[[], MeteredSocket]
) -> urllib3.connection.HTTPConnection:
    connection: _Plain | _Tls
    if target.scheme == "https":
        connection = _Tls(target.host, target.port, ssl_context=cast(Any, context or tls_context(None)))
    else:
        connection = _Plain(target.host, target.port)
    connection.open_socket = open_socket
    return connection


class _Context(ssl.SSLContext):
    """gevent's, but a handshake that is broken off by a time-out leaves no open socket behind."""

    sslsocket_class = MeteredTls

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(*args, **{**kwargs, "do_handshake_on_connect": False})
        try:
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """Certificates and names are verified, against the system's authorities or those in the file `ca`.

    OSError or ValueError (ssl.SSLError is both) when the file cannot be used.
    """
    made = _Context(ssl.PROTOCOL_TLS_CLIENT)  # gevent's create_default_context makes Python's own
    if ca is None:
        made.load_default_certs()
    else:
        made.load_verify_locations(cafile=str(ca))
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
