"""Whatever goes wrong is told as a problem: where it was, and never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.store import Unreachable
from orchestrator.web.app import app_of
from tests.web.asking import problem

ERRORS = {
    "bug": ZeroDivisionError("/srv/secret/path"),
    "known": KnownError("the campaign takes no more contacts"),
    "away": Unreachable("Redis at /srv cannot be reached: refused"),
}
router = APIRouter()


@router.get("/fails/{how}")
def fail(how: str) -> None:
    raise ERRORS[how]


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    app = app_of(project)
    app.include_router(router)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_a_bug_is_told_by_a_number_that_the_log_has(client: TestClient) -> None:
    with capture_logs() as logs:
        found = problem(client.get("/fails/bug"), 500, "bug")
    assert "secret" not in str(found)
    entry = next(entry for entry in logs if entry["event"] == "api_failed")
    assert entry["error_id"] in found["detail"]
    assert isinstance(entry["exc_info"], ZeroDivisionError)


def test_what_cannot_be_as_things_stand_is_a_conflict(client: TestClient) -> None:
    assert problem(client.get("/fails/known"), 409, "conflict")["detail"] == str(ERRORS["known"])


def test_a_store_that_is_away_is_to_be_tried_again(client: TestClient) -> None:
    response = client.get("/fails/away")
    problem(response, 503, "away")
    assert int(response.headers["retry-after"]) > 0


def test_every_value_that_is_wrong_is_named(api: TestClient) -> None:
    found = problem(api.get("/v1/messages?limit=0&state=lost&since=yesterday"), 422, "invalid")
    assert [fault["where"] for fault in found["errors"]] == ["query.state", "query.since", "query.limit"]


def test_a_parameter_that_nobody_reads_is_a_mistake(api: TestClient) -> None:
    found = problem(api.get("/v1/campaigns?stat=running"), 422, "invalid")
    assert found["errors"] == [{"where": "query.stat", "what": "unknown parameter (did you mean `state`?)"}]
