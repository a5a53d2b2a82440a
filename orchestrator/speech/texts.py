"""Which texts the calls of a program speak: those that are always the same, and those of one contact. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callflow.messages import worded
from callflow.pieces import KEYS, NUMBERS, pieces
from callflow.state import VALUE_MAX
from callflow.wording import prepared

# What a telephone's keys are called, where they are read out
KEY_WORDS = {"ru": {"*": "звёздочка", "#": "решётка"}, "en": {"*": "star", "#": "hash"}}

# What the interpreter itself tells -> its likely values: places in a queue, and waits in whole minutes
TOLD = {
    "queue.position": tuple(map(str, range(1, 101))),
    "queue.wait": tuple(str(minutes * 60) for minutes in range(1, 121)),
}

Program = Mapping[str, Any]
Filter = str | tuple[str, ...] | None  # of a part: its name, it and its arguments, or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be there before a call of a program in one language.

    fixed: texts that are the same in every call, pieces of numbers and dates among them. passed_on: (column, filter)
    of contact columns that a variable of the flow may hold. has_own: whether contacts have texts of their own.
    """

    language: str
    fixed: frozenset[str]
    passed_on: tuple[tuple[str, Filter], ...]
    has_own: bool

    def own(self, fields: Mapping[str, str], said: Mapping[str, list[str]]) -> list[str]:
        """The texts of one contact, each once. said: `scenario.speech.spoken`."""
        texts = [text for parts in said.values() for text in parts]
        for column, used in self.passed_on:
            part = worded(fields.get(column, "")[:VALUE_MAX], _as_listed(used), self.language)
            texts += [] if part.pieces and self.fixed.issuperset(part.pieces) else [part.text]
        return [text for text in dict.fromkeys(texts) if is_sound(text) and text not in self.fixed]


def is_sound(text: str) -> bool:
    """Whether the interpreter plays anything for it: not for a full stop between two parts."""
    return any(map(str.isalnum, text))


def spoken_form(text: str, language: str) -> str:
    """What the engine is to say for a text: the name of a key for the key."""
    return KEY_WORDS[language].get(text, text)


def needs_of(program: Program, language: str) -> Needs:
    """What the calls of a compiled program need in `language`."""
    parts = [part for wordings in program["messages"].values() for part in wordings[language]]
    flow = _Flow.of(program)
    columns = set(program["columns"])
    fixed = {part["text"] for part in parts if "text" in part}
    passed_on: dict[tuple[str, Filter], None] = {}
    for name, used in dict.fromkeys((part["var"], _filter(part)) for part in parts if "var" in part):
        fixed.update(_pieces_of(TOLD[name], used, language) if name in TOLD else _pieces(used, language))
        for kind, value in flow.sources(name):
            if kind == "text":
                fixed.add(worded(value, _as_listed(used), language).text)
            elif value in columns:
                passed_on[value, used] = None
    return Needs(
        language=language,
        fixed=frozenset(text for text in fixed if is_sound(text) or text in KEYS),
        passed_on=tuple(passed_on),
        has_own=bool(passed_on) or any("said" in part for part in parts),
    )


def _filter(part: Mapping[str, Any]) -> Filter:
    used = part["filter"]
    return tuple(used) if isinstance(used, list) else used


def _as_listed(used: Filter) -> str | list[str] | None:
    """As the program has it."""
    return list(used) if isinstance(used, tuple) else used


def _pieces_of(values: Iterable[str], used: Filter, language: str) -> Iterator[str]:
    """Of which these values are put together."""
    for value in values:
        part = worded(value, _as_listed(used), language)
        yield from part.pieces or pieces(part.text)


def _pieces(used: Filter, language: str) -> Iterable[str]:
    """Of which anything that only the call knows is put together."""
    if used is None:
        return NUMBERS
    name, *_ = used if isinstance(used, tuple) else (used,)
    return KEYS if name == "digits" else prepared(used if isinstance(used, tuple) else (used,), language)


@dataclass(slots=True)
class _Flow:
    """Variable -> what `set` puts into it: ("text", the text) or ("ref", a name)."""

    sets: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Program) -> _Flow:
        made = cls()
        for step in _steps(program["flow"].values()):
            if step["do"] == "set":
                [(kind, value)] = step["value"].items()
                made.sets.setdefault(step["name"], set()).add((kind, value[:VALUE_MAX]))
        return made

    def sources(self, name: str) -> list[tuple[str, str]]:
        """All that a variable may hold in the end: texts, and names of columns and of variables the caller typed."""
        found: dict[tuple[str, str], None] = {}
        todo, seen = [name], set()
        while todo:
            each = todo.pop()
            seen.add(each)
            for kind, value in sorted(self.sets.get(each, ())):
                found[kind, value] = None
                if kind == "ref" and value not in seen:
                    todo.append(value)
        return list(found)


def _steps(blocks: Any) -> Iterator[Mapping[str, Any]]:
    for steps in blocks:
        for step in steps:
            yield step
            cases = [steps for _, steps in step.get("cases", [])]
            yield from _steps([step.get("then", []), step.get("else", []), *cases])
