"""Which columns of a list mean something to a scenario: the declared ones, and those that always do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from orchestrator.contacts import agreed
from orchestrator.domain.plan import Column

PHONES: Final = ("phone", "phone2", "phone3")
"""Numbers of a contact in the order they are tried; the first is required."""

EXTERNAL_ID: Final = "external_id"
"""What a contact is called outside, by a CRM for instance: a lead is changed and withdrawn by it."""

_ALWAYS: Final = (
    Column(name="phone", type="phone"),
    Column(name="phone2", type="phone", required=False),
    Column(name="phone3", type="phone", required=False),
    Column(name="language", type="language", required=False),
    Column(name="timezone", type="timezone", required=False),
    Column(name=EXTERNAL_ID, type=EXTERNAL_ID, required=False),
    *(Column(name=name, type=name, required=False) for name in agreed.COLUMNS),
)
# Whatever is declared
_OWN_TYPES: Final = dict.fromkeys(PHONES, "phone") | {name: name for name in (EXTERNAL_ID, *agreed.COLUMNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One column that is looked for. `is_declared`: its value goes into the contact's fields."""

    name: str
    type: str
    is_required: bool
    is_declared: bool
    is_phone: bool  # one of PHONES: a number to call, not only a value of type phone


def wanted(declared: tuple[Column, ...]) -> tuple[Wanted, ...]:
    """All columns to look for, phones first, then the declared ones in the scenario's order.

    A language is never required: the scenario has a default. The three phones are numbers, `external_id` is a name, and
    the columns of a consent are what they are, whatever is declared.
    """
    names = {column.name for column in declared}
    types = {column.type for column in declared}
    implied = [
        each
        for each in _ALWAYS
        if each.name not in names and (each.type == "phone" or each.type not in types)
    ]
    every = sorted((*implied, *declared), key=lambda column: _place(column.name))
    return tuple(
        Wanted(
            name=column.name,
            type=_OWN_TYPES.get(column.name, column.type),
            is_required=column.name == PHONES[0] or (column.required and column.type != "language"),
            is_declared=column.name in names,
            is_phone=column.name in PHONES,
        )
        for column in every
    )


def _place(name: str) -> int:
    return PHONES.index(name) if name in PHONES else len(PHONES)


def folded(header: str) -> str:
    """A header as it is compared when it is not exactly a name: `Days overdue` is `days_overdue`."""
    return "_".join(header.strip().strip("\ufeff").casefold().replace("-", " ").replace("_", " ").split())


class Headers:
    """Finds the wanted column that a header of the list names."""

    def __init__(self, columns: Iterable[Wanted]) -> None:
        self.columns = tuple(columns)
        self._exact = {column.name: column for column in self.columns}
        self._folded = {folded(column.name): column for column in self.columns}

    def find(self, header: str) -> Wanted | None:
        return self._exact.get(header.strip()) or self._folded.get(folded(header))


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that a misspelt name may have meant."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return close[0] if close else None
