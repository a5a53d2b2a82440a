"""Who may do what: a wrong, expired or too narrow token is told so, plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project
from orchestrator.web.app import app_of, bare_app
from orchestrator.web.auth import requires
from tests.web.asking import good, problem
from tests.web.conftest import Token

PATH = "/v1/dnc"


@pytest.fixture
def anybody(project: Project) -> Iterator[TestClient]:
    with TestClient(app_of(project)) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("said", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}])
def test_without_a_token_nothing_is_done(anybody: TestClient, said: dict[str, str]) -> None:
    response = anybody.get(PATH, headers=said)
    assert "`Authorization: Bearer TOKEN`" in problem(response, 401, "unauthorized")["detail"]
    assert response.headers["www-authenticate"] == 'Bearer realm="prozvon"'


def test_a_wrong_token_is_no_token(anybody: TestClient) -> None:
    response = anybody.get(PATH, headers=bearer("guessed"))
    assert "mistyped, or was revoked" in problem(response, 401, "unauthorized")["detail"]
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_an_expired_token_says_so(anybody: TestClient, token: Token) -> None:
    response = anybody.get(PATH, headers=bearer(token("dnc:read", for_ms=0)))
    assert "has expired" in problem(response, 401, "unauthorized")["detail"]


def test_a_token_without_the_scope_is_told_which_one(anybody: TestClient, token: Token) -> None:
    response = anybody.put(f"{PATH}/+79990000001", headers=bearer(token("dnc:read")))
    assert "lacks the scope dnc:write" in problem(response, 403, "forbidden")["detail"]
    assert 'scope="dnc:write"' in response.headers["www-authenticate"]
    good(anybody.get(PATH, headers=bearer(token("dnc:read"))))


def test_a_scope_that_there_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no scope 'leads:fly'"):
        requires("leads:fly")


@pytest.mark.parametrize("path", sorted({"/v1/campaigns", "/v1/outbox", "/v1/messages", "/v1/calls"}))
def test_reading_does_not_follow_from_writing(anybody: TestClient, token: Token, path: str) -> None:
    problem(anybody.get(path, headers=bearer(token("dnc:read", "dnc:write"))), 403, "forbidden")


class TestTooFast:
    @pytest.fixture
    def more_settings(self) -> str:
        return "api: {{rate: 0.001, burst: 2}}\n"

    def test_a_token_that_asks_too_often_is_told_when_to_come_again(
        self, anybody: TestClient, token: Token
    ) -> None:
        eager, other = bearer(token("dnc:read")), bearer(token("dnc:read"))
        good(anybody.get(PATH, headers=eager))
        good(anybody.get(PATH, headers=eager))
        response = anybody.get(PATH, headers=eager)
        assert "0.001 times a second" in problem(response, 429, "too_fast")["detail"]
        assert 900 < int(response.headers["retry-after"]) <= 1000
        good(anybody.get(PATH, headers=other))


def test_whatever_is_asked_the_token_is_looked_at_first(anybody: TestClient, token: Token) -> None:
    """Each path of the document, with a body that is no good either."""
    places = {
        "number": "+79990000001",
        "lead": "1",
        "year": "2026",
        "month": "01",
        "day": "01",
        "file": "a.b.wav",
    }
    narrow = bearer(token("metrics:read"))
    for path, methods in bare_app().openapi()["paths"].items():
        if not path.startswith("/v1/"):
            continue
        url = re.sub(r"{(\w+)}", lambda found: places.get(found[1], "x"), path)
        for method in methods:
            body = {"json": {"strange": []}} if method in ("post", "put", "patch") else {}
            assert anybody.request(method, url, **body).status_code == 401, (method, path)
            refused = anybody.request(method, url, headers=narrow, **body)
            assert refused.status_code == 403, (method, path)
