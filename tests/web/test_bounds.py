"""What a request may hold: huge, deep, in another encoding or no JSON at all, it is refused before any handler."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from orchestrator.runtime.settings_parts.api_settings import ApiPart
from orchestrator.web import bounds
from orchestrator.web.bounds import AT_A_GLANCE, DEEPEST, MOST_AT_ONCE, Bounds
from tests.web.asking import good, problem
from tests.web.conftest import FAST

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def more_settings() -> str:
    return FAST.replace("{{", "{{max_body_kb: 10, ")


def put(api: TestClient, body: bytes, **headers: str) -> object:
    said = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return api.put("/v1/dnc/+79990000001", content=body, headers=said)


def nested(depth: int) -> bytes:
    return b'{"note":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("body", "status", "kind", "what"),
    [
        (b'{"note": "' + b"x" * 11_000 + b'"}', 413, "too_large", "larger than 10 KB"),
        (nested(DEEPEST + 1), 400, "too_deep", f"deeper than {DEEPEST}"),
        (nested(3000), 400, "too_deep", f"deeper than {DEEPEST}"),
        ('{"note": "да"}'.encode("cp1251"), 400, "not_utf8", "byte 10"),
        ('{"note": "да"}'.encode("utf-16"), 400, "not_utf8", "not UTF-8"),
        (b'{"note": ', 400, "not_json", "line 1 column"),
        (b'{"note": NaN}', 400, "not_json", "not JSON"),
        (b'{"note": "\\ud800"}', 400, "not_json", "surrogate"),
        (b"\xef\xbb\xbf{}", 400, "not_json", "not JSON"),
        (nested(DEEPEST), 422, "invalid", "body.note"),
        (b"[]", 422, "invalid", "body"),
        (b'{"note": 5}', 422, "invalid", "body.note"),
        (b'{"noet": "x"}', 422, "invalid", "body.noet"),
    ],
)
def test_a_body_that_cannot_be_is_told_why(
    api: TestClient, body: bytes, status: int, kind: str, what: str
) -> None:
    found = problem(put(api, body), status, kind)
    assert what in found["detail"]
    problem(api.get("/v1/dnc/+79990000001"), 404, "not_found")


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({"Content_Type": "text/plain"}, "application/json"),
        ({"Content_Type": "application/json; charset=windows-1251"}, "UTF-8"),
        ({"Content_Encoding": "gzip"}, "unpacked"),
    ],
)
def test_a_body_in_another_form_is_told_which_one_is_taken(
    api: TestClient, headers: dict[str, str], what: str
) -> None:
    assert what in problem(put(api, b"{}", **headers), 415, "unsupported")["detail"]


def test_utf8_may_be_said(api: TestClient) -> None:
    body = '{"note": "да"}'.encode()
    assert good(put(api, body, Content_Type='application/json; charset="UTF-8"'))["note"] == "да"


def test_a_body_is_counted_when_it_does_not_say_how_long_it_is(api: TestClient) -> None:
    response = api.put("/v1/dnc/+79990000001", content=iter([b" " * 6_000, b" " * 6_000]), headers=JSON)
    problem(response, 413, "too_large")


def test_where_no_body_is_needed_none_is(api: TestClient) -> None:
    good(api.put("/v1/dnc/+79990000001"))


class Slow:
    """A client that begins a body and then says nothing."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.sent:
            await asyncio.Event().wait()
        self.sent.append({"type": "http.request", "body": b"{", "more_body": True})
        return self.sent[0]

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def scope_of(path: str) -> Scope:
    return {"type": "http", "method": "PUT", "path": path, "headers": [], "query_string": b""}


async def _reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass


def test_a_client_that_stops_in_the_middle_is_let_go() -> None:
    slow = Slow()
    bounds = Bounds(_reads_all, ApiPart(idle_s=0.1))
    asyncio.run(bounds(scope_of("/v1/dnc/1"), slow.receive, slow.send))
    start = slow.sent[1]
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]


def test_more_requests_at_once_than_there_may_be_are_sent_away() -> None:
    async def run() -> list[int]:
        done = asyncio.Event()
        statuses: list[int] = []

        async def waits(scope: Scope, receive: Receive, send: Send) -> None:
            await done.wait()

        async def send(message: Message) -> None:
            if "status" in message:
                statuses.append(message["status"])
                done.set()

        bounds = Bounds(waits, ApiPart())
        scope = {**scope_of("/v1/dnc/1"), "method": "GET"}
        await asyncio.gather(*(bounds(scope, Slow().receive, send) for _ in range(MOST_AT_ONCE + 1)))
        return statuses

    assert asyncio.run(run()) == [503]


def test_paths_and_methods_that_there_are_not(api: TestClient) -> None:
    problem(api.get("/v1/nothing"), 404, "not_found")
    response = api.delete("/v1/campaigns")
    problem(response, 405, "method_not_allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "POST"}


def test_others_are_served_while_a_long_body_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[bool] = []

    def looked(*_: object) -> None:
        threads.append(threading.current_thread() is threading.main_thread())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def ask(body: bytes) -> None:
        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "PUT", "path": "/v1/dnc/1", "headers": headers}

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(_: Message) -> None: ...

        await Bounds(app, ApiPart())(scope, receive, send)

    monkeypatch.setattr(bounds, "check_json", looked)
    for size in (10, AT_A_GLANCE + 1):
        asyncio.run(ask(b"x" * size))
    assert threads == [True, False]
