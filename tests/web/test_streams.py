"""How a stream goes on: alive while nothing happens, at an end with its token, bounded in number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.web.auth import Caller
from orchestrator.web.streams import EventStream, News, Room, event, following, still_good
from tests.web.conftest import made_token
from tests.web.listening import Client


def told(
    look: Callable[[str], News], count: int, *, is_good: Callable[[], bool] = lambda: True
) -> list[bytes]:
    """The first things that are sent, with no time between looks."""

    async def story() -> list[bytes]:
        events = following(look, "0-1", is_good=is_good, poll_s=0, alive_s=0)
        found = []
        async for data in events:
            found.append(data)
            if len(found) == count:
                break
        await events.aclose()
        return found

    return asyncio.run(story())


def test_silence_is_broken_now_and_then_and_moves_the_place() -> None:
    assert told(lambda _: News(data=b"", after="7-0"), 3) == [
        b"retry: 2000\n\n",
        b"id: 7-0\n\n",
        b"id: 7-0\n\n",
    ]
    assert told(lambda _: News(data=b"", after=""), 2)[1] == b": alive\n\n"


def test_while_the_store_is_away_the_place_is_kept() -> None:
    places = []

    def look(after: str) -> News:
        places.append(after)
        if len(places) == 2:
            raise KnownError("away")
        return News(data=event("status", {}, "9-0"), after="9-0")

    assert told(look, 5)[-1] == b"id: 9-0\nevent: status\ndata: {}\n\n"
    assert places == ["0-1", "9-0", "9-0"]


def test_a_stream_ends_when_its_token_is_no_good_any_more(project: Project) -> None:
    made_token(project, "events:read", for_ms=60_000)
    [row] = project.store.tokens.listed()
    caller = Caller(name=row.name, scopes=row.scopes)
    assert still_good(project, caller, "events:read")()
    assert not still_good(project, caller, "leads:read")()
    project.store.tokens.revoke(row.name)
    is_good = still_good(project, caller, "events:read")
    assert not is_good()
    found = told(lambda after: News(data=b"", after=after), 9, is_good=is_good)
    assert found[-1].startswith(b"event: end\n")


def test_one_stream_too_many_is_told_to_come_again() -> None:
    async def nothing() -> AsyncGenerator[bytes, None]:
        yield b""

    async def story() -> None:
        room, client = Room(1), Client()
        room.under_way = 1
        await EventStream(room, nothing())({"type": "http"}, client.receive, client.send)
        assert client.status == 503
        assert "1 event streams" in client.text
        room.under_way = 0
        await EventStream(room, nothing())({"type": "http"}, client.receive, client.send)
        assert (client.status, client.is_over, room.under_way) == (200, True, 0)

    asyncio.run(story())
