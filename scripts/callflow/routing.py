"""Which program takes a call that comes in: numbers as carriers write them, and the routes of inbound.json. Pure."""

from __future__ import annotations

import re

from . import program as reading

# Between the digits of a number that somebody wrote by hand into a switch's configuration
_BETWEEN = re.compile(r"[ ().\u00a0-]")
_PLUS = re.compile(r"\+[1-9][0-9]{2,14}")
_DIGITS = re.compile(r"[0-9]{2,20}")
LENGTH_MIN, LENGTH_MAX = 7, 15  # digits of a number with its country's code: ITU-T E.164


def normalise(text: str, numbering: object) -> str:
    """A number as a carrier hands it over -> `+74950000001`; "" for what is none (withheld, an extension, a name).

    numbering: {"code": "7", "trunk": "8", "international": ["810", "00"], "lengths": [10]} of the switch's region.
    Raises `ProgramError` when it is not understood.
    """
    bare = _BETWEEN.sub("", text[:64].split(";")[0].split("@")[0])
    if _PLUS.fullmatch(bare):
        return bare
    if not _DIGITS.fullmatch(bare):
        return ""
    plan = reading.mapping(numbering, "numbering")
    code, trunk = (reading.text(plan.get(key, ""), key) for key in ("code", "trunk"))
    lengths = reading.sequence(plan.get("lengths"), "lengths")
    # The own country's numbers are told by their length; 81012345678 is 8 and a number, not 810 and half of one
    if trunk and bare.startswith(trunk) and len(bare) - len(trunk) in lengths:
        return f"+{code}{bare[len(trunk) :]}"
    for prefix in reading.sequence(plan.get("international"), "international prefixes"):
        if bare.startswith(str(prefix)):
            return _international(bare[len(str(prefix)) :])
    if bare.startswith(code) and len(bare) - len(code) in lengths:
        return "+" + bare
    return f"+{code}{bare}" if len(bare) in lengths else _international(bare)


def _international(digits: str) -> str:
    is_number = LENGTH_MIN <= len(digits) <= LENGTH_MAX and digits[0] != "0"
    return "+" + digits if is_number else ""


def pick(routes: dict[str, object], called: str) -> dict[str, object] | None:
    """The route of a number: its own, else the pattern with the fewest `?`, else the default; None without any.

    routes: {"routes": [{"number": "74950000001", ...}], "patterns": [{"number": "7495000????", ...}], "any": {...} or
    None}. Raises `ProgramError`.
    """
    digits = called.lstrip("+")
    own = [route for route in _listed(routes, "routes") if digits and route.get("number") == digits]
    patterns = [route for route in _listed(routes, "patterns") if _covers(str(route.get("number")), digits)]
    patterns.sort(key=lambda route: (str(route.get("number")).count("?"), str(route.get("number"))))
    for route in (*own, *patterns):
        return route
    default = routes.get("any")
    return None if default is None else reading.mapping(default, "default route")


def _listed(routes: dict[str, object], key: str) -> list[dict[str, object]]:
    return [reading.mapping(route, "route") for route in reading.sequence(routes.get(key), key)]


def _covers(pattern: str, digits: str) -> bool:
    same_length = len(pattern) == len(digits)
    return same_length and all(sign in ("?", digit) for sign, digit in zip(pattern, digits))  # noqa: B905  # 3.9
