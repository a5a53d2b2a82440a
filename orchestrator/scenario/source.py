"""Text, lists and mappings that remember where in which file they were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

# What an editor's YAML parser may make of a scalar that we read as text.
SCALAR_TYPES = ["string", "number", "boolean"]


class Mark(NamedTuple):
    """A place: `line` and `col` count from 1; line 0 is the file as a whole."""

    file: str
    line: int
    col: int


NOWHERE = Mark("", 0, 0)


class Text(str):
    """A YAML scalar as typed: `0501`, `yes` and `1:30` stay text. Keys of a `Map` are Text too."""

    __slots__ = ("mark",)
    mark: Mark

    @classmethod
    def at(cls, value: str, mark: Mark = NOWHERE) -> Self:
        text = cls(value)
        text.mark = mark
        return text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": SCALAR_TYPES}


class Map(dict[Text, Any]):
    """A YAML mapping; values are Text, Seq or Map."""

    __slots__ = ("mark",)
    mark: Mark

    @classmethod
    def at(cls, values: Mapping[Text, Any] | Iterable[tuple[Text, Any]] = (), mark: Mark = NOWHERE) -> Self:
        made = cls(values)
        made.mark = mark
        return made

    def value(self, key: str) -> Any:
        """What stands under `key`, None when nothing does."""
        return self.get(key)  # type: ignore[call-overload]  # a Text is found by an equal str

    def key_mark(self, key: str) -> Mark:
        """Where `key` stands; the mapping's own place when it is not in it."""
        return next((known.mark for known in self if known == key), self.mark)


class Seq(list[Any]):
    """A YAML list; items are Text, Seq or Map."""

    __slots__ = ("mark",)
    mark: Mark

    @classmethod
    def at(cls, values: Iterable[Any] = (), mark: Mark = NOWHERE) -> Self:
        made = cls(values)
        made.mark = mark
        return made


Tree = Text | Seq | Map


def mark_of(value: object) -> Mark:
    """Where a value was written; NOWHERE for what was not."""
    return value.mark if isinstance(value, Text | Seq | Map) else NOWHERE


def texts_in(value: object) -> Iterable[Text]:
    """Every text below `value`, keys included: what a part too broken to understand may refer to."""
    match value:
        case Text():
            yield value
        case Seq():
            for item in value:
                yield from texts_in(item)
        case Map():
            for key, item in value.items():
                yield key
                yield from texts_in(item)
