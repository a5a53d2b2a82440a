"""Reads `prozvon.yaml`: all text as typed, and every mistake at once, each with its line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from orchestrator.domain.problem import KnownError
from orchestrator.scenario.findings import did_you_mean

Place = tuple[str, ...]  # ("switches", "main", "port")
Keys = Callable[[Place], Iterable[str]]  # the keys there may be at a place
Fault = tuple[tuple[int, int], str]  # line and column from 1, (0, 0) for the file as a whole; what is wrong

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """What a file says: texts, lists of texts, and mappings of them; where each place is; what is wrong with it as
    YAML.
    """

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Place, tuple[int, int]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def validated(self, model: type[M], keys: Keys) -> M:
        """The file as `model`. KnownError with every mistake on a line of its own: file:line:col: key: what is wrong.

        No value is ever told: some are secrets.
        """
        try:
            made = model.model_validate(self.data)
        except ValidationError as error:
            raise self._refusal([*self.faults, *self._explained(error, keys)]) from None
        if self.faults:
            raise self._refusal(self.faults)
        return made

    def _explained(self, error: ValidationError, keys: Keys) -> Iterator[Fault]:
        for item in error.errors(include_url=False, include_input=False):
            place = tuple(str(part) for part in item["loc"] if part != "[key]")
            said = item["msg"].removeprefix("Value error, ")
            if item["type"] == "extra_forbidden":
                said = f"unknown key ({did_you_mean(place[-1], keys(place[:-1]))})"
            elif _wants_no_list(item["type"]) and isinstance(_found(self.data, place), list):
                said = "this key takes no list"
            yield self.marks.get(place, (0, 0)), f"{'.'.join(place) or 'settings'}: {said}"

    def _refusal(self, faults: Iterable[Fault]) -> KnownError:
        lines = (_line(self.path, mark, text) for mark, text in sorted(faults))
        return KnownError("\n".join(dict.fromkeys(lines)))


def read_settings(path: Path) -> SettingsFile:
    """The file at `path`; an empty one when there is none. KnownError when it is not a mapping in YAML."""
    if not os.path.lexists(path):
        return SettingsFile(path=path)
    data: dict[str, Any] = {}
    marks: dict[Place, tuple[int, int]] = {}
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        if node is None or _is_nothing(node):
            return SettingsFile(path=path)
        if not isinstance(node, yaml.MappingNode):
            raise KnownError(f"{path}: the settings are a mapping: `project: NAME` and so on")
        faults = tuple(_fill(data, node, (), marks))
    except OSError as error:
        raise KnownError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KnownError(f"cannot read {path}: it is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise KnownError(_not_yaml(path, error)) from None
    except RecursionError:
        raise KnownError(f"{path}: nested too deeply, or within itself") from None
    return SettingsFile(path=path, data=data, marks=marks, faults=faults)


def _fill(
    data: dict[str, Any], node: yaml.MappingNode, place: Place, marks: dict[Place, tuple[int, int]]
) -> Iterator[Fault]:
    """Put what `node` says into `data`; yields what is wrong with it."""
    for key, value in node.value:
        mark = (key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            yield mark, "a key is a name"
            continue
        here = (*place, key.value)
        name = ".".join(here)
        if here in marks:
            yield mark, f"{name}: stands here twice (line {marks[here][0]})"
            continue
        marks[here] = mark
        if isinstance(value, yaml.MappingNode):
            data[key.value] = {}
            yield from _fill(data[key.value], value, here, marks)
        elif isinstance(value, yaml.SequenceNode):
            data[key.value] = []
            yield from _listed(data[key.value], value, here, marks)
        elif _is_nothing(value):
            yield mark, f"{name}: has no value: write one, or leave the key out"
        else:
            data[key.value] = value.value


def _listed(
    items: list[str], node: yaml.SequenceNode, place: Place, marks: dict[Place, tuple[int, int]]
) -> Iterator[Fault]:
    """Put the texts of a list into `items`; yields what is wrong with it."""
    name = ".".join(place)
    for value in node.value:
        mark = (value.start_mark.line + 1, value.start_mark.column + 1)
        if not isinstance(value, yaml.ScalarNode) or _is_nothing(value):
            yield mark, f"{name}: a list here holds texts only"
            continue
        marks[(*place, str(len(items)))] = mark
        items.append(value.value)


def _wants_no_list(error_type: str) -> bool:
    """Whether pydantic says so of what it expected something else for."""
    return error_type.endswith("_type") or error_type in ("literal_error", "enum")


def _found(data: object, place: Place) -> object:
    for name in place:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and (
        not node.value or (node.style is None and node.value in ("~", "null"))
    )


def _not_yaml(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return _line(path, (mark.line + 1, mark.column + 1) if mark else (0, 0), f"not YAML: {said}")


def _line(path: Path, mark: tuple[int, int], text: str) -> str:
    return f"{path}:{mark[0]}:{mark[1]}: {text}" if mark[0] else f"{path}: {text}"
