"""When a service is asked once more, when it is left alone, and where a call never goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import gevent
import pytest
from structlog.testing import capture_logs

from orchestrator.domain.trunk import RestRule
from orchestrator.outside.spec import Why
from tests.outside.calling import MB, asked, services
from tests.outside.http_service import Seen, answer, http_service, in_turn, tls_service
from tests.ports import free_port

# -- once more


def test_a_get_is_asked_again_until_it_is_answered() -> None:
    def break_off(seen: Seen) -> None:
        seen.sock.close()

    reply, seen = asked(in_turn(break_off, answer(b"", status="502 Bad"), answer()), tries=3)
    assert (reply.is_ok, reply.tries, seen) == (True, 3, 3)


@pytest.mark.parametrize("act", [Seen.close, answer(b"", status="503 Busy"), answer(b"", status="500 No")])
def test_a_post_that_may_have_been_carried_out_is_not_sent_again(act: Callable[[Seen], None]) -> None:
    reply, seen = asked(act, "POST", tries=5)
    assert (reply.why, reply.may_have_been_sent, seen) == (Why.DOWN, True, 1)


def test_a_put_is_sent_again() -> None:
    reply, seen = asked(in_turn(Seen.close, answer()), "PUT")
    assert (reply.is_ok, seen) == (True, 2)


def test_a_post_that_reached_nobody_is_sent_again() -> None:
    reply = services(f"http://127.0.0.1:{free_port()}/", tries=3).call("crm", "POST", "orders")
    assert (reply.why, reply.tries, reply.may_have_been_sent) == (Why.DOWN, 3, False)


def test_a_service_that_wants_to_be_left_alone_longer_than_there_is_time_is_not_asked_again() -> None:
    busy = answer(b"", status="503 Busy", headers="Retry-After: 60\r\n")
    began = time.monotonic()
    reply, seen = asked(busy)
    assert (reply.status, seen) == (503, 1)
    assert time.monotonic() - began < 1.0


def test_five_hundreds_for_a_while_pass() -> None:
    busy = answer(b"", status="500 Broken")
    with http_service(in_turn(busy, busy, busy, answer())) as service:
        client = services(service.url, tries=1, rest=RestRule(after=3, for_ms=50, most_ms=50))
        assert [client.call("crm", "GET", "x").why for _ in range(3)] == [Why.DOWN] * 3
        assert client.call("crm", "GET", "x").why is Why.BREAKER
        assert len(service.seen) == 3
        deadline = time.monotonic() + 2
        while client.call("crm", "GET", "x").why is Why.BREAKER:
            assert time.monotonic() < deadline
            gevent.sleep(0.01)
        assert client.call("crm", "GET", "x").is_ok


def test_while_one_call_tries_a_service_the_others_do_not() -> None:
    with http_service(in_turn(answer(b"", status="500 No"), Seen.wait_for_all_asked)) as service:
        service.wanted = 99
        client = services(service.url, tries=1, rest=RestRule(after=1, for_ms=1, most_ms=1))
        client.call("crm", "GET", "x")
        gevent.sleep(0.005)
        trial = gevent.spawn(client.call, "crm", "GET", "x")
        while len(service.seen) < 2:
            gevent.sleep(0.001)
        assert [client.call("crm", "GET", "x").why for _ in range(3)] == [Why.BREAKER] * 3
        service.all_asked.set()
        assert trial.get().is_ok
        assert client.call("crm", "GET", "x").is_ok


def test_who_asks_apart_is_kept_from_the_service_by_no_others_failures() -> None:
    def act(seen: Seen) -> None:
        answer(b"{}", status="500 No" if seen.path.endswith("/broken") else "200 OK")(seen)

    with http_service(act) as service:
        client = services(service.url, tries=1, rest=RestRule(after=2, for_ms=9_000, most_ms=9_000))
        broken = [client.call("crm", "POST", "broken", apart="b").why for _ in range(3)]
        assert broken == [Why.DOWN, Why.DOWN, Why.BREAKER]
        assert client.call("crm", "POST", "well", apart="w").is_ok
        assert client.call("crm", "POST", "well").is_ok
        assert client.call("crm", "POST", "broken", apart="b").why is Why.BREAKER


def test_a_service_that_rests_is_told_of_once_however_often_it_would_be_asked() -> None:
    rest = RestRule(after=2, for_ms=9_000, most_ms=9_000)
    with http_service(answer(b"", status="500 No")) as service, capture_logs() as logs:
        client = services(service.url, tries=1, rest=rest)
        for _ in range(9):
            client.call("crm", "GET", "x")
    assert [log["event"] for log in logs] == ["service_failed", "service_failed", "service_rests"]


def test_the_last_word_of_a_call_is_the_services_not_the_breakers() -> None:
    reply, seen = asked(
        answer(b"", status="500 No"), tries=5, rest=RestRule(after=2, for_ms=9_000, most_ms=9_000)
    )
    assert (reply.why, reply.status, reply.tries, seen) == (Why.DOWN, 500, 2, 2)


@pytest.mark.parametrize("act", [answer(b"", status="404 No"), answer(b"<html>"), answer(b"x" * 2 * MB)])
def test_an_answer_that_cannot_be_used_does_not_close_the_service_to_others(
    act: Callable[[Seen], None],
) -> None:
    with http_service(act) as service:
        client = services(service.url, tries=1, rest=RestRule(after=1, for_ms=9_000, most_ms=9_000))
        assert all(client.call("crm", "GET", "x").why is not Why.BREAKER for _ in range(3))


# -- where to


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_below_the_service_is_followed_by_a_get_only(status: str) -> None:
    moved = answer(b"", status=status, headers="Location: /api/orders/\r\n")
    reply, seen = asked(in_turn(moved, answer()))
    assert (reply.is_ok, seen) == (True, 2)
    reply, seen = asked(in_turn(moved, answer()), "POST")
    assert (reply.why, reply.status, seen) == (Why.REFUSED, int(status[:3]), 1)


def test_a_redirect_elsewhere_is_refused_and_the_token_stays_here() -> None:
    with http_service() as other:
        moved = answer(b"", status="302 Found", headers=f"Location: {other.url}orders\r\n")
        reply, seen = asked(moved, token="secret")
        assert (reply.why, reply.status, seen) == (Why.REFUSED, 302, 1)
        assert other.connections == 0


def test_a_redirect_in_circles_ends() -> None:
    reply, seen = asked(answer(b"", status="302 Found", headers="Location: /api/orders\r\n"))
    assert (reply.why, reply.detail, seen) == (Why.REFUSED, "too many redirects (302)", 4)


def test_an_address_of_our_own_network_is_refused() -> None:
    with http_service() as service:
        reply = services(service.url, is_private=False).call("crm", "GET", "orders")
        assert (reply.why, reply.tries) == (Why.REFUSED, 1)
        assert "private: yes" in reply.detail
        assert service.connections == 0


# -- TLS


def test_a_certificate_of_a_trusted_authority_for_this_name_is_taken() -> None:
    with tls_service() as service:
        for url in (service.url, f"https://localhost:{service.port}/"):
            assert services(url, ca=service.ca).call("crm", "GET", "orders").is_ok


@pytest.mark.parametrize(("name", "is_trusted"), [("localhost", False), ("other", True)])
def test_any_other_certificate_is_not(name: str, is_trusted: bool) -> None:
    with tls_service(name=name) as service:
        client = services(service.url, ca=service.ca if is_trusted else None, token="secret")
        reply = client.call("crm", "POST", "orders")
        assert (reply.why, reply.may_have_been_sent) == (Why.DOWN, False)
        assert "certificate" in reply.detail.lower() or "mismatch" in reply.detail.lower()
        assert service.seen == []


def test_a_file_that_holds_no_certificates_is_told() -> None:
    reply = services("https://127.0.0.1:1/", ca=Path(__file__)).call("crm", "GET", "orders")
    assert reply.why is Why.REFUSED
    assert "cannot be used" in reply.detail
