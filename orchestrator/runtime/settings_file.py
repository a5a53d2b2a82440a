"""Reads `prozvon.yaml`: all text as typed, and every mistake with its line, before the model sees any of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from orchestrator.domain.problem import KnownError
from orchestrator.scenario.findings import did_you_mean

Place = tuple[str, ...]  # ("switches", "main", "port")
Keys = Callable[[Place], Iterable[str]]  # the keys there may be at a place


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """What a file says: texts, lists and mappings of them, and where (line, column, from 1) each place is."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    marks: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def explain(self, error: ValidationError, keys: Keys) -> KnownError:
        """Every mistake on a line of its own: file:line:col, key, what is wrong. No value is ever told: some are
        secrets.
        """
        found = []
        for item in error.errors(include_url=False, include_input=False):
            place = tuple(str(part) for part in item["loc"] if part != "[key]")
            said = item["msg"].removeprefix("Value error, ")
            if item["type"] == "extra_forbidden":
                said = f"unknown key ({did_you_mean(place[-1], keys(place[:-1]))})"
            found.append((self.marks.get(place, (0, 0)), f"{'.'.join(place) or 'settings'}: {said}"))
        lines = (_line(self.path, mark, text) for mark, text in sorted(found))
        return KnownError("\n".join(dict.fromkeys(lines)))


def read_settings(path: Path) -> SettingsFile:
    """The file at `path`; an empty one when there is none. KnownError when it is not a mapping in YAML."""
    if not os.path.lexists(path):
        return SettingsFile(path=path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        made = SettingsFile(path=path)
        if node is not None:
            if not isinstance(node, yaml.MappingNode):
                raise KnownError(f"{path}: the settings are a mapping: `project: NAME` and so on")
            problems = list(_fill(made.data, node, (), made.marks))
            if problems:
                raise KnownError("\n".join(_line(path, mark, text) for mark, text in sorted(problems)))
    except OSError as error:
        raise KnownError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KnownError(f"cannot read {path}: it is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise KnownError(_not_yaml(path, error)) from None
    except RecursionError:
        raise KnownError(f"{path}: nested too deeply, or within itself") from None
    return made


def _not_yaml(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return _line(path, (mark.line + 1, mark.column + 1) if mark else (0, 0), f"not YAML: {said}")


def _line(path: Path, mark: tuple[int, int], text: str) -> str:
    return f"{path}:{mark[0]}:{mark[1]}: {text}" if mark[0] else f"{path}: {text}"


Found = Iterator[tuple[tuple[int, int], str]]


def _fill(
    data: dict[str, Any], node: yaml.MappingNode, place: Place, marks: dict[Place, tuple[int, int]]
) -> Found:
    """Put what `node` says into `data`; yields what is wrong with it as YAML."""
    for key, value in node.value:
        mark = (key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            yield mark, "a key is a name"
            continue
        here = (*place, key.value)
        if here in marks:
            yield mark, f"{'.'.join(here)}: stands here twice (line {marks[here][0]})"
            continue
        marks[here] = mark
        if isinstance(value, yaml.MappingNode):
            data[key.value] = {}
            yield from _fill(data[key.value], value, here, marks)
        elif isinstance(value, yaml.ScalarNode):
            data[key.value] = value.value
            if not value.value or (value.style is None and value.value in ("~", "null")):
                yield mark, f"{'.'.join(here)}: has no value: write one, or leave the key out"
        else:
            yield mark, f"{'.'.join(here)}: no key here takes a list"
