"""The part of `prozvon.yaml` about speech: which engine turns texts into sound, and with which voices."""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from orchestrator.runtime.settings_parts.switch_settings import Strict
from orchestrator.speech.engine import EngineSpec

_VOICE = re.compile(r"[A-Za-z0-9_./+-]{1,200}\Z")
_PLACES = re.compile(r"\{(\w*)\}")


def _voice(value: str) -> str:
    if not _VOICE.match(value):
        raise ValueError("a voice's name or file: letters, digits and _./+-")
    return value


def _command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise ValueError(f"cannot be split into words: {error}") from None
    places = {place for word in words for place in _PLACES.findall(word)}
    if unknown := places - {"voice", "out", "language"}:
        raise ValueError(f"{{{min(unknown)}}} means nothing: there are {{voice}}, {{out}} and {{language}}")
    if not words or "out" not in places:
        raise ValueError("needs {out}, the WAV file to write; the text comes on its standard input")
    return value


class Speech(Strict):
    """`speech:`. With engine `switch` nothing is prepared: the switch itself speaks while the call waits."""

    engine: Literal["espeak-ng", "command", "switch"] = "espeak-ng"
    command: Annotated[str, AfterValidator(_command)] | None = None
    voices: dict[str, Annotated[str, AfterValidator(_voice)]] = Field(
        default_factory=dict
    )  # language -> voice; default: the language
    words_per_minute: Annotated[int, Field(ge=80, le=400)] = 150  # espeak-ng's
    at_once: Annotated[int, Field(ge=1, le=64)] = 2  # engines running at the same time
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 10.0  # for one text, and for all of one call's
    keep_days: Annotated[float, Field(gt=0, le=3650)] = 30.0  # spoken fields not used for so long are removed

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.engine == "command") != (self.command is not None):
            raise ValueError("engine: command and command: go together")
        return self

    def words(self) -> list[str]:
        """The command, split."""
        return shlex.split(self.command or "")

    def spec(self) -> EngineSpec:
        """The engine as the speech layer knows it."""
        return EngineSpec(
            name=self.engine,
            command=tuple(self.words()),
            voices=dict(self.voices),
            words_per_minute=self.words_per_minute,
            at_once=self.at_once,
            timeout_s=self.timeout_s,
        )
