"""What a service answered, as texts a flow can speak and compare: JSON from outside, trusted in nothing. Pure.

Numbers stay as the service wrote them: 1234.50 is not 1234.5, and an account of twenty digits is not rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FIELD_CHARS = 256
FIELDS = 100  # asked for in one answer
PATH_CHARS = 64
ALL_BYTES = 12_000  # of all fields together: they travel to the switch in one command
DEEPEST = 32  # objects and lists within each other
DIGITS = 64  # of one number

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.I)
# What services of this part of the world send besides UTF-8, which alone RFC 8259 allows.
_CODECS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "windows-1251": "cp1251",
    "cp1251": "cp1251",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "koi8-r": "koi8-r",
}
# Line breaks, other control characters, marks that turn the direction of writing, and lone surrogates
_UNSPEAKABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why an answer cannot be used; for people."""

    why: str


def read_json(body: bytes, content_type: str = "") -> object | Unreadable:
    """What `body` says: objects, lists, texts, booleans, None; numbers as the texts they were."""
    charset = _CHARSET.search(content_type)
    codec = _CODECS.get(charset[1].lower()) if charset else "utf-8-sig"
    if codec is None or not body.strip():
        return Unreadable(why="an encoding that is not known" if codec is None else "an empty answer")
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        return Unreadable(why="not text in the encoding it says" if charset else "not UTF-8 text")
    try:
        found: object = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_constant)
    except RecursionError:
        return Unreadable(why="nested too deeply")
    except ValueError as error:
        return Unreadable(why=f"not JSON: {str(error)[:80]}")
    return Unreadable(why="nested too deeply") if is_deeper(found, DEEPEST + 1) else found


def _number(text: str) -> str:
    if len(text) > DIGITS:
        raise ValueError("a number of too many digits")
    return text


def _constant(text: str) -> str:
    raise ValueError(f"{text} is no number")


def is_deeper(value: object, levels: int) -> bool:
    """Whether objects and lists stand within each other more than so many deep. Level by level, without recursion."""
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def fields_of(value: object, paths: Iterable[object]) -> dict[str, str]:
    """The fields at these paths (`status`, `address.city`, `items.0.name`) as texts of at most 256 characters.

    What is not there, or is no single value, is left out; so is what does not fit any more.
    """
    found: dict[str, str] = {}
    left = ALL_BYTES
    for path in list(paths)[:FIELDS]:
        if not isinstance(path, str) or not 0 < len(path) <= PATH_CHARS or path in found:
            continue
        text = text_of(value_at(value, path))
        size = 0 if text is None else len(path) + len(json.dumps(text))
        if text is None or size > left:
            continue
        found[path] = text
        left -= size
    return found


def value_at(value: object, path: str) -> object:
    """What stands at `items.0.name`; an empty list, which is no single value, when nothing does."""
    for name in path.split("."):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and len(name) < 6 and int(name) < len(value):
            value = value[int(name)]
        else:
            return []
    return value


def text_of(value: object) -> str | None:
    """A single value as a flow knows it: `yes` and `no`, nothing as an empty text; None for objects and lists."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return _UNSPEAKABLE.sub(" ", value).strip()[:FIELD_CHARS]
    return None


def all_fields(value: object, most: int = 200) -> Iterator[tuple[str, str]]:
    """(path, text) of the single values there are, in their order; for people who write scenarios."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting and most:
        path, inner = waiting.pop()
        text = text_of(inner)
        if text is not None:
            yield path, text
            most -= 1
        pairs = (
            inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        )
        below = [(f"{path}.{name}" if path else str(name), under) for name, under in pairs]
        waiting += reversed(below)
