"""Clients of event streams, asked of the app itself: each reads when the test lets it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

LIMIT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """data: None of a block that only moves the place."""

    name: str
    id: str
    data: Any


class Client:
    """One connection. While `reads` is not set the app's sending stands still, as when a socket is full."""

    def __init__(self, *, is_reading: bool = True) -> None:
        self.reads = asyncio.Event()
        if is_reading:
            self.reads.set()
        self.gone = asyncio.Event()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.is_over = False

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        await self.reads.wait()
        self.text += message["body"].decode()
        self.is_over = not message.get("more_body", False)

    @property
    def heard(self) -> list[Heard]:
        blocks = self.text.split("\n\n")[:-1]
        return [each for each in map(_heard, blocks) if each is not None]

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.heard if each.name]

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + LIMIT_S
        while not is_so():
            assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(app: ASGIApp, path: str, token: str, *, is_reading: bool = True) -> AsyncIterator[Client]:
    """A client of `path`, which goes away at the end."""
    client = Client(is_reading=is_reading)
    sent = {"authorization": f"Bearer {token}"}
    where, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    task = asyncio.ensure_future(app(scope, client.receive, client.send))  # type: ignore[arg-type]
    try:
        await client.until(lambda: client.status or task.done(), "the response begins")
        yield client
    finally:
        client.gone.set()
        client.reads.set()
        await asyncio.wait_for(task, LIMIT_S)


def _heard(block: str) -> Heard | None:
    lines = dict(line.partition(": ")[::2] for line in block.split("\n"))
    if not lines.keys() & {"id", "event"}:
        return None
    data = json.loads(lines["data"]) if "data" in lines else None
    return Heard(name=lines.get("event", ""), id=lines.get("id", ""), data=data)
