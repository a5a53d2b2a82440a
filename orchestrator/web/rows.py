"""Contacts as requests carry them: one object, its figures as typed; or a list in bytes, handed to a thread."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any

import anyio
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from orchestrator.web.errors import ApiProblem, Fault, invalid

MOST_COLUMNS = 200

# What OpenAPI says of a body that is a contact.
CONTACT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The columns that the scenario declares, `phone` among them; texts or figures.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": MOST_COLUMNS,
                    "additionalProperties": {"type": ["string", "number", "null"]},
                },
                "example": {"phone": "+79990000408", "name": "Anna", "external_id": "order-5531"},
            }
        },
    }
}


async def _row(request: Request) -> Mapping[str, str]:
    return row_of(await request.body())


Row = Annotated[Mapping[str, str], Depends(_row)]  # the body of a request, as a line of JSONL


def row_of(body: bytes) -> Mapping[str, str]:
    """Column -> text. 0.10 stays 0.10, and a number of twenty digits stays what it is. ApiProblem when it is no row."""
    pairs = json.loads(body, object_pairs_hook=_Pairs, parse_int=str, parse_float=str) if body else None
    if not isinstance(pairs, _Pairs) or not pairs:
        raise invalid("the body is one contact: an object", Fault(where="body", what="an object is needed"))
    if len(pairs) > MOST_COLUMNS:
        raise invalid(f"more than {MOST_COLUMNS} columns", Fault(where="body", what="too many columns"))
    row: dict[str, str] = {}
    faults: list[Fault] = []
    for key, value in pairs:
        where = f"body.{key[:60]}"
        if key in row:
            faults.append(Fault(where=where, what="stands here twice"))
        elif value is None or isinstance(value, str):
            row[key] = value or ""
        else:
            faults.append(Fault(where=where, what="neither a text nor a figure"))
    if faults:
        raise invalid("; ".join(f"{fault.where}: {fault.what}" for fault in faults[:3]), *faults)
    return row


class _Pairs(tuple[tuple[str, object], ...]):
    """A JSON object as it stands in the text, double keys included."""

    __slots__ = ()


class Feed:
    """The body of a request for a thread to read: it asks, the loop gets the next piece."""

    def __init__(self, request: Request) -> None:
        self._stream: AsyncIterator[bytes] = request.stream()

    def chunks(self) -> Iterator[bytes]:
        """In a worker thread of anyio. ApiProblem when the client is too slow, sends too much, or goes away."""
        while (chunk := anyio.from_thread.run(self._next)) is not None:
            yield chunk

    async def _next(self) -> bytes | None:
        try:
            async for chunk in self._stream:
                if chunk:
                    return chunk
        except ClientDisconnect:
            raise ApiProblem(
                kind="gone", status=400, title="Gone", detail="the client went away in the middle of its list"
            ) from None
        return None
