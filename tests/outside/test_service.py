"""Calls of services that are well, slow, down, hostile: each ends in time, and with the right word for it."""

from __future__ import annotations

import gzip
import json
import time
import zlib

import gevent
import pytest
import structlog
from gevent import socket

from orchestrator.domain.trunk import RestRule
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Why
from tests.outside.calling import MB, asked, services, spec
from tests.outside.http_service import Seen, answer, http_service, in_turn

# -- what is sent


def test_a_get_has_what_is_sent_in_its_query_escaped() -> None:
    with http_service() as service:
        reply = services(service.url).call("crm", "GET", "orders", send={"a&b": "x=y z/ю\r\n", "n": 5})
        assert reply.is_ok
        assert (service.seen[0].method, service.seen[0].path) == ("GET", "/api/orders")
        assert service.seen[0].query == "a%26b=x%3Dy%20z%2F%D1%8E%0D%0A&n=5"
        assert service.seen[0].body == b""


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_post_has_it_as_json(method: str) -> None:
    with http_service() as service:
        sent = {"name": 'Анна "О"', "lone": "\ud800", "big": 2**70, "list": ["1", None, True, 1.5]}
        assert services(service.url).call("crm", method, "orders", send=sent, key="call-7").is_ok
        seen = service.seen[0]
        assert json.loads(seen.body) == {**sent, "lone": "?", "big": str(2**70)}
        assert seen.headers["content-type"] == "application/json"
        assert seen.headers["idempotency-key"] == "call-7"


def test_without_a_key_each_call_gets_one_that_its_repetitions_keep() -> None:
    with http_service(answer(b"", status="503 Busy")) as service:
        client = services(service.url)
        for key in ("", "two\r\nlines"):
            client.call("crm", "PUT", "orders", key=key)
        keys = [seen.headers["idempotency-key"] for seen in service.seen]
        assert [keys[0] == keys[1], keys[2] == keys[3], keys[0] == keys[2]] == [True, True, False]


@pytest.mark.parametrize(
    ("method", "path", "send", "why", "said"),
    [
        ("DELETE", "orders", {}, Why.REFUSED, "GET, POST, PUT"),
        ("get", "orders", {}, Why.REFUSED, "GET, POST, PUT"),
        ("GET", "../orders", {}, Why.REFUSED, "dots alone"),
        ("GET", "http://evil.example/", {}, Why.REFUSED, "letters, digits"),
        ("GET", "orders", {1: "x"}, Why.REFUSED, "has names"),
        ("GET", "orders", {"a": "x" * 10_000}, Why.TOO_BIG, "more to send"),
        ("POST", "orders", {"a": "x" * 500_000}, Why.TOO_BIG, "more to send"),
    ],
)
def test_what_may_not_be_asked_is_not(
    method: str, path: str, send: dict[str, object], why: Why, said: str
) -> None:
    with http_service() as service:
        reply = services(service.url).call("crm", method, path, send=send)
        assert (reply.why, reply.status, reply.may_have_been_sent) == (why, 0, False)
        assert said in reply.detail
        assert service.connections == 0


def test_a_name_that_is_in_no_settings_is_told_with_those_that_are() -> None:
    reply = services("http://127.0.0.1:1/").call("http://evil.example", "GET", "orders")
    assert reply.why is Why.UNKNOWN_SERVICE
    assert "(there are: crm)" in reply.detail
    assert Services({}).call("crm", "GET", "orders").detail.endswith("(there are: none)")


# -- what comes back


def test_the_answer_is_given_whole() -> None:
    reply, _ = asked(answer(b'{"status": "sent"}'))
    assert (reply.status, reply.body, reply.content_type) == (200, b'{"status": "sent"}', "application/json")
    assert reply.is_ok
    assert reply.was_taken


def test_chunks_and_packing_are_undone() -> None:
    def chunked(seen: Seen) -> None:
        packed = gzip.compress(b'{"a": 1}')
        seen.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n")
        for part in (packed[:5], packed[5:], b""):
            seen.send(b"%x\r\n%b\r\n" % (len(part), part))

    reply, _ = asked(chunked)
    assert (reply.why, reply.body) == (None, b'{"a": 1}')


@pytest.mark.parametrize(
    ("status", "why", "times"),
    [
        ("201 Made", None, 1),
        ("204 Nothing", None, 1),
        ("400 Bad", Why.REFUSED, 1),
        ("404 Not Found", Why.REFUSED, 1),
        ("408 Slow", Why.DOWN, 2),
        ("429 Many", Why.DOWN, 2),
        ("500 Broken", Why.DOWN, 2),
        ("503 Busy", Why.DOWN, 2),
        ("304 Same", Why.REFUSED, 1),
        ("101 Other", Why.NONSENSE, 2),
    ],
)
def test_a_status_means(status: str, why: Why | None, times: int) -> None:
    reply, seen = asked(answer(b"", status=status))
    assert (reply.status, reply.why, seen) == (int(status[:3]), why, times)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 20000 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde",
    ],
)
def test_what_is_not_http_is_an_answer_that_is_none(raw: bytes) -> None:
    def act(seen: Seen) -> None:
        seen.send(raw)

    reply, _ = asked(act)
    assert reply.why in (Why.NONSENSE, Why.DOWN)
    assert len(reply.detail) <= 200
    assert "\n" not in reply.detail


