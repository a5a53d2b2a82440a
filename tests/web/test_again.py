"""`Idempotency-Key`: a POST is done once, however often it is sent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from orchestrator.runtime.project import Project
from orchestrator.web import again, auth
from orchestrator.web.app import app_of
from tests.runtime.factories import LIMIT_S, wait_until
from tests.web.asking import good, problem
from tests.web.conftest import Token, made_token

KEY = {"Idempotency-Key": "order-5531"}
BODY = {"numbers": ["+79990000001"]}


def test_a_post_sent_again_has_the_reply_that_it_had(api: TestClient) -> None:
    first = api.post("/v1/dnc", json=BODY, headers=KEY)
    again = api.post("/v1/dnc", json=BODY, headers=KEY)
    assert good(first) == good(again) == {"added": 1, "already": 0}
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert good(api.post("/v1/dnc", json=BODY)) == {"added": 0, "already": 1}


def test_a_refusal_is_said_again_too(api: TestClient) -> None:
    for _ in range(2):
        response = api.post("/v1/dnc", json={"numbers": ["1"]}, headers=KEY)
        problem(response, 422, "invalid")
    assert response.headers["idempotent-replayed"] == "true"


def test_a_key_is_of_one_request(api: TestClient) -> None:
    good(api.post("/v1/dnc", json=BODY, headers=KEY))
    refused = api.post("/v1/dnc", json={"numbers": ["+79990000002"]}, headers=KEY)
    assert "another request" in problem(refused, 422, "invalid")["detail"]
    problem(api.post("/v1/outbox/drop", json=BODY, headers=KEY), 422, "invalid")


def test_what_is_being_done_is_waited_for(api: TestClient, project: Project) -> None:
    token = sha256(api.headers["Authorization"].removeprefix("Bearer ").encode()).hexdigest()
    key = sha256(KEY["Idempotency-Key"].encode()).hexdigest()
    asked = sha256(b"/v1/outbox/drop?\n" + b'{"parked":true}').hexdigest()
    project.store.replies.take(token, key, asked, "somebody else")
    response = api.post("/v1/outbox/drop", json={"parked": True}, headers=KEY)
    assert "just now" in problem(response, 409, "conflict")["detail"]
    assert response.headers["retry-after"] == "1"


def test_who_may_not_is_not_remembered(project: Project, token: Token) -> None:
    narrow = {"Authorization": f"Bearer {token('dnc:read')}"}
    with TestClient(app_of(project)) as client:
        for _ in range(2):
            response = client.post("/v1/dnc", json=BODY, headers={**KEY, **narrow})
            problem(response, 403, "forbidden")
            assert "idempotent-replayed" not in response.headers
        problem(client.post("/v1/dnc", json=BODY, headers=KEY), 401, "unauthorized")


def test_a_revoked_token_is_told_nothing_more(api: TestClient, project: Project) -> None:
    secret = made_token(project, "dnc:write")
    headers = {**KEY, "Authorization": f"Bearer {secret}"}
    good(api.post("/v1/dnc", json=BODY, headers=headers))
    assert project.store.tokens.revoke(secret.removeprefix("secret-"))
    problem(api.post("/v1/dnc", json=BODY, headers=headers), 401, "unauthorized")


def test_what_broke_is_done_by_the_next_try(project: Project) -> None:
    headers = {**KEY, "Authorization": f"Bearer {made_token(project)}"}
    app = app_of(project)
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.project = None
        with capture_logs():
            problem(client.post("/v1/dnc", json=BODY, headers=headers), 500, "bug")
        app.state.project = project
        assert good(client.post("/v1/dnc", json=BODY, headers=headers))["added"] == 1


def test_a_key_is_a_short_text(api: TestClient) -> None:
    for key in ("", "x" * 256, "two words"):
        response = api.post("/v1/dnc", json=BODY, headers={"Idempotency-Key": key})
        assert problem(response, 422, "invalid")["errors"][0]["where"] == "header.Idempotency-Key"


def test_nothing_is_kept_for_whoever_shows_no_token_of_ours(project: Project) -> None:
    with TestClient(app_of(project)) as client:
        for shown in ({}, {"Authorization": "Bearer guessed"}):
            problem(client.post("/v1/nowhere", json={}, headers={**KEY, **shown}), 404, "not_found")
            problem(client.post("/v1/dnc?strange=1", json=BODY, headers={**KEY, **shown}), 422, "invalid")
        again = client.post("/v1/nowhere", json={}, headers={**KEY, "Authorization": "Bearer guessed"})
        assert "idempotent-replayed" not in again.headers


@pytest.mark.parametrize("more_settings", ["api: {{rate: 0.01, burst: 2}}\n"])
def test_asking_again_is_asking_too(project: Project) -> None:
    headers = {**KEY, "Authorization": f"Bearer {made_token(project)}"}
    with TestClient(app_of(project)) as client:
        for _ in range(2):
            good(client.post("/v1/dnc", json=BODY, headers=headers))
        problem(client.post("/v1/dnc", json=BODY, headers=headers), 429, "too_fast")
        other = {"numbers": ["+79990000002"]}
        problem(client.post("/v1/dnc", json=other, headers=headers), 429, "too_fast")


def test_a_token_that_has_expired_is_told_nothing_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {**KEY, "Authorization": f"Bearer {made_token(project, for_ms=60_000)}"}
    with TestClient(app_of(project)) as client:
        good(client.post("/v1/dnc", json=BODY, headers=headers))
        now = auth.real_ms()
        monkeypatch.setattr(auth, "real_ms", lambda: now + 60_000)
        problem(client.post("/v1/dnc", json=BODY, headers=headers), 401, "unauthorized")


def test_only_a_bearer_is_told_what_was_said(api: TestClient) -> None:
    good(api.post("/v1/dnc", json=BODY, headers=KEY))
    secret = api.headers["Authorization"].removeprefix("Bearer ")
    headers = {**KEY, "Authorization": f"Basic {secret}"}
    problem(api.post("/v1/dnc", json=BODY, headers=headers), 401, "unauthorized")


def test_what_takes_long_is_begun_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a campaign makes its prompts, which may take longer than a killed request is waited for."""
    monkeypatch.setattr(again, "HOLD_S", 0.01)
    headers = {**KEY, "Authorization": f"Bearer {made_token(project)}"}
    begun, may_end, add = threading.Event(), threading.Event(), project.store.dnc_add

    def slow(*args: Any) -> int:
        begun.set()
        assert may_end.wait(LIMIT_S)
        return add(*args)

    monkeypatch.setattr(project.store, "dnc_add", slow)

    book = project.store.replies
    token = sha256(headers["Authorization"].removeprefix("Bearer ").encode()).hexdigest()
    name = book._key(token, sha256(KEY["Idempotency-Key"].encode()).hexdigest())

    def left_ms() -> int:
        return book._db.read(lambda client: client.pttl(name))

    with TestClient(app_of(project)) as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/v1/dnc", json=BODY, headers=headers)
        assert begun.wait(LIMIT_S)
        book._db.read(lambda client: client.pexpire(name, 5_000))
        wait_until(lambda: left_ms() > 10_000, "it is held longer")
        problem(client.post("/v1/dnc", json=BODY, headers=headers), 409, "conflict")
        may_end.set()
        assert good(first.result(LIMIT_S))["added"] == 1
    assert left_ms() > 80_000_000
