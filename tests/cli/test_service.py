"""`prozvon service`: what there is, and what one answers, before a caller has to find out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import prozvon, run
from tests.outside.http_service import answer, http_service
from tests.ports import free_port


def settings(folder: Path, url: str, *keys: str) -> Path:
    (folder / "prozvon.yaml").write_text(f"services: {{crm: {{{', '.join([f'url: {url}', *keys])}}}}}\n")
    return folder


def test_services_are_listed_with_whether_their_token_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, "https://crm.example/api/", "token_env: CRM_TOKEN")
    monkeypatch.delenv("CRM_TOKEN", raising=False)
    said = prozvon(tmp_path, "service", "list", "--json")
    assert json.loads(said.out) == {
        "service": "crm",
        "url": "https://crm.example/api/",
        "token": "CRM_TOKEN (missing)",
        "timeout_s": 5.0,
        "tries": 2,
        "private": False,
        "fault": "its token is not set: export CRM_TOKEN=...",
    }
    monkeypatch.setenv("CRM_TOKEN", "top-secret")
    said = prozvon(tmp_path, "service", "list")
    assert "CRM_TOKEN (set)" in said.out
    assert "top-secret" not in said.out + said.err


def test_without_services_it_says_where_they_would_be(tmp_path: Path) -> None:
    said = prozvon(tmp_path, "service", "list")
    assert (said.code, said.out) == (0, "")
    assert "`services:` in prozvon.yaml" in said.err


def test_an_answer_is_shown_by_the_names_a_scenario_uses(tmp_path: Path) -> None:
    body = '{"status": "в пути", "sum": 10.50, "address": {"city": "Тверь"}, "paid": true}'.encode()
    with http_service(answer(body)) as service:
        settings(tmp_path, service.url, "private: yes")
        said = prozvon(tmp_path, "service", "try", "crm", "orders", "--send", "order=1=2", "--send", "x=")
        assert said.out == "status = в пути\nsum = 10.50\naddress.city = Тверь\npaid = yes\n"
        assert "200, " in said.err
        assert service.seen[0].query == "order=1%3D2&x="
        said = prozvon(tmp_path, "service", "try", "crm", "orders", "--method", "post", "--json")
        found = json.loads(said.out)
        assert (found["ok"], found["status"], found["why"]) == (True, 200, None)
        assert found["fields"]["address.city"] == "Тверь"
        assert (service.seen[1].method, service.seen[1].body) == ("POST", b"{}")


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_answer_without_fields_is_one(tmp_path: Path, body: bytes) -> None:
    with http_service(answer(body)) as service:
        settings(tmp_path, service.url, "private: yes")
        said = prozvon(tmp_path, "service", "try", "crm", "readings", "--method", "put")
        assert (said.code, said.out) == (0, "")
        assert "without fields" in said.err


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        ("404 Not Found", b'{"error":\n "none \x1b[2J"}', ["it answered 404", "its answer begins", '"none']),
        ("500 Broken", b"", ["it answered 500", "does it run"]),
        ("200 OK", b"<html>", ["not JSON", "a fetch wants", "<html>"]),
        ("200 OK", b"x" * 2_000_000, ["more than 1000000 bytes", "max_bytes"]),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    tmp_path: Path, status: str, body: bytes, told: list[str]
) -> None:
    with http_service(answer(body, status=status)) as service:
        settings(tmp_path, service.url, "private: yes")
        said = prozvon(tmp_path, "service", "try", "crm", "orders")
        assert said.code == 1
        assert all(part in said.err for part in told), said.err
        assert "\x1b" not in said.err
        assert said.out == ""
        assert len(service.seen) == 1
        said = prozvon(tmp_path, "service", "try", "crm", "orders", "--json")
        found = json.loads(said.out)
        assert (said.code, found["ok"]) == (1, False)
        assert found["detail"]


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings(tmp_path, f"http://127.0.0.1:{free_port()}/", "private: yes")
    assert "is its address right" in prozvon(tmp_path, "service", "try", "crm", "orders").refusal
    assert "(there are: crm)" in prozvon(tmp_path, "service", "try", "other", "orders").refusal
    assert "dots alone" in prozvon(tmp_path, "service", "try", "crm", "../x").refusal
    settings(tmp_path, "http://127.0.0.1:1/")
    assert "private: yes" in prozvon(tmp_path, "service", "try", "crm", "orders").refusal


@pytest.mark.parametrize("pair", ["order", "=5"])
def test_what_is_sent_has_a_name(tmp_path: Path, pair: str) -> None:
    settings(tmp_path, "http://127.0.0.1:1/")
    said = prozvon(tmp_path, "service", "try", "crm", "orders", "--send", pair)
    assert said.code == 2
    assert "is not NAME=VALUE" in said.err


def test_as_a_process_of_its_own_it_asks_over_tls(tmp_path: Path) -> None:
    """There Python's own sockets are gevent's, which here they are not."""
    import gevent

    from tests.outside.http_service import tls_service

    with tls_service(answer(b'{"status": "sent"}')) as service:
        settings(tmp_path, service.url, "private: yes", f"ca: {service.ca}")
        asked = gevent.get_hub().threadpool.spawn(run, tmp_path, "service", "try", "crm", "orders")
        said = asked.get()
        assert (said.code, said.out) == (0, "status = sent\n"), said.err
