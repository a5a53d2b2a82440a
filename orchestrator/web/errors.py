"""What goes wrong, told as RFC 9457 problem+json: always what, where, and what to do; never a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from orchestrator.contacts.problems import ListError
from orchestrator.domain.problem import KnownError
from orchestrator.store import Unreachable

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:prozvon:problem:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a request. where: `query.limit`, `body.to`, `path.campaign`, `header.Range`."""

    where: str
    what: str


@dataclass(kw_only=True)  # not frozen: a traceback is hung onto it
class ApiProblem(Exception):  # noqa: N818  # it is told to the client; no error of ours
    """Raised by handlers; the client gets it as problem+json. kind: stable, `not_found`; the last part of `type`."""

    kind: str
    status: int
    title: str
    detail: str
    errors: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, object]:
        """As RFC 9457 has them."""
        return {
            "type": TYPE_PREFIX + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": [{"where": fault.where, "what": fault.what} for fault in self.errors],
        }

    def response(self) -> JSONResponse:
        return JSONResponse(
            self.members(), status_code=self.status, headers=dict(self.headers), media_type=MEDIA_TYPE
        )


def not_found(detail: str) -> ApiProblem:
    """404: what the path names is not there."""
    return ApiProblem(kind="not_found", status=404, title="There is no such thing", detail=detail)


def conflict(detail: str) -> ApiProblem:
    """409: understood, and not possible as things stand (a campaign in another state, an agent in a call)."""
    return ApiProblem(kind="conflict", status=409, title="Not possible as things stand", detail=detail)


def invalid(detail: str, *errors: Fault) -> ApiProblem:
    """422: the request says what cannot be; `errors` say where."""
    return ApiProblem(
        kind="invalid", status=422, title="The request is not valid", detail=detail, errors=errors
    )


def away(detail: str, *, retry_after_s: int = 5) -> ApiProblem:
    """503: what is needed cannot be reached now (the store, a switch, a leading worker); try again."""
    return ApiProblem(
        kind="away",
        status=503,
        title="Not available now",
        detail=detail,
        headers={"Retry-After": str(retry_after_s)},
    )


def problem_of(error: Exception) -> ApiProblem:
    """Any exception as what the client is told. One that nobody foresaw is logged whole, under an id that is told."""
    match error:
        case ApiProblem():
            return error
        case Unreachable():
            return away(str(error))
        case ListError():
            lines = [str(item) for item in error.problems]
            return invalid("; ".join(lines[:3]), *(Fault(where="body", what=line) for line in lines))
        case KnownError():
            return conflict(str(error))
        case RequestValidationError():
            faults = [Fault(where=_where(item["loc"]), what=_what(item)) for item in error.errors()]
            return invalid("; ".join(f"{fault.where}: {fault.what}" for fault in faults[:3]), *faults)
        case HTTPException():
            return _of_http(error)
        case _:
            number = uuid4().hex[:12]
            structlog.get_logger().error("api_failed", error_id=number, exc_info=error)
            return ApiProblem(
                kind="bug",
                status=500,
                title="A fault of ours",
                detail=f"this is a bug of prozvon; its log has the details under {number}",
            )


def _where(place: Sequence[str | int]) -> str:
    return ".".join(map(str, place))


def _what(item: Mapping[str, object]) -> str:
    """pydantic's sentence; never the value itself, which may be a secret or a megabyte."""
    return str(item["msg"]).removeprefix("Value error, ")


_KINDS = {
    400: ("bad_request", "The request cannot be read"),
    404: ("not_found", "There is no such thing"),
    405: ("method_not_allowed", "Not with this method"),
}


def _of_http(error: HTTPException) -> ApiProblem:
    """Of starlette: no such path, another method."""
    phrase = HTTPStatus(error.status_code).phrase
    kind, title = _KINDS.get(error.status_code, (phrase.lower().replace(" ", "_"), phrase))
    detail = {404: "there is nothing at this path", 405: "this path takes other methods (header Allow)"}
    return ApiProblem(
        kind=kind,
        status=error.status_code,
        title=title,
        detail=detail.get(error.status_code, str(error.detail)),
        headers=dict(error.headers or {}),
    )


def add_handlers(app: FastAPI) -> None:
    """Everything that is raised in a handler becomes a problem."""

    def tell(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == 405:
            problem.headers = {"Allow": ", ".join(_allowed(request))}
        return problem.response()

    for kind in (ApiProblem, KnownError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, tell)


def _allowed(request: Request) -> list[str]:
    """The methods that the path of a request takes: starlette names those of the first handler alone."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    routes = request.app.routes
    return [
        method
        for method in methods
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
