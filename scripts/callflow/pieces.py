"""How a text that only the call itself knows is put together from prompts that were made before. Pure.

A caller's digits are not known before the call, so no sound of them can be. What is known is that they are
digits: each digit is a prompt, and a number is said in the few pieces that `NUMBERS` lists.
"""

from __future__ import annotations

import re

KEYS = tuple("0123456789*#")
NUMBER_DIGITS = 6  # of a number said as one; a longer one is said digit by digit

_SPELLED = re.compile(r"[0-9*#](?: [0-9*#])+")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_DIGITS = re.compile(r"[0-9]+")

# 21042 is said as "21000", "42": what stands before a thousand has its gender and case with it
NUMBERS = tuple(
    str(number)
    for number in (
        *range(100),
        *range(100, 1000, 100),
        *range(1000, 100_000, 1000),
        *range(100_000, 1_000_000, 100_000),
    )
)


def pieces(text: str) -> tuple[str, ...]:
    """The texts to be played one after another for `text`; () when it is not made of digits.

    "1 0 4 2" is spelled, "1042" is a number; one with a zero before it is a code, and spelled too.
    """
    if _SPELLED.fullmatch(text):
        return tuple(text.split(" "))
    if len(text) <= NUMBER_DIGITS and _NUMBER.fullmatch(text):
        return _said(int(text))
    return tuple(text) if _DIGITS.fullmatch(text) else ()


def _said(number: int) -> tuple[str, ...]:
    thousands, rest = divmod(number, 1000)
    above = [each * 1000 for each in _hundreds(thousands)]
    below = _hundreds(rest)
    if len(above) > 1:
        above[0] //= 1000  # "three hundred" and then "twenty-one thousand", not "three hundred thousand"
    return tuple(map(str, above + below)) or ("0",)


def _hundreds(number: int) -> list[int]:
    hundreds, rest = divmod(number, 100)
    return [part for part in (hundreds * 100, rest) if part]
