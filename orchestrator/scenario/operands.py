"""What steps work with: numbers of digits, values, and conditions."""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator, WithJsonSchema

from orchestrator.scenario.findings import did_you_mean
from orchestrator.scenario.part import wrong
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import SCALAR_TYPES, Seq, Text
from orchestrator.scenario.values import NO, YES, items_of, parse_yes_no, shorten, text_of

DIGITS_MAX = 32  # the longest thing anyone types into a telephone is a card or an account number

VALUE_MAX = 256  # characters that the switch keeps of a variable

_SPAN = re.compile(r"([0-9]{1,2})(?:\s*\.\.\s*([0-9]{1,2}))?\Z")
_REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_.]{1,64})\s*\}\}\Z")
# A name, or a field of what was fetched: card.status, card.orders.0.sum
_PATH = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[A-Za-z0-9][A-Za-z0-9_]{0,39}){0,5}\Z")
PATH_MAX = 64  # characters, as the switch keeps them


class Span(NamedTuple):
    """How many digits to collect."""

    least: int
    most: int


def _digits(raw: Any) -> Span:
    text = text_of(raw)
    found = _SPAN.match(text)
    least, most = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, 0)
    if not 1 <= least <= DIGITS_MAX or not 1 <= most <= DIGITS_MAX:
        raise wrong("S309", f"`{shorten(text)}` is not a number of digits from 1 to {DIGITS_MAX}")
    if least > most:
        raise wrong("S309", f"`{text}` goes down", f"write {most}..{least}")
    return Span(least, most)


DIGITS_SCHEMA: dict[str, Any] = {"type": ["integer", "string"], "pattern": r"^\d{1,2}(\s*\.\.\s*\d{1,2})?$"}
Digits = Annotated[Span, PlainValidator(_digits), WithJsonSchema(DIGITS_SCHEMA)]


def is_path(name: str) -> bool:
    """Whether it is a name, or names joined by dots: a field of what was fetched."""
    return len(name) <= PATH_MAX and bool(_PATH.match(name))


def parse_path(raw: Any) -> Text:
    text = text_of(raw)
    if not is_path(text):
        hint = "a-z, 0-9 and _, beginning with a letter; a field of what was fetched is card.status"
        raise wrong("S105", f"`{shorten(text)}` is not a name", hint)
    return text


PATH_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9_]{0,39}(\.[A-Za-z0-9][A-Za-z0-9_]{0,39}){0,5}$",
}


class Value(NamedTuple):
    """A text, or what a contact column or variable holds."""

    text: Text
    is_reference: bool


def parse_value(raw: Any) -> Value:
    """`{{ name }}` refers to a column or variable; everything else is text."""
    if not isinstance(raw, Text):
        raise wrong("S103", f"plain text is expected here, this is {shape(raw)}")
    if len(raw) > VALUE_MAX:
        raise wrong("S107", f"{len(raw)} characters are more than {VALUE_MAX}", "say less")
    found = _REFERENCE.match(raw.strip())
    if found and is_path(found.group(1)):
        return Value(Text.at(found.group(1), raw.mark), True)
    if "{{" in raw or "{%" in raw:
        raise wrong("S208", "text and variables are not mixed here", "write one {{ name }}, or text only")
    return Value(raw, False)


VALUE_SCHEMA: dict[str, Any] = {
    "type": SCALAR_TYPES,
    "description": "text, or {{ name }} of a column or variable",
}
ValueField = Annotated[Value, PlainValidator(parse_value), WithJsonSchema(VALUE_SCHEMA)]


class Condition(NamedTuple):
    """`op` is one of OPERATORS, or set / not_set; `right` has one value, several for `in`, none for set."""

    name: Text
    op: str
    right: tuple[Value, ...] = ()


OPERATORS = ("is", "is_not", "less", "more", "at_least", "at_most", "in")


def _condition(raw: Any) -> Condition:
    """`raw` is a mapping of the one name to what it is compared with."""
    [(name, test)] = raw.items()
    parse_path(name)
    if isinstance(test, Seq):
        return Condition(name, "in", tuple(parse_value(item) for item in items_of(test)))
    if isinstance(test, Text):
        return Condition(name, "is", (parse_value(test),))
    if len(test) != 1:
        raise wrong(
            "S312", f"`{name}` is compared with {len(test)} things", "one comparison: put an `if` in an `if`"
        )
    [(op, right)] = test.items()
    if op == "set":
        return Condition(name, "set" if parse_yes_no(right) else "not_set")
    if op not in OPERATORS:
        raise wrong("S312", f"unknown comparison `{shorten(op)}`", did_you_mean(op, (*OPERATORS, "set")))
    if op == "in":
        return Condition(name, "in", tuple(parse_value(item) for item in items_of(right)))
    return Condition(name, op, (parse_value(right),))


_VALUES_SCHEMA: dict[str, Any] = {"type": "array", "items": VALUE_SCHEMA, "minItems": 1}
CONDITION_SCHEMA: dict[str, Any] = {
    "anyOf": [
        VALUE_SCHEMA,
        _VALUES_SCHEMA,
        {
            "type": "object",
            "properties": {
                **dict.fromkeys(OPERATORS, VALUE_SCHEMA),
                "in": {"anyOf": [VALUE_SCHEMA, _VALUES_SCHEMA]},
                "set": {"enum": [True, False, *YES, *NO]},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}
ConditionField = Annotated[Condition, PlainValidator(_condition), WithJsonSchema(CONDITION_SCHEMA)]
