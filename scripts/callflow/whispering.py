"""What an agent hears before a call: made by the caller's flow, played by the script of the agent's leg. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from . import program as reading
from .messages import is_private, parts_of
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
    """The whisper of a step, with everything filled in, as one word; "" where there is none. What is private stays with
    the caller; what is too long is left out, and the key alone is asked for. Raises `ProgramError`.
    """
    message, accept = reading.name_or_none(step, "whisper"), reading.key_or_none(step, "accept")
    if message is None and not accept:
        return ""
    is_said = message is not None and not is_private(call, message)
    parts = parts_of(call, message) if message is not None and is_said else ()
    tags = call.payload.get("v")
    tag = tags.get(call.language) if isinstance(tags, dict) else tags
    head = {"a": accept, "l": call.language, "v": tag if isinstance(tag, str) else ""}
    text = encode({**head, "p": [_packed(part) for part in parts]})
    return text if len(text) <= WHISPER_MAX else encode({**head, "p": []})


def whisper_of(text: str) -> Whisper:
    """What `whisper_text` made; of what cannot be read, nothing."""
    try:
        body = json.loads(base64.urlsafe_b64decode(text[:WHISPER_MAX] + "=" * (-len(text[:WHISPER_MAX]) % 4)))
        head = reading.mapping(body, "whisper")
        parts = reading.sequence(head.get("p"), "whisper")[:PARTS_MAX]
        language, tag = (reading.text(head.get(key), "whisper") for key in ("l", "v"))
        return Whisper(
            tuple(_unpacked(reading.mapping(part, "part")) for part in parts),
            reading.key_or_none(head, "a"),
            language if LANGUAGE.fullmatch(language) else "",
            tag,
        )
    except (binascii.Error, ValueError, RecursionError, reading.ProgramError):
        return Whisper()


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
