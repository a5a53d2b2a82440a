"""Pages of lists: how many items, and where to go on; and the small things that handlers share."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Annotated, TypeVar

import orjson
from fastapi import Query

from orchestrator.contacts.numbers import normalize
from orchestrator.contacts.row import Fault as NumberFault
from orchestrator.domain.lead import Campaign
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.store import Unreachable
from orchestrator.web.errors import ApiProblem, Fault, invalid, not_found

T = TypeVar("T")
_ENTRY = re.compile(r"[0-9]{1,19}-[0-9]{1,19}\Z")

Limit = Annotated[int, Query(ge=1, le=1000, description="So many items at most.")]
After = Annotated[
    str | None, Query(max_length=500, description="`next` of the page before; none: from the first on.")
]


def cursor(place: object) -> str:
    """Where to go on, as clients are given it: opaque, and safe in a query."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def place_of(after: str | None, kind: Callable[[object], T]) -> T | None:
    """What a client gives back; None when it gives nothing. kind: makes it what it was, ValueError or TypeError when it
    is none. ApiProblem when it is no cursor of ours.
    """
    if after is None:
        return None
    try:
        padded = after + "=" * (-len(after) % 4)
        return kind(orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True)))
    except (ValueError, TypeError, binascii.Error):
        raise fault_in("query.after", "not a `next` that we have given") from None


def whole(value: object) -> int:
    """An int as it stands in a cursor."""
    if not isinstance(value, int) or not 0 <= value < 2**62:
        raise ValueError
    return value


def text(value: object) -> str:
    """A text as it stands in a cursor."""
    if not isinstance(value, str):
        raise TypeError
    return value


def entry(value: object) -> str:
    """The id of an entry of a stream, as it stands in a cursor."""
    if not _ENTRY.match(text(value)):
        raise ValueError
    return text(value)


def fault_in(where: str, what: str) -> ApiProblem:
    """422 for one value of a request."""
    return invalid(f"{where}: {what}", Fault(where=where, what=what))


def campaign_of(project: Project, name: str) -> Campaign:
    """The campaign of a path: by its id, or the newest of the scenario of that name. 404 when there is none."""
    try:
        return project.campaign(name)
    except Unreachable:
        raise
    except KnownError:
        raise not_found(f"no campaign {name[:100]!r}, and none of a scenario of that name") from None


def number_of(project: Project, said: str, where: str) -> str:
    """E.164. 422 when it is no telephone number."""
    found = normalize(said, project.settings.region)
    if isinstance(found, NumberFault):
        raise fault_in(where, f"not a telephone number: {found} (write it as +79990000408)")
    return found
