"""Sounds that stand in a scenario: recordings, and music."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from orchestrator.scenario.part import Part, wrong
from orchestrator.scenario.source import Map, Text
from orchestrator.scenario.values import Filled, shorten, text_of

MUSIC_PATTERN = r"^moh(/[a-z0-9_-]{1,40})?$"
_MUSIC = re.compile(MUSIC_PATTERN.replace("$", r"\Z"))


class SoundFile(Part):
    """A recorded message: 8 kHz mono 16-bit WAV."""

    file: Filled = Field(description="path from the folder of the file that names it")


def wording_kind(raw: Any) -> str:
    return "file" if isinstance(raw, Map) else "text"


def _music(raw: Any) -> Text:
    text = text_of(raw)
    if not _MUSIC.match(text):
        hint = "write moh, moh/NAME, or {file: sounds/tune.wav}"
        raise wrong("S330", f"`{shorten(text)}` is no music of a switch", hint)
    return text


Stream = Annotated[Text, PlainValidator(_music), WithJsonSchema({"type": "string", "pattern": MUSIC_PATTERN})]
Melody = Annotated[
    Annotated[Stream, Tag("text")] | Annotated[SoundFile, Tag("file")], Discriminator(wording_kind)
]
