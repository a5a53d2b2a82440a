"""No path and no redirect leads out of a service's own URL."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.outside.target import Target, base_fault, path_fault, redirected, target_of

URL = "https://crm.example/api/"


@pytest.mark.parametrize("url", [URL, "http://10.0.0.1:8080", "https://[2001:db8::1]:8443/v1.2/x/"])
def test_a_url_with_host_and_path_is_a_service(url: str) -> None:
    assert base_fault(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example/api",
        "//crm.example/api",
        "file:///etc/passwd",
        "https:///api",
        "https://crm example/",
        "https://crm.example\\@evil.example/",
        "https://-crm.example/",
        "https://u@crm.example/",
        "https://crm.example:99999/",
        "https://crm.example:x/",
        "https://crm.example/?",
        "https://crm.example/#a",
        "https://crm.example/a//b",
        "https://crm.example/%2e%2e/",
        "https://[zz]/",
        "https://crm.example:0/",
    ],
)
def test_what_is_not_a_services_url_is_told(url: str) -> None:
    assert base_fault(url)


@pytest.mark.parametrize("path", ["orders", "/orders", "orders/", "orders/12/a.b_c~d-e", "v1.2/x"])
def test_plain_paths_are_taken(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//evil.example/x",
        "..",
        "a/../b",
        "a/./b",
        "a/...",
        "a//b",
        "a?b=c",
        "a#b",
        "a%2fb",
        "a\\b",
        "a b",
        "a\r\nX: 1",
        "http://evil.example/",
        "@evil.example",
        "é",
        "a/" * 20,
        "a" * 200,
    ],
)
def test_anything_else_in_a_path_is_refused(path: str) -> None:
    assert path_fault(path)


@given(st.text(max_size=40))
def test_no_path_leaves_the_service(path: str) -> None:
    if path_fault(path) is None:
        made = urlsplit(f"https://crm.example{target_of(URL, path, {}).target}")
        assert made.path.startswith("/api/")
        assert made.query == ""
        assert ".." not in made.path.split("/")


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=3))
def test_a_query_holds_what_was_given_and_is_plain_ascii(query: dict[str, str]) -> None:
    from urllib.parse import parse_qsl

    try:
        expected = [(k.encode().decode(), v.encode().decode()) for k, v in query.items()]
    except UnicodeEncodeError:  # lone surrogates are taken out by the caller
        return
    target = target_of(URL, "orders", query).target
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target
    assert parse_qsl(target.partition("?")[2], keep_blank_values=True) == expected


ASKED = Target(scheme="https", host="crm.example", port=443, target="/api/orders?a=1")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/api/orders/", "/api/orders/"),
        ("cards/7?x=1", "/api/cards/7?x=1"),
        ("https://crm.example/api/new", "/api/new"),
        ("https://crm.example:443/api/new", "/api/new"),
    ],
)
def test_a_redirect_below_the_service_is_followed(location: str, target: str) -> None:
    found = redirected(URL, ASKED, location)
    assert found is not None
    assert (found.host, found.target) == ("crm.example", target)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "https://evil.example/api/x",
        "//evil.example/api/x",
        "http://crm.example/api/x",
        "https://crm.example:8443/api/x",
        "https://crm.example@evil.example/api/x",
        "https://u:p@crm.example/api/x",
        "/admin",
        "/apix",
        "../admin",
        "/api/../admin",
        "/api/%2e%2e/admin",
        "/api/x?" + "a" * 5000,
        "/api/x?a b",
        "https://[::1/api/x",
        "https://crm.example:99999/api/x",
        "file:///etc/passwd",
        "gopher://crm.example/api/x",
    ],
)
def test_a_redirect_anywhere_else_is_not(location: str) -> None:
    assert redirected(URL, ASKED, location) is None


def test_a_redirect_of_an_ipv6_service_stays_there() -> None:
    asked = Target(scheme="http", host="2001:db8::1", port=8080, target="/x")
    found = redirected("http://[2001:db8::1]:8080/", asked, "/y")
    assert found is not None
    assert (found.host, found.port, found.target) == ("2001:db8::1", 8080, "/y")