# -- how much comes back


@pytest.mark.parametrize("has_length", [True, False])
def test_fifty_megabytes_are_cut_off_early(has_length: bool) -> None:
    sent = 0

    def flood(seen: Seen) -> None:
        nonlocal sent
        length = b"Content-Length: 50000000\r\n" if has_length else b""
        seen.send(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        while sent < 50 * MB:
            seen.send(b"x" * 100_000)
            sent += 100_000

    began = time.monotonic()
    reply, seen = asked(flood)
    assert (reply.why, reply.status, seen) == (Why.TOO_BIG, 200, 1)
    assert reply.was_taken
    assert sent < 20 * MB
    assert time.monotonic() - began < 2


def test_what_unpacks_to_more_than_is_wanted_is_cut_off_too() -> None:
    bomb = zlib.compress(b"\0" * (20 * MB), 9)
    reply, _ = asked(answer(bomb, headers="Content-Encoding: deflate\r\n"))
    assert len(bomb) < MB
    assert reply.why is Why.TOO_BIG


# -- time


@pytest.mark.parametrize("where", ["nothing", "status", "headers", "body", "chunks"])
def test_a_byte_now_and_then_does_not_keep_a_caller_waiting(where: str) -> None:
    """A time-out of each read would never come."""
    begin = {
        "nothing": b"",
        "status": b"HTTP/1.1 2",
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    }[where]

    def drip(seen: Seen) -> None:
        seen.send(begin)
        for _ in range(200):
            gevent.sleep(0.02)
            seen.send(b"1\r\nx\r\n" if where == "chunks" else b"1" if begin else b"")

    began = time.monotonic()
    reply, _ = asked(drip, timeout_s=0.3)
    assert reply.why is Why.SLOW
    assert reply.status == (200 if where in ("body", "chunks") else 0)
    assert 0.2 < time.monotonic() - began < 1.0


def test_a_service_that_takes_no_connections_is_slow() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # who fill up its queue
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        began = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        reply = services(url, timeout_s=0.3).call("crm", "POST", "orders")
        for sock in waiting:
            sock.close()
    assert reply.why in (Why.SLOW, Why.DOWN)
    assert not reply.may_have_been_sent
    assert time.monotonic() - began < 1.0


def test_a_service_that_greets_without_end_in_tls_is_slow() -> None:
    with http_service(Seen.never_answer) as service:
        url = f"https://127.0.0.1:{service.port}/"
        service.act = Seen.never_answer
        began = time.monotonic()
        reply = services(url, timeout_s=0.3).call("crm", "POST", "orders")
        assert reply.why in (Why.SLOW, Why.DOWN)
        assert not reply.may_have_been_sent
        assert time.monotonic() - began < 1.0


def test_others_go_on_while_a_service_lets_us_wait() -> None:
    turns = 0

    def count() -> None:
        nonlocal turns
        while True:
            gevent.sleep(0.01)
            turns += 1

    counting = gevent.spawn(count)
    reply, _ = asked(Seen.never_answer, timeout_s=0.3)
    counting.kill()
    assert reply.why is Why.SLOW
    assert turns > 10


def test_what_the_caller_gives_up_is_let_go_of() -> None:
    """A time-out of the caller's own passes through, and the next call finds the service as it was."""
    with http_service(in_turn(Seen.never_answer, answer())) as service:
        client = services(service.url, at_once=1)
        with pytest.raises(gevent.Timeout), gevent.Timeout(0.1):
            client.call("crm", "GET", "orders")
        assert client.call("crm", "GET", "orders").is_ok


# -- what is told


def test_no_token_and_no_values_get_into_the_log() -> None:
    with structlog.testing.capture_logs() as logs:
        for status in ("401 No", "500 Broken"):
            with http_service(answer(b"", status=status)) as service:
                client = services(
                    service.url, token="top-secret", rest=RestRule(after=1, for_ms=1, most_ms=1)
                )
                client.call("crm", "GET", "orders", send={"card": "4111111111111111"})
        services("http://127.0.0.1:1/", token="top-secret").call("crm", "POST", "x", send={"card": "4111"})
    assert {log["event"] for log in logs} == {"service_failed", "service_rests"}
    assert "top-secret" not in str(logs)
    assert "4111" not in str(logs)
    assert "top-secret" not in repr(spec("http://127.0.0.1:1/", token="top-secret"))
