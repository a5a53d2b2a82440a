"""A switch of a few lines, for the transport: each test says what it sends and when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import gevent
from gevent import socket
from gevent.server import StreamServer

from orchestrator.esl.connection import Connection
from orchestrator.esl.inbox import InboxLimits
from orchestrator.esl.timeouts import Timeouts

from .streams import GREETING, api_response, job_reply, json_event, reply

PASSWORD = "s3cret-of-the-switch"
QUICK = Timeouts(connect_s=2, greeting_s=2, auth_s=2, reply_s=2, write_s=2, goodbye_s=1)


def wait_until(predicate: Callable[[], object], description: str, timeout_s: float = 5.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not predicate():
        assert time.monotonic() < deadline, f"never happened: {description}"
        gevent.sleep(0.001)


class Peer:
    """The switch's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> str | None:
        """The next command, without the blank line that ends it; None at the end."""
        while b"\n\n" not in self.buffer:
            data = self.sock.recv(65_536)
            if not data:
                return None
            self.buffer += data
        command, self.buffer = self.buffer.split(b"\n\n", 1)
        return command.decode()

    def authenticate(self) -> None:
        self.send(GREETING)
        assert self.read() == f"auth {PASSWORD}"
        self.send(reply("+OK accepted"))

    def answer(self, command: str) -> None:
        """As a switch that accepts everything: `api` is echoed."""
        if command.startswith("api "):
            self.send(api_response(command))
        elif command.startswith("bgapi "):
            self.send(job_reply(command.partition("Job-UUID: ")[2]))
        else:
            self.send(reply("+OK"))

    def serve(self) -> None:
        """Answer until the other end goes."""
        while (command := self.read()) is not None:
            self.answer(command)

    def wait_for_the_end(self) -> None:
        while self.sock.recv(65_536):
            pass


def well_behaved(peer: Peer) -> None:
    peer.authenticate()
    peer.serve()


class Switch:
    """Listens on a port of its own. `script` runs for each connection, which is closed when it returns."""

    def __init__(self, script: Callable[[Peer], None] = well_behaved) -> None:
        self.script = script
        self.peers: list[Peer] = []
        self.heard: list[str] = []
        self.failures: list[BaseException] = []
        self._server = StreamServer(("127.0.0.1", 0), self._run)
        self._server.start()
        self.port: int = self._server.server_port

    def _run(self, sock: socket.socket, _address: object) -> None:
        peer = Peer(sock)
        self.peers.append(peer)
        try:
            self.script(peer)
        except OSError:
            pass  # the other end has gone: many tests are about that
        except AssertionError as error:
            self.failures.append(error)
        finally:
            sock.close()

    def stop(self) -> None:
        self._server.stop(timeout=0)
        for peer in self.peers:
            with suppress(OSError):
                peer.sock.close()
        assert not self.failures


@contextmanager
def switch(script: Callable[[Peer], None] = well_behaved) -> Iterator[Switch]:
    server = Switch(script)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def connected(
    script: Callable[[Peer], None] = lambda peer: peer.serve(),
    *,
    on_event: Callable[[dict[str, object]], None] | None = None,
    timeouts: Timeouts = QUICK,
    inbox: InboxLimits | None = None,
) -> Iterator[tuple[Connection, Switch]]:
    """A connection that is through with authenticating; `script` goes on from there."""

    def whole(peer: Peer) -> None:
        peer.authenticate()
        script(peer)

    with switch(whole) as server:
        connection = Connection(
            "127.0.0.1", server.port, PASSWORD, on_event=on_event, timeouts=timeouts, inbox=inbox
        )
        try:
            connection.connect()
            yield connection, server
        finally:
            connection.close()


def numbered(number: int, **more: object) -> bytes:
    return json_event({"Event-Name": "CHANNEL_ANSWER", "n": str(number), **more})
