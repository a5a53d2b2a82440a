"""Values that only the call knows, put into words or into writing by the filter of a message's part. Pure.

Words come with the pieces they may be played in: prompts that were made before the call (`prepared` lists them all).
What is no value of its filter's kind is said and written as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from .currencies import CURRENCIES, DEFAULT_CURRENCY
from .program import ProgramError
from .russian import CASES, GENDERS
from .sayings import SAYINGS, SPELLED, UNITS, counted_form, parts_of_duration

Filter = tuple[str, ...]  # the name, then its arguments
LANGUAGES = ("ru", "en")
ARGUMENTS = frozenset((*CASES, *GENDERS, *CURRENCIES, "full"))
YEARS = range(1920, 2100)  # of which the pieces are prepared
_SHORT = {"ru": ("д", "ч", "мин", "с"), "en": ("d", "h", "min", "s")}  # of UNITS


def in_words(value: str, used: Filter, language: str) -> tuple[str, tuple[str, ...]]:
    """What is said for `value`, and the pieces of it, () when there are none.

    Raises `ProgramError`: no such filter, argument or language.
    """
    _check(used, language)
    said = SAYINGS[used[0]](value, used[1:], language)
    return (value, ()) if said is None else (said.text, tuple(said.pieces))


def in_writing(value: str, used: Filter | None, language: str) -> str:
    """What stands for `value` in a text message. Raises `ProgramError`."""
    if used is None or used[0] == "digits" or in_words(value, used, language) == (value, ()):
        return value
    name = used[0]
    if name == "count":
        return f"{value} {counted_form(value, used[1:], language)}"
    if name == "money":
        amount = Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        currency = next((each for each in used[1:] if each in CURRENCIES), DEFAULT_CURRENCY[language])
        return f"{amount} {currency}"
    if name == "date" and language == "ru":
        return ".".join(reversed(value.split("-")))
    if name == "duration":
        return " ".join(f"{amount} {_SHORT[language][at]}" for amount, at in parts_of_duration(value))
    return value


def prepared(used: Filter, language: str) -> frozenset[str]:
    """The pieces of all values a call is likely to say: numbers below a million, with two decimals at most; years of
    YEARS; what is greater is spoken by the switch's own engine. Raises `ProgramError`.
    """
    _check(used, language)
    if used[0] == "spelled":
        digits = in_words("0123456789", used, language)[1]
        return frozenset((*SPELLED[language].values(), *digits))
    return frozenset(piece for value in _samples(used[0]) for piece in in_words(value, used, language)[1])


def _check(used: Filter, language: str) -> None:
    if language not in LANGUAGES or used[0] not in SAYINGS:
        raise ProgramError("unknown filter")
    if used[0] == "count":
        if len(used) != (4 if language == "ru" else 3) or not all(form.strip() for form in used):
            raise ProgramError("no forms of a count")
    elif not ARGUMENTS.issuperset(used[1:]):
        raise ProgramError("unknown argument of a filter")


def _samples(name: str) -> Iterator[str]:
    """Values that have all the pieces in them which values of this kind may have."""
    if name == "date":
        yield from (f"2026-{month:02}-01" for month in range(1, 13))
        yield from (f"2026-01-{day:02}" for day in range(1, 32))
        yield from (f"{year}-01-01" for year in YEARS)
    elif name == "time":
        yield from (f"{hour}:00" for hour in range(24))
        yield from (f"{hour}:{minute:02}" for hour in (1, 13) for minute in range(1, 60))
    elif name == "duration":
        yield from (str(amount * unit_s) for unit_s, _, _ in UNITS for amount in range(60))
    else:
        yield from _numbers()
    if name in ("number", "count", "money"):
        yield "-1"
        yield from (f"{whole}.{rest:02}" for whole in (0, 1) for rest in range(1, 100))
    if name in ("number", "count"):  # 42.5 is not said as 42 is
        yield from (f"{whole}.5" for whole in _numbers())


def _numbers() -> Iterator[str]:
    """Below a hundred, hundreds and what may follow them, thousands of them and what may follow these."""
    parts = [*range(1, 100), *(hundred + one for hundred in range(100, 1000, 100) for one in (0, 1))]
    yield "0"
    yield from map(str, parts)
    yield from (str(part * 1000 + rest) for part in parts for rest in (0, 1, 100))
