"""How FreeSWITCH 1.10.12 takes a line apart: `switch_separate_string` and friends, quirks included.

Sources: switch_utils.c (`separate_string_*`, `cleanup_separated_string`, `switch_find_end_paren`) and
switch_event.c (`switch_event_create_brackets`).
"""

from __future__ import annotations

from typing import Final

_UNESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def separate(text: str, delim: str, limit: int) -> list[str]:
    """Split `text` at `delim` into at most `limit` parts, honouring single quotes and backslashes.

    A text that begins with `^^X` is split at X instead. Quotes are taken off, outer blanks too.
    """
    if text.startswith("^^") and len(text) > 3:
        delim, text = text[2], text[3:]
    parts = _split_blanks(text, limit) if delim == " " else _split_at(text, delim, limit)
    return [_cleaned(part, "" if delim == " " else delim) for part in parts]


def _split_at(text: str, delim: str, limit: int) -> list[str]:
    if "'" not in text and "\\" not in text:
        plain = text.split(delim, limit - 1)
        return plain if plain[-1] else plain[:-1]
    parts: list[str] = []
    begin = at = 0
    quoted = False
    while at < len(text) and len(parts) < limit - 1:
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
        elif char == delim and not quoted:
            parts.append(text[begin:at])
            begin = at + 1
        at += 1
    if begin < len(text):
        parts.append(text[begin:])
    return parts


def _split_blanks(text: str, limit: int) -> list[str]:
    parts: list[str] = []
    at = 0
    is_plain = "'" not in text and "\\" not in text
    if is_plain and "  " not in text and not text.startswith(" "):
        return [part for part in text.split(" ", limit - 1) if part]
    while at < len(text) and len(parts) < limit:
        begin = at
        while at < len(text) and text[at] == " ":
            at += 1
        quoted = False
        while at < len(text) and len(parts) < limit - 1:
            char = text[at]
            if char == "\\":
                at += 1
            elif char == "'":
                quoted = not quoted
            elif char == " " and not quoted:
                break
            at += 1
        if len(parts) == limit - 1:
            at = len(text)
        parts.append(text[begin:at])
        while at < len(text) and text[at] == " ":
            at += 1
    return parts


def _cleaned(text: str, delim: str) -> str:
    text = text.lstrip(" ")
    if "'" not in text and "\\" not in text:
        return text.rstrip(" ")
    kept: list[str] = []
    end = at = 0
    quoted = False
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            escaped = text[at + 1]
            if escaped in ("'", '"', "\\") or (delim and escaped == delim) or escaped in _UNESCAPED:
                plain = escaped in ("'", '"', "\\") or escaped == delim
                kept.append(escaped if plain else _UNESCAPED[escaped])
                end = len(kept)
                at += 2
                continue
        if char == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
            if quoted:
                end = len(kept)
        else:
            kept.append(char)
            if char != " " or quoted:
                end = len(kept)
        at += 1
    return "".join(kept[:end])


def find_close(text: str, opening: str, closing: str) -> int:
    """Where the bracket that opens `text` (after blanks) is closed, or -1. Nothing escapes a bracket."""
    begin = len(text) - len(text.lstrip(" "))
    if text[begin : begin + 1] != opening:
        return -1
    depth = 0
    for at in range(begin, len(text)):
        if text[at] == opening:
            depth += 1
        elif text[at] == closing:
            depth -= 1
            if not depth:
                return at
    return -1


def take_brackets(text: str, opening: str, closing: str) -> tuple[dict[str, str], str] | None:
    """The variables of one or several brackets in front of a dial string, and the rest of it.

    `{a=1,b=2}{c=3}sofia/...` gives ({a, b, c}, "sofia/..."). None when a bracket is never closed.
    """
    found: dict[str, str] = {}
    rest = text
    while rest.lstrip(" ").startswith(opening):
        end = find_close(rest, opening, closing)
        if end < 0:
            return None
        inner, rest = rest.lstrip(" ")[1 : end - (len(rest) - len(rest.lstrip(" ")))], rest[end + 1 :]
        delim = ","
        if inner.startswith("^^") and len(inner) > 2:
            delim, inner = inner[2], inner[3:]
        for item in separate(inner, delim, 1024):
            pair = separate(item, "=", 2)
            if len(pair) == 2:
                found.pop(pair[0], None)
                found[pair[0]] = pair[1]
    return found, rest


def atoi(text: str) -> int:
    """As C's: the number at the beginning, 0 without one."""
    digits = ""
    for char in text.strip():
        if not char.isdigit():
            break
        digits += char
    return int(digits or "0")
