"""The OpenAPI document: FastAPI's own, with problems in the place of its validation errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from orchestrator.web.errors import MEDIA_TYPE, TYPE_PREFIX

ABOUT = """\
Contacts into campaigns, campaigns, leads, calls, lists and figures of a prozvon project.

Every request has a token: `Authorization: Bearer TOKEN` (`prozvon token create`). What goes wrong is told as
`application/problem+json` (RFC 9457). Lists come in pages: ask again with `after` set to `next`, until that is null.
A POST with an `Idempotency-Key` is done once, however often it is sent in a day. Times are ISO 8601 in UTC.
"""
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{TYPE_PREFIX}[a-z0-9_]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_SAYS = {
    "400": "The body cannot be read: not JSON, not UTF-8, nested too deeply.",
    "401": "No token, or one that is unknown, revoked or expired.",
    "403": "The token lacks the scope.",
    "404": "What the path names is not there.",
    "408": "The request took too long to arrive.",
    "409": "Not possible as things stand.",
    "413": "The body is too large.",
    "415": "The body is not in a form that is taken.",
    "422": "The request says what cannot be; `errors` say where.",
    "429": "The token asks too often; `Retry-After` says how long to wait.",
    "500": "A fault of ours; the log has it.",
    "503": "Something that is needed cannot be reached now.",
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_OF_BODIES = ("400", "408", "413", "415")


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once for an app."""
    if app.openapi_schema is None:
        app.openapi_schema = _told(
            get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
        )
    return app.openapi_schema


def _told(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _PROBLEM
    for path in document["paths"].values():
        for operation in path.values():
            _add_problems(operation)
    return document


def _add_problems(operation: dict[str, Any]) -> None:
    said = operation["responses"]
    if str(said.get("422", {}).get("content", "")).find("HTTPValidationError") >= 0:
        del said["422"]
    for status, response in said.items():
        if status >= "400":
            response.setdefault("content", _CONTENT)
    has_body = "requestBody" in operation
    for status, text in _SAYS.items():
        if has_body or status not in _OF_BODIES:
            said.setdefault(status, {"description": text, "content": _CONTENT})
    operation["responses"] = dict(sorted(said.items()))
