"""`${...}` in dialplan data and `session.execute`, as switch_channel.c expands it with api-expansion off.

Values are expanded again, so a variable that holds `${other}` gives the other's value; `\\$` keeps the
dollar; `${name:offset:length}` cuts; `${api(args)}` is refused with the switch's own words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

DENIED: Final = "<API Execute Permission Denied>"
MAX_DEPTH: Final = 100  # switch_channel.c:4192


def expand(text: str, lookup: Callable[[str], str | None], depth: int = 0) -> str:
    """`text` with every `${...}` replaced by what `lookup` says; unknown ones become nothing."""
    if depth > MAX_DEPTH or "${" not in text:
        return text
    out: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("\\$", at):
            out.append("$")
            at += 2
        elif text.startswith("\\\\", at):
            out.append("\\")
            at += 2
        elif text.startswith(("${", "$${"), at):
            begin = at + (3 if text.startswith("$${", at) else 2)
            end = _closing(text, begin)
            out.append(_value(text[begin:end], lookup, depth))
            at = end + 1
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _closing(text: str, begin: int) -> int:
    depth = 1
    for at in range(begin, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
    return len(text)


def _value(inner: str, lookup: Callable[[str], str | None], depth: int) -> str:
    if " " in inner or "(" in inner:
        return DENIED
    name, *cuts = expand(inner, lookup, depth + 1).split(":")
    value = lookup(name)
    if value is None:
        return ""
    value = expand(value, lookup, depth + 1)
    offset = _number(cuts[0]) if cuts else 0
    length = _number(cuts[1]) if len(cuts) > 1 else 0
    value = value[offset:]
    return value[:length] if length > 0 else value


def _number(text: str) -> int:
    digits = text.lstrip("-")
    return int(text) if digits.isdigit() else 0
