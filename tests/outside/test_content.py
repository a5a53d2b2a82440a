"""Services that are sent more than a JSON object of values: any body, forms, own headers, a signature."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from orchestrator.outside.request import BODY_BYTES, Content
from orchestrator.outside.signature import HEADER, signature
from orchestrator.outside.spec import Why
from tests.outside.calling import services
from tests.outside.http_service import answer, http_service, in_turn


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_goes_out_byte_by_byte_with_its_headers_and_its_key(method: str) -> None:
    content = Content(
        body="[“ж”]".encode(), kind="application/json; charset=utf-8", headers={"X-Source": "calls"}
    )
    with http_service() as service:
        assert services(service.url).call("crm", method, "orders/A%2F1", send=content, key="k-1").is_ok
        (seen,) = service.seen
    assert (seen.method, seen.path, seen.body) == (method, "/api/orders/A%2F1", content.body)
    assert seen.headers["content-type"] == content.kind
    assert (seen.headers["x-source"], seen.headers["idempotency-key"]) == ("calls", "k-1")


def test_without_a_body_it_is_the_query() -> None:
    with http_service() as service:
        services(service.url).call("crm", "GET", "orders", send=Content(query={"q": "a b&ж"}), key="k-1")
        (seen,) = service.seen
    assert (seen.query, seen.body, seen.headers["idempotency-key"]) == ("q=a%20b%26%D0%B6", b"", "k-1")
    assert "content-type" not in seen.headers


def test_without_a_path_it_is_the_services_own_address() -> None:
    with http_service() as service:
        for url in (service.url, service.url.rstrip("/"), service.url.removesuffix("/api/")):
            services(url).call("crm", "POST", "", send=Content(body=b"{}"))
        assert [seen.path for seen in service.seen] == ["/api/", "/api", "/"]


@pytest.mark.parametrize("path", ["../x", "a//b", "a/%2e%2e", "a/%2E%2E", "a?b=c", "a b", "http://x/"])
def test_nothing_leads_out_of_it(path: str) -> None:
    with http_service() as service:
        reply = services(service.url).call("crm", "POST", path, send=Content(body=b"{}"))
        assert (reply.why, service.seen) == (Why.REFUSED, [])


def test_a_patch_that_may_have_been_carried_out_is_not_repeated_by_itself() -> None:
    with http_service(answer(b"", status="503 Busy")) as service:
        services(service.url, tries=3).call("crm", "PATCH", "x", send=Content(body=b"{}"))
        services(service.url, tries=3).call("crm", "PUT", "x", send=Content(body=b"{}"))
        assert [seen.method for seen in service.seen] == ["PATCH", "PUT", "PUT", "PUT"]


def test_what_is_too_much_is_not_sent() -> None:
    with http_service() as service:
        reply = services(service.url).call("crm", "POST", "x", send=Content(body=b"x" * (BODY_BYTES + 1)))
        assert (reply.why, service.seen) == (Why.TOO_BIG, [])


def test_each_try_is_signed_anew() -> None:
    instants = iter((1, 2))
    content = Content(body=b"{}", sign=lambda what: {HEADER: signature(("s",), what, next(instants))})
    with http_service(in_turn(answer(b"", status="503 Busy"), answer())) as service:
        assert services(service.url, tries=2).call("crm", "PUT", "x", send=content).is_ok
        said = [seen.headers["prozvon-signature"] for seen in service.seen]
    assert said == [signature(("s",), b"{}", 1), signature(("s",), b"{}", 2)]


def test_a_request_without_a_body_is_signed_by_what_it_asks() -> None:
    content = Content(query={"a": "1"}, sign=lambda what: {HEADER: signature(("s",), what, 1)})
    with http_service() as service:
        services(service.url).call("crm", "GET", "x", send=content)
        assert service.seen[0].headers["prozvon-signature"] == signature(("s",), b"/api/x?a=1", 1)


def test_a_signature_has_the_time_and_one_hmac_for_each_secret() -> None:
    new, old = (hmac.new(key, b'1796029200.{"a":1}', hashlib.sha256).hexdigest() for key in (b"new", b"old"))
    assert signature(("new", "old"), b'{"a":1}', 1_796_029_200) == f"t=1796029200,v1={new},v1={old}"
