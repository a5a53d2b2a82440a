"""The keys about HTTP services, each in a test in which it makes the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.outside.service import Services
from orchestrator.outside.spec import Why
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.settings_parts.service_settings import services_of
from tests.outside.http_service import HttpService, Seen, answer, http_service, tls_service
from tests.runtime.test_settings_act import acts


def _services(folder: Path, service: HttpService, *more: str) -> Services:
    """The client of one service `crm`, configured with its address and these keys."""
    keys = [
        f"url: {service.url}",
        *(more if any(key.startswith("private:") for key in more) else ("private: yes", *more)),
    ]
    (folder / "prozvon.yaml").write_text(f"services: {{crm: {{{', '.join(keys)}}}}}\n")
    return services_of(load_settings(folder).services)


@acts("services.NAME.url")
def test_a_service_is_asked_below_its_url(tmp_path: Path) -> None:
    with http_service() as service:
        assert _services(tmp_path, service).call("crm", "GET", "orders").is_ok
        assert service.seen[0].path == "/api/orders"


@acts("services.NAME.token_env", "services.NAME.header")
def test_the_token_goes_into_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_service() as service:
        monkeypatch.setenv("CRM_TOKEN", "abc")
        _services(tmp_path, service, "token_env: CRM_TOKEN").call("crm", "GET", "orders")
        _services(tmp_path, service, "token_env: CRM_TOKEN", "header: X-Key").call("crm", "GET", "orders")
        monkeypatch.setenv("CRM_TOKEN", "Basic dTpw")
        _services(tmp_path, service, "token_env: CRM_TOKEN").call("crm", "GET", "orders")
        said = [(seen.headers.get("authorization"), seen.headers.get("x-key")) for seen in service.seen]
        assert said == [("Bearer abc", None), (None, "abc"), ("Basic dTpw", None)]
        monkeypatch.delenv("CRM_TOKEN")
        reply = _services(tmp_path, service, "token_env: CRM_TOKEN").call("crm", "GET", "orders")
        assert (reply.why, reply.detail) == (Why.REFUSED, "its token is not set: export CRM_TOKEN=...")


@acts("services.NAME.timeout_s", "services.NAME.tries")
def test_time_and_tries_are_the_services_own_where_nobody_says_otherwise(tmp_path: Path) -> None:
    with http_service(answer(b"", status="503 Busy")) as service:
        for tries in (1, 3):
            assert _services(tmp_path, service, f"tries: {tries}").call("crm", "GET", "orders").tries == tries
    with http_service(Seen.never_answer) as service:
        reply = _services(tmp_path, service, "timeout_s: 0.1").call("crm", "GET", "orders")
        assert reply.why is Why.SLOW
        assert reply.took_ms < 1000


@acts("services.NAME.max_bytes")
def test_an_answer_may_be_so_big(tmp_path: Path) -> None:
    with http_service(answer(b'"' + b"x" * 998 + b'"')) as service:
        for most, why in ((999, Why.TOO_BIG), (1000, None)):
            assert _services(tmp_path, service, f"max_bytes: {most}").call("crm", "GET", "orders").why is why


@acts("services.NAME.private")
def test_our_own_network_is_closed_unless_opened(tmp_path: Path) -> None:
    with http_service() as service:
        for private, why in (("yes", None), ("no", Why.REFUSED)):
            services = _services(tmp_path, service, f"private: {private}")
            assert services.call("crm", "GET", "orders").why is why
        assert len(service.seen) == 1


@acts("services.NAME.ca")
def test_the_certificates_to_trust_can_be_our_own(tmp_path: Path) -> None:
    with tls_service() as service:
        (tmp_path / "ca.pem").write_bytes(service.ca.read_bytes())
        assert _services(tmp_path, service, "ca: ca.pem").call("crm", "GET", "orders").is_ok
        assert _services(tmp_path, service).call("crm", "GET", "orders").why is Why.DOWN


@acts("services.NAME.at_once")
@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_calls_are_made_at_once(tmp_path: Path, at_once: int) -> None:
    import gevent

    with http_service(Seen.wait_for_all_asked) as service:
        services = _services(tmp_path, service, f"at_once: {at_once}", "timeout_s: 0.5", "tries: 1")
        service.wanted = 3
        calls = [gevent.spawn(services.call, "crm", "GET", "orders") for _ in range(3)]
        gevent.joinall(calls, raise_error=True)
        assert len(service.seen) == at_once
        assert [call.get().is_ok for call in calls] == [at_once == 3] * 3


@acts("services.NAME.rest.after", "services.NAME.rest.for_s", "services.NAME.rest.most_s")
def test_a_service_that_fails_rests_as_told(tmp_path: Path) -> None:
    with http_service(answer(b"", status="500 Broken")) as service:
        services = _services(tmp_path, service, "tries: 1", "rest: {after: 2, for_s: 1, most_s: 1}")
        assert [services.call("crm", "GET", "orders").why for _ in range(4)] == [
            Why.DOWN,
            Why.DOWN,
            Why.BREAKER,
            Why.BREAKER,
        ]
        spec = load_settings(tmp_path).services["crm"].spec("crm")
        assert (spec.rest.after, spec.rest.for_ms, spec.rest.most_ms) == (2, 1000, 1000)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("url: ftp://crm.example", "services.crm.url: write https://HOST"),
        ("url: https://u:p@crm.example/", "services.crm.url: no user and password here"),
        ("url: 'https://crm.example/?a=1'", "services.crm.url: it ends with its path"),
        ("url: https://crm.example/a/../b", "services.crm.url: a path has no part of dots alone"),
        ("url: 'https://[::1'", "services.crm.url: not a URL"),
        ("url: https://crm.example:0/", "services.crm.url: port 0 is none"),
        ("token_env: X", "services.crm.url: Field required"),
        ("url: http://crm.example/, token_env: X", "services.crm: a token over http:// can be read"),
        ("url: http://crm.example/, ca: x.pem", "services.crm: ca: is for https://"),
        ("url: https://crm.example/, header: Host", "services.crm.header: the name of a header"),
        ("url: https://crm.example/, tokn_env: X", r"services.crm.tokn_env: unknown key \(did you mean"),
    ],
)
def test_what_cannot_be_a_service_is_told(tmp_path: Path, keys: str, said: str) -> None:
    (tmp_path / "prozvon.yaml").write_text(f"services: {{crm: {{{keys}}}}}\n")
    with pytest.raises(KnownError, match=said):
        load_settings(tmp_path)


def test_a_token_of_two_lines_is_told_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "abc\r\nX: 1")
    with http_service() as service:
        reply = _services(tmp_path, service, "token_env: CRM_TOKEN").call("crm", "GET", "orders")
        assert "more than one line" in reply.detail
        assert "abc" not in reply.detail
