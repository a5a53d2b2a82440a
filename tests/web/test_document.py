"""The OpenAPI document is up to date and whole; what it says is what is done, whatever is sent (schemathesis)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from orchestrator.domain.disposition import Disposition
from orchestrator.runtime.project import Project, open_project
from orchestrator.store import commands
from orchestrator.web.app import app_of, bare_app, document
from tests.runtime.factories import SETTINGS, claimed, launched, make_folder, settled
from tests.web.conftest import FAST, made_token

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = bare_app().openapi()
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if method in METHODS
]
ENDLESS = re.compile(r"/events$")  # event streams end when the client goes away; they have tests of their own
EXAMPLES = 4
OPEN = {"/healthz", "/readyz", "/metrics"}


def test_the_document_is_up_to_date() -> None:
    assert (DOCS / "schema" / "openapi.json").read_text(encoding="utf-8") == document(), "run `make docs`"


def test_every_path_needs_a_token_but_those_for_machines_that_watch() -> None:
    without = {
        path
        for path, operations in DOCUMENT["paths"].items()
        for operation in operations.values()
        if not operation.get("security")
    }
    assert without <= OPEN


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_path_says_what_it_is_for_and_what_may_go_wrong(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    assert operation.get("description")
    assert path in OPEN or re.search(r"\n\nScope: `\w+:\w+`", operation["description"])
    assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if status >= "400" and path not in OPEN:
            assert set(response["content"]) == {"application/problem+json"}


@pytest.fixture(scope="module")
def served(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BaseSchema, str]]:
    """The document of an app that has one campaign with some history; and a token."""
    own = f"project: anything\nstore: {server}\n"
    folder = make_folder(
        tmp_path_factory.mktemp("p") / "p", settings=SETTINGS.replace("project: test\n", own) + FAST
    )
    with open_project(folder) as project, pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "PATIENCE_MS", 1)
        with_history(project)
        yield schemathesis.openapi.from_asgi("/v1/openapi.json", app_of(project)), made_token(project)


def with_history(project: Project) -> None:
    campaign = launched(project, 1, 2, 3)
    settled(project, claimed(project, campaign)[0], Disposition.ANSWERED, result="agreed")


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path in OPERATIONS if not ENDLESS.search(path)]
)
def test_whatever_is_sent_is_answered_as_the_document_says(
    served: tuple[BaseSchema, str], method: str, path: str
) -> None:
    schema, token = served
    _try_out(schema[path][method], GenerationMode.POSITIVE, token)
    with suppress(Unsatisfiable):  # there is nothing to say wrongly: no parameter, no body, no token
        _try_out(schema[path][method], GenerationMode.NEGATIVE, token)


def _try_out(operation: APIOperation, mode: GenerationMode, token: str) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def check(case: Any) -> None:
        if "campaign" in case.path_parameters:
            case.path_parameters["campaign"] = "greeting"
        response = case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            # What a telephone number, a column or a cursor is cannot be said by a schema; and 503 is no fault of
            # ours where no switch and no worker is there.
            excluded_checks=[positive_data_acceptance, not_a_server_error],
        )
        assert response.status_code not in (500, 502, 504)

    check()


def test_the_document_is_served_to_everybody(api: TestClient) -> None:
    api.headers.pop("Authorization")
    assert api.get("/v1/openapi.json").json() == json.loads(json.dumps(DOCUMENT))
