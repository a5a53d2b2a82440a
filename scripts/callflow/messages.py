"""A message of the program in the call's language, with everything filled in: to be said, or to be written."""

from __future__ import annotations

from . import program as reading
from .moves import File, Part, Text
from .state import State
from .values import HIDDEN
from .wording import Filter, in_words, in_writing


def pick_language(program: dict[str, object], payload: dict[str, object]) -> str:
    """The contact's language if the program speaks it; that of the number called, or of the caller's number; else
    the program's first. Raises `ProgramError`.
    """
    listed = reading.sequence(program.get("languages"), "languages")
    languages = [reading.text(each, "languages") for each in listed]
    if not languages:
        raise reading.ProgramError("no languages")
    for wanted in (
        payload.get("l"),
        _by_number(program.get("called_language"), payload.get("called")),
        _by_number(program.get("caller_language"), payload.get("caller")),
    ):
        if isinstance(wanted, str) and wanted in languages:
            return wanted
    return languages[0]


def _by_number(table: object, number: object) -> object:
    """What the longest beginning of `number` in a table of pairs, the longest first, stands for."""
    for row in reading.sequence(table or [], "languages by number"):
        beginning, language = [*reading.sequence(row, "language by number"), "", ""][:2]
        if beginning and str(number).startswith(str(beginning)):
            return language
    return None


def parts_of(call: State, message: str) -> tuple[Part, ...]:
    """What is to be played for `message`. Raises `ProgramError`: a half-filled message is never played."""
    resolved = (_part(call, message, part) for part in _parts(call, message))
    return tuple(part for part in resolved if part != Text(""))


def is_private(call: State, message: str) -> bool:
    """Whether something private is said in `message`."""
    return any("var" in part and call.is_private(reading.name(part, "var")) for part in _parts(call, message))


def is_of_contact(call: State, message: str) -> bool:
    """Whether `message` says something of the contact that was put into words before the call."""
    return any("said" in part for part in _parts(call, message))


def written(call: State, message: str) -> str:
    """`message` as people write it, for an SMS or a mail. Recorded sounds are left out, what is private is hidden."""
    return "".join(_written(call, message, part) for part in _parts(call, message)).strip()


def _parts(call: State, message: str) -> list[dict[str, object]]:
    messages = reading.mapping(call.program.get("messages"), "messages")
    languages = reading.mapping(messages.get(message), "such message")
    parts = reading.sequence(languages.get(call.language), "parts in this language")
    return [reading.mapping(part, "part") for part in parts]


def _part(call: State, message: str, part: dict[str, object]) -> Part:
    if "text" in part:
        return Text(reading.text(part["text"], "a part"))
    if "file" in part:
        return File(reading.file_name(part["file"]))
    if "said" in part:
        return Text(_said(call, message, reading.count(part, "said", 0, 1000)))
    return worded(call.lookup(reading.name(part, "var")), part.get("filter"), call.language)


def _written(call: State, message: str, part: dict[str, object]) -> str:
    if "file" in part:
        return ""
    if "var" not in part:
        said = _part(call, message, part)
        return said.text if isinstance(said, Text) else ""
    name, used = reading.name(part, "var"), _filter(part.get("filter"))
    return HIDDEN if call.is_private(name) else in_writing(call.lookup(name).strip(), used, call.language)


def _said(call: State, message: str, index: int) -> str:
    """Contact columns arrive already put into words: the orchestrator did it before the call."""
    said = reading.mapping(call.payload.get("s"), "spoken texts in the payload")
    texts = reading.sequence(said.get(message), "spoken texts of a message")
    if index >= len(texts):
        raise reading.ProgramError("no spoken text of a part")
    return reading.text(texts[index], "a spoken text")


def _filter(value: object) -> Filter | None:
    """(name, arguments...) of a part's filter: a name, or a list of it and its arguments."""
    if value is None:
        return None
    listed = [value] if isinstance(value, str) else reading.sequence(value, "filter")
    if not listed:
        raise reading.ProgramError("no filter")
    return tuple(reading.text(each, "a filter") for each in listed)


def worded(value: str, used: object, language: str) -> Text:
    """What is said for a value by the filter of a part (a name, a list of it and its arguments, or None).

    Raises `ProgramError`.
    """
    chosen = _filter(used)
    if chosen is None:
        return Text(value.strip())
    if chosen[0] == "digits":
        return Text(" ".join(value.replace(" ", "")))  # "1042" is heard as one, zero, four, two
    return Text(*in_words(value.strip(), chosen, language))
