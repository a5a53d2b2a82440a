"""How what a caller typed or recorded is checked and confirmed."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field, PlainValidator, WithJsonSchema

from callflow.patterns import readable
from callflow.program import ProgramError
from orchestrator.scenario.or_yes import OrYes
from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.roles import MessageName
from orchestrator.scenario.source import Text
from orchestrator.scenario.values import (
    YesNo,
    choice_schema,
    one_of,
    shorten,
    text_of,
)

KEYS = "0123456789*#"
DATE_FORMATS = ("ddmmyyyy", "ddmmyy")
RANGE_DIGITS = 18  # of each end: what the interpreter compares exactly


def _key(raw: Any) -> Text:
    text = text_of(raw)
    if len(text) != 1 or text not in KEYS:
        raise wrong("S308", f"`{shorten(text)}` is not a telephone key")
    return text


KEY_SCHEMA: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": r"^[0-9*#]$",
    "minimum": 0,
    "maximum": 9,
}
Key = Annotated[Text, PlainValidator(_key), WithJsonSchema(KEY_SCHEMA)]


class Confirm(Part):
    """What was typed is said back (`{{ entered | digits }}`), and one key accepts it."""

    prompt: MessageName = Field(default=Text.at("you_entered"), description="the message that says it back")
    accept: Key = Field(default=Text.at("1"), description="key that accepts it")
    again: Key = Field(default=Text.at("2"), description="key that asks once more")


class Review(Part):
    """The caller may keep a recording, record again, or listen to it."""

    prompt: MessageName = Field(
        default=Text.at("record_review"), description="the message that names the choices"
    )
    keep: Key = Field(default=Text.at("1"), description="key that keeps it")
    again: Key = Field(default=Text.at("2"), description="key that records once more")
    listen: Key = Field(default=Text.at("3"), description="key that plays it")


class Range(NamedTuple):
    """A number from `low` to `high`, ends included."""

    low: int
    high: int


def _range(raw: Any) -> Range:
    text = text_of(raw)
    low, dots, high = (piece.strip() for piece in text.partition(".."))
    if not dots or not all(
        part.isascii() and part.isdigit() and len(part) <= RANGE_DIGITS for part in (low, high)
    ):
        raise wrong("S314", f"`{shorten(text)}` is not a range", "write 1..100")
    if int(low) > int(high):
        raise wrong("S314", f"`{text}` goes down", f"write {high}..{low}")
    return Range(int(low), int(high))


def _pattern(raw: Any) -> Text:
    text = text_of(raw)
    try:
        readable(text)
    except ProgramError as error:
        raise wrong("S315", f"`{shorten(text)}`: {error}") from None
    return text


class Check(Part):
    """What was typed must be this; else it counts as invalid, and is asked for again. One key only."""

    pattern: Annotated[Text, PlainValidator(_pattern), WithJsonSchema({"type": "string"})] | None = Field(
        default=None, description="all of it fits this pattern: `8[0-9]{10}`, `1.?|2`"
    )
    range: Annotated[Range, PlainValidator(_range), WithJsonSchema({"type": "string"})] | None = Field(
        default=None, description="a number between two: `1..100`; zeros before it are dropped"
    )
    luhn: YesNo = Field(default=False, description="its last figure is right, as of a card number")
    date: Annotated[Text, PlainValidator(one_of(DATE_FORMATS)), choice_schema(DATE_FORMATS)] | None = Field(
        default=None, description="a date, ddmmyyyy or ddmmyy; the variable then holds 2026-12-31"
    )


OrConfirm = Annotated[Confirm | None, OrYes()]
OrReview = Annotated[Review | None, OrYes()]
