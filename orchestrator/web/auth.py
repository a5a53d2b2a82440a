"""Who may do what: bearer tokens with scopes, each with a rate of its own.

A handler says `dependencies=[Depends(requires("leads:read"))]`, or takes the caller:
`caller: Annotated[Caller, Depends(requires("leads:write"))]`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from orchestrator.runtime.project import Project
from orchestrator.store.tokens import SCOPES, Admission, Standing
from orchestrator.web.contexts import TheProject
from orchestrator.web.errors import ApiProblem

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="`prozvon token create` makes one.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """name: of the token; kept with what it does."""

    name: str
    scopes: tuple[str, ...]


class Requires:
    """A dependency: the caller's token has all of `scopes`. ApiProblem: 401 without a good token, 403 without a scope,
    429 when it asks faster than `api.rate`.
    """

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes

    def __call__(self, request: Request, project: TheProject, credentials: Credentials) -> Caller:
        if credentials is None:
            raise _refused("this needs a token: `Authorization: Bearer TOKEN` (`prozvon token create`)", "")
        found = admitted(request, project, digest_of(credentials.credentials))
        for scope in self.scopes:
            if scope not in found.scopes:
                raise _lacks(scope, found.name)
        return Caller(name=found.name, scopes=found.scopes)


def admitted(request: Request, project: Project, digest: str) -> Admission:
    """Whoever shows the token with this digest may go on, whatever for; counts the request. ApiProblem: 401, 429."""
    api = project.settings.api
    found = project.store.tokens.admit(digest, now=real_ms(), rate=api.rate, burst=api.burst)
    if found.standing is Standing.UNKNOWN:
        raise _refused("no such token: it is mistyped, or was revoked", "invalid_token")
    request.state.token = found.name  # for the log
    if found.standing is Standing.EXPIRED:
        raise _refused("the token has expired: `prozvon token create` makes a new one", "invalid_token")
    if found.standing is Standing.TOO_FAST:
        raise _too_fast(found.wait_ms, api.rate)
    return found


def digest_of(token: str) -> str:
    """By which it is kept."""
    return sha256(token.encode()).hexdigest()


def requires(*scopes: str) -> Requires:
    """A dependency as above. ValueError for a scope that there is none."""
    for scope in scopes:
        if scope not in SCOPES:
            raise ValueError(f"no scope {scope!r}")
    return Requires(*scopes)


def scopes_of(dependant: Dependant) -> tuple[str, ...]:
    """What a handler requires, by itself or by what it depends on."""
    own = dependant.call.scopes if isinstance(dependant.call, Requires) else ()
    return (*own, *(scope for each in dependant.dependencies for scope in scopes_of(each)))


def _refused(detail: str, error: str) -> ApiProblem:
    said = 'Bearer realm="prozvon"' + (f', error="{error}"' if error else "")
    return ApiProblem(
        kind="unauthorized",
        status=401,
        title="A good token is needed",
        detail=detail,
        headers={"WWW-Authenticate": said},
    )


def _lacks(scope: str, name: str) -> ApiProblem:
    return ApiProblem(
        kind="forbidden",
        status=403,
        title="The token may not do this",
        detail=f"the token {name!r} lacks the scope {scope}",
        headers={"WWW-Authenticate": f'Bearer realm="prozvon", error="insufficient_scope", scope="{scope}"'},
    )


def _too_fast(wait_ms: int, rate: float) -> ApiProblem:
    return ApiProblem(
        kind="too_fast",
        status=429,
        title="Too many requests",
        detail=f"this token may ask {rate:g} times a second (`api.rate`); wait {wait_ms} ms",
        headers={"Retry-After": str(-(-wait_ms // 1000))},
    )


def real_ms() -> int:
    """The machine's clock, epoch ms: tokens and what is kept for a day go by it, whatever the project's clock is."""
    return time.time_ns() // 1_000_000
