"""Serves a folder by HTTP on the loopback, to a switch that gets its prompts by URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gevent.pywsgi import WSGIServer


class HttpServer:
    """On a free port of 127.0.0.1 until `stop`. `folder` is set once it is known."""

    def __init__(self) -> None:
        self.folder = Path()
        self.asked: list[str] = []
        self._server = WSGIServer(("127.0.0.1", 0), self._answer, log=None, error_log=None)
        self._server.start()
        self.port = int(self._server.server_port or 0)

    def stop(self) -> None:
        self._server.stop(timeout=1)

    def _answer(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        name = str(environ["PATH_INFO"]).removeprefix("/")
        self.asked.append(name)
        path = self.folder / name
        if "/" in name or not path.is_file():
            start("404 Not Found", [("Content-Length", "0"), ("Connection", "close")])
            return [b""]
        data = path.read_bytes()
        length = ("Content-Length", str(len(data)))
        start("200 OK", [("Content-Type", "audio/x-wav"), length, ("Connection", "close")])
        return [data]
