"""A message of the program in the call's language, with everything filled in."""

from __future__ import annotations

from . import program as reading
from .moves import File, Part, Text
from .state import State


def pick_language(program: dict[str, object], payload: dict[str, object]) -> str:
    """The contact's language if the program speaks it, else the program's first. Raises `ProgramError`."""
    listed = reading.sequence(program.get("languages"), "languages")
    languages = [reading.text(each, "languages") for each in listed]
    if not languages:
        raise reading.ProgramError("no languages")
    wanted = payload.get("l")
    return wanted if isinstance(wanted, str) and wanted in languages else languages[0]


def parts_of(call: State, message: str) -> tuple[Part, ...]:
    """What is to be played for `message`. Raises `ProgramError`: a half-filled message is never played."""
    messages = reading.mapping(call.program.get("messages"), "messages")
    languages = reading.mapping(messages.get(message), "such message")
    parts = reading.sequence(languages.get(call.language), "parts in this language")
    resolved = (_part(call, message, reading.mapping(part, "part")) for part in parts)
    return tuple(part for part in resolved if part != Text(""))


def _part(call: State, message: str, part: dict[str, object]) -> Part:
    if "text" in part:
        return Text(reading.text(part["text"], "a part"))
    if "file" in part:
        return File(reading.file_name(part["file"]))
    if "said" in part:
        return Text(_said(call, message, reading.count(part, "said", 0, 1000)))
    return Text(filtered(call.lookup(reading.name(part, "var")), part.get("filter")))


def _said(call: State, message: str, index: int) -> str:
    """Contact columns arrive already put into words: the orchestrator did it before the call."""
    said = reading.mapping(call.payload.get("s"), "spoken texts in the payload")
    texts = reading.sequence(said.get(message), "spoken texts of a message")
    if index >= len(texts):
        raise reading.ProgramError("no spoken text of a part")
    return reading.text(texts[index], "a spoken text")


def filtered(value: str, filter_name: object) -> str:
    """What is said for a variable of the flow. Raises `ProgramError`."""
    if filter_name is None:
        return value.strip()
    if filter_name == "digits":
        return " ".join(value.replace(" ", ""))  # one by one: "1042" is heard as one, zero, four, two
    raise reading.ProgramError("unknown filter")
