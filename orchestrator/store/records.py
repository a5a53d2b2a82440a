"""How contacts, lead states and attempts are written in Redis: tight heads that Lua reads too, and JSON tails.

The Lua side is in lua/_lead.lua and lua/_attempt.lua. Shared texts (zone keys, lists of column names) are written
as small numbers of the campaign's `Terms`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote, unquote

import orjson

from orchestrator.domain.consent import Basis, ConsentHow
from orchestrator.domain.lead import Attempt, Contact, LeadState

_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}\Z")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}\Z")
_PLAIN_EXTERNAL = re.compile(r"[^\x00-\x20\x7f]+\Z")
_PLAIN = re.compile(r"[^\x00-\x20\x7f%:,]+\Z")

# What a terminal acts on instead of showing it, and what UTF-8 cannot say; line ends are left
_ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")

MAX_EXTERNAL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A campaign's small numbers for texts. They are only ever added to."""

    zones: Mapping[str, int] = field(default_factory=dict)
    zone_keys: tuple[str, ...] = ()
    schemas: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    columns: tuple[tuple[str, ...], ...] = ()
    routes: Mapping[str, int] = field(
        default_factory=dict
    )  # "GATEWAY SWITCH SWITCH_UUID WORKER" of ended attempts
    route_texts: tuple[str, ...] = ()


def is_id(text: str) -> bool:
    """Whether this can be a campaign, worker, attempt, switch or gateway id: 1-100 of A-Z a-z 0-9 _ . @ -"""
    return _ID.match(text) is not None


def shown(text: str, most: int) -> str:
    """At most so many characters of what people have written (an SMS to us, say), as it may be shown to others."""
    return _ACTED_ON.sub(" ", text[:most])


def check_id(text: str, what: str) -> str:
    if not is_id(text):
        raise ValueError(
            f"{what} {text!r} is not 1 to 100 of A-Z a-z 0-9 _ . @ - beginning with a letter or digit"
        )
    return text


def check_external(text: str) -> str:
    """ValueError when it cannot be an external id: blanks would cut it, and `-` stands for none."""
    if not 1 <= len(text) <= MAX_EXTERNAL or text.startswith("-") or not _PLAIN_EXTERNAL.match(text):
        raise ValueError(f"external id {text!r} is not 1 to {MAX_EXTERNAL} characters without blanks")
    return text


def is_number(text: str) -> bool:
    return _NUMBER.match(text) is not None


def digits(number: str) -> str:
    """`+79990000001` -> `79990000001`. ValueError when it is not E.164 with a plus."""
    if not _NUMBER.match(number):
        raise ValueError(f"not an E.164 number with +: {number!r}")
    return number[1:]


def word(text: str) -> str:
    """A status, result or rule key as one word without blanks, `:` and `,`. Reversed by `unword`."""
    return text if _PLAIN.match(text) else quote(text, safe="") or "%"


def unword(text: str) -> str:
    return "" if text == "%" else unquote(text) if "%" in text else text


def pack_state(state: LeadState) -> str:
    """ "ATTEMPTS TRIES PHONE GIVEN_UP RETRIES STATUS", "-" for nothing; then " agent" when it needs one."""
    given = ",".join(map(str, state.given_up)) or "-"
    retries = ",".join(f"{word(key)}:{made}" for key, made in state.retries) or "-"
    return f"{state.attempts} {state.tries} {state.phone} {given} {retries} {word(state.status)}" + (
        " agent" if state.needs_agent else ""
    )


@lru_cache(maxsize=4096)
def unpack_state(text: str) -> LeadState:
    attempts, tries, phone, given, retries, status, *needs = text.split(" ")
    made = (pair.split(":") for pair in retries.split(",")) if retries != "-" else ()
    return LeadState(
        attempts=int(attempts),
        tries=int(tries),
        phone=int(phone),
        given_up=tuple(map(int, given.split(","))) if given != "-" else (),
        retries=tuple((unword(key), int(count)) for key, count in made),
        status=unword(status),
        needs_agent=bool(needs),
    )


