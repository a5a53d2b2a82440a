"""An HTTP service on loopback that does whatever a test wants, good or bad, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import gevent
from gevent import socket, ssl
from gevent.event import Event
from gevent.server import StreamServer

TLS = Path(__file__).resolve().parent.parent / "data" / "tls"


@dataclass(slots=True, kw_only=True)
class Seen:
    """One request as it came, and the connection it came on."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    sock: socket.socket = field(repr=False)
    service: HttpService = field(repr=False)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        """Go without a word."""
        self.sock.close()

    def never_answer(self) -> None:
        self.sock.recv(1)  # until the other side goes

    def wait_for_all_asked(self) -> None:
        """Answer once `service.wanted` requests are there."""
        if len(self.service.seen) >= self.service.wanted:
            self.service.all_asked.set()
        self.service.all_asked.wait()
        answer()(self)


Act = Callable[[Seen], None]


def answer(
    body: bytes = b"{}", *, status: str = "200 OK", kind: str = "application/json", headers: str = ""
) -> Act:
    """Answer so, whatever is asked. headers: lines that end with CRLF."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda seen: seen.send(head.encode() + body)


def in_turn(*acts: Act) -> Act:
    """The first request gets the first, and so on; the last one goes on."""
    left = list(acts)
    return lambda seen: (left.pop(0) if len(left) > 1 else left[0])(seen)


class HttpService:
    def __init__(self, act: Act, **tls: object) -> None:
        self.act = act
        self.seen: list[Seen] = []
        self.wanted = 0
        self.all_asked = Event()
        self.connections = 0
        self.ca = TLS / "ca.pem"
        self._server = StreamServer(("127.0.0.1", 0), self._serve, **tls)
        self._server.start()
        scheme = "https" if tls else "http"
        self.port: int = self._server.server_port
        self.url = f"{scheme}://127.0.0.1:{self.port}/api/"

    def _serve(self, sock: socket.socket, _: object) -> None:
        self.connections += 1
        try:
            with suppress(OSError):
                seen = self._read(sock)
                if seen is not None:
                    self.seen.append(seen)
                    self.act(seen)
        finally:
            sock.close()

    def _read(self, sock: socket.socket) -> Seen | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65_536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            more = sock.recv(65_536)
            if not more:  # whoever asked is gone
                return None
            body += more
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        return Seen(
            method=method, path=path, query=query, headers=headers, body=body, sock=sock, service=self
        )

    def stop(self) -> None:
        self.all_asked.set()
        self._server.stop(timeout=0.1)


@contextmanager
def http_service(act: Act | None = None) -> Iterator[HttpService]:
    service = HttpService(act or answer())
    try:
        yield service
    finally:
        service.stop()
        gevent.sleep(0)


@contextmanager
def tls_service(act: Act | None = None, *, name: str = "localhost") -> Iterator[HttpService]:
    """With the certificate `name` of tests/data/tls: its authority is `ca`, which no system trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / f"{name}.pem", TLS / f"{name}.key")
    service = HttpService(act or answer(), ssl_context=context)
    try:
        yield service
    finally:
        service.stop()
        gevent.sleep(0)
