"""What goes wrong, told as RFC 9457 problem+json: always what, where, and what to do; never a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.responses import JSONResponse

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

    def response(self) -> JSONResponse:
        return JSONResponse(
            {
                "type": TYPE_PREFIX + self.kind,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "errors": [{"where": fault.where, "what": fault.what} for fault in self.errors],
            },
            status_code=self.status,
            headers=dict(self.headers),
            media_type=MEDIA_TYPE,
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
