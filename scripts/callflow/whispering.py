"""What an agent hears before a call: made by the caller's flow, played by the script of the agent's leg. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace

from . import program as reading
from .messages import is_of_contact, is_private, parts_of
from .moves import File, Part, Text
from .names import LANGUAGE, encode
from .state import State

WHISPER_MAX = 3000  # characters: it is part of the command that rings the agent
PARTS_MAX = 40


@dataclass(frozen=True)
class Whisper:
    """parts: what is said. accept: the key that the agent has to press then, "" for none. tag: of the voice."""

    parts: tuple[Part, ...] = ()
    accept: str = ""
    language: str = ""
    tag: str = ""


def whisper_text(call: State, step: dict[str, object]) -> str:
    """The whisper of a step, with everything filled in, in each language of the program, as one word; "" where there is
    none. What is private stays with the caller; what is too long is left out: other languages than the caller's first,
    then all of it, and the key alone is asked for. Raises `ProgramError`.
    """
    message, accept = reading.name_or_none(step, "whisper"), reading.key_or_none(step, "accept")
    if message is None and not accept:
        return ""
    said = {} if message is None or is_private(call, message) else _said(call, message)
    ways: tuple[dict[str, list[dict[str, object]]], ...] = (
        said,
        {each: said[each] for each in said if each == call.language},
        {},
    )
    texts = [encode({"a": accept, "l": call.language, "v": _tags(call), "p": parts}) for parts in ways]
    return next((text for text in texts if len(text) <= WHISPER_MAX), texts[-1])


def whisper_of(text: str, language: str = "") -> Whisper:
    """What `whisper_text` made, in `language` if it is there, else the caller's; of what cannot be read, nothing."""
    try:
        body = json.loads(base64.urlsafe_b64decode(text[:WHISPER_MAX] + "=" * (-len(text[:WHISPER_MAX]) % 4)))
        head = reading.mapping(body, "whisper")
        said, tags = reading.mapping(head.get("p"), "whisper"), reading.mapping(head.get("v"), "voices")
        chosen = language if language in said else reading.text(head.get("l"), "language")
        parts = reading.sequence(said.get(chosen) or [], "whisper")[:PARTS_MAX]
        return Whisper(
            tuple(_unpacked(reading.mapping(part, "part")) for part in parts),
            reading.key_or_none(head, "a"),
            chosen if LANGUAGE.fullmatch(chosen) else "",
            reading.text(tags.get(chosen, ""), "voice"),
        )
    except (binascii.Error, ValueError, RecursionError, reading.ProgramError):
        return Whisper()


def _said(call: State, message: str) -> dict[str, list[dict[str, object]]]:
    """Language -> parts. What a contact's columns say was put into words in the caller's language alone."""
    languages = [str(each) for each in reading.sequence(call.program.get("languages"), "languages")]
    if is_of_contact(call, message):
        languages = [call.language]
    return {
        each: [_packed(part) for part in parts_of(replace(call, language=each), message)]
        for each in languages
    }


def _tags(call: State) -> dict[str, object]:
    """Language -> tag of its voice."""
    tags = call.payload.get("v")
    return tags if isinstance(tags, dict) else {call.language: tags} if isinstance(tags, str) else {}


def _packed(part: Part) -> dict[str, object]:
    if isinstance(part, File):
        return {"f": part.name}
    assert isinstance(part, Text)  # noqa: S101  # a message of a program has no others
    return {"t": part.text, "p": list(part.pieces)}


def _unpacked(part: dict[str, object]) -> Part:
    if "f" in part:
        return File(reading.file_name(part["f"]))
    pieces = reading.sequence(part.get("p"), "pieces")
    return Text(reading.text(part.get("t"), "part"), tuple(reading.text(each, "piece") for each in pieces))
