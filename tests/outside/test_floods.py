"""Answers that never end, sent by a thread as fast as it can: they are cut off, and others get their turns."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import pytest

from orchestrator.outside.spec import Why
from tests.outside.calling import services
from tests.outside.http_service import answer, tls_service

LIMIT_S = 5.0


@contextmanager
def flooding(head: bytes, again: bytes) -> Iterator[str]:
    """The URL of a service that sends `head` and then `again` for ever, from a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT_S)

        def serve() -> None:
            with contextlib.suppress(OSError):
                sock, _ = listener.accept()
                with sock:
                    sock.settimeout(LIMIT_S)
                    sock.sendall(head)
                    ends_at = time.monotonic() + LIMIT_S
                    while time.monotonic() < ends_at:
                        sock.sendall(again)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join()


@pytest.mark.parametrize(
    ("head", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
        (b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c", b"\x00\x00\x00\xff\xff" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000 + b"\r\na\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 10_000),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1_000_000),
    ],
)
def test_what_never_becomes_a_body_is_cut_off_too(head: bytes, again: bytes) -> None:
    with flooding(head, again) as url:
        began = time.monotonic()
        reply = services(url, timeout_s=2.0, tries=1, max_bytes=100_000).call("crm", "GET", "orders")
        assert reply.why in (Why.TOO_BIG, Why.NONSENSE)
        assert time.monotonic() - began < 1.5


def test_a_time_out_comes_though_there_is_always_something_to_read() -> None:
    turns = 0

    def count() -> None:
        nonlocal turns
        while True:
            gevent.sleep(0.005)
            turns += 1

    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with flooding(head, b"1\r\nx\r\n" * 10_000) as url:
        counting = gevent.spawn(count)
        began = time.monotonic()
        reply = services(url, timeout_s=0.4, tries=1, max_bytes=10**12).call("crm", "GET", "orders")
        counting.kill()
        assert reply.why is Why.SLOW
        assert time.monotonic() - began < 1.0
        assert turns > 5, turns


def test_what_comes_encrypted_is_counted_too() -> None:
    heads = ("X: " + "y" * 60_000 + "\r\n") * 10
    with tls_service(answer(b"{}", headers=heads)) as service:
        for most, why in ((1_000_000, None), (1000, Why.TOO_BIG)):
            reply = services(service.url, ca=service.ca, max_bytes=most).call("crm", "GET", "orders")
            assert reply.why is why
