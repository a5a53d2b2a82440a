"""The part of `prozvon.yaml` about contacts that come in by themselves: folders where lists are dropped, services that
are asked for them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.outside.target import path_fault
from orchestrator.runtime.settings_parts.switch_settings import Name, Strict, matching
from orchestrator.runtime.settings_parts.texts import Texts

DAY_S = 86_400.0
MOST_TIMEOUT_S = 600.0

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([smhd])\Z", re.ASCII)
_SCENARIO = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_PLACE = re.compile(r"[^\s.][^.]{0,63}(?:\.[^.]{1,64}){0,15}\Z")
_VALUE_NAME = re.compile(r"[!-~]{1,100}\Z")
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_OF_FOLDERS = frozenset({"again", "each_file", "settle"})


def _seconds(value: object) -> object:
    found = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a duration: 30s, 15m, 2h or 1d")
    return float(found[1]) * _UNITS[found[2]]


def _path(value: str) -> str:
    if fault := path_fault(value):
        raise ValueError(fault)
    return value


def _method(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Seconds = Annotated[float, BeforeValidator(_seconds)]
Scenario = Annotated[str, matching(_SCENARIO, "the name of a scenario: a-z, 0-9 and _")]
Place = Annotated[str, matching(_PLACE, "names with points between them, such as data.orders")]
ValueName = Annotated[str, matching(_VALUE_NAME, "the name of a value: one word of plain characters")]
ColumnName = Annotated[str, matching(_COLUMN, "the name of a column: a-z, 0-9 and _")]


Values = Annotated[Texts, Field(min_length=1)]


class CursorPart(Strict):
    """`cursor:`: what the next question goes on from. One of `from` (a place in the answer that says it) and `max` (a
    field of the items, the greatest of which it is).
    """

    send: ValueName
    source: Place | None = Field(default=None, alias="from")
    max: Place | None = None
    begin: str = ""  # what is sent the first time; "": nothing

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.source is None) == (self.max is None):
            raise ValueError("one of `from` (a place in the answer) and `max` (a field of the items)")
        return self


class PagesPart(Strict):
    """`pages:`: an answer is one of several: by number, from `first` on, until one has no items, or is the one whose
    number stands at `last`; or, with `from`, by what each page says at that place, until one says nothing.
    """

    send: ValueName
    first: Annotated[int, Field(ge=0, le=1)] = 1
    last: Place | None = None
    source: Place | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.source is not None and self.last is not None:
            raise ValueError("last: is the number of a page, and with `from` pages have none")
        return self


class WithdrawPart(Strict):
    """`withdraw:`: items that are not to be called (any more)."""

    when: Annotated[dict[Place, Values], Field(min_length=1)]
    note: Annotated[str, Field(max_length=200)] = ""


class IntakePart(Strict):
    """`intake.NAME:`, docs/intake.md. With `folder` files are taken from there; with `service` it is asked."""

    scenario: Scenario

    folder: Path | None = None
    each_file: Literal["rows", "campaign"] = "rows"
    again: bool = False  # also rows that a campaign of the scenario has had
    settle: Annotated[Seconds, Field(ge=0, le=3600)] = 5.0

    service: Name | None = None
    path: Annotated[str, AfterValidator(_path)] | None = None
    method: Annotated[Literal["get", "post"], BeforeValidator(_method)] = "get"
    every: Annotated[Seconds, Field(ge=1, le=30 * DAY_S)] = 60.0
    timeout: Annotated[Seconds, Field(gt=0, le=MOST_TIMEOUT_S)] = 30.0
    send: dict[ValueName, str] = Field(default_factory=dict)
    cursor: CursorPart | None = None
    pages: PagesPart | None = None
    items: Place | None = None  # None: the answer itself is the list
    columns: dict[ColumnName, Place] = Field(default_factory=dict)
    fixed: dict[ColumnName, str] = Field(default_factory=dict)  # columns that are the same for every item
    only: dict[Place, Values] = Field(default_factory=dict)  # items that are to be called; empty: all
    withdraw: WithdrawPart | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.folder is None) == (self.service is None):
            raise ValueError("one of `folder` (lists are dropped there) and `service` (it is asked)")
        if self.folder is not None:
            strange = self.model_fields_set - _OF_FOLDERS - {"scenario", "folder"}
            if strange:
                raise ValueError(f"{min(strange)}: is for a `service`, not for a `folder`")
            if self.again and self.each_file == "rows":
                raise ValueError(
                    "again: needs `each_file: campaign`: an open campaign would call the same rows over and over"
                )
            return self
        if strange := self.model_fields_set & _OF_FOLDERS:
            raise ValueError(f"{min(strange)}: is for a `folder`, not for a `service`")
        return self._whole_source()

    def _whole_source(self) -> Self:
        if self.path is None:
            raise ValueError("path: what the service is asked for, below its URL")
        if "phone" not in {*self.columns, *self.fixed}:
            raise ValueError(
                "columns: needs `phone`, the number to call: `columns: {phone: customer.phone, ...}`"
            )
        if both := self.columns.keys() & self.fixed.keys():
            raise ValueError(f"{min(both)}: is in `columns` and in `fixed`")
        if self.withdraw is not None and "external_id" not in self.columns:
            raise ValueError(
                "withdraw: needs a column `external_id`, by which leads are found: `columns: {external_id: id}`"
            )
        asked = [part.send for part in (self.cursor, self.pages) if part is not None]
        if len(set(asked)) < len(asked) or set(asked) & self.send.keys():
            raise ValueError(
                "send: what `cursor` and `pages` send under a name, nothing else is sent under it"
            )
        return self


def absolute_intake(folder: Path, intake: dict[str, IntakePart]) -> dict[str, IntakePart]:
    """With each drop folder below the project's folder."""
    return {
        name: part
        if part.folder is None
        else part.model_copy(update={"folder": Path(folder / part.folder).absolute()})
        for name, part in intake.items()
    }


def intake_fault(intake: dict[str, IntakePart], services: set[str]) -> str | None:
    """What is wrong with the intakes as they stand beside each other; None when nothing is."""
    folders: dict[Path, str] = {}
    for name, part in intake.items():
        if part.service is not None and part.service not in services:
            return f"intake.{name}.service: no service {part.service!r} under `services:`"
        if part.folder is not None:
            other = folders.setdefault(part.folder, name)
            if other != name:
                return f"intake.{name}.folder: is that of intake.{other} too"
    return None
