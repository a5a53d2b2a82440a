"""Serves prompts to switches on other machines, by HTTP: whole files by name, and nothing else.

GET and HEAD of `/<name>.wav`, below any prefix that a proxy leaves in the path. No listing, no ranges, nothing that
writes. A name's content never changes, so it may be kept for ever; but `max-age` is left out on purpose: mod_http_cache
reckons it in an int of microseconds (mod_http_cache.c, process_cache_control_header), where anything over 2147 s
overflows, to times in the past even. Without it the switch keeps a file for its own `default-max-age`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
import structlog
from gevent import socket
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from orchestrator.domain.problem import KnownError

log = structlog.get_logger()

CONNECTIONS = 64  # at once; more wait in the socket's queue
BACKLOG = 256
CONNECTION_S = 30.0  # of real time for which one connection may last, idle or not
FILE_MAX = 32 * 1024 * 1024  # bytes: half an hour

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]{1,100}){0,8}/([0-9a-f]{32,64}\.wav)\Z")

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


class PromptFiles:
    """The WSGI application. `folders` are looked into in their order."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return _say(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        found = _PATH.match(environ["PATH_INFO"])
        data = self._read(found[1]) if found else None
        if data is None:
            return _say(start_response, "404 Not Found")
        headers = [
            ("Content-Type", "audio/wav"),
            ("Content-Length", str(len(data))),
            ("Cache-Control", "public, immutable"),
        ]
        start_response("200 OK", headers)
        return [data] if method == "GET" else []

    def _read(self, name: str) -> bytes | None:
        for folder in self._folders:
            try:
                with (folder / name).open("rb") as file:
                    data = file.read(FILE_MAX + 1)
            except OSError:
                continue
            return data if len(data) <= FILE_MAX else None
        return None


def _say(start_response: StartResponse, status: str, headers: Iterable[tuple[str, str]] = ()) -> list[bytes]:
    start_response(status, [("Content-Length", "0"), *headers])
    return []


class _Handler(WSGIHandler):
    """A connection that is closed in time, whatever the other side does or does not."""

    def handle(self) -> None:
        with gevent.Timeout(CONNECTION_S, False):  # type: ignore[arg-type]  # False: it passes in silence
            super().handle()

    def log_request(self) -> None:
        """A line for each file would be a line for each call."""


class _Silent:
    """Where pywsgi's own complaints about clients go."""

    def write(self, text: str, /) -> None:
        log.debug("prompt_server", said=text.strip()[:200])

    def writelines(self, lines: Iterable[str], /) -> None:
        self.write(" ".join(lines))

    def flush(self) -> None:
        """Nothing is held back."""


class PromptServer:
    """Serves the prompts in `folders` on HOST:PORT until it is stopped."""

    def __init__(self, host_port: str, folders: Iterable[Path]) -> None:
        host, _, port = host_port.rpartition(":")
        self._address = (host, int(port))
        self._files = PromptFiles(folders)
        self._server: WSGIServer | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        assert self._server is not None  # noqa: S101  # it was started
        return int(self._server.server_port or 0)

    def start(self) -> None:
        """Several workers of one machine share the address. KnownError when somebody else has it."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(self._address)
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            where = ":".join(map(str, self._address))
            raise KnownError(f"cannot serve prompts on {where} (`serve_prompts`): {error.strerror}") from None
        self._server = WSGIServer(
            listener,
            self._files,
            spawn=Pool(CONNECTIONS),
            handler_class=_Handler,
            log=None,
            error_log=_Silent(),
        )
        self._server.start()
        log.info("prompts_served", address=":".join(map(str, self._address)))

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(timeout=1)
        self._server = None
