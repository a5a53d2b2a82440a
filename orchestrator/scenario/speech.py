"""What a contact's fields become in messages: ready before the call, so that the switch only speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from orchestrator.scenario.filters import say_by
from orchestrator.scenario.template import clean

FIELD_MAX = 300  # characters of one field that are spoken: more is a mistake in the list, or malice


class HasSpeech(Protocol):
    @property
    def speech(self) -> Mapping[str, Speech]: ...


class _Said(NamedTuple):
    column: str
    filters: tuple[Callable[[str], str], ...]


class Speech(NamedTuple):
    """The variable parts of all messages in one language, their filters looked up."""

    messages: tuple[tuple[str, tuple[_Said, ...]], ...]

    def of(self, fields: Mapping[str, str]) -> dict[str, list[str]]:
        return {message: [_say(part, fields) for part in parts] for message, parts in self.messages}


def spoken(compiled: HasSpeech, fields: Mapping[str, str], language: str) -> dict[str, list[str]]:
    """Message -> the words of each of its variable parts, for `payload["s"]`.

    Only messages that have any are in it. `language` must be one of the scenario's (KeyError). Fields are plain
    data whatever they hold; one that is missing is "".
    """
    return compiled.speech[language].of(fields)


def speech_of(program: Mapping[str, Any]) -> dict[str, Speech]:
    """Language -> Speech, from a compiled program."""
    return {language: _speech(program["messages"], language) for language in program["languages"]}


def _speech(messages: Mapping[str, Any], language: str) -> Speech:
    found: list[tuple[str, tuple[_Said, ...]]] = []
    for name, wordings in messages.items():
        said = [part for part in wordings[language] if "said" in part]
        if said:
            found.append((name, tuple(_said(part, language) for part in said)))
    return Speech(tuple(found))


def _said(part: Mapping[str, Any], language: str) -> _Said:
    return _Said(
        part["column"], tuple(say_by(name, arguments, language) for name, *arguments in part["filters"])
    )


def _say(part: _Said, fields: Mapping[str, str]) -> str:
    text = clean(fields.get(part.column, "")[:FIELD_MAX])
    for put in part.filters:
        text = put(text)
    return text
