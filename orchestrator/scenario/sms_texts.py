"""How long the SMS of a scenario are: each text with the longest values that its columns may sensibly have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from callflow.wording import in_writing
from orchestrator.engine.sms_size import SmsSize, sms_size
from orchestrator.scenario.filters import FITS
from orchestrator.scenario.template import Fixed, Spoken, Template

# Column type -> values that are as long as sensible ones are; texts are in the letters of the language
LONGEST: Final[Mapping[str, tuple[str, ...]]] = {
    "digits": ("0" * 12,),
    "number": ("-100000.55", "999999"),
    "money": ("-100000.55", "999999.99"),
    "date": ("2026-09-30",),
    "time": ("23:59",),
    "phone": ("+999999999999999",),
    "language": ("ru",),
    "timezone": ("America/Argentina/Buenos_Aires",),
}
LETTERS: Final[Mapping[str, str]] = {"ru": "Ж", "en": "W"}
TEXT_CHARS: Final = 30  # of a name, or a part of an address
TYPED: Final = "0" * 20  # what a caller types or a service answers, where nothing says what it is


def longest(template: Template, columns: Mapping[str, str], language: str) -> str:
    """The text at its longest. columns: name -> type; other names are variables of the flow."""
    return "".join(_longest(part, columns, language) for part in template.parts).strip()


def sizes_of(
    messages: Iterable[str],
    templates: Mapping[str, Mapping[str, Template | str]],
    columns: Mapping[str, str],
) -> Iterator[tuple[str, str, SmsSize]]:
    """(message, language, size) of each, in the order of the names."""
    for name in sorted(set(messages)):
        for language, template in templates[name].items():
            assert isinstance(template, Template)  # noqa: S101  # a recording is a problem
            yield name, language, sms_size(longest(template, columns, language))


def _longest(part: Fixed | Spoken, columns: Mapping[str, str], language: str) -> str:
    if isinstance(part, Fixed):
        return part.text
    used = next(((each.name, *each.arguments) for each in part.filters if each.name != "default"), None)
    instead = [each.arguments[0] for each in part.filters if each.name == "default"]
    written = (
        in_writing(value, used, language) for value in (*_values(part, used, columns, language), *instead)
    )
    return max(written, key=lambda text: sms_size(text).characters)


def _values(
    part: Spoken, used: tuple[str, ...] | None, columns: Mapping[str, str], language: str
) -> tuple[str, ...]:
    kind = columns.get(part.name) or (FITS[used[0]][0] if used else "")
    if kind == "text":
        return (LETTERS[language] * TEXT_CHARS,)
    return LONGEST.get(kind, (TYPED,))
