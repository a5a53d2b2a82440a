"""Nothing is saved but not wired: the keys of `api:`."""

from __future__ import annotations

import asyncio
import time
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import load_settings
from orchestrator.web.app import app_of
from orchestrator.web.serving import Server, serve
from tests.ports import free_port
from tests.runtime.factories import launched
from tests.runtime.test_settings_act import _project, acts

TLS = Path(__file__).resolve().parents[1] / "data" / "tls"


def client_of(project: Project) -> TestClient:
    project.store.tokens.create(
        "t", sha256(b"secret").hexdigest(), ["dnc:write", "leads:write"], expires_at=None, now=0
    )
    return TestClient(app_of(project), headers={"Authorization": "Bearer secret"})


def put(client: TestClient, note: str = "") -> int:
    return client.put("/v1/dnc/+79990000001", json={"note": note}).status_code


@acts("api.rate", "api.burst")
@pytest.mark.parametrize(("rate", "burst", "good"), [("0.001", 2, 2), ("0.001", 1, 1), ("1000", 1, 3)])
def test_a_token_asks_so_often_and_so_many_times_at_once(
    short_tmp: Path, rate: str, burst: int, good: int
) -> None:
    with _project(short_tmp / "a", f"api: {{rate: {rate}, burst: {burst}}}") as project:
        client = client_of(project)
        statuses = []
        for _ in range(3):
            statuses.append(put(client))
            time.sleep(1 / float(rate) if rate == "1000" else 0)  # its own interval, in real time
        assert statuses == [200] * good + [429] * (3 - good)


@acts("api.max_body_kb")
def test_a_body_is_no_larger(short_tmp: Path) -> None:
    with _project(short_tmp / "a", "api: {max_body_kb: 2}") as project:
        client = client_of(project)
        assert (put(client, "x" * 400), put(client, "x" * 2000)) == (200, 413)


@acts("api.max_list_mb")
@pytest.mark.parametrize(("megabytes", "status"), [(1, 413), (2, 422)])
def test_a_list_is_no_longer(short_tmp: Path, megabytes: int, status: int) -> None:
    with _project(short_tmp / "a", f"api: {{max_list_mb: {megabytes}}}") as project:
        launched(project, 1)
        response = client_of(project).post(
            "/v1/campaigns/greeting/contacts/list",
            content=b"\n" * 1_500_000,
            headers={"Content-Type": "text/csv"},
        )
        assert response.status_code == status


@acts("api.idle_s")
def test_who_stops_in_the_middle_is_let_go_after_so_long(short_tmp: Path) -> None:
    sent: list[Message] = []

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    with _project(short_tmp / "a", "api: {idle_s: 0.1}") as project:
        scope: Scope = {
            "type": "http",
            "method": "PUT",
            "path": "/v1/dnc/1",
            "headers": [],
            "query_string": b"",
        }
        asyncio.run(app_of(project)(scope, silent, send))
        assert sent[0]["status"] == 408
        assert Server(app_of(project), project.settings.api).config.http.idle_s == 0.1  # type: ignore[union-attr]


@acts("api.listen", "api.certificate", "api.key")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_listens_there_with_this_certificate(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(Server, "run", lambda *_, **__: None)
    said: list[str] = []
    where = f"127.0.0.1:{free_port()}"
    tls = f", certificate: {TLS}/localhost.pem, key: {TLS}/localhost.key" if scheme == "https" else ""
    with _project(short_tmp / "a", f"api: {{listen: '{where}'{tls}}}") as project:
        serve(project, None, said.append)
    assert said == [f"listening on {scheme}://{where}"]


def test_who_listens_to_everybody_without_a_certificate_is_warned(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "run", lambda *_, **__: None)
    said: list[str] = []
    with _project(short_tmp / "a") as project:
        serve(project, "0.0.0.0:0", said.append)  # that is what it is about
    assert "unencrypted" in said[1]


def test_a_certificate_has_a_key_and_both_are_below_the_project(short_tmp: Path) -> None:
    (short_tmp / "prozvon.yaml").write_text("api: {certificate: tls/c.pem}", encoding="utf-8")
    with pytest.raises(KnownError, match="certificate and key go together"):
        load_settings(short_tmp)
    (short_tmp / "prozvon.yaml").write_text("api: {certificate: tls/c.pem, key: k.pem}", encoding="utf-8")
    api = load_settings(short_tmp).api
    assert (api.certificate, api.key) == (short_tmp / "tls/c.pem", short_tmp / "k.pem")
