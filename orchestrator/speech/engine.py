"""What a speech engine is, and which one the settings mean."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from orchestrator.scenario.audio import Samples

NONE = "switch"  # the engine that is none: nothing is prepared
RECIPE = 1  # of what `prompt_sound` makes of an engine's sound: another form is another number


class Raw(NamedTuple):
    """Sound as an engine made it: mono samples, full scale 1.0."""

    samples: Samples
    rate: int


class Engine(Protocol):
    """One engine, used by one thread. Whatever happens in it, `speak` ends within its time-out."""

    @property
    def version(self) -> str:
        """What, when it changes, may change the sound."""

    def speak(self, text: str, language: str, voice: str) -> Raw:
        """Raises SpeechError: one clear line. The engine can be used again after it."""

    def close(self) -> None:
        """End its process, if it has any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """`speech:` of the settings, in plain values. command: the words of the command line, with places.

    timeout_s: for one text. voices: language -> voice; a language without one is its own voice.
    """

    name: str
    command: tuple[str, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    words_per_minute: int = 150
    at_once: int = 2
    timeout_s: float = 10.0

    @property
    def prepares(self) -> bool:
        """Whether anything is made before the call."""
        return self.name != NONE

    def voice(self, language: str) -> str:
        return self.voices.get(language, language)

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, object]) -> EngineSpec:
        made: EngineSpec = cls(**{**data, "command": tuple(data["command"])})  # type: ignore[arg-type]  # from as_json
        return made


def voice_tag(spec: EngineSpec, version: str, language: str) -> str:
    """Eight hex digits that stand for how a text sounds; "" where nothing is prepared.

    Part of every prompt's name: when the engine, its version, the voice or its speed changes, or what is made of its
    sound, texts are rendered anew, and what calls under way play stays as it was.
    """
    if not spec.prepares:
        return ""
    voice = spec.voice(language)
    told = (RECIPE, spec.name, version, voice, file_version(voice), spec.words_per_minute, *spec.command)
    return hashlib.sha256("|".join(map(str, told)).encode("utf-8", "replace")).hexdigest()[:8]


def file_version(path: str) -> str:
    """A file's size and time of change, "" when there is none: a new voice under an old name is another one."""
    try:
        found = Path(path).stat()
    except OSError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}"