def pack_contact(contact: Contact, terms: Terms) -> bytes:
    """LANGUAGE \\t ZONE,ZONE \\t DIGITS,DIGITS \\t SCHEMA EXTERNAL_ID \\t JSON array of the columns' values. Changed
    ones have a third word beside the schema, see lua/_desk.lua.

    ValueError for a contact without numbers, a number that is not E.164, or zones that do not match the numbers.
    """
    if not contact.numbers or len(contact.numbers) != len(contact.zones):
        raise ValueError("a contact needs at least one number, and one zone for each")
    zones = ",".join([str(terms.zones[zone]) for zone in contact.zones])
    numbers = ",".join([digits(number) for number in contact.numbers])
    schema = terms.schemas[tuple(contact.fields)]
    external = f" {check_external(contact.external_id)}" if contact.external_id else ""
    head = f"{check_id(contact.language, 'language')}\t{zones}\t{numbers}\t{schema}{external}\t"
    return head.encode() + orjson.dumps(list(contact.fields.values()))


def unpack_contact(record: bytes, terms: Terms) -> Contact:
    language, zones, numbers, shape, values = record.split(b"\t", 4)
    schema, _, external = shape.partition(b" ")
    return Contact(
        numbers=tuple("+" + number for number in numbers.decode().split(",")),
        zones=tuple(terms.zone_keys[int(zone)] for zone in zones.split(b",")),
        language=language.decode(),
        fields=dict(zip(terms.columns[int(schema)], orjson.loads(values), strict=True)),
        external_id=external.split(b" ")[0].decode().removeprefix("-"),
    )


def is_changed(record: bytes) -> bool:
    """Whether the lead had another contact before, when it was called already."""
    return record.split(b"\t", 4)[3].count(b" ") == 2


def fingerprint(contact: Contact) -> bytes:
    """Eight bytes that tell a row from any other one, over all campaigns: numbers, language, columns, external id."""
    row: list[object] = [contact.numbers, contact.language, sorted(contact.fields.items())]
    if contact.external_id:
        row.append(contact.external_id)
    return blake2b(orjson.dumps(row), digest_size=8).digest()


def pack_basis(basis: Basis | None) -> str:
    """ "PURPOSE AT HOW"; "" for none."""
    return "" if basis is None else f"{basis.purpose} {basis.given_at} {basis.how.value}"


def unpack_basis(text: str) -> Basis | None:
    if not text:
        return None
    purpose, given_at, how = text.split(" ")
    return Basis(purpose=purpose, given_at=int(given_at), how=ConsentHow(how))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveText:
    """A live attempt as Lua delivers it, split but not yet decoded."""

    attempt_id: str
    campaign_id: str
    parts: list[str]
    contact: bytes


def split_live(text: bytes) -> LiveText:
    """ "ID \\t CAMPAIGN \\t LEAD \\t DIGITS \\t ZONE \\t DAY \\t GATEWAY \\t SWITCH \\t SWITCH_UUID \\t WORKER \\t
    CLAIMED_AT \\t STATE [\\t BASIS] \\n CONTACT"
    """
    head, contact = text.split(b"\n", 1)
    parts = head.decode().split("\t")
    return LiveText(attempt_id=parts[0], campaign_id=parts[1], parts=parts, contact=contact)


def unpack_attempt(live: LiveText, terms: Terms) -> Attempt:
    _, campaign, lead, number, zone, _, gateway, switch, switch_uuid, worker, claimed_at, state, *basis = (
        live.parts
    )
    return Attempt(
        attempt_id=live.attempt_id,
        campaign_id=campaign,
        lead_id=int(lead),
        number="+" + number,
        zone=terms.zone_keys[int(zone)],
        contact=unpack_contact(live.contact, terms),
        state=unpack_state(state),
        gateway=gateway,
        switch=switch,
        switch_uuid=switch_uuid,
        worker_id=worker,
        claimed_at=int(claimed_at),
        basis=unpack_basis(basis[0] if basis else ""),
    )
