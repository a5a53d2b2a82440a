"""The cells of a row to a contact: every column converted, every fault of the row named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from orchestrator.contacts import agreed
from orchestrator.contacts.columns import Changed, Converter, Reading, converter
from orchestrator.contacts.numbers import locate
from orchestrator.contacts.row import Accepted, Code, Fault, Refused
from orchestrator.contacts.text import shown
from orchestrator.contacts.wanted import EXTERNAL_ID, PHONES, Wanted
from orchestrator.contacts.zones import key_of
from orchestrator.domain.lead import Contact
from orchestrator.domain.plan import ZoneRule

BLANK: Final = Fault(code=Code.BLANK, reason="blank, and it is required")
NO_ZONE: Final = Fault(
    code=Code.NO_ZONE, reason="nobody knows the time zone of such a number: name it in a column `timezone`"
)
AGAIN: Final = "the same number again"


@dataclass(slots=True)
class _Found:
    """What was found in one row so far."""

    values: dict[str, str]
    numbers: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    faults: list[tuple[Wanted, Fault, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class ContactMaker:
    """Makes rows of one list. `present`: its wanted columns, in the order in which `make` gets their cells."""

    def __init__(
        self, every: Sequence[Wanted], present: Sequence[Wanted], reading: Reading, rule: ZoneRule
    ) -> None:
        self._reading = reading
        self._rule = rule
        phones = ((index, column) for index, column in enumerate(present) if column.is_phone)
        self._phones = sorted(phones, key=lambda phone: PHONES.index(phone[1].name))
        self._others: list[tuple[int, Wanted, Converter]] = [
            (index, column, converter(column.type, reading))
            for index, column in enumerate(present)
            if not column.is_phone
        ]
        self._language = next((column.name for column in present if column.type == "language"), None)
        self._timezone = next((column.name for column in present if column.type == "timezone"), None)
        self._implied = [column.name for column in present if not (column.is_declared or column.is_phone)]
        self._tells_consent = any(column.name in agreed.COLUMNS for column in present)
        self._blank = {column.name: "" for column in every if column.is_declared}
        self._keys: dict[tuple[str, ...], str | None] = {}

    def make(self, line: int, cells: Sequence[str], raw: str) -> Accepted | Refused | None:
        """The contact, or why there is none; None for a row of blank cells, which holds nobody."""
        found = _Found(self._blank.copy())
        for index, column, convert in self._others:
            cell = cells[index].strip()
            value = convert(cell) if cell else ""
            if not isinstance(value, str):
                value = _unwrap(found, column, cell, value)
            elif not value and column.is_required:
                found.faults.append((column, BLANK, cell))
            found.values[column.name] = value
        language = self._chosen_language(found.values)
        zone = found.values[self._timezone] if self._timezone else ""
        external_id = found.values.get(EXTERNAL_ID, "")
        told = {name: found.values.get(name, "") for name in agreed.COLUMNS} if self._tells_consent else {}
        for name in self._implied:
            del found.values[name]
        for index, column in self._phones:
            self._number(found, column, cells[index].strip(), zone)
        if found.faults:
            return None if not any(map(str.strip, cells)) else _refused(line, raw, found)
        consent = agreed.agreed_of(told, found.zones[0])
        found.notes += [
            f"{name}: {agreed.NO_MOMENT}" for name, text in told.items() if text and consent is None
        ]
        contact = Contact(
            numbers=tuple(found.numbers),
            zones=tuple(found.zones),
            language=language,
            fields=found.values,
            external_id=external_id,
        )
        return Accepted(line=line, contact=contact, notes=tuple(found.notes), agreed=consent)

    def _chosen_language(self, values: dict[str, str]) -> str:
        default = self._reading.languages[0]
        if self._language is None:
            return default
        values[self._language] = chosen = values[self._language] or default
        return chosen

    def _number(self, found: _Found, column: Wanted, cell: str, zone: str) -> None:
        if not cell:
            if column.is_required:
                found.faults.append((column, BLANK, cell))
            return
        located = locate(cell, self._reading.region)
        if isinstance(located, Fault):
            _not_called(found, column, located, cell)
            return
        number, zones = located
        key = zone or self._key(zones)
        if key is None:
            _not_called(found, column, NO_ZONE, cell)
            return
        if column.is_declared:
            found.values[column.name] = number
        if number in found.numbers:
            found.notes.append(f"{column.name}: left out, {AGAIN}")
            return
        found.numbers.append(number)
        found.zones.append(key)

    def _key(self, zones: tuple[str, ...]) -> str | None:
        if zones not in self._keys:
            self._keys[zones] = key_of(zones, self._rule)
        return self._keys[zones]


def _unwrap(found: _Found, column: Wanted, cell: str, value: Fault | Changed) -> str:
    """The value of a cell that is not plainly good; "" when there is none."""
    if isinstance(value, Fault):
        found.faults.append((column, value, cell))
        return ""
    found.notes.append(f"{column.name}: {value.note}")
    if not value.value and column.is_required:
        found.faults.append((column, BLANK, cell))
    return value.value


def _not_called(found: _Found, column: Wanted, fault: Fault, cell: str) -> None:
    """A number that cannot be called: without a required one there is no contact, any other is left out."""
    if column.is_required:
        found.faults.append((column, fault, cell))
    else:
        found.notes.append(f"{column.name}: left out, {fault}")


def _refused(line: int, raw: str, found: _Found) -> Refused:
    faults = sorted(
        found.faults, key=lambda each: not each[0].is_phone
    )  # the number first, else as they stand
    column, fault, cell = faults[0]
    return Refused(
        line=line,
        column=column.name,
        code=fault.code,
        reason=fault.reason,
        value=shown(cell),
        raw=shown(raw),
        also=tuple((other.name, each) for other, each, _ in faults[1:]),
    )
