"""`prozvon web` as a process: a socket, a server on it, and the signals that end it."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.api_settings import ApiPart
from orchestrator.web.app import app_of
from orchestrator.web.connection import PatientConnection

BACKLOG = 512
KEEP_ALIVE_S = 15
END_S = 5  # requests under way have so long when we are told to end; event streams are then cut
HEADER_BYTES = 32_768


def serve(project: Project, listen: str | None, say: Callable[[str], None]) -> None:
    """Serve `project` until SIGTERM or SIGINT; a second one ends at once. listen: HOST:PORT; None: `api.listen`.

    say: told the address once requests are taken. KnownError: the address is taken, the certificate cannot be read.
    """
    api = project.settings.api
    listener = bound(listen or api.listen)
    with listener:
        server = Server(app_of(project), api)
        host, port = listener.getsockname()[:2]
        scheme = "https" if api.certificate else "http"
        say(f"listening on {scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        if not (api.certificate or _is_loopback(host)):
            say(
                "warning: tokens and contacts travel unencrypted: set api.certificate, or put a proxy before it"
            )
        structlog.get_logger().info("web_started", host=host, port=port)
        server.run(sockets=[listener])
    structlog.get_logger().info("web_ended")


class Said(logging.Handler):
    """What uvicorn warns of, in our log. What handlers have raised is there already (`errors.problem_of`)."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().warning("web_warned", what=record.getMessage())


class Server(uvicorn.Server):
    """uvicorn's, which ends in good order when it is told to, and says nothing of its own."""

    def __init__(self, app: ASGIApp, api: ApiPart) -> None:
        logger = logging.getLogger("uvicorn.error")
        logger.handlers, logger.propagate = [Said(logging.WARNING)], False
        connection = type("Connection", (PatientConnection,), {"idle_s": api.idle_s})
        super().__init__(
            uvicorn.Config(
                app,
                http=connection,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=END_S,
                h11_max_incomplete_event_size=HEADER_BYTES,
                ssl_context_factory=_tls(api),
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but what has ended us is not raised again: it was obeyed."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main one hears signals
            return
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as signal wants it
        self.force_exit = self.should_exit
        self.should_exit = True


def bound(listen: str) -> socket.socket:
    """A socket that listens at HOST:PORT; port 0: any free one. KnownError when it cannot."""
    host, _, port = listen.rpartition(":")
    if not (port.isdecimal() and int(port) < 65_536):
        raise KnownError(f"cannot listen on {listen!r}: HOST:PORT is meant")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise KnownError(f"cannot listen on {listen!r}: {error}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise KnownError(f"cannot listen on {listen}: {error.strerror}") from None
    listener.setblocking(False)
    return listener


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


def _tls(api: ApiPart) -> Callable[..., ssl.SSLContext] | None:
    """KnownError when certificate or key cannot be read, or do not belong together."""
    if api.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(api.certificate, api.key)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror or str(error)
        raise KnownError(f"api.certificate {api.certificate} with api.key {api.key}: {said}") from None
    return lambda *_: context
