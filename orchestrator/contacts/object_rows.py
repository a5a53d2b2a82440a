"""Rows that come as objects, one by one: cleaned as those of a list are; and contacts that are changed in part."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from orchestrator.contacts.columns import Reading
from orchestrator.contacts.contact_maker import ContactMaker
from orchestrator.contacts.numbers import known_region, locate
from orchestrator.contacts.row import Accepted, Code, Fault, Refused
from orchestrator.contacts.text import shown
from orchestrator.contacts.wanted import EXTERNAL_ID, PHONES, Headers, Wanted, did_you_mean, folded, wanted
from orchestrator.contacts.zones import places, zone_key
from orchestrator.domain.lead import Contact
from orchestrator.domain.plan import Column, ZoneRule
from orchestrator.domain.problem import KnownError

NO_TEXT: Final = Fault(code=Code.BAD_VALUE, reason="neither a text nor a figure")
TWICE: Final = Fault(code=Code.BAD_JSON, reason="the same key twice in one object")
NOTHING: Final = Fault(code=Code.BLANK, reason="nothing stands in it")
MOST_BITS: Final = 256  # of a whole number: more digits than any column takes
MAX_IGNORED: Final = 5  # unknown columns that are named of one row


class ObjectReader:
    """Reads rows of one scenario. KnownError when `region` is none."""

    def __init__(
        self, *, columns: tuple[Column, ...], languages: tuple[str, ...], region: str, zone_rule: ZoneRule
    ) -> None:
        if not known_region(region):
            raise KnownError(
                f"`{region}` is no region of telephone numbers: write a country code in capitals, such as RU"
            )
        self._region, self._rule = region, zone_rule
        self._headers = Headers(wanted(columns))
        reading = Reading(languages=languages, region=region)
        self._maker = ContactMaker(self._headers.columns, self._headers.columns, reading, zone_rule)

    def read(self, row: int, found: Mapping[str, object]) -> Accepted | Refused:
        """`found`: texts, figures (int, float, Decimal) or None by column name. Unknown columns are noted."""
        raw, cells = _raw(found), dict[str, str]()
        fault = self._fill(cells, found)
        if isinstance(fault, Refused):
            return replace(fault, line=row, raw=raw)
        made = self._maker.make(row, [cells.get(column.name, "") for column in self._headers.columns], raw)
        if made is None:
            return Refused(line=row, column="", code=NOTHING.code, reason=NOTHING.reason, raw=raw)
        if isinstance(made, Refused):
            return made
        ignored = [
            f"{shown(name)}: left out, the scenario has no such column" for name in self.unknown(found)
        ]
        return replace(made, notes=(*made.notes, *ignored[:MAX_IGNORED]))

    def unknown(self, found: Mapping[str, object]) -> list[str]:
        """Names in it that mean nothing here."""
        return [name for name in found if self._headers.find(name) is None]

    def meant(self, name: str) -> str | None:
        """The column that an unknown name may have meant."""
        return did_you_mean(folded(name), [column.name for column in self._headers.columns])

    def amend(self, contact: Contact, given: Mapping[str, object]) -> Accepted | Refused:
        """The contact with these columns instead of its own; unknown ones are passed over. A number that stays keeps
        its zone, and a new one gets that which the contact came with, unless a time zone is given. A number that
        cannot be called is refused, whichever it is.
        """
        cells = {column.name: self._stands(contact, column) for column in self._headers.columns}
        changed = dict[str, str]()
        fault = self._fill(changed, given)
        if isinstance(fault, Refused):
            return fault
        for name in PHONES:
            found = locate(changed[name], self._region) if changed.get(name) else None
            if isinstance(found, Fault):
                return _refused(name, found, changed[name])
        cells |= changed
        made = self._maker.make(0, [cells[column.name] for column in self._headers.columns], _raw(given))
        if made is None:  # its only cells were emptied
            return _refused(PHONES[0], NOTHING, "")
        if isinstance(made, Refused) or any(
            column.type == "timezone" and column.name in changed for column in self._headers.columns
        ):
            return made
        before = dict(zip(contact.numbers, contact.zones, strict=True))
        numbers = zip(made.contact.numbers, made.contact.zones, strict=True)
        zones = tuple(before.get(number, zone) for number, zone in numbers)
        return replace(made, contact=replace(made.contact, zones=zones))

    def _fill(self, cells: dict[str, str], found: Mapping[str, object]) -> Refused | None:
        for name, value in found.items():
            column = self._headers.find(name)
            if column is None:
                continue
            text = _text(value)
            if column.name in cells:
                text = TWICE
            if isinstance(text, Fault):
                return _refused(column.name, text, "")
            cells[column.name] = text.strip()
        return None

    def _stands(self, contact: Contact, column: Wanted) -> str:
        """What would stand in the column of a list with this contact."""
        if column.is_phone:
            place = PHONES.index(column.name)
            return contact.numbers[place] if place < len(contact.numbers) else ""
        if column.type == "language":
            return contact.language
        if column.type == "timezone" and not column.is_declared:
            return self._own_zone(contact)
        return contact.external_id if column.name == EXTERNAL_ID else contact.fields.get(column.name, "")

    def _own_zone(self, contact: Contact) -> str:
        """The time zone that its column said: one of all numbers, which not all of them tell by themselves. "" when
        they do: then nothing says that there was one.
        """
        told = {zone_key(number, self._rule) for number in contact.numbers}
        zone = contact.zones[0]
        return zone if {zone} == set(contact.zones) != told and zone in places() else ""


def _text(value: object) -> str | Fault:
    """The text of a value, figures as they are read in JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return NO_TEXT
    if isinstance(value, int):
        return str(value) if value.bit_length() <= MOST_BITS else NO_TEXT
    if not math.isfinite(value) or abs(value) >= 2**MOST_BITS:
        return NO_TEXT
    return format(Decimal(str(value)).normalize() if isinstance(value, float) else value, "f")


def _raw(found: Mapping[str, object]) -> str:
    """The row for people, bounded: what is neither text nor figure is not looked into."""
    plain = {
        shown(name): value if value is None or isinstance(value, (str, bool, float)) else _figure(value)
        for name, value in list(found.items())[:50]
    }
    return shown(json.dumps(plain, ensure_ascii=False))


def _figure(value: object) -> object:
    text = _text(value)
    return "..." if isinstance(text, Fault) else text


def _refused(column: str, fault: Fault, cell: str) -> Refused:
    return Refused(line=0, column=column, code=fault.code, reason=fault.reason, value=shown(cell))
