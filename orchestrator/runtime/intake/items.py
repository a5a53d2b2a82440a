"""What a service answered, as rows of contacts. Pure; the answer is trusted in nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from orchestrator.outside.answers import text_of, value_at

NOTHING: Final[list[object]] = []  # what `value_at` says where nothing stands


def items_at(answer: object, place: str | None) -> list[object] | None:
    """The items of an answer; None when there is no list at this place. An answer without the place has none."""
    found = answer if place is None else value_at(answer, place)
    return found if isinstance(found, list) else None


def row_of(item: object, columns: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, object]:
    """The columns of a contact; those that the item has not are left out. Texts, booleans, None, and what no column
    takes: whoever reads the row says so.
    """
    row: dict[str, object] = dict(fixed)
    for column, place in columns.items():
        value = value_at(item, place)
        if value != NOTHING:
            row[column] = value
    return row


def is_one_of(item: object, wanted: Mapping[str, Sequence[str]]) -> bool:
    """Whether the item has, at each of these places, one of the values there."""
    return all(text_of(value_at(item, place)) in values for place, values in wanted.items())


def text_at(value: object, place: str) -> str:
    """A single value as the text it is, however long; "" when there is none. Half a character, which JSON may say and
    nothing can store, is a question mark.
    """
    found = value_at(value, place)
    text = found if isinstance(found, str) else text_of(found) or ""
    return text.encode("utf-8", "replace").decode()


def greatest(texts: Sequence[str]) -> str:
    """The last of them: by value when all are whole numbers, else by letter, as dates of one form are. "" of none."""
    known = [text for text in texts if text]
    return max(known, key=size_of if all(map(is_whole, known)) else None, default="")


def is_whole(text: str) -> bool:
    """Whether it is a whole number, of however many digits."""
    return text.isascii() and text.isdecimal()


def size_of(number: str) -> tuple[int, str]:
    """By which whole numbers are compared: Python makes no int of thousands of digits."""
    digits = number.lstrip("0")
    return len(digits), digits
