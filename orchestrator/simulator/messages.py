"""Which message of the scenario the far end hears, told from the file or text that is played.

Read from the call's own program (`<root>/programs/<digest>.json`) and payload, as the entry scripts do; the voices of a
call that came in are those of its release's inbound.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from callflow.names import decode_payload, prompt_name, speakable, voice_tag
from callflow.program import ProgramError


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    message: str
    is_first_part: bool
    is_prompt: bool  # of a menu or an ask


class Messages:
    """Of one call. Without a program every sound is heard under its own name."""

    def __init__(self, root: Path, program: str, payload: str) -> None:
        self._known: dict[str, Heard] = {}
        try:
            spoken = decode_payload(payload)
        except ProgramError:
            spoken = {}
        voice = voice_tag(spoken)
        try:
            known, said, prompts = _static(root, program, voice or _voices(root))
        except LookupError:
            return
        self._known = known
        texts: Any = spoken.get("s")
        language = str(spoken.get("l", ""))
        if said and isinstance(texts, dict):
            self._known = dict(known)
            for message, index, is_first in said:
                parts = texts.get(message)
                if isinstance(parts, list) and index < len(parts):
                    heard = Heard(message=message, is_first_part=is_first, is_prompt=message in prompts)
                    text = str(parts[index])
                    self._known[speakable(text)] = self._known[prompt_name(language, text, voice)] = heard

    def heard(self, sound: str) -> Heard | None:
        """`sound` is a path (its last part counts) or a spoken text; None: no message says that."""
        return self._known.get(sound) or self._known.get(sound.rsplit("/", 1)[-1])


def _voices(root: Path) -> Voices:
    """Language -> tag of the voice that speaks it in calls that come in."""
    try:
        voices = json.loads((root / "current" / "inbound.json").read_text("utf-8"))["voices"]
        return tuple((str(language), str(tag)) for language, tag in voices.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


Voices = tuple[tuple[str, str], ...]
_Static = tuple[dict[str, Heard], tuple[tuple[str, int, bool], ...], frozenset[str]]


@lru_cache(maxsize=256)
def _static(root: Path, program: str, voice: str | Voices) -> _Static:
    """(sound -> message, the parts said from the payload, names of prompts). LookupError: no program."""
    try:
        whole = json.loads((root / "programs" / f"{program}.json").read_text("utf-8"))
        prompts = frozenset(_prompts(list(whole["flow"].values())))
        known: dict[str, Heard] = {}
        said: list[tuple[str, int, bool]] = []
        for message, languages in whole["messages"].items():
            for language, parts in languages.items():
                for place, part in enumerate(parts):
                    heard = Heard(message=message, is_first_part=not place, is_prompt=message in prompts)
                    if "file" in part:
                        known.setdefault(part["file"], heard)
                    elif "text" in part:
                        known.setdefault(speakable(part["text"]), heard)
                        tag = voice if isinstance(voice, str) else dict(voice).get(language, "")
                        known.setdefault(prompt_name(language, part["text"], tag), heard)
                    elif "said" in part:
                        said.append((message, part["said"], not place))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LookupError(program) from error  # not cached: it may be published yet
    return known, tuple(dict.fromkeys(said)), prompts


def _prompts(steps: Any) -> list[str]:
    found: list[str] = []
    if isinstance(steps, dict):
        if isinstance(steps.get("prompt"), str):
            found.append(steps["prompt"])
        for value in steps.values():
            found += _prompts(value)
    elif isinstance(steps, list):
        for step in steps:
            found += _prompts(step)
    return found
