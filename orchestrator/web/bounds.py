"""The edge of the app: what a request may hold and how long it may take, before any handler sees it.

Bodies are read here as a whole, looked at, and handed on; those of lists of contacts are streamed, and only counted.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import NoReturn

import orjson
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.outside.answers import is_deeper
from orchestrator.runtime.settings_parts.api_settings import ApiPart
from orchestrator.web.errors import ApiProblem, Fault, away

LISTS = re.compile(r"/v1/campaigns/[^/]+/contacts/list\Z")  # paths whose bodies are streamed
MOST_AT_ONCE = 500  # requests under way; event streams are some, too
DEEPEST = 32  # brackets within brackets
AT_A_GLANCE = 16_384  # bytes; looking into more takes a while, and others are served meanwhile
_WITH_BODY = ("POST", "PUT", "PATCH")
_CLOSE = {"Connection": "close"}  # what is left of the body is not read


class Bounds:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, api: ApiPart) -> None:
        self._app = app
        self._api = api
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._under_way += 1
        heard = Heard(send)
        try:
            receive = await self._bounded(scope, receive)
        except ApiProblem as problem:
            await problem.response()(scope, receive, heard)
        else:
            await self._app(scope, receive, heard)
        finally:
            self._under_way -= 1
            heard.log(scope)

    async def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        if self._under_way > MOST_AT_ONCE:
            raise away(f"{MOST_AT_ONCE} requests are under way already", retry_after_s=1)
        headers = Headers(scope=scope)
        is_list = LISTS.match(scope["path"]) is not None
        limit = self._api.max_list_mb * 1_000_000 if is_list else self._api.max_body_kb * 1_000
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > limit:
            raise _too_large(limit)
        if scope["method"] not in _WITH_BODY:
            return receive
        if headers.get("content-encoding", "identity") != "identity":
            raise _unsupported(f"Content-Encoding {headers['content-encoding']!r}: send it unpacked")
        if is_list:
            return self._streamed(receive, limit)
        body = await self._whole(receive, limit)
        if len(body) > AT_A_GLANCE:
            await run_in_threadpool(check_json, headers.get("content-type", ""), body)
        elif body:
            check_json(headers.get("content-type", ""), body)
        return _replayed(body, receive)

    async def _whole(self, receive: Receive, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._api.idle_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ApiProblem(kind="gone", status=400, title="Gone", detail="the client went away")
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    if size > limit:
                        raise _too_large(limit)
                    if not message.get("more_body", False):
                        return b"".join(chunks)
        except TimeoutError:
            raise too_slow(self._api.idle_s) from None

    def _streamed(self, receive: Receive, limit: int) -> Receive:
        """Each piece within `idle_s`, all of them within the limit; who reads is told by an ApiProblem."""
        size = 0

        async def bounded() -> Message:
            nonlocal size
            try:
                async with asyncio.timeout(self._api.idle_s):
                    message = await receive()
            except TimeoutError:
                raise too_slow(self._api.idle_s) from None
            size += len(message.get("body", b""))
            if size > limit:
                raise _too_large(limit)
            return message

        return bounded


class Heard:
    """Sends on, and remembers what is logged of a request: never what it holds, nor the numbers in its path."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._status = 500  # nothing was said: it broke
        self._began = time.monotonic()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)

    def log(self, scope: Scope) -> None:
        structlog.get_logger().info(
            "api_asked",
            method=scope["method"],
            path=getattr(scope.get("route"), "path", ""),
            status=self._status,
            token=scope.get("state", {}).get("token", ""),
            ms=round((time.monotonic() - self._began) * 1000),
        )


def _replayed(body: bytes, receive: Receive) -> Receive:
    is_told = False

    async def told() -> Message:
        nonlocal is_told
        if is_told:
            return await receive()  # waits until the client goes away
        is_told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return told


def check_json(content_type: str, body: bytes) -> None:
    """ApiProblem unless it is JSON as RFC 8259 has it, in UTF-8, and not deeper than we look."""
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json":
        raise _unsupported("send JSON with `Content-Type: application/json`")
    charset = parameters.lower().partition("charset=")[2].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise _unsupported("send it in UTF-8")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("not_utf8", f"the body is not UTF-8: byte {error.start} cannot be read")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "depth" in error.msg:
            _refuse("too_deep", f"the body is nested deeper than {DEEPEST}")
        _refuse("not_json", f"the body is not JSON: {error.msg}: line {error.lineno} column {error.colno}")
    if is_deeper(found, DEEPEST):
        _refuse("too_deep", f"the body is nested deeper than {DEEPEST}")


def _refuse(kind: str, detail: str) -> NoReturn:
    faults = (Fault(where="body", what=detail),)
    raise ApiProblem(kind=kind, status=400, title="The body cannot be read", detail=detail, errors=faults)


def _unsupported(detail: str) -> ApiProblem:
    return ApiProblem(kind="unsupported", status=415, title="Not in this form", detail=detail, headers=_CLOSE)


def _too_large(limit: int) -> ApiProblem:
    said = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1_000} KB"
    detail = f"the body is larger than {said} (`api.max_body_kb`, for lists `api.max_list_mb`)"
    return ApiProblem(kind="too_large", status=413, title="Too large", detail=detail, headers=_CLOSE)


def too_slow(idle_s: float) -> ApiProblem:
    detail = f"nothing came for {idle_s:g} s in the middle of the request (`api.idle_s`)"
    return ApiProblem(kind="too_slow", status=408, title="Too slow", detail=detail, headers=_CLOSE)
