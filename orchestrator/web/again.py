"""`Idempotency-Key`: a POST that is sent again under the same key is not done again; its reply is said again.

Kept are replies that say what became of it (2xx, 4xx); not those after which it is to be tried again (401, 403, 408,
429, 5xx), nor any larger than `MOST_KEPT`. Of a streamed list the body is not compared: no row is ever added twice.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from hashlib import sha256
from uuid import uuid4

from fastapi.security.utils import get_authorization_scheme_param
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.store.replies import UNDERWAY_MS, KeptReply, ReplyBook, Turn
from orchestrator.web.auth import admitted, digest_of
from orchestrator.web.bounds import LISTS
from orchestrator.web.errors import ApiProblem, Fault, conflict, invalid, problem_of

HEADER = "idempotency-key"
MOST_KEPT = 65_536  # bytes of a reply
HOLD_S = UNDERWAY_MS / 4_000
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
_PASSING = frozenset({401, 403, 408, 429})
_SAID_AGAIN = ("content-type", "location")


class Again:
    """An ASGI middleware, inside of `Bounds`."""

    def __init__(self, app: ASGIApp, project: Project) -> None:
        self._app = app
        self._project = project
        self._replies: ReplyBook = project.store.replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or HEADER not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        try:
            await self._once(scope, receive, send, Headers(scope=scope))
        except (ApiProblem, KnownError) as error:
            await problem_of(error).response()(scope, receive, send)

    async def _once(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        if not _KEY.match(headers[HEADER]):
            where = "header.Idempotency-Key"
            raise invalid("Idempotency-Key: 1 to 255 ASCII characters", Fault(where=where, what="not a key"))
        scheme, shown = get_authorization_scheme_param(headers.get("authorization"))
        token = digest_of(shown if scheme.lower() == "bearer" else "")
        key = sha256(headers[HEADER].encode()).hexdigest()
        asked = sha256(f"{scope['path']}?{scope['query_string'].decode('latin-1')}\n".encode())
        if not LISTS.match(scope["path"]):
            message = await receive()  # `Bounds` hands it on as a whole
            asked.update(message.get("body", b""))
            receive = _first(message, receive)
        request = asked.hexdigest()
        found = await run_in_threadpool(self._replies.take, token, key, request, uuid4().hex)
        if found.turn is Turn.STRANGER:
            await self._app(scope, receive, send)
            return
        if found.turn is not Turn.DO:  # no handler looks at the token then
            await run_in_threadpool(admitted, Request(scope), self._project, token)
        if found.turn is Turn.REFUSE:
            raise invalid("this Idempotency-Key has been used for another request")
        if found.turn is Turn.WAIT:
            problem = conflict("the same request is being done just now: wait, and ask again")
            problem.headers = {"Retry-After": "1"}
            raise problem
        if found.reply is not None:
            await _as_response(found.reply)(scope, receive, send)
            return
        heard, is_over = Heard(send), asyncio.Event()
        holding = asyncio.create_task(self._hold(token, key, is_over))
        try:
            await self._app(scope, receive, heard)
        finally:
            is_over.set()
            await holding  # before its reply is kept, which is for longer
            kept = heard.reply()
            with suppress(
                KnownError
            ):  # the store has gone away: it was answered, and that is all there is to say
                if kept is None:
                    await run_in_threadpool(self._replies.forget, token, key)
                else:
                    await run_in_threadpool(self._replies.keep, token, key, request, kept)

    async def _hold(self, token: str, key: str, is_over: asyncio.Event) -> None:
        """Opening a campaign may take minutes: nobody else begins it meanwhile."""
        while not is_over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), HOLD_S)
                return
            with suppress(KnownError):
                await run_in_threadpool(self._replies.hold, token, key)


class Heard:
    """Sends on what the app says, and remembers it as far as it may be said again."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._status = 500
        self._headers: tuple[tuple[str, str], ...] = ()
        self._body = b""
        self._is_whole = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = Headers(raw=message["headers"])
            self._headers = tuple((name, headers[name]) for name in _SAID_AGAIN if name in headers)
        elif message["type"] == "http.response.body":
            if len(self._body) <= MOST_KEPT:
                self._body += message.get("body", b"")
            self._is_whole = not message.get("more_body", False)
        await self._send(message)

    def reply(self) -> KeptReply | None:
        """None: it is not to be said again."""
        is_final = self._status < 500 and self._status not in _PASSING
        if not (self._is_whole and is_final and len(self._body) <= MOST_KEPT):
            return None
        return KeptReply(status=self._status, headers=self._headers, body=self._body)


def _as_response(reply: KeptReply) -> Response:
    return Response(
        reply.body, status_code=reply.status, headers={**dict(reply.headers), "Idempotent-Replayed": "true"}
    )


def _first(message: Message, receive: Receive) -> Receive:
    waiting = [message]

    async def told() -> Message:
        return waiting.pop() if waiting else await receive()

    return told
