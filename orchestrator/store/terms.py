"""What never changes about a campaign and is needed with every call: its order, its small numbers for texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import orjson
import redis

from orchestrator.domain.lead import Contact
from orchestrator.domain.plan import OrderBy, OrderKey
from orchestrator.domain.problem import KnownError
from orchestrator.store.db import Db
from orchestrator.store.records import Terms, is_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """`seq` tells one campaign from a deleted one of the same id."""

    seq: str
    first: tuple[OrderKey, ...]
    terms: Terms


class TermsBook:
    """Fixed facts per campaign, read once; zones and schemas are read again when an unknown one turns up."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._known: dict[str, Fixed] = {}

    def of(self, campaign_id: str) -> Fixed:
        """KnownError when there is no such campaign."""
        found = self._known.get(campaign_id)
        if found is None:
            found = self._known[campaign_id] = self._read(campaign_id)
        return found

    def decoded(self, campaign_id: str, decode: Callable[[Terms], T]) -> T:
        """`decode` with the known terms; once more with those in Redis when it meets a number it does not know."""
        try:
            return decode(self.of(campaign_id).terms)
        except IndexError:
            return decode(self.reread(campaign_id).terms)

    def forget(self, campaign_id: str) -> None:
        self._known.pop(campaign_id, None)

    def reread(self, campaign_id: str) -> Fixed:
        self.forget(campaign_id)
        return self.of(campaign_id)

    def with_contacts(self, campaign_id: str, contacts: Iterable[Contact]) -> Fixed:
        """The facts with a small number for every zone and column list of these contacts."""
        fixed = self.of(campaign_id)
        zones: set[str] = set()
        schemas: set[tuple[str, ...]] = set()
        for contact in contacts:
            zones.update(contact.zones)
            schemas.add(tuple(contact.fields))
        new_zones = sorted(zones - fixed.terms.zones.keys())
        new_schemas = sorted(schemas - fixed.terms.schemas.keys())
        if new_zones:
            numbered = self._intern(campaign_id, "zones", new_zones)
            fixed = replace(fixed, terms=_with_zones(fixed.terms, numbered))
        if new_schemas:
            numbered = self._intern(campaign_id, "schemas", [orjson.dumps(s).decode() for s in new_schemas])
            fixed = replace(fixed, terms=_with_schemas(fixed.terms, numbered))
        self._known[campaign_id] = fixed
        return fixed

    def with_routes(self, campaign_id: str, routes: set[str]) -> Terms:
        """The terms with a small number for each of these routes."""
        fixed = self.of(campaign_id)
        unknown = sorted(routes - fixed.terms.routes.keys())
        if unknown:
            numbered = self._intern(campaign_id, "routes", unknown)
            fixed = self._known[campaign_id] = replace(fixed, terms=_with_routes(fixed.terms, numbered))
        return fixed.terms

    def _intern(self, campaign_id: str, part: str, texts: list[str]) -> dict[bytes, bytes]:
        flat = self._db.run("intern_terms", {"campaign": campaign_id, "part": part, "terms": texts})
        return dict(zip(flat[::2], flat[1::2], strict=True))

    def _read(self, campaign_id: str) -> Fixed:
        if not is_id(campaign_id):
            raise KnownError(f"no campaign {campaign_id!r}")
        key = self._db.key(f"campaign:{campaign_id}")
        facts, zones, schemas, routes = self._db.read(partial(_read_all, key=key))
        seq, first = facts
        if seq is None or first is None:
            raise KnownError(f"no campaign {campaign_id!r}")
        terms = _with_routes(_with_schemas(_with_zones(Terms(), zones), schemas), routes)
        return Fixed(seq=seq.decode(), first=unpack_order(first), terms=terms)


def pack_order(first: tuple[OrderKey, ...]) -> str:
    return orjson.dumps([[key.by.value, key.column, key.descending] for key in first]).decode()


def unpack_order(text: bytes) -> tuple[OrderKey, ...]:
    return tuple(
        OrderKey(by=OrderBy(by), column=column, descending=descending)
        for by, column, descending in orjson.loads(text)
    )


def _read_all(client: redis.Redis, *, key: str) -> Any:
    pipe = client.pipeline(transaction=True)
    pipe.hmget(key, ["seq", "first"])
    pipe.hgetall(f"{key}:zones")
    pipe.hgetall(f"{key}:schemas")
    pipe.hgetall(f"{key}:routes")
    return pipe.execute()


def _with_zones(terms: Terms, numbered: dict[bytes, bytes]) -> Terms:
    zones = {text.decode(): int(number) for text, number in numbered.items()}
    return replace(terms, zones=zones, zone_keys=tuple(sorted(zones, key=zones.__getitem__)))


def _with_schemas(terms: Terms, numbered: dict[bytes, bytes]) -> Terms:
    schemas = {tuple(orjson.loads(text)): int(number) for text, number in numbered.items()}
    return replace(terms, schemas=schemas, columns=tuple(sorted(schemas, key=schemas.__getitem__)))


def _with_routes(terms: Terms, numbered: dict[bytes, bytes]) -> Terms:
    routes = {text.decode(): int(number) for text, number in numbered.items()}
    return replace(terms, routes=routes, route_texts=tuple(sorted(routes, key=routes.__getitem__)))
