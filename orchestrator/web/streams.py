"""Server-sent events: as many clients as there is room for, each as fast as it reads, none of them without an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.web.auth import Caller, real_ms
from orchestrator.web.errors import away

MOST: Final = 100  # streams at once of one process: each asks the store twice a second
POLL_S: Final = 0.5
ALIVE_S: Final = 15.0  # proxies let go of connections on which nothing comes for a minute
MEDIA_TYPE: Final = "text/event-stream"
ABOUT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Server-sent events", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was found behind a place. data: events as they are sent. after: where to go on. is_more: ask at once."""

    data: bytes
    after: str
    is_more: bool = False


def event(name: str, data: object, event_id: str = "") -> bytes:
    """One event. data: what JSON can say."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\n".encode() + b"data: " + orjson.dumps(data) + b"\n\n"


def place(after: str) -> bytes:
    """No event, but whoever comes back begins behind it."""
    return f"id: {after}\n\n".encode() if after else b": alive\n\n"


async def following(
    look: Callable[[str], News],
    after: str,
    *,
    is_good: Callable[[], bool],
    is_endless: bool = True,
    poll_s: float = POLL_S,
    alive_s: float = ALIVE_S,
) -> AsyncGenerator[bytes, None]:
    """What `look(after)` finds, again and again; it runs in a thread, and while the client does not read it is not
    asked. is_good: whether the client may still be told, looked at every `alive_s`. is_endless: else until nothing more
    is there.
    """
    loop = asyncio.get_running_loop()
    said_at = good_at = loop.time()
    yield b"retry: 2000\n\n"
    while True:
        try:
            news = await run_in_threadpool(look, after)
            if loop.time() >= good_at + alive_s:
                if not await run_in_threadpool(is_good):
                    yield event("end", {"why": "the token is no good any more"})
                    return
                good_at = loop.time()
        except KnownError:  # the store is away; what happens meanwhile is told when it is back
            news = News(data=b"", after=after)
        after = news.after
        if news.data:
            yield news.data
            said_at = loop.time()
        if news.is_more:
            continue
        if not is_endless:
            return
        if loop.time() >= said_at + alive_s:
            yield place(after)
            said_at = loop.time()
        await asyncio.sleep(poll_s)


def still_good(project: Project, caller: Caller, scope: str) -> Callable[[], bool]:
    """Whether the token that a stream began with is neither revoked nor expired, and has its scope."""

    def look() -> bool:
        found = {row.name: row for row in project.store.tokens.listed()}.get(caller.name)
        return (
            found is not None
            and scope in found.scopes
            and (found.expires_at is None or found.expires_at > real_ms())
        )

    return look


class Room:
    """How many streams there are now."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.under_way = 0


class EventStream(Response):
    """Sends until the client goes away, or there is no more. One too many is told to come again."""

    media_type = MEDIA_TYPE

    def __init__(self, room: Room, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._room, self._events = room, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._room.under_way >= self._room.most:
            problem = away(f"{self._room.most} event streams are open already", retry_after_s=10)
            await problem.response()(scope, receive, send)
            return
        self._room.under_way += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._until_gone(receive, send)
        finally:
            self._room.under_way -= 1

    async def _until_gone(self, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_gone(receive))
        sending = asyncio.ensure_future(self._send(send))
        try:
            await asyncio.wait((gone, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for each in (gone, sending):
                each.cancel()
            await asyncio.gather(gone, sending, return_exceptions=True)
            await self._events.aclose()

    async def _send(self, send: Send) -> None:
        async for data in self._events:
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def room_of(request: Request) -> Room:
    """The room of this app's streams."""
    found = getattr(request.app.state, "streams", None)
    if not isinstance(found, Room):
        found = request.app.state.streams = Room()
    return found


TheRoom = Annotated[Room, Depends(room_of)]
